/*
 * purposed explain: why?  For every finding of a record: where, by which
 * rule, and what the policy says in its own words.
 */
#include <purposed/cmd/cmd.h>

#include <stdio.h>
#include <unistd.h>

#include <purposed/cmd/common.h>
#include <purposed/engine/classify.h>
#include <purposed/engine/element.h>
#include <purposed/run/lines.h>
#include <purposed/run/source_fd.h>
#include <purposed/run/torn.h>

struct explainer {
	const struct session *session;
	enum policy_lang lang;
	const char *bold, *red, *yellow, *green, *off;
	struct classifier *classifier;
	const char *kind;
	unsigned long long flagged;
};

/* What a cell says of one finding in one record. */
struct view {
	const struct policy_cell *cell;
	const struct policy_enumeration *list; /* what the purpose covers; NULL: all */
	bool permits;			       /* whatever the list says */
	bool listed;			       /* or there is no list */
};

static struct view view_cell(const struct policy *policy, size_t purpose,
			     const struct finding *finding, const char *element, const char *kind)
{
	struct view view = {
		.cell = policy_cell(policy, purpose, finding->category),
		.list = policy_enumeration(policy, purpose, finding->category),
	};

	view.permits = view.cell->state == CELL_PERMITTED ||
		       (view.cell->state == CELL_PERMITTED_ONLY_FOR && kind != NULL &&
			strcmp(kind, view.cell->kind) == 0);
	view.listed = view.list == NULL || policy_enumerates(view.list, element);
	return view;
}

static const char *view_color(const struct explainer *x, const struct view *view)
{
	if (!view->permits)
		return x->red;
	return view->listed ? x->green : x->yellow;
}

/* A tick is for what is permitted without a remark. */
static const char *view_mark(const struct view *view)
{
	if (view->permits)
		return view->listed ? "✓" : "◐";
	return view->cell->state == CELL_BLANK ? "·" : "✗";
}

static void print_list(const struct explainer *x, const struct policy_enumeration *list)
{
	printf("      the list:");
	for (size_t i = 0; i < list->n_items[x->lang]; i++)
		printf("%s %s", i != 0 ? ";" : "", list->items[x->lang][i]);
	printf("\n");
}

static void print_cell(const struct explainer *x, const struct finding *finding, size_t purpose,
		       const struct result *result)
{
	const struct policy *policy = engine_policy(x->session->engine);
	const struct policy_purpose *row = policy_purpose(policy, purpose);
	const char *element = rules_element(engine_rules(x->session->engine), finding->element);
	const struct view view = view_cell(policy, purpose, finding, element, result->kind);

	printf("    row %u, %s\n      \"%s\"\n      %s%s %s", row->row, row->id,
	       row->words[x->lang], view_color(x, &view), view_mark(&view),
	       policy_cell_name(view.cell->state));
	if (view.cell->state == CELL_PERMITTED_ONLY_FOR)
		printf(" %s (\"%s\"): this record is %s", view.cell->kind,
		       view.cell->words[x->lang],
		       result->kind != NULL ? result->kind : "of no known kind");
	if (view.list != NULL)
		printf("; the purpose lists what it covers, %s %s is %son the list",
		       view.listed ? "and" : "but", element, view.listed ? "" : "not ");
	printf("%s\n", x->off);
	if (view.list != NULL)
		print_list(x, view.list);
}

static void print_scanned(const struct explainer *x, const struct result *result,
			  const struct finding *finding)
{
	const struct policy *policy = engine_policy(x->session->engine);
	const struct rules *rules = engine_rules(x->session->engine);
	const struct rule *rule = rules_at(rules, finding->rule);
	const struct purpose_set *set = &x->session->plan->set;
	struct buf sample = { 0 };

	if (!mask_sample(&sample, element_find(rules_element(rules, finding->element)),
			 classify_value(x->classifier, finding)))
		buf_add_str(&sample, "(never shown)");
	printf("    sample   %s\n    rule     %s: %s\n", buf_str(&sample), rule->id, rule->what);
	buf_fini(&sample);
	if (finding->category == POLICY_OUTSIDE) {
		printf("    category none: no column of the policy holds it, so no row permits "
		       "it\n");
		return;
	}
	printf("    category column %u, %s: \"%s\"\n",
	       policy_category(policy, finding->category)->column,
	       policy_category_id(policy, finding->category),
	       policy_category(policy, finding->category)->words[x->lang]);
	for (size_t i = 0; i < set->n; i++)
		print_cell(x, finding, set->purposes[i], result);
	if (set->n == 0)
		printf("    no purpose is declared: say which with -p\n");
}

static void print_finding(const struct explainer *x, const struct result *result,
			  const struct finding *finding)
{
	const struct rules *rules = engine_rules(x->session->engine);
	bool flagged = verdict_is_flagged(finding->decision.verdict);

	printf("\n  %s%s%s at bytes %zu-%zu: %s%s%s", x->bold,
	       finding->element == FINDING_NONE ? "not searched"
						: rules_element(rules, finding->element),
	       x->off, finding->start, finding->end, flagged ? x->red : x->green,
	       verdict_name(finding->decision.verdict), x->off);
	if (finding->decision.reason != REASON_NONE)
		printf(" (%s)", reason_name(finding->decision.reason));
	printf("\n");
	if (finding->rule != FINDING_NONE)
		print_scanned(x, result, finding);
}

static void explain_result(struct explainer *x, const struct result *result,
			   unsigned long long number)
{
	bool flagged = verdict_is_flagged(result->verdict);

	x->flagged += flagged;
	printf("%srecord %llu%s: %s%s%s, %zu finding%s", x->bold, number, x->off,
	       flagged ? x->red : x->green, verdict_name(result->verdict), x->off, result->n,
	       result->n == 1 ? "" : "s");
	if (result->kind_source != KIND_NONE)
		printf("; kind %s (%s)", result->kind,
		       result->kind_source == KIND_STATED ? "stated" : "recognised");
	printf("\n");
	for (size_t i = 0; i < result->n; i++)
		print_finding(x, result, &result->findings[i]);
	printf("\n");
}

static void explain_argument(struct explainer *x, const char *record)
{
	size_t len = strlen(record);

	explain_result(
		x,
		classify_run(x->classifier, x->session->plan, span_of(record, len), len, x->kind),
		1);
}

static void explain_line(struct explainer *x, const struct lines *lines)
{
	struct torn torn = { 0 };
	const struct result *result = classify_run(x->classifier, x->session->plan,
						   buf_span(&lines->kept), lines->len, x->kind);

	if (lines->torn)
		result = torn_result(&torn, result, lines->len);
	explain_result(x, result, lines->number);
	torn_fini(&torn);
}

/* Records of standard input, a line each. */
static int explain_stdin(struct explainer *x, struct err *e)
{
	struct source_fd fd = { .fd = STDIN_FILENO, .name = "stdin" };
	struct lines lines = {
		.source = source_of_fd(&fd),
		.max = engine_settings(x->session->engine)->record_max_bytes,
	};

	if (isatty(STDIN_FILENO) == 1)
		fprintf(stderr, "purposed: type or paste records, a line each; end with Ctrl-D\n");
	while (lines_next(&lines, e))
		explain_line(x, &lines);
	lines_fini(&lines);
	return err_any(e) ? -1 : 0;
}

static enum status explain_run(const struct options *options, struct err *e)
{
	struct session session;
	bool color = options_color(options, STDOUT_FILENO);
	struct explainer x = {
		.session = &session,
		.lang = options->english ? POLICY_EN : POLICY_NL,
		.bold = color ? "\033[1m" : "",
		.red = color ? "\033[31m" : "",
		.yellow = color ? "\033[33m" : "",
		.green = color ? "\033[32m" : "",
		.off = color ? "\033[0m" : "",
		.kind = options->kind,
	};
	int bad = 0;
	enum status status;

	if (common_operands(&cmd_explain, options, 0, 1, e) != 0)
		return STATUS_TROUBLE;
	if (!common_open(&session, options, &status, e))
		return status;
	x.classifier = classifier_new(session.engine);
	if (options->n_operands != 0)
		explain_argument(&x, options->operands[0]);
	else
		bad = explain_stdin(&x, e);
	classifier_free(&x.classifier);
	session_close(&session);
	if (common_flush(e) != 0 || bad != 0)
		return STATUS_TROUBLE;
	return x.flagged != 0 ? STATUS_FLAGGED : STATUS_OK;
}

const struct cmd cmd_explain = {
	.name = "explain",
	.arguments = "[RECORD]",
	.summary = "say why: rule, element, category, and the policy's cell in its own words",
	.help = "Without RECORD the lines of standard input are explained.\n"
		"  purposed explain -p website-traffic-analysis 'user=jan mail=jan@example.be'\n",
	.takes = OPTIONS_PURPOSE | OPTIONS_KIND | OPTIONS_LANG,
	.run = explain_run,
};
