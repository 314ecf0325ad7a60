/*
 * purposed explain: why?  For every finding of a record: where, by which
 * rule, and what the policy says in its own words.
 */
#include <purposed/cmd/cmd.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/cmd/common.h>
#include <purposed/engine/classify.h>
#include <purposed/engine/element.h>

struct explainer {
	const struct session *session;
	enum policy_lang lang;
	const char *bold, *red, *green, *off;
	struct classifier *classifier;
	const char *kind;
	unsigned long long flagged;
};

static void print_cell(const struct explainer *x, const struct finding *finding, size_t purpose,
		       const struct result *result)
{
	const struct policy *policy = engine_policy(x->session->engine);
	const struct policy_purpose *row = policy_purpose(policy, purpose);
	const struct policy_cell *cell = policy_cell(policy, purpose, finding->category);
	const struct policy_enumeration *list =
		policy_enumeration(policy, purpose, finding->category);
	bool holds = cell->state == CELL_PERMITTED_ONLY_FOR && result->kind != NULL &&
		     strcmp(result->kind, cell->kind) == 0;

	printf("    row %u, %s\n      \"%s\"\n      %s%s%s", row->row, row->id, row->words[x->lang],
	       cell->state == CELL_PERMITTED || holds ? x->green : x->red,
	       cell->state == CELL_PERMITTED || holds ? "✓ "
	       : cell->state == CELL_BLANK	      ? "· "
						      : "✗ ",
	       policy_cell_name(cell->state));
	if (cell->state == CELL_PERMITTED_ONLY_FOR)
		printf(" %s (\"%s\"): this record is %s%s", cell->kind, cell->words[x->lang],
		       result->kind != NULL ? "" : "of no known kind",
		       result->kind != NULL ? result->kind : "");
	printf("%s\n", x->off);
	if (list == NULL)
		return;
	printf("      the purpose lists what it covers:");
	for (size_t i = 0; i < list->n_items[x->lang]; i++)
		printf("%s %s", i != 0 ? ";" : "", list->items[x->lang][i]);
	printf("\n");
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

static void explain_record(struct explainer *x, struct span record, unsigned long long number)
{
	const struct result *result =
		classify_run(x->classifier, x->session->plan, record, record.len, x->kind);
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

/* Records of standard input, a line each. */
static int explain_stdin(struct explainer *x, struct err *e)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	unsigned long long number = 0;
	int bad = 0;

	if (isatty(STDIN_FILENO) == 1)
		fprintf(stderr, "purposed: type or paste records, a line each; end with Ctrl-D\n");
	while ((len = getline(&line, &cap, stdin)) > 0) {
		size_t n = (size_t)len;

		while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			n--;
		explain_record(x, span_of(line, n), ++number);
	}
	if (ferror(stdin)) {
		err_errno(e, "cannot read stdin");
		bad = -1;
	}
	mem_wipe(line, cap);
	free(line);
	return bad;
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
		.green = color ? "\033[32m" : "",
		.off = color ? "\033[0m" : "",
		.kind = options->kind,
	};
	int bad = 0;
	int opened;

	if (common_operands(options, 0, 1, e) != 0)
		return STATUS_TROUBLE;
	opened = common_open(&session, options, e);
	if (opened != 0)
		return opened > 0 ? STATUS_OK : STATUS_TROUBLE;
	x.classifier = classifier_new(session.engine);
	if (options->n_operands != 0)
		explain_record(&x, span_str(options->operands[0]), 1);
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
