/* Which of the values that overlap stand. */
#include "unit_run.h"

/* Rules over a text of letters: each claims the letters that its pattern names. */
static const struct overlap_case {
	const char *what;
	const char *rules; /* id element pattern rank container(+/-), separated by '|' */
	const char *text;
	const char *stand; /* ids that stand, in order */
} overlap_cases[] = {
	{ "apart", "a email ab 50 -|b ipv4 cd 50 -", "abcd", "a b" },
	{ "rank wins over length", "a email abc 50 -|b ipv4 cd 60 -", "abcd", "b" },
	{ "length wins at equal rank", "a email abc 50 -|b ipv4 cd 50 -", "abcd", "a" },
	{ "at equal length the earlier rule", "a email abc 50 -|b ipv4 bcd 50 -", "abcd", "a" },
	{ "... also when it starts later", "b ipv4 bcd 50 -|a email abc 50 -", "abcd", "b" },
	{ "a container and what it holds", "a url abcd 50 +|b email bc 50 -", "abcd", "a b" },
	{ "... whatever the ranks", "a url abcd 10 +|b email bc 90 -", "abcd", "a b" },
	{ "... also at an edge", "a url abcd 50 +|b email ab 50 -|c ipv4 cd 50 -", "abcd",
	  "a b c" },
	{ "held by no container: the outer", "a url abcd 50 -|b email bc 50 -", "abcd", "a" },
	{ "the inner one's container says nothing", "a url abcd 50 -|b email bc 50 +", "abcd",
	  "a" },
	{ "of the same element one stands", "a url abcd 50 +|b url bc 50 -", "abcd", "a" },
	{ "the same bytes are not held", "a url abcd 50 +|b email abcd 60 +", "abcd", "b" },
	{ "reaching out of a container", "a url abc 50 +|b email cd 60 -", "abcd", "b" },
	{ "containers nest", "a url abcdef 50 +|b request_uri bcde 50 +|c email cd 50 -", "abcdef",
	  "a b c" },
	{ "a decoy takes what it outranks", "a email abc 50 -|b none bcd 60 -|c ipv4 de 40 -",
	  "abcde", "" },
	{ "a weaker decoy takes nothing", "a email abc 50 -|b none bcd 40 -|c ipv4 e 40 -", "abcde",
	  "a c" },
	{ "what loses to a loser stands", "a email ab 50 -|b ipv4 bcd 60 -|c phone de 70 -",
	  "abcde", "a c" },
	{ "far ahead of its neighbours",
	  "a url abcdefgh 50 +|b email a 50 -|c ipv4 gh 90 -|"
	  "d phone hi 80 -",
	  "abcdefghi", "a b c" },
};

/* "id element pattern rank container" as a rule. */
static void add_overlap_rule(struct buf *out, char *words)
{
	char *rest = NULL;
	const char *id = strtok_r(words, " ", &rest);
	const char *element = strtok_r(NULL, " ", &rest);
	const char *pattern = strtok_r(NULL, " ", &rest);
	const char *rank = strtok_r(NULL, " ", &rest);
	const char *container = strtok_r(NULL, " ", &rest);

	buf_printf(out,
		   "{ id = '%s'; what = 'w'; element = '%s'; pattern = '%s'; rank = %s; container "
		   "= %s; examples = [ '[[%s]]' ]; counter_examples = [ '-' ]; }",
		   id, element, pattern, rank, container[0] == '+' ? "true" : "false", pattern);
}

static void test_overlaps(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(overlap_cases); i++) {
		const struct overlap_case *c = &overlap_cases[i];
		struct buf rules = { 0 };
		struct buf stand = { 0 };
		char *copy = strdup(c->rules);
		char *rest = NULL;
		struct unit_run run;
		const struct result *result;

		buf_add_str(&rules, "rules = (\n");
		for (char *r = strtok_r(copy, "|", &rest); r; r = strtok_r(NULL, "|", &rest)) {
			if (rules.len > 12)
				buf_add_str(&rules, ",\n");
			add_overlap_rule(&rules, r);
		}
		buf_add_str(&rules, ");\n");
		run = unit_run_open_rules(buf_str(&rules), "all", NULL);
		result = unit_run_text(&run, c->text);
		for (size_t j = 0; j < result->n; j++)
			buf_printf(
				&stand, "%s%s", j != 0 ? " " : "",
				rules_at(engine_rules(run.engine), result->findings[j].rule)->id);
		if (strcmp(buf_str(&stand), c->stand) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", c->what, buf_str(&stand), c->stand);
		unit_run_close(&run);
		buf_fini(&rules);
		buf_fini(&stand);
		free(copy);
	}
}

/* --- Property: what stands is compatible, and nothing more could stand ---------- */

enum { CLAIMS_MAX = 14, TEXT_LEN = 26 };

struct claimed {
	size_t start, end;
	unsigned element, rank;
	bool container;
	bool stands;
};

static bool may_hold(const struct claimed *a, const struct claimed *b)
{
	return a->container && a->start <= b->start && b->end <= a->end &&
	       b->end - b->start < a->end - a->start;
}

static bool go_together(const struct claimed *a, const struct claimed *b)
{
	if (a->end <= b->start || b->end <= a->start)
		return true;
	return a->element != b->element && (may_hold(a, b) || may_hold(b, a));
}

static bool goes_first(const struct claimed *claims, size_t a, size_t b)
{
	size_t a_len = claims[a].end - claims[a].start;
	size_t b_len = claims[b].end - claims[b].start;

	if (claims[a].rank != claims[b].rank)
		return claims[a].rank > claims[b].rank;
	return a_len != b_len ? a_len > b_len : a < b;
}

static void add_claim_rule(struct buf *out, const struct claimed *c, size_t index)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

	buf_printf(out,
		   "%s{ id = 'r%zu'; what = 'w'; element = 'e%u'; pattern = "
		   "'^.{%zu}(?<value>.{%zu})'; rank = %u; container = %s;\n"
		   " examples = [ '%.*s[[%.*s]]' ]; counter_examples = [ '' ]; }",
		   index != 0 ? ",\n" : "", index, c->element, c->start, c->end - c->start, c->rank,
		   c->container ? "true" : "false", (int)c->start, letters,
		   (int)(c->end - c->start), letters + c->start);
}

static void check_settled(const struct claimed *claims, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool beaten = false;

		for (size_t j = 0; j < n; j++) {
			if (j == i || !claims[j].stands || go_together(&claims[i], &claims[j]))
				continue;
			if (claims[i].stands)
				fail_msg("%zu and %zu both stand", i, j);
			beaten |= goes_first(claims, j, i);
		}
		if (!claims[i].stands && !beaten)
			fail_msg("%zu could stand", i);
	}
}

static void settle_random(uint64_t *dice)
{
	struct claimed claims[CLAIMS_MAX];
	size_t n = 1 + unit_below(dice, unit_below(dice, 2) != 0 ? CLAIMS_MAX : 4);
	struct buf rules = { 0 };
	struct unit_run run;
	const struct result *result;

	buf_add_str(&rules, "rules = (\n");
	for (size_t i = 0; i < n; i++) {
		size_t start = unit_below(dice, TEXT_LEN);

		claims[i] = (struct claimed){
			.start = start,
			.end = start + 1 + unit_below(dice, TEXT_LEN - start),
			.element = (unsigned)unit_below(dice, 4),
			.rank = (unsigned)unit_below(dice, 3),
			.container = unit_below(dice, 2) != 0,
		};
		/* Rules often find the same value. */
		if (i != 0 && unit_below(dice, 2) != 0) {
			const struct claimed *same = &claims[unit_below(dice, i)];

			claims[i].start = same->start;
			claims[i].end = same->end;
			claims[i].element =
				unit_below(dice, 3) != 0 ? same->element : claims[i].element;
			claims[i].container = same->container;
		}
		add_claim_rule(&rules, &claims[i], i);
	}
	buf_add_str(&rules, ");\n");
	run = unit_run_open_rules(buf_str(&rules), "all", NULL);
	result = unit_run_text(&run, "abcdefghijklmnopqrstuvwxyz");
	for (size_t i = 0; i < result->n; i++) {
		const struct finding *f = &result->findings[i];

		claims[f->rule].stands = true;
		assert_int_equal(f->start, claims[f->rule].start);
		assert_int_equal(f->end, claims[f->rule].end);
		if (i != 0)
			assert_true(f[-1].start < f->start ||
				    (f[-1].start == f->start && f[-1].end >= f->end));
	}
	check_settled(claims, n);
	unit_run_close(&run);
	buf_fini(&rules);
}

static void test_settled_sets(void **state)
{
	uint64_t dice = 88172645463325252ULL;

	(void)state;
	for (int round = 0; round < 400; round++)
		settle_random(&dice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_settled_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
