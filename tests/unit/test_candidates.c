/* In order of rules, and each reaches back as far as those behind it. */
#include "unit.h"

#include <purposed/engine/candidates.h>

enum { RULES = 4, RULE_MAX = 50 };

static int set_up(void **state)
{
	*state = candidates_new(RULES);
	candidates_begin(*state);
	return 0;
}

static int tear_down(void **state)
{
	struct candidates *c = *state;

	candidates_free(&c);
	return 0;
}

/* An anchor at `at`, in front of which a match starts by `before` bytes. */
static bool add(struct candidates *c, uint16_t rule, uint32_t part, size_t at, int before)
{
	const struct candidate candidate = { .rule = rule,
					     .at = at,
					     .before_min = before,
					     .before_max = before,
					     .rule_max = RULE_MAX,
					     .blanks_max = ANCHOR_FAR };

	return candidates_add(c, &candidate, part);
}

/* Where p is looked for, if nothing was before; -1: nowhere. */
static long long searched_from(struct candidates *c, const struct proposal *p)
{
	size_t *from;
	size_t last;

	return candidates_reach(c, p, span_of(NULL, 0), 0, &from, &last) ? (long long)*from : -1;
}

static void test_order(void **state)
{
	struct candidates *c = *state;
	const struct proposal *p;
	size_t n;

	add(c, 2, 0, 10, 0);
	add(c, 1, 0, 20, 0);
	add(c, 2, 0, 30, 0);
	add(c, 1, 1, 40, 0);
	p = candidates_sort(c, NULL, &n);
	assert_int_equal(n, 4);
	assert_int_equal(p[0].candidate.at, 20);
	assert_int_equal(p[1].candidate.at, 40);
	assert_int_equal(p[2].candidate.at, 10);
	assert_int_equal(p[3].candidate.at, 30);
	/* None reaches back further than it says. */
	assert_int_equal(searched_from(c, &p[0]), 20);
	assert_int_equal(searched_from(c, &p[2]), 10);
	candidates_sort(c, NULL, &n);
	assert_int_equal(n, 0);
}

/* What is searched for the first one is not searched again: the third one must not come too late.
 */
static void test_further_back(void **state)
{
	struct candidates *c = *state;
	const struct proposal *p;
	size_t *from;
	size_t last;
	size_t n;

	add(c, 1, 7, 100, 0);
	add(c, 1, 7, 105, 3);
	add(c, 1, 7, 110, 30);
	add(c, 1, 8, 120, 45);
	add(c, 2, 8, 125, 50);
	p = candidates_sort(c, NULL, &n);
	assert_int_equal(n, 5);
	assert_true(candidates_reach(c, &p[0], span_of(NULL, 0), 0, &from, &last));
	assert_int_equal(*from, 80);
	assert_int_equal(last, 100);
	*from = last + 1;
	assert_true(candidates_reach(c, &p[1], span_of(NULL, 0), 0, &from, &last));
	assert_int_equal(*from, 101);
	assert_int_equal(last, 102);
	*from = last + 1;
	assert_false(candidates_reach(c, &p[2], span_of(NULL, 0), 0, &from, &last));
	/* Another part, and another rule, are their own. */
	assert_int_equal(searched_from(c, &p[3]), 75);
	assert_int_equal(searched_from(c, &p[4]), 75);
}

/* One that reaches back without an end. */
static void test_far(void **state)
{
	struct candidates *c = *state;
	const struct proposal *p;
	size_t n;

	add(c, 1, 0, 100, 0);
	add(c, 1, 0, 200, ANCHOR_FAR);
	p = candidates_sort(c, NULL, &n);
	assert_int_equal(n, 2);
	assert_int_equal(searched_from(c, &p[0]), 0);
}

/* Of a part that goes on it is not known what comes: all reach as far back as any may. */
static void test_going_on(void **state)
{
	struct candidates *c = *state;
	const struct proposal *p;
	size_t n;

	for (size_t i = 1; i < CANDIDATES_MAX; i++)
		assert_true(add(c, 1, i < 10 ? 0 : 1, 1000 + i, 0));
	assert_false(add(c, 1, 1, 5000, 0));
	p = candidates_sort(c, NULL, &n);
	assert_int_equal(n, CANDIDATES_MAX);
	assert_int_equal(searched_from(c, &p[0]), 1001);
	assert_int_equal(searched_from(c, &p[n - 1]), 5000 - RULE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_further_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_far, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_going_on, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
