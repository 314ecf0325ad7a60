/* What declared purposes compile to, and the help for those who mistype one. */
#include "unit.h"

#include <purposed/engine/finder.h>
#include <purposed/engine/plan.h>

static void test_plan(void **state)
{
	static const char *const ids[] = { "mail", "all", "mail", "all", "all" };
	struct engine *engine = unit_engine(NULL, unit_two_rules, NULL);
	struct plan *plan = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(plan_new(&plan, engine, ids, COUNT(ids), "-p", &e), 0);
	/* ascending, each once */
	assert_int_equal(plan->set.n, 2);
	assert_int_equal(plan->set.purposes[0], policy_find_purpose(engine_policy(engine), "all"));
	assert_int_equal(plan->set.purposes[1], policy_find_purpose(engine_policy(engine), "mail"));
	assert_false(plan->set.unknown);
	/* every rule is looked for */
	assert_int_equal(plan->n_rules, 2);
	assert_int_equal(plan->rules[0], 0);
	assert_int_equal(plan->rules[1], 1);
	/* the plan keeps its engine */
	engine_unref(&engine);
	assert_int_equal(rules_count(engine_rules(plan->engine)), 2);
	plan_free(&plan);
	assert_null(plan);
	plan_free(&plan);
	plan_free(NULL);
}

static void test_none_declared(void **state)
{
	struct engine *engine = unit_engine(NULL, unit_two_rules, NULL);
	struct plan *plan = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(plan_new(&plan, engine, NULL, 0, "-p", &e), 0);
	assert_int_equal(plan->set.n, 0);
	assert_int_equal(plan->n_rules, 2);
	plan_free(&plan);
	engine_unref(&engine);
}

/* Each unknown id is named, with the nearest there is where one is near. */
static void test_unknown(void **state)
{
	static const char *const ids[] = { "al", "maill", "mail", "something-else", "", "parts" };
	struct engine *engine = unit_engine(NULL, unit_two_rules, NULL);
	struct plan *plan = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(plan_new(&plan, engine, ids, COUNT(ids), "x.conf:3", &e), -1);
	assert_null(plan);
	unit_said(&e, "x.conf:3: the policy has no purpose 'al'; did you mean 'all'?\n"
		      "x.conf:3: the policy has no purpose 'maill'; did you mean 'mail'?\n"
		      "x.conf:3: the policy has no purpose 'something-else' "
		      "(see: purposed policy list)\n"
		      "x.conf:3: the policy has no purpose '' (see: purposed policy list)\n"
		      "x.conf:3: the policy has no purpose 'parts'; did you mean 'part'?\n");
	engine_unref(&engine);
}

/* The finder names every rule of the plan, from the first byte; of an empty text, none. */
static void test_finder(void **state)
{
	struct engine *engine = unit_engine(NULL, unit_two_rules, NULL);
	struct plan *plan = NULL;
	struct finder finder = { 0 };
	struct candidate candidate;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(plan_new(&plan, engine, NULL, 0, "-p", &e), 0);
	for (uint16_t i = 0; i < 2; i++) {
		assert_true(finder_next(&finder, plan, span_str("x"), &candidate));
		assert_int_equal(candidate.rule, i);
		assert_int_equal(candidate.start, 0);
	}
	assert_false(finder_next(&finder, plan, span_str("x"), &candidate));
	finder = (struct finder){ 0 };
	assert_false(finder_next(&finder, plan, span_str(""), &candidate));
	plan_free(&plan);
	engine_unref(&engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_none_declared),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_finder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
