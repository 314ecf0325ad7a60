/*
 * No input makes a rule slow: whatever a rule is fed, it takes at most
 * TIMES_NORMAL times the work per byte that it takes for normal text, taken to
 * be NORMAL_LEAST at least: a rule that hardly ever gets beyond a first byte
 * there may do more where it does.
 *
 * Work is counted, not timed, so that the same rules give the same answer on
 * every machine and under any load.  The linker puts us between engine/pcre.c
 * and PCRE2 (see the Makefile): each pattern gets callouts, one before every
 * class and escape and before every run of literal bytes.  Each such step that
 * PCRE2 takes counts one plus the bytes that it passed since the step before,
 * as one step over \w+ or .* may pass thousands; and a search counts its text's
 * length besides, so that a rule that finds its first byte nowhere is not
 * measured against nothing.  Everything else is the real thing: patterns,
 * machine code, keywords, validators, the loop of confirm.c that goes on one byte
 * behind a refused match.  Not counted is what a validator does, which is
 * bounded by the length of its match.  Measured by the clock, the same rules
 * stand out by the same factors.
 *
 * A match limit that is hit is a failure, whatever the work.
 *
 * Normal text is the rule's own examples and counter-examples in turn with the
 * records of tests/quality/cases; what hurts a rule is made from the rule by
 * tests/support/hostile.h.  Texts are of TEXT_BYTES, the longest record that is
 * searched.  To save time each hostile text is tried first at a 32nd and a 16th
 * of that; only where these two, drawn on as a square of the length, come to
 * more than half of the allowance is the whole measured, which alone judges.
 */
#include "unit.h"

#include "hostile.h"

#include <glob.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <purposed/engine/confirm.h>
#include <purposed/engine/examples.h>

enum {
	TIMES_NORMAL = 20,
	NORMAL_LEAST = 8, /* steps per byte */
	TEXT_BYTES = 65536,
	TRIAL_BYTES = TEXT_BYTES / 16,
};

/* --- Counting --------------------------------------------------------------- */

static struct {
	size_t steps;
	size_t most; /* the search ends when it takes more */
	size_t last; /* where the last step stood in the text */
	/* What engine/pcre.c has its own callouts, which have numbers, go to. */
	int (*own)(pcre2_callout_block *block, void *data);
} work;

static int count_step(pcre2_callout_block *block, void *data)
{
	size_t at = block->current_position;

	if (block->callout_number != 0)
		return work.own(block, data);
	work.steps += at > work.last ? at - work.last + 1 : 1;
	work.last = at;
	return work.steps > work.most ? PCRE2_ERROR_CALLOUT : 0;
}

/* Length of what opens a group: "(", "(?:", "(?<name>", "(?<=", "(?i)", "(?(name)", "(?&name" ...
 */
static size_t opening(const char *at)
{
	size_t flags = 2 + strspn(at + 2, "imsx-");

	if (at[1] != '?')
		return 1;
	if (at[2] == '(')
		return strcspn(at, ")") + 1;
	if (at[2] == '&' || at[2] == 'C')
		return strcspn(at, ")");
	if (at[2] == '<' && at[3] != '=' && at[3] != '!')
		return strcspn(at, ">") + 1;
	return at[2] == '<' ? 4 : flags + 1;
}

/* Length of a repeat, with what makes it lazy or possessive; 0 where there is none. */
static size_t repeat(const char *at)
{
	size_t n = at[0] == '{' ? strcspn(at, "}") + 1 : strspn(at, "?*+") != 0;

	return n == 0 ? 0 : n + strspn(at + n, "?+");
}

/*
 * The pattern with a callout where a step begins, and behind each repeat, which
 * may be the last item of its group and pass many bytes.  PCRE2's own automatic
 * callouts, one for every literal byte, are more than it can compile; of the largest
 * patterns it is too many, too, if runs of literal bytes have one.
 */
static void add_callouts(struct buf *out, const char *at, bool literals)
{
	bool in_literal = false;
	bool called = false;
	size_t len;

	for (; *at != '\0'; at += len) {
		bool is_repeat = repeat(at) != 0;
		bool is_item = !is_repeat && strchr("()|", *at) == NULL;
		bool is_literal = is_item && strchr("\\[.^$", *at) == NULL;

		if (*at == '(')
			len = opening(at);
		else if (strncmp(at, "\\k<", 3) == 0)
			len = strcspn(at, ">") + 1;
		else
			len = is_item ? hostile_item(at) : is_repeat ? repeat(at) : 1;
		if (is_item && !called && !(is_literal && (in_literal || !literals)))
			buf_add_str(out, "(?C)");
		buf_add(out, at, len);
		if (is_repeat)
			buf_add_str(out, "(?C)");
		called = is_repeat;
		in_literal = is_literal;
	}
}

pcre2_code *__real_pcre2_compile_8(PCRE2_SPTR pattern, PCRE2_SIZE len, uint32_t options, int *error,
				   PCRE2_SIZE *at, pcre2_compile_context *context);
pcre2_code *__wrap_pcre2_compile_8(PCRE2_SPTR pattern, PCRE2_SIZE len, uint32_t options, int *error,
				   PCRE2_SIZE *at, pcre2_compile_context *context);
pcre2_match_context *__real_pcre2_match_context_create_8(pcre2_general_context *general);
pcre2_match_context *__wrap_pcre2_match_context_create_8(pcre2_general_context *general);

int __real_pcre2_set_callout_8(pcre2_match_context *context,
			       int (*call)(pcre2_callout_block *block, void *data), void *data);
int __wrap_pcre2_set_callout_8(pcre2_match_context *context,
			       int (*call)(pcre2_callout_block *block, void *data), void *data);

pcre2_code *__wrap_pcre2_compile_8(PCRE2_SPTR pattern, PCRE2_SIZE len, uint32_t options, int *error,
				   PCRE2_SIZE *at, pcre2_compile_context *context)
{
	struct buf counted = { 0 };
	pcre2_code *code;

	assert_true(len == PCRE2_ZERO_TERMINATED);
	add_callouts(&counted, (const char *)pattern, true);
	code = __real_pcre2_compile_8((PCRE2_SPTR)buf_str(&counted), len, options, error, at,
				      context);
	if (code == NULL) {
		buf_clear(&counted);
		add_callouts(&counted, (const char *)pattern, false);
		code = __real_pcre2_compile_8((PCRE2_SPTR)buf_str(&counted), len, options, error,
					      at, context);
	}
	buf_fini(&counted);
	return code;
}

pcre2_match_context *__wrap_pcre2_match_context_create_8(pcre2_general_context *general)
{
	pcre2_match_context *context = __real_pcre2_match_context_create_8(general);

	__real_pcre2_set_callout_8(context, count_step, NULL);
	return context;
}

int __wrap_pcre2_set_callout_8(pcre2_match_context *context,
			       int (*call)(pcre2_callout_block *block, void *data), void *data)
{
	work.own = call;
	return __real_pcre2_set_callout_8(context, count_step, data);
}

struct meter {
	struct regex_scratch *scratch;
	struct hits hits;
};

static struct meter meter_new(void)
{
	struct regex_limits limits = engine_defaults().limits;

	return (struct meter){ .scratch = regex_scratch_new(&limits) };
}

static void meter_free(struct meter *meter)
{
	regex_scratch_free(&meter->scratch);
	hits_fini(&meter->hits);
}

/* The work of a search, ended at most; SIZE_MAX: a limit of PCRE2 ended it. */
static size_t measure(struct meter *meter, const struct rule *rule, struct span text, size_t most)
{
	work.steps = text.len;
	work.most = most;
	work.last = 0;
	hits_clear(&meter->hits);
	confirm_rule(rule, 0, text, 0, 0, meter->scratch, &meter->hits);
	if (work.steps <= most && meter->hits.n_unsearched != 0)
		return SIZE_MAX;
	return work.steps;
}

/* --- Texts ------------------------------------------------------------------ */

/* The records of tests/quality/cases, without marks, one a line. */
static void read_cases(struct buf *records)
{
	glob_t paths;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	assert_int_equal(glob("tests/quality/cases/*.txt", 0, NULL, &paths), 0);
	for (size_t i = 0; i < paths.gl_pathc; i++) {
		FILE *file = fopen(paths.gl_pathv[i], "r");

		assert_non_null(file);
		while ((len = getline(&line, &cap, file)) > 0) {
			if (line[0] == '#' || len == 1)
				continue;
			for (const char *at = line; *at != '\0'; at++) {
				if (strncmp(at, "[[", 2) == 0 && strchr(at, ':') != NULL)
					at = strchr(at, ':');
				else if (strncmp(at, "]]", 2) == 0)
					at++;
				else
					buf_add_char(records, *at);
			}
		}
		fclose(file);
	}
	free(line);
	globfree(&paths);
}

/* The next line of records from *at on, and round again. */
static struct span next_record(const struct buf *records, size_t *at)
{
	const char *end = memchr(records->ptr + *at, '\n', records->len - *at);
	struct span record = span_of(records->ptr + *at, (size_t)(end - records->ptr) - *at);

	*at += record.len + 1;
	if (*at == records->len)
		*at = 0;
	return record;
}

static void normal_text(struct buf *text, const struct rule *rule, const struct buf *records)
{
	struct hostile h = { .rule = rule };
	size_t n = rule->n_examples + rule->n_counter_examples;
	size_t at = 0;

	buf_clear(text);
	for (size_t i = 0; text->len < TEXT_BYTES; i = (i + 1) % n) {
		hostile_read_example(&h, i < rule->n_examples
						 ? rule->examples[i]
						 : rule->counter_examples[i - rule->n_examples]);
		buf_add_span(text, buf_span(&h.example));
		buf_add_char(text, ' ');
		buf_add_span(text, next_record(records, &at));
		buf_add_char(text, ' ');
	}
	text->len = TEXT_BYTES;
	hostile_fini(&h);
}

/* --- Judging ---------------------------------------------------------------- */

/* The first bytes of s for a reader, in C's escapes. */
static void add_readable(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len && i < 80; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c < ' ' || c >= 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_add_char(out, (char)c);
	}
}

/* The work of the attack, in a text of size bytes. */
static size_t attack_with(struct meter *meter, const struct hostile *h, const struct attack *attack,
			  bool tailed, size_t size, size_t most)
{
	static char bytes[TEXT_BYTES];

	hostile_text(h, attack, tailed, bytes, size);
	return measure(meter, h->rule, span_of(bytes, size), most);
}

/* Whether short texts promise more than half of most for a whole one. */
static bool promises_much(struct meter *meter, const struct hostile *h, const struct attack *attack,
			  bool tailed, size_t most)
{
	double whole = (double)attack_with(meter, h, attack, tailed, TRIAL_BYTES, most);
	double half = (double)attack_with(meter, h, attack, tailed, TRIAL_BYTES / 2, most);
	/* a n + b n^2, from its values at n = 1/2 and n = 1 */
	double square = 2 * whole - 4 * half;
	double times = TEXT_BYTES / TRIAL_BYTES;

	return (whole - square) * times + square * times * times > (double)most / 2 ||
	       whole * times > (double)most / 2;
}

/* The attack that makes most work, if that is more than most; else NULL. */
static const struct attack *find_worst(struct meter *meter, const struct hostile *h, size_t most,
				       size_t *work_r)
{
	const struct attack *worst = NULL;

	*work_r = most;
	for (size_t i = 0; i < 2 * h->n; i++) {
		const struct attack *attack = &h->attacks[i / 2];
		bool tailed = i % 2 != 0;
		size_t done = promises_much(meter, h, attack, tailed, most)
				      ? attack_with(meter, h, attack, tailed, TEXT_BYTES, most)
				      : 0;

		if (done <= *work_r)
			continue;
		worst = attack;
		*work_r = done;
	}
	return worst;
}

/* Says what is wrong with the rule, if anything is. */
static void judge(struct buf *said, const struct rule *rule, const struct buf *records)
{
	struct meter meter = meter_new();
	struct hostile h = { 0 };
	struct buf normal = { 0 };
	const struct attack *worst;
	size_t normal_work;
	size_t worst_work;

	normal_text(&normal, rule, records);
	normal_work = measure(&meter, rule, buf_span(&normal), SIZE_MAX - 1);
	assert_true(normal_work < SIZE_MAX / TIMES_NORMAL);
	if (normal_work < NORMAL_LEAST * TEXT_BYTES)
		normal_work = NORMAL_LEAST * TEXT_BYTES;
	hostile_make(&h, rule);
	worst = find_worst(&meter, &h, TIMES_NORMAL * normal_work, &worst_work);
	if (worst != NULL) {
		if (worst_work == SIZE_MAX)
			buf_add_str(said, "hits a match limit");
		else
			buf_printf(said, "takes more than %d times its normal work", TIMES_NORMAL);
		buf_add_str(said, " for the head \"");
		add_readable(said, worst->head);
		buf_add_str(said, "\" and then, again and again, \"");
		add_readable(said, worst->unit);
		buf_add_str(said, "\"");
	}
	hostile_fini(&h);
	meter_free(&meter);
	buf_fini(&normal);
}

static struct buf cases;

static void test_rule(void **state)
{
	const struct rule *rule = *state;
	struct buf said = { 0 };

	judge(&said, rule, &cases);
	if (said.len != 0)
		fail_msg("rule %s (%s:%u) %s", rule->id, rule->file, rule->line, buf_str(&said));
	buf_fini(&said);
}

/* --- The test's own test ---------------------------------------------------- */

#define EXAMPLES(text) " examples = [ '" text "' ]; counter_examples = [ 'no' ];"

static const struct judge_case {
	const char *settings, *said;
} judge_cases[] = {
	{ "pattern = '[a-z]{1,20}@[a-z]{1,20}';" EXAMPLES("to [[ann@example]]"), "" },
	/* every byte may start the run to the end of the text: the square of its length */
	{ "pattern = '[a-z]+[@=]';" EXAMPLES("to [[ann@]]"), "takes more than 20 times" },
	/* bounded, but by too much */
	{ "pattern = 'k=[^;,]{0,4096}[;,]';" EXAMPLES("[[k=7;]]"), "takes more than 20 times" },
	/* behind a refused match the search goes on one byte further, and matches again */
	{ "pattern = '[a-z0-9]{4,1000}'; validate = 'iban';" EXAMPLES("[[be28063715829420]]"),
	  "takes more than 20 times" },
	/* exponential */
	{ "pattern = '(?:a|aa)+x';" EXAMPLES("[[aax]]"), "hits a match limit" },
};

static void test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(judge_cases); i++) {
		struct buf text = { 0 };
		struct buf said = { 0 };
		struct rules *rules;

		buf_printf(&text, "rules = ( { id = 'r'; what = 'w'; element = 'e'; %s } );",
			   judge_cases[i].settings);
		rules = unit_rules(buf_str(&text), true);
		judge(&said, rules_at(rules, 0), &cases);
		if (judge_cases[i].said[0] == '\0')
			assert_string_equal(buf_str(&said), "");
		else if (strstr(buf_str(&said), judge_cases[i].said) == NULL)
			fail_msg("case %zu: '%s'", i, buf_str(&said));
		rules_free(&rules);
		buf_fini(&text);
		buf_fini(&said);
	}
}

/* Those that are built in. */
static struct rules *load_rules(void)
{
	const struct regex_limits limits = engine_defaults().limits;
	struct rules *rules = NULL;
	struct err e = { 0 };

	work.most = SIZE_MAX;
	/* Every example must hold: so the callouts changed no pattern's meaning. */
	if (rules_load(&rules, "conf/rules.d", true, &e) != 0 ||
	    examples_run(rules, &limits, &e) != 0) {
		err_print(&e);
		rules_free(&rules);
	}
	err_fini(&e);
	return rules;
}

/* With an argument, a name with * and ?, only the rules of that name. */
int main(int argc, char **argv)
{
	struct rules *rules = load_rules();
	size_t n = rules != NULL ? rules_count(rules) : 0;
	struct CMUnitTest *tests = mem_new(n + 1, sizeof(*tests));
	int failed;

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	read_cases(&cases);
	tests[0] = (struct CMUnitTest)cmocka_unit_test(test_judge);
	for (size_t i = 0; i < n; i++)
		tests[i + 1] = (struct CMUnitTest){ .name = rules_at(rules, i)->id,
						    .test_func = test_rule,
						    .initial_state =
							    (void *)(uintptr_t)rules_at(rules, i) };
	failed = n != 0 ? _cmocka_run_group_tests("work", tests, n + 1, NULL, NULL) : 1;
	rules_free(&rules);
	free(tests);
	buf_fini(&cases);
	return failed != 0;
}
