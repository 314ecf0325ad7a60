/* Lists of words of rule files: what a pattern becomes, and every mistake in words. */
#include "unit.h"

#include <purposed/engine/rules.h>

#define REST "element = 'e'; what = 'w'; examples = [ 'x' ]; counter_examples = [ 'y' ];"

static int parse(struct rules **rules_r, const char *a, const char *b, struct err *e)
{
	char *texts[] = { unit_quoted(a), unit_quoted(b) };
	struct rules_text sources[] = { { "a.conf", texts[0] }, { "b.conf", texts[1] } };
	int result = rules_parse(rules_r, sources, 2, true, e);

	free(texts[0]);
	free(texts[1]);
	return result;
}

/* A list of any file, with the lists that it uses itself, wherever a pattern names it. */
static void test_lists_are_put_in(void **state)
{
	struct rules *rules = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(parse(&rules,
			       "rules = ( { id = 'twice'; pattern = 'a(?{both})b(?{one})c'; " REST
			       " },"
			       "  { id = 'plain'; pattern = 'a{2}x'; " REST " } );",
			       "words = { one = [ 'x', 'y+' ]; both = [ '(?{one})', 'z' ]; };\n"
			       "rules = ( { id = 'alone'; pattern = '(?{both})'; " REST " } );",
			       &e),
			 0);
	assert_string_equal(rules_find(rules, "twice")->pattern, "a(?:(?:x|y+)|z)b(?:x|y+)c");
	assert_string_equal(rules_find(rules, "twice")->written, "a(?{both})b(?{one})c");
	assert_string_equal(rules_find(rules, "plain")->pattern, "a{2}x");
	assert_string_equal(rules_find(rules, "alone")->pattern, "(?:(?:x|y+)|z)");
	rules_free(&rules);
	err_fini(&e);
}

/* Words that begin alike are joined where the first of them stands; the language is the same. */
static void test_words_are_joined(void **state)
{
	struct rules *rules = unit_rules(
		"words = { w = [ 'add', 'mail', 'admin', 'a?b', '[xy]', 'all', 'add', 'm(?:s|r)',\n"
		"               'ad', '(?:x|y)z', '\\\\|k' ]; };\n"
		"rules = ( { id = 'a'; pattern = '^(?{w})$'; " REST " } );",
		true);
	static const char *const in[] = { "add", "mail", "admin", "ab", "b", "x",
					  "all", "ms",	 "ad",	  "yz", "|k" };
	static const char *const out[] = { "", "a", "m", "mailx", "adm", "xz|" };
	const struct rule *rule = rules_at(rules, 0);
	struct regex_scratch *scratch =
		regex_scratch_new(&(struct regex_limits){ 100000, 100000, 100000 });

	(void)state;
	assert_string_equal(rule->pattern, "^(?:a(?:d(?:d(?:|)|min|)|ll)|m(?:ail|(?:s|r))|a?b|[xy]|"
					   "(?:x|y)z|\\|k)$");
	for (size_t i = 0; i < COUNT(in); i++)
		assert_int_equal(regex_match(rule->regex, scratch, span_str(in[i]), 0),
				 REGEX_MATCH);
	for (size_t i = 0; i < COUNT(out); i++)
		assert_int_equal(regex_match(rule->regex, scratch, span_str(out[i]), 0),
				 REGEX_NO_MATCH);
	regex_scratch_free(&scratch);
	rules_free(&rules);
}

static void refuses(const char *a, const char *why)
{
	struct rules *rules = NULL;
	struct err e = { 0 };

	assert_int_equal(parse(&rules, a, "rules = ( { id = 'o'; pattern = 'o'; " REST " } );", &e),
			 -1);
	assert_null(rules);
	unit_said(&e, why);
	err_fini(&e);
}

static void test_mistakes(void **state)
{
	(void)state;
	refuses("rules = ( { id = 'a'; pattern = 'a(?{none})'; " REST " } );",
		"a.conf:1: there is no list of words 'none'\n");
	refuses("words = { w = [ 'x' ]; };\nrules = ( { id = 'a'; pattern = 'a(?{w)'; " REST
		" } );",
		"a.conf:2: '(?{' without '})' behind it\n");
	refuses("words = { w = [ ]; };\nrules = ( );", "a.conf:1: 'w' must not be empty\n");
	refuses("words = { w = 'x'; };\nrules = ( );",
		"a.conf:1: words 'w' must be a list [ ... ], not a string\n");
	refuses("words = { w = [ 7 ]; };\nrules = ( );",
		"a.conf:1: element 1 of 'w' must be a string, not a whole number\n");
	/* It would match everywhere. */
	refuses("words = { w = [ 'x',\n '' ]; };\nrules = ( );",
		"a.conf:2: word 2 of 'w' is empty\n");
	/* A list stands before those that use it, and never in itself. */
	refuses("words = { w = [ 'x', '(?{w})' ]; };\nrules = ( );",
		"a.conf:1: there is no list of words 'w'\n");
	refuses("words = { w = [ 'x', 'y|z' ]; };\nrules = ( );",
		"a.conf:1: 'y|z' is more than one word\n");
	refuses("words = [ 'x' ];\nrules = ( );",
		"a.conf:1: 'words' must be a group { ... }, not a list [ ... ]\n");
}

/* Lists that double again and again end before memory does. */
static void test_growth(void **state)
{
	struct buf text = { 0 };
	struct rules *rules = NULL;
	struct err e = { 0 };

	(void)state;
	buf_add_str(&text, "words = { w0 = [ 'abcdefgh' ]; ");
	for (int i = 1; i < 40; i++)
		buf_printf(&text, "w%d = [ '(?{w%d})', '(?{w%d})' ]; ", i, i - 1, i - 1);
	buf_add_str(&text, "}; rules = ( );");
	assert_int_equal(parse(&rules, buf_str(&text),
			       "rules = ( { id = 'o'; pattern = 'o'; " REST " } );", &e),
			 -1);
	assert_non_null(strstr(buf_str(&e.text), "more than 1048576 bytes with its lists"));
	assert_null(rules);
	buf_fini(&text);
	err_fini(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_are_put_in),
		cmocka_unit_test(test_words_are_joined),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
