/* Rules that fail their own examples are refused, and the words say which and why. */
#include "unit.h"

#include <purposed/engine/engine.h>
#include <purposed/engine/examples.h>

#define WORD "element = 'e'; pattern = 'v[0-9]+';"
#define PAIR "pattern = '(?<k>[a-z]+)=(?<n>[0-9]+)'; groups = { k = 'key'; n = 'number'; };"

/* A rule 'r' at unit.conf:2 with its examples, and what must be said ("": it passes). */
static const struct example_case {
	const char *settings, *examples, *counter_examples, *said;
} cases[] = {
	{ WORD, "'a [[v12]] b'", "'a v b'", "" },
	{ WORD, "'[[v1]][[v2]]', '[[v3]]'", "'v'", "" },
	{ WORD, "'a [[v1]]2 b'", "'v'",
	  "example \"a [[v1]]2 b\": finds \"v12\", which is not marked\n"
	  "example \"a [[v1]]2 b\": does not find \"v1\"\n" },
	{ WORD, "'[[v1]] v2'", "'v'",
	  "example \"[[v1]] v2\": finds \"v2\", which is not marked\n" },
	{ WORD, "'[[w1]]'", "'v'", "example \"[[w1]]\": does not find \"w1\"\n" },
	{ WORD, "'v'", "'v'", "example \"v\": marks nothing with [[ ]]\n" },
	{ WORD, "'[[v1'", "'v'", "example \"[[v1\": [[ without ]]\n" },
	{ WORD, "'[[v1]]'", "'is v1', 'v', 'and v2'",
	  "example \"is v1\": finds \"v1\", which is not marked\n"
	  "example \"and v2\": finds \"v2\", which is not marked\n" },
	/* ]]] closes at its end: the value may end in a bracket */
	{ "element = 'e'; pattern = '[[][0-9]+\\\\]';", "'[[[12]]] [[[3]]]'", "'12]'", "" },
	{ "element = 'e'; pattern = '[0-9]+';", "'[ [[12]] ]'", "'x'", "" },
	/* groups are named in the mark */
	{ PAIR, "'[[k:a]]=[[n:1]]'", "'='", "" },
	{ PAIR, "'[[[k:a]]=1]'", "'='",
	  "example \"[[[k:a]]=1]\": finds \"1\", which is not marked\n" },
	{ PAIR, "'[[[k:a]]=[[n:1]]]'", "'='",
	  "example \"[[[k:a]]=[[n:1]]]\": finds \"1\", which is not marked\nexample "
	  "\"[[[k:a]]=[[n:1]]]\": does not find \"1]\"\n" },
	{ PAIR, "'[[k:a]]=1'", "'='", "example \"[[k:a]]=1\": finds \"1\", which is not marked\n" },
	{ PAIR, "'[[a]]=1'", "'='",
	  "example \"[[a]]=1\": [[ must be followed by a group and ':'\n" },
	{ PAIR, "'[[x:a]]=1'", "'='",
	  "example \"[[x:a]]=1\": [[ must be followed by a group and ':'\n" },
	{ PAIR, "'[[n:a]]=[[k:1]]'", "'='",
	  "example \"[[n:a]]=[[k:1]]\": finds \"a\", which is not marked\n"
	  "example \"[[n:a]]=[[k:1]]\": finds \"1\", which is not marked\n"
	  "example \"[[n:a]]=[[k:1]]\": does not find \"a\"\n"
	  "example \"[[n:a]]=[[k:1]]\": does not find \"1\"\n" },
	/* all decoded views are looked at, and spans are the record's */
	{ WORD, "'[[%76%31]]'", "'%76'", "" },
	{ WORD, "'[[v1]]%20[[v%32]]'", "'x'", "" },
	{ WORD, "'[[v1]]'", "'%2576%2531'",
	  "example \"%2576%2531\": finds \"%2576%2531\", which is not marked\n" },
	/* a rule that gives up on its own example is none */
	{ "element = 'e'; pattern = '(?:a|aa)+x';", "'[[ax]]'",
	  "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaay x'",
	  "example \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaay x\": runs into a match "
	  "limit\n" },
};

/* said, with "unit.conf:2: rule 'r': " before each of its lines. */
static void add_prefixed(struct buf *out, const char *said)
{
	while (*said != '\0') {
		size_t len = (size_t)(strchr(said, '\n') - said) + 1;

		buf_add_str(out, "unit.conf:2: rule 'r': ");
		buf_add(out, said, len);
		said += len;
	}
}

static void test_examples(void **state)
{
	const struct regex_limits limits = { .match = 10000, .depth = 10000, .heap_kib = 1024 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf text = { 0 };
		struct buf wanted = { 0 };
		struct err e = { 0 };
		struct rules *rules;

		buf_printf(&text,
			   "rules = (\n{ id = 'r'; what = 'w'; %s examples = [ %s ]; "
			   "counter_examples = [ %s ]; } );",
			   cases[i].settings, cases[i].examples, cases[i].counter_examples);
		rules = unit_rules(buf_str(&text), i % 2 == 0);
		assert_int_equal(examples_run(rules, &limits, &e),
				 cases[i].said[0] != '\0' ? -1 : 0);
		add_prefixed(&wanted, cases[i].said);
		unit_said(&e, buf_str(&wanted));
		rules_free(&rules);
		buf_fini(&text);
		buf_fini(&wanted);
	}
}

/* Every failing rule is named, and the sound one between them is not. */
static void test_all_rules(void **state)
{
	const struct regex_limits limits = { .match = 10000, .depth = 10000, .heap_kib = 1024 };
	struct rules *rules = unit_rules(
		"rules = (\n"
		"{ id = 'a'; what = 'w'; element = 'e'; pattern = 'a'; examples = [ '[[b]]' ];\n"
		"  counter_examples = [ 'y' ]; },\n"
		"{ id = 'b'; what = 'w'; element = 'e'; pattern = 'b'; examples = [ 'a [[b]]' ];\n"
		"  counter_examples = [ 'a' ]; },\n"
		"{ id = 'c'; what = 'w'; element = 'e'; pattern = 'c'; examples = [ '[[c]]' ];\n"
		"  counter_examples = [ 'c' ]; } );",
		true);
	struct err e = { 0 };

	(void)state;
	assert_int_equal(examples_run(rules, &limits, &e), -1);
	unit_said(&e, "unit.conf:2: rule 'a': example \"[[b]]\": does not find \"b\"\n"
		      "unit.conf:6: rule 'c': example \"c\": finds \"c\", which is not marked\n");
	rules_free(&rules);
}

/* The built-in rules are not proven at each start: they are here, and by `purposed check`. */
static void test_embedded(void **state)
{
	const struct engine_options options = engine_defaults();
	struct engine *engine = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(engine_load(&engine, &options, &e), 0);
	if (engine_prove(engine, &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	engine_unref(&engine);
}

/* Others are, when they are loaded. */
static void test_load(void **state)
{
	char dir[32];
	char *rules = unit_file(unit_directory(dir), "r.conf",
				"rules = ( { id = 'r'; what = 'w'; element = 'e'; pattern = 'a'; "
				"examples = [ '[[b]]' ]; counter_examples = [ 'y' ]; } );");
	struct engine_options options = engine_defaults();
	struct engine *engine = NULL;
	struct err e = { 0 };

	(void)state;
	options.rules_path = rules;
	assert_int_equal(engine_load(&engine, &options, &e), -1);
	assert_null(engine);
	assert_non_null(strstr(buf_str(&e.text), "rule 'r': example \"[[b]]\""));
	err_fini(&e);
	unlink(rules);
	rmdir(dir);
	free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_all_rules),
		cmocka_unit_test(test_embedded),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
