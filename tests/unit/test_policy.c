/*
 * The policy: what it decides, and what it says when it is asked.  The Annex itself is
 * held to its source by test_annex.c.
 */
#include "unit.h"

/* --- Deciding ---------------------------------------------------------------- */

/* One category and a purpose for every kind of cell. */
static const char small[] =
	"version = 'small-1'; title = { nl = 'Klein'; en = 'Small'; };\n"
	"categories = ( { id = 'traffic'; nl = 'Verkeer'; en = 'Traffic';\n"
	"                 elements = [ 'ipv4', 'url' ]; } );\n"
	"purposes = (\n"
	"  { id = 'open'; en = 'o'; cells = { traffic = 'permitted'; }; },\n"
	"  { id = 'open-too'; en = 'o'; cells = { traffic = 'permitted'; }; },\n"
	"  { id = 'listed'; en = 'l'; cells = { traffic = 'permitted'; };\n"
	"    enumerations = { traffic = { elements = [ 'url' ]; en = [ 'pages' ]; }; }; },\n"
	"  { id = 'web-only'; en = 'w';\n"
	"    cells = { traffic = { permitted-only-for = 'web'; en = 'web logs'; }; }; },\n"
	"  { id = 'web-listed'; en = 'w';\n"
	"    cells = { traffic = { permitted-only-for = 'web'; en = 'web logs'; }; };\n"
	"    enumerations = { traffic = { elements = [ 'url' ]; en = [ 'pages' ]; }; }; },\n"
	"  { id = 'empty'; en = 'e'; cells = { traffic = 'blank'; }; },\n"
	"  { id = 'closed'; en = 'c'; cells = { traffic = 'not-permitted'; }; },\n"
	"  { id = 'empty-last'; en = 'e'; cells = { traffic = 'blank'; }; },\n"
	"  { id = 'open-last'; en = 'o'; cells = { traffic = 'permitted'; }; } );\n";

static int compare_sizes(const void *left, const void *right)
{
	const size_t *a = left;
	const size_t *b = right;

	return (*a > *b) - (*a < *b);
}

/* The set of the purposes in words, a space between; "?" is one that the policy lacks. */
static struct purpose_set set_of(const struct policy *policy, const char *words, size_t purposes[8])
{
	struct purpose_set set = { .purposes = purposes };
	char copy[64];
	char *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *id = strtok_r(copy, " ", &rest); id; id = strtok_r(NULL, " ", &rest)) {
		if (strcmp(id, "?") == 0) {
			set.unknown = true;
			continue;
		}
		purposes[set.n] = policy_find_purpose(policy, id);
		assert_true(purposes[set.n] != POLICY_NONE);
		set.n++;
	}
	qsort(purposes, set.n, sizeof(*purposes), compare_sizes);
	return set;
}

static const struct decision_case {
	const char *purposes, *element, *kind;
	enum verdict verdict;
	enum reason reason;
} decision_cases[] = {
	/* One purpose: its cell. */
	{ "open", "ipv4", NULL, VERDICT_PERMITTED, REASON_NONE },
	{ "open", "url", "web", VERDICT_PERMITTED, REASON_NONE },
	{ "listed", "url", NULL, VERDICT_PERMITTED, REASON_NONE },
	{ "listed", "ipv4", NULL, VERDICT_NOTICE, REASON_NOT_ENUMERATED },
	{ "web-only", "ipv4", "web", VERDICT_PERMITTED, REASON_NONE },
	{ "web-only", "ipv4", "mail", VERDICT_OUT_OF_PURPOSE, REASON_CONDITION },
	{ "web-only", "ipv4", "web-", VERDICT_OUT_OF_PURPOSE, REASON_CONDITION },
	{ "web-only", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_CONDITION },
	{ "web-listed", "url", "web", VERDICT_PERMITTED, REASON_NONE },
	{ "web-listed", "ipv4", "web", VERDICT_NOTICE, REASON_NOT_ENUMERATED },
	{ "web-listed", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_CONDITION },
	{ "web-listed", "url", NULL, VERDICT_OUT_OF_PURPOSE, REASON_CONDITION },
	{ "empty", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_BLANK },
	{ "closed", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_NOT_PERMITTED },

	/* No purpose, or none that is known. */
	{ "", "ipv4", NULL, VERDICT_GAP, REASON_NO_PURPOSE },
	{ "?", "ipv4", NULL, VERDICT_GAP, REASON_UNKNOWN_PURPOSE },

	/* All permit. */
	{ "open open-too", "ipv4", NULL, VERDICT_PERMITTED, REASON_NONE },
	{ "open web-only", "ipv4", "web", VERDICT_PERMITTED, REASON_NONE },
	{ "open listed", "url", NULL, VERDICT_PERMITTED, REASON_NONE },
	{ "open listed", "ipv4", NULL, VERDICT_NOTICE, REASON_NOT_ENUMERATED },
	{ "listed web-listed", "ipv4", "web", VERDICT_NOTICE, REASON_NOT_ENUMERATED },
	{ "listed open-last", "ipv4", NULL, VERDICT_NOTICE, REASON_NOT_ENUMERATED },

	/* Some permit. */
	{ "closed open-last", "ipv4", NULL, VERDICT_NOTICE, REASON_NOT_FOR_EVERY_PURPOSE },
	{ "open closed", "ipv4", NULL, VERDICT_NOTICE, REASON_NOT_FOR_EVERY_PURPOSE },
	{ "open empty", "ipv4", NULL, VERDICT_NOTICE, REASON_NOT_FOR_EVERY_PURPOSE },
	{ "open web-only", "ipv4", NULL, VERDICT_NOTICE, REASON_NOT_FOR_EVERY_PURPOSE },
	{ "web-only closed", "ipv4", "web", VERDICT_NOTICE, REASON_NOT_FOR_EVERY_PURPOSE },
	{ "listed closed", "url", NULL, VERDICT_NOTICE, REASON_NOT_FOR_EVERY_PURPOSE },
	{ "listed closed", "ipv4", NULL, VERDICT_NOTICE, REASON_NOT_ENUMERATED },
	{ "open listed closed", "ipv4", NULL, VERDICT_NOTICE, REASON_NOT_ENUMERATED },
	/* The enumeration of a purpose that does not permit has no say. */
	{ "open web-listed", "ipv4", NULL, VERDICT_NOTICE, REASON_NOT_FOR_EVERY_PURPOSE },

	/* None permits: the worst of the reasons. */
	{ "web-only empty", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_BLANK },
	{ "web-only closed", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_NOT_PERMITTED },
	{ "empty closed", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_NOT_PERMITTED },
	{ "web-only empty closed", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_NOT_PERMITTED },
	{ "closed empty-last", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_NOT_PERMITTED },
	{ "web-only web-listed", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_CONDITION },

	/* An unknown purpose beside known ones: a gap at least. */
	{ "open ?", "ipv4", NULL, VERDICT_GAP, REASON_UNKNOWN_PURPOSE },
	{ "listed ?", "ipv4", NULL, VERDICT_GAP, REASON_UNKNOWN_PURPOSE },
	{ "open closed ?", "ipv4", NULL, VERDICT_GAP, REASON_UNKNOWN_PURPOSE },
	{ "closed ?", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_NOT_PERMITTED },
	{ "web-only ?", "ipv4", NULL, VERDICT_OUT_OF_PURPOSE, REASON_CONDITION },

	/* On no list: whatever the purposes. */
	{ "open", "content", NULL, VERDICT_OUT_OF_PURPOSE, REASON_OUTSIDE_ANNEX },
	{ "closed", "content", NULL, VERDICT_OUT_OF_PURPOSE, REASON_OUTSIDE_ANNEX },
	{ "", "content", NULL, VERDICT_OUT_OF_PURPOSE, REASON_OUTSIDE_ANNEX },
	{ "?", "content", NULL, VERDICT_OUT_OF_PURPOSE, REASON_OUTSIDE_ANNEX },
};

static void test_decide(void **state)
{
	struct policy *policy = unit_policy_parsed(small);

	(void)state;
	for (size_t i = 0; i < COUNT(decision_cases); i++) {
		const struct decision_case *c = &decision_cases[i];
		size_t purposes[8];
		struct purpose_set set = set_of(policy, c->purposes, purposes);
		struct decision d = policy_decide(
			policy, &set, policy_category_of(policy, c->element), c->element, c->kind);

		if (d.verdict != c->verdict || d.reason != c->reason)
			fail_msg("[%s] %s in %s: %s %s, not %s %s", c->purposes, c->element,
				 c->kind != NULL ? c->kind : "-", verdict_name(d.verdict),
				 reason_name(d.reason), verdict_name(c->verdict),
				 reason_name(c->reason));
	}
	policy_free(&policy);
}

/* The cases above are worth their name only if they give everything that can be given. */
static void test_decide_cases_are_complete(void **state)
{
	bool seen[REASON_COUNT] = { false };

	(void)state;
	for (size_t i = 0; i < COUNT(decision_cases); i++)
		seen[decision_cases[i].reason] = true;
	for (enum reason r = 0; r < REASON_COUNT; r++) {
		bool unscanned = r >= REASON_RECORD_LIMIT && r <= REASON_INPUT_ERROR;

		assert_int_equal(seen[r], !unscanned);
	}
}

static void test_decide_no_category_fails_closed(void **state)
{
	struct policy *policy = unit_policy_parsed(small);
	size_t open = policy_find_purpose(policy, "open");
	struct purpose_set set = { .purposes = &open, .n = 1 };

	(void)state;
	assert_int_equal(policy_decide(policy, &set, POLICY_NONE, "ipv4", NULL).verdict,
			 VERDICT_OUT_OF_PURPOSE);
	assert_int_equal(policy_decide(policy, &set, 1, "ipv4", NULL).verdict,
			 VERDICT_OUT_OF_PURPOSE);
	policy_free(&policy);
}

/* --- Asking ------------------------------------------------------------------ */

static void test_queries(void **state)
{
	struct policy *policy = unit_policy_parsed(small);
	const struct policy_cell *cell;
	size_t listed = policy_find_purpose(policy, "listed");

	(void)state;
	assert_string_equal(policy_version(policy), "small-1");
	assert_string_equal(policy_title(policy, POLICY_NL), "Klein");
	assert_string_equal(policy_title(policy, POLICY_EN), "Small");
	assert_int_equal(listed, 2);
	assert_true(policy_find_purpose(policy, "list") == POLICY_NONE);
	assert_true(policy_find_purpose(policy, "zzz") == POLICY_NONE);
	assert_true(policy_find_purpose(policy, "") == POLICY_NONE);
	assert_true(policy_find_category(policy, "nothing") == POLICY_NONE);
	assert_string_equal(policy_enumeration(policy, listed, 0)->items[POLICY_NL][0], "pages");
	assert_null(policy_enumeration(policy, 0, 0));
	cell = policy_cell(policy, policy_find_purpose(policy, "web-only"), 0);
	assert_string_equal(cell->kind, "web");
	assert_string_equal(policy_cell_name(cell->state), "permitted-only-for");
	policy_free(&policy);
	policy_free(&policy);
	policy_free(NULL);
}

/* One language serves for both; numbers are counted where they are left out. */
static void test_defaults(void **state)
{
	struct policy *policy = unit_policy_parsed(small);

	(void)state;
	assert_string_equal(policy_purpose(policy, 0)->words[POLICY_NL], "o");
	assert_string_equal(policy_category(policy, 0)->words[POLICY_NL], "Verkeer");
	assert_int_equal(policy_purpose(policy, 0)->row, 1);
	assert_int_equal(policy_purpose(policy, 6)->row, 7);
	assert_int_equal(policy_category(policy, 0)->column, 1);
	policy_free(&policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decide),
		cmocka_unit_test(test_decide_cases_are_complete),
		cmocka_unit_test(test_decide_no_category_fails_closed),
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
