/* What declared purposes compile to, and the help for those who mistype one. */
#include "unit.h"

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

/* The need of the only target of a rule, for a purpose, where flags are wanted. */
static enum prescan_need need(struct engine *engine, const char *purpose, size_t rule)
{
	struct plan *plan = NULL;
	struct err e = { 0 };
	const struct prescan_rule *r;
	enum prescan_need result;

	assert_int_equal(plan_new(&plan, engine, &purpose, purpose != NULL, "-p", &e), 0);
	r = prescan_goal_rule(plan_prescan(plan, PRESCAN_FLAGS), rule);
	result = r->targets[0].need;
	assert_int_equal(r->worst, result);
	plan_free(&plan);
	return result;
}

/* What a first look must look for follows from the policy's cells, and from the kind. */
static void test_needs(void **state)
{
	struct engine *engine = unit_engine(NULL, unit_two_rules, NULL);

	(void)state;
	assert_int_equal(need(engine, "all", 0), PRESCAN_NOTHING);
	assert_int_equal(need(engine, "all", 1), PRESCAN_NOTHING);
	assert_int_equal(need(engine, "mail", 0), PRESCAN_NOTHING);
	assert_int_equal(need(engine, "mail", 1), PRESCAN_NAMED);
	assert_int_equal(need(engine, "part", 0), PRESCAN_NAMED); /* blank */
	assert_int_equal(need(engine, "part", 1), PRESCAN_NOTHING);
	assert_int_equal(need(engine, NULL, 0), PRESCAN_NAMED); /* a gap */
	/* No rule recognises a kind: the condition cannot hold. */
	assert_int_equal(need(engine, "web", 0), PRESCAN_NAMED);
	assert_int_equal(need(engine, "web", 1), PRESCAN_NAMED);
	engine_unref(&engine);
}

static const char kind_rule[] =
	"rules = (\n"
	"  { id = 'ip'; element = 'ipv4'; what = 'w';\n"
	"    pattern = '(?<![0-9.])[0-9]{1,3}(?:[.][0-9]{1,3}){3}(?![0-9.])';\n"
	"    examples = [ 'from [[192.0.2.7]]' ]; counter_examples = [ '1.2.3' ]; },\n"
	"  { id = 'log'; element = 'url'; what = 'w'; kind = 'web-traffic-log';\n"
	"    pattern = 'GET [^ ]{1,99}';\n"
	"    examples = [ '[[GET /x]] y' ]; counter_examples = [ 'GET' ]; } );\n";

static void test_kind(void **state)
{
	static const char *const web[] = { "web" };
	static const char *const all[] = { "all" };
	struct engine *engine = unit_engine(NULL, kind_rule, NULL);
	struct plan *plan = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(need(engine, "web", 0), PRESCAN_UNLESS_KIND);
	assert_int_equal(need(engine, "mail", 0), PRESCAN_NAMED);
	assert_int_equal(plan_new(&plan, engine, web, 1, "-p", &e), 0);
	assert_false(prescan_goal_rule(plan_prescan(plan, PRESCAN_FLAGS), 0)->tells_kind);
	assert_true(prescan_goal_rule(plan_prescan(plan, PRESCAN_FLAGS), 1)->tells_kind);
	assert_true(prescan_goal_kind_holds(plan_prescan(plan, PRESCAN_FLAGS), "web-traffic-log"));
	assert_false(prescan_goal_kind_holds(plan_prescan(plan, PRESCAN_FLAGS), "mail-log"));
	plan_free(&plan);
	/* Where nothing depends on the kind it is not looked for. */
	assert_int_equal(plan_new(&plan, engine, all, 1, "-p", &e), 0);
	assert_false(prescan_goal_rule(plan_prescan(plan, PRESCAN_FLAGS), 1)->tells_kind);
	plan_free(&plan);
	engine_unref(&engine);
}

/* A rule without an anchor can be looked for in full only; where it does not matter, it does not.
 */
static void test_slow(void **state)
{
	static const char slow[] =
		"rules = ( { id = 'ip'; element = 'ipv4'; what = 'w'; pattern = '[0-9.]{7,15}';\n"
		"            examples = [ 'from [[192.0.2.7]]' ]; counter_examples = [ '1.2.3' ]; "
		"},\n"
		"          { id = 'any'; element = 'email'; what = 'w'; pattern = '\\w+';\n"
		"            examples = [ '[[x]]' ]; counter_examples = [ '-' ]; } );\n";
	static const char *const mail[] = { "mail" };
	static const char *const web[] = { "web" };
	struct engine *engine = unit_engine(NULL, slow, NULL);
	struct plan *plan = NULL;
	struct err e = { 0 };
	size_t n = 0;

	(void)state;
	assert_int_equal(rule_finders_slow_rules(engine_finders(engine), &n)[0], 1);
	assert_int_equal(n, 1);
	assert_int_equal(plan_new(&plan, engine, web, 1, "-p", &e), 0);
	assert_null(plan_prescan(plan, PRESCAN_FLAGS));
	plan_free(&plan);
	assert_int_equal(plan_new(&plan, engine, mail, 1, "-p", &e), 0);
	assert_non_null(plan_prescan(plan, PRESCAN_FLAGS));
	assert_null(plan_prescan(plan, PRESCAN_CATEGORIES));
	plan_free(&plan);
	engine_unref(&engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),	cmocka_unit_test(test_none_declared),
		cmocka_unit_test(test_unknown), cmocka_unit_test(test_needs),
		cmocka_unit_test(test_kind),	cmocka_unit_test(test_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
