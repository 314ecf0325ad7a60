/* purposed policy: the table, as a list, row by row, and as a matrix. */
#include <purposed/cmd/cmd.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/json.h>
#include <purposed/cmd/common.h>

struct view {
	const struct policy *policy;
	enum policy_lang lang;
	bool color;
};

/* --- JSON ------------------------------------------------------------------- */

static void json_cell(struct json *j, const char *key, const struct policy_cell *cell)
{
	if (cell->state != CELL_PERMITTED_ONLY_FOR) {
		json_string(j, key, policy_cell_name(cell->state));
		return;
	}
	json_begin_object(j, key);
	json_string(j, policy_cell_name(cell->state), cell->kind);
	json_end_object(j);
}

static void json_purpose(struct json *j, const struct policy *policy, size_t purpose)
{
	const struct policy_purpose *p = policy_purpose(policy, purpose);

	json_begin_object(j, NULL);
	json_uint(j, "row", p->row);
	json_string(j, "id", p->id);
	json_string(j, "nl", p->words[POLICY_NL]);
	json_string(j, "en", p->words[POLICY_EN]);
	json_begin_object(j, "cells");
	for (size_t c = 0; c < policy_category_count(policy); c++)
		json_cell(j, policy_category_id(policy, c), policy_cell(policy, purpose, c));
	json_end_object(j);
	json_end_object(j);
}

static void print_json(const struct policy *policy, size_t first, size_t end, bool array)
{
	struct buf out = { 0 };
	struct json j = json_to(&out);

	if (array)
		json_begin_array(&j, NULL);
	for (size_t i = first; i < end; i++)
		json_purpose(&j, policy, i);
	if (array)
		json_end_array(&j);
	puts(buf_str(&out));
	buf_fini(&out);
}

/* --- Text ------------------------------------------------------------------- */

static const char *cell_mark(const struct policy_cell *cell)
{
	switch (cell->state) {
	case CELL_PERMITTED: return "✓";
	case CELL_PERMITTED_ONLY_FOR: return "◐";
	case CELL_NOT_PERMITTED: return "✗";
	default: return "·";
	}
}

static const char *cell_color(const struct view *view, const struct policy_cell *cell)
{
	if (!view->color)
		return "";
	switch (cell->state) {
	case CELL_PERMITTED: return "\033[32m";
	case CELL_PERMITTED_ONLY_FOR: return "\033[33m";
	case CELL_NOT_PERMITTED: return "\033[31m";
	default: return "\033[2m";
	}
}

static void print_list(const struct view *view)
{
	for (size_t i = 0; i < policy_purpose_count(view->policy); i++) {
		const struct policy_purpose *p = policy_purpose(view->policy, i);

		printf("%3u  %-40s %s\n", p->row, p->id, p->words[view->lang]);
	}
}

static void print_cell_words(const struct view *view, size_t purpose, size_t category)
{
	const struct policy_cell *cell = policy_cell(view->policy, purpose, category);
	const struct policy_enumeration *list = policy_enumeration(view->policy, purpose, category);

	printf("  %s%s%s %-20s %s", cell_color(view, cell), cell_mark(cell),
	       view->color ? "\033[0m" : "", policy_category_id(view->policy, category),
	       policy_cell_name(cell->state));
	if (cell->state == CELL_PERMITTED_ONLY_FOR)
		printf(" %s: \"%s\"", cell->kind, cell->words[view->lang]);
	printf("\n");
	for (size_t i = 0; list != NULL && i < list->n_items[view->lang]; i++)
		printf("      - %s\n", list->items[view->lang][i]);
}

static void print_purpose(const struct view *view, size_t purpose)
{
	const struct policy_purpose *p = policy_purpose(view->policy, purpose);

	printf("row %u, %s\n\"%s\"\n\n", p->row, p->id, p->words[view->lang]);
	for (size_t c = 0; c < policy_category_count(view->policy); c++)
		print_cell_words(view, purpose, c);
}

static void print_legend(const struct view *view)
{
	const struct policy *policy = view->policy;

	printf("\n✓ permitted   ◐ permitted on a condition   ✗ not permitted   · blank: no "
	       "permission\n");
	for (size_t c = 0; c < policy_category_count(policy); c++) {
		const struct policy_category *category = policy_category(policy, c);

		printf("\n%u  %s: %s\n  ", category->column, category->id,
		       category->words[view->lang]);
		for (size_t i = 0; i < category->n_elements; i++)
			printf(" %s", category->elements[i]);
		printf("\n");
	}
}

/* Columns are numbered, so that the matrix fits any number of categories. */
static void print_table(const struct view *view)
{
	const struct policy *policy = view->policy;

	printf("%s (%s)\n\n%3s  %-40s", policy_title(policy, view->lang), policy_version(policy),
	       "row", "purpose");
	for (size_t c = 0; c < policy_category_count(policy); c++)
		printf(" %2u", policy_category(policy, c)->column);
	printf("\n");
	for (size_t i = 0; i < policy_purpose_count(policy); i++) {
		const struct policy_purpose *p = policy_purpose(policy, i);

		printf("%3u  %-40s", p->row, p->id);
		for (size_t c = 0; c < policy_category_count(policy); c++) {
			const struct policy_cell *cell = policy_cell(policy, i, c);

			printf("  %s%s%s", cell_color(view, cell), cell_mark(cell),
			       view->color ? "\033[0m" : "");
		}
		printf("\n");
	}
	print_legend(view);
}

/* --- The command ------------------------------------------------------------ */

static int show(const struct view *view, const struct options *options, struct err *e)
{
	size_t purpose = policy_find_purpose(view->policy, options->operands[1]);

	if (purpose == POLICY_NONE) {
		err_add(e, "the policy has no purpose '%s' (see: purposed policy list)",
			options->operands[1]);
		return -1;
	}
	if (options->json)
		print_json(view->policy, purpose, purpose + 1, false);
	else
		print_purpose(view, purpose);
	return 0;
}

static int answer(const struct view *view, const struct options *options, struct err *e)
{
	const char *what = options->operands[0];
	size_t wanted = strcmp(what, "show") == 0 ? 2 : 1;

	if (common_operands(&cmd_policy, options, wanted, wanted, e) != 0)
		return -1;
	if (strcmp(what, "show") == 0)
		return show(view, options, e);
	if (strcmp(what, "list") != 0 && strcmp(what, "table") != 0) {
		err_add(e, "policy '%s': list, show ID or table", what);
		return -1;
	}
	if (options->json)
		print_json(view->policy, 0, policy_purpose_count(view->policy), true);
	else if (strcmp(what, "list") == 0)
		print_list(view);
	else
		print_table(view);
	return 0;
}

static enum status policy_run(const struct options *options, struct err *e)
{
	struct session session;
	struct view view = { .lang = options->english ? POLICY_EN : POLICY_NL,
			     .color = options_color(options, STDOUT_FILENO) };
	int bad;
	enum status status;

	if (common_operands(&cmd_policy, options, options->dump_config ? 0 : 1, 2, e) != 0)
		return STATUS_TROUBLE;
	if (!common_open(&session, options, &status, e))
		return status;
	view.policy = engine_policy(session.engine);
	bad = answer(&view, options, e);
	session_close(&session);
	return common_flush(e) != 0 || bad != 0 ? STATUS_TROUBLE : STATUS_OK;
}

const struct cmd cmd_policy = {
	.name = "policy",
	.arguments = "list | show ID | table",
	.summary = "show the purposes and what each of them permits",
	.takes = OPTIONS_LANG | OPTIONS_JSON,
	.run = policy_run,
};
