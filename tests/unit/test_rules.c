/* Reading rule files: what they give, and every mistake with file, line and words. */
#include "unit.h"

#include <purposed/engine/rules.h>

/* Two texts, a.conf and b.conf (or NULL). */
static int parse(struct rules **rules_r, const char *a, const char *b, struct err *e)
{
	char *texts[] = { unit_quoted(a), unit_quoted(b != NULL ? b : "") };
	struct rules_text sources[] = { { "a.conf", texts[0] }, { "b.conf", texts[1] } };
	int result = rules_parse(rules_r, sources, b != NULL ? 2 : 1, true, e);

	free(texts[0]);
	free(texts[1]);
	return result;
}

#define EXAMPLES "examples = [ 'x' ]; counter_examples = [ 'y' ];"

static void test_what_a_rule_is(void **state)
{
	struct rules *rules = unit_rules(
		"rules = (\n"
		"  { id = 'plain-1'; element = 'email'; what = 'w'; pattern = 'a(b)'; " EXAMPLES
		" },\n"
		"  { id = 'full'; element = 'phone'; what = 'w'; pattern = 'a(?<value>b)';\n"
		"    validate = 'iban'; keywords = [ 'tel', 'gsm' ]; window = 12; rank = 100;\n"
		"    container = true; kind = 'web'; " EXAMPLES " },\n"
		"  { id = 'decoy'; element = 'none'; what = 'w'; pattern = 'c'; rank = 0; " EXAMPLES
		" },\n"
		"  { id = 'groups'; what = 'w'; pattern = '(?<u>a)(?<v>b)'; rank = 60;\n"
		"    groups = { v = 'email'; u = { element = 'user'; rank = 70; container = true;\n"
		"               validate = 'iban'; }; }; " EXAMPLES " } );\n",
		true);
	const struct rule *full = rules_at(rules, 1);
	const struct rule *groups = rules_find(rules, "groups");

	(void)state;
	assert_int_equal(rules_count(rules), 4);
	assert_int_equal(rules_element_count(rules), 3);
	assert_string_equal(rules_element(rules, rules_at(rules, 0)->targets[0].element), "email");
	assert_int_equal(rules_at(rules, 0)->targets[0].group, 0);
	assert_int_equal(rules_at(rules, 0)->targets[0].rank, 50);
	assert_null(rules_at(rules, 0)->keywords);
	assert_null(rules_at(rules, 0)->targets[0].group_name);
	assert_string_equal(full->file, "unit.conf");
	assert_int_equal(full->line, 3);
	assert_int_equal(full->targets[0].group, 1);
	assert_int_equal(full->targets[0].rank, 100);
	assert_true(full->targets[0].container);
	assert_string_equal(full->targets[0].validator->name, "iban");
	assert_int_equal(full->window, 12);
	assert_int_equal(full->n_keywords, 2);
	assert_string_equal(full->keyword_list[1], "gsm");
	assert_string_equal(full->kind, "web");
	assert_string_equal(full->examples[0], "x");
	assert_string_equal(full->counter_examples[0], "y");
	assert_int_equal(rules_at(rules, 2)->targets[0].element, RULES_NO_ELEMENT);
	assert_int_equal(groups->n_targets, 2);
	assert_string_equal(groups->targets[0].group_name, "v");
	assert_int_equal(groups->targets[0].group, 2);
	assert_int_equal(groups->targets[0].rank, 60);
	assert_false(groups->targets[0].container);
	assert_int_equal(groups->targets[1].rank, 70);
	assert_true(groups->targets[1].container);
	assert_string_equal(groups->targets[1].validator->name, "iban");
	/* one element, one number, whichever rule names it */
	assert_int_equal(groups->targets[0].element, rules_at(rules, 0)->targets[0].element);
	assert_null(rules_find(rules, "group"));
	rules_free(&rules);
	assert_null(rules);
	rules_free(&rules);
	rules_free(NULL);
}

/* One rule, which begins on line 2, with the mistake; and all that must be said. */
static const struct mistake {
	const char *rule;
	const char *said;
} mistakes[] = {
	{ "'x'", "a.conf:2: a rule must be a group { ... }\n" },
	{ "{ element = 'e'; what = 'w'; pattern = 'p'; " EXAMPLES " }",
	  "a.conf:2: setting 'id' is missing\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; " EXAMPLES " }",
	  "a.conf:2: setting 'pattern' is missing\n" },
	{ "{ id = 'r'; element = 'e'; pattern = 'p'; " EXAMPLES " }",
	  "a.conf:2: setting 'what' is missing\n" },
	{ "{ id = 'r'; what = 'w'; pattern = 'p'; " EXAMPLES " }",
	  "a.conf:2: setting 'element' is missing\n" },
	{ "{ id = 'R'; element = 'e'; what = 'w'; pattern = 'p'; " EXAMPLES " }",
	  "a.conf:2: rule id 'R': lower case letters, digits and '-' are allowed\n" },
	{ "{ id = 'a_b'; element = 'e'; what = 'w'; pattern = 'p'; " EXAMPLES " }",
	  "a.conf:2: rule id 'a_b': lower case letters, digits and '-' are allowed\n" },
	{ "{ id = ''; element = 'e'; what = 'w'; pattern = 'p'; " EXAMPLES " }",
	  "a.conf:2: rule id '': lower case letters, digits and '-' are allowed\n" },
	{ "{ id = 'r'; element = 'e-f'; what = 'w'; pattern = 'p'; " EXAMPLES " }",
	  "a.conf:2: element 'e-f': lower case letters, digits and '_' are allowed\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w';\n pattern = 'p('; " EXAMPLES " }",
	  "a.conf:3: rule 'r': missing closing parenthesis at byte 2 of the pattern\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p'; colour = 1; " EXAMPLES " }",
	  "a.conf:2: unknown setting 'colour'\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p';\n validate = 'no-such'; " EXAMPLES
	  " }",
	  "a.conf:3: there is no validator 'no-such'\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p'; rank = 101; " EXAMPLES " }",
	  "a.conf:2: 'rank' is 101, must be from 0 to 100\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p'; rank = -1; " EXAMPLES " }",
	  "a.conf:2: 'rank' is -1, must be from 0 to 100\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p'; container = 1; " EXAMPLES " }",
	  "a.conf:2: 'container' must be true or false, not a whole number\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p'; kind = 1; " EXAMPLES " }",
	  "a.conf:2: 'kind' must be a string, not a whole number\n" },
	/* examples */
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p'; }",
	  "a.conf:2: setting 'examples' is missing\n"
	  "a.conf:2: setting 'counter_examples' is missing\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p';\n examples = [];\n"
	  " counter_examples = [ 1 ]; }",
	  "a.conf:3: 'examples' must not be empty\n"
	  "a.conf:4: element 1 of 'counter_examples' must be a string, not a whole number\n" },
	/* keywords */
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p';\n window = 5; " EXAMPLES " }",
	  "a.conf:3: 'window' without 'keywords'\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p'; keywords = 'k'; " EXAMPLES " }",
	  "a.conf:2: 'keywords' must be a list [ ... ], not a string\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p'; keywords = [ 'k' ]; window = "
	  "0; " EXAMPLES " }",
	  "a.conf:2: 'window' is 0, must be from 1 to 4096\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = 'p';\n keywords = [ 'k', '' "
	  "]; " EXAMPLES " }",
	  "a.conf:3: keyword 2 is empty\n" },
	/* groups */
	{ "{ id = 'r'; what = 'w'; pattern = '(?<a>p)';\n groups = { }; " EXAMPLES " }",
	  "a.conf:3: 'groups' must not be empty\n" },
	{ "{ id = 'r'; what = 'w'; pattern = '(?<a>p)';\n groups = { b = 'e'; }; " EXAMPLES " }",
	  "a.conf:3: the pattern has no group 'b'\n" },
	{ "{ id = 'r'; what = 'w'; pattern = '(?<a>p)';\n groups = { a = 1; }; " EXAMPLES " }",
	  "a.conf:3: group 'a' must be an element or { element = ...; }\n" },
	{ "{ id = 'r'; what = 'w'; pattern = '(?<a>p)';\n groups = { a = { rank = 3; size = 1; }; "
	  "}; " EXAMPLES " }",
	  "a.conf:3: setting 'element' is missing\na.conf:3: unknown setting 'size'\n" },
	{ "{ id = 'r'; element = 'e'; what = 'w'; pattern = '(?<a>p)';\n groups = { a = 'E'; "
	  "}; " EXAMPLES " }",
	  "a.conf:2: a rule with groups takes 'element' and 'validate' per group\n"
	  "a.conf:3: element 'E': lower case letters, digits and '_' are allowed\n" },
	{ "{ id = 'r'; what = 'w'; pattern = '(?<a>p)'; groups = 'a'; " EXAMPLES " }",
	  "a.conf:2: 'groups' must be a group { ... }, not a string\n" },
	/* all of one rule in one run, whatever it is that is wrong first */
	{ "{ id = 'R'; element = 'E';\n pattern = 'p(';\n rank = 101; validate = 'no-such';\n"
	  " container = 1; keywords = [ 'k', '' ];\n window = 0; examples = []; colour = 1; }",
	  "a.conf:6: unknown setting 'colour'\n"
	  "a.conf:2: setting 'what' is missing\n"
	  "a.conf:2: rule id 'R': lower case letters, digits and '-' are allowed\n"
	  "a.conf:6: 'examples' must not be empty\n"
	  "a.conf:2: setting 'counter_examples' is missing\n"
	  "a.conf:6: 'window' is 0, must be from 1 to 4096\n"
	  "a.conf:5: keyword 2 is empty\n"
	  "a.conf:3: rule 'R': missing closing parenthesis at byte 2 of the pattern\n"
	  "a.conf:4: 'rank' is 101, must be from 0 to 100\n"
	  "a.conf:5: 'container' must be true or false, not a whole number\n"
	  "a.conf:2: element 'E': lower case letters, digits and '_' are allowed\n"
	  "a.conf:4: there is no validator 'no-such'\n" },
	{ "{ what = 'w'; pattern = 'p('; window = 0; keywords = 1; rank = 101; " EXAMPLES " }",
	  "a.conf:2: setting 'id' is missing\n"
	  "a.conf:2: 'window' is 0, must be from 1 to 4096\n"
	  "a.conf:2: 'keywords' must be a list [ ... ], not a whole number\n"
	  "a.conf:2: rule '?': missing closing parenthesis at byte 2 of the pattern\n"
	  "a.conf:2: setting 'element' is missing\n"
	  "a.conf:2: 'rank' is 101, must be from 0 to 100\n" },
	{ "{ id = 'r'; what = 'w'; window = 5; " EXAMPLES " }",
	  "a.conf:2: setting 'pattern' is missing\n"
	  "a.conf:2: 'window' without 'keywords'\n"
	  "a.conf:2: setting 'element' is missing\n" },
	{ "{ id = 'r'; what = 'w'; pattern = '(?<a>p)'; window = 0;\n groups = {\n b = 'E';\n"
	  " a = { rank = 101; size = 1; }; c = 1; }; " EXAMPLES " }",
	  "a.conf:2: 'window' is 0, must be from 1 to 4096\n"
	  "a.conf:2: 'window' without 'keywords'\n"
	  "a.conf:4: the pattern has no group 'b'\n"
	  "a.conf:4: element 'E': lower case letters, digits and '_' are allowed\n"
	  "a.conf:5: setting 'element' is missing\n"
	  "a.conf:5: 'rank' is 101, must be from 0 to 100\n"
	  "a.conf:5: unknown setting 'size'\n"
	  "a.conf:5: the pattern has no group 'c'\n"
	  "a.conf:5: group 'c' must be an element or { element = ...; }\n" },
	{ "{ id = 'r'; what = 'w'; pattern = 'p('; rank = 101; element = 'e';\n groups = "
	  "'a'; " EXAMPLES " }",
	  "a.conf:2: rule 'r': missing closing parenthesis at byte 2 of the pattern\n"
	  "a.conf:3: 'groups' must be a group { ... }, not a string\n"
	  "a.conf:2: a rule with groups takes 'element' and 'validate' per group\n"
	  "a.conf:2: 'rank' is 101, must be from 0 to 100\n" },
};

static void test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(mistakes); i++) {
		struct buf text = { 0 };
		struct rules *rules = NULL;
		struct err e = { 0 };

		buf_printf(&text, "rules = (\n%s );\n", mistakes[i].rule);
		assert_int_equal(parse(&rules, buf_str(&text), NULL, &e), -1);
		assert_null(rules);
		unit_said(&e, mistakes[i].said);
		buf_fini(&text);
	}
}

/* All the mistakes of all the files, in one run. */
static void test_all_mistakes_at_once(void **state)
{
	struct rules *rules = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(
		parse(&rules,
		      "rules = (\n"
		      "  { id = 'one'; element = 'E'; what = 'w'; pattern = 'p'; rank = 200; },\n"
		      "  { id = 'two'; element = 'e'; what = 'w'; pattern = 'p'; " EXAMPLES " },\n"
		      "  { id = 'two'; element = 'e'; what = 'w'; pattern = 'p'; " EXAMPLES
		      " } );\n"
		      "more = 1;\n",
		      "rules = (\n"
		      "  { id = 'one'; element = 'e'; what = 'w'; pattern = 'p'; " EXAMPLES " },\n"
		      "  { id = 'two'; element = 'e'; what = 'w'; pattern = 'p'; " EXAMPLES
		      " } );\n",
		      &e),
		-1);
	unit_said(&e, "a.conf:5: unknown setting 'more'\n"
		      "a.conf:2: setting 'examples' is missing\n"
		      "a.conf:2: setting 'counter_examples' is missing\n"
		      "a.conf:2: 'rank' is 200, must be from 0 to 100\n"
		      "a.conf:2: element 'E': lower case letters, digits and '_' are allowed\n"
		      "a.conf:4: rule 'two' exists already, at a.conf:3\n"
		      "b.conf:2: rule 'one' exists already, at a.conf:2\n"
		      "b.conf:3: rule 'two' exists already, at a.conf:3\n");
}

/* n elements, named by groups of as many rules as that takes. */
static int parse_elements(unsigned n, struct err *e)
{
	enum { GROUPS = 60 };
	struct rules *rules = NULL;
	struct buf text = { 0 };
	int result;

	buf_add_str(&text, "rules = (\n");
	for (unsigned i = 0; i < n; i++) {
		if (i % GROUPS == 0) {
			buf_printf(&text, "%s{ id = 'r%u'; what = 'w'; pattern = '",
				   i != 0 ? "}; },\n" : "", i);
			for (unsigned group = 0; group < GROUPS; group++)
				buf_printf(&text, "(?<g%u>a)", group);
			buf_add_str(&text, "'; " EXAMPLES " groups = {\n");
		}
		buf_printf(&text, "g%u = 'e%u';\n", i % GROUPS, i);
	}
	buf_add_str(&text, "}; } );\n");
	result = parse(&rules, buf_str(&text), NULL, e);
	if (result == 0) {
		assert_int_equal(rules_element_count(rules), n);
		assert_int_not_equal(rules_at(rules, rules_count(rules) - 1)->targets[0].element,
				     RULES_NO_ELEMENT);
	}
	rules_free(&rules);
	buf_fini(&text);
	return result;
}

/* An element's index has to be told from that of a decoy, which is never a finding. */
static void test_too_many_elements(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(parse_elements(4096, &e), 0);
	assert_int_equal(parse_elements(4098, &e), -1);
	unit_said(&e, "a.conf:4235: element 'e4096': the rules name more than 4096 elements\n"
		      "a.conf:4236: element 'e4097': the rules name more than 4096 elements\n");
}

static void test_no_rules(void **state)
{
	struct rules *rules = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(parse(&rules, "", NULL, &e), -1);
	unit_said(&e, "a.conf: setting 'rules' is missing\n");
	assert_int_equal(parse(&rules, "rules = ();", NULL, &e), -1);
	unit_said(&e, "a.conf: no rule found\n");
	assert_int_equal(parse(&rules, "rules = ( {", "rules = 'x';", &e), -1);
	unit_said(&e, "a.conf:1: syntax error\n"
		      "b.conf:1: 'rules' must be a list [ ... ], not a string\n");
	assert_int_equal(rules_parse(&rules, NULL, 0, true, &e), -1);
	assert_null(rules);
	assert_true(err_any(&e));
	err_fini(&e);
}

/* --- Directories --------------------------------------------------------------- */

static void make_rule(const char *dir, const char *name, const char *id)
{
	struct buf text = { 0 };

	buf_printf(&text,
		   "rules = ( { id = '%s'; element = 'e'; what = 'w'; pattern = 'p'; %s } );", id,
		   EXAMPLES);
	free(unit_file(dir, name, buf_str(&text)));
	buf_fini(&text);
}

/* Every .conf in byte order of the names; hidden files and others are left. */
static void test_directory(void **state)
{
	static const char *const names[] = { "b.conf",	"a.conf", "B.conf",
					     ".h.conf", "c.txt",  "d.conf~" };
	char dir[32];
	struct rules *rules = NULL;
	struct err e = { 0 };

	(void)state;
	unit_directory(dir);
	make_rule(dir, "b.conf", "second");
	make_rule(dir, "a.conf", "first");
	make_rule(dir, "B.conf", "capital");
	make_rule(dir, ".h.conf", "hidden");
	make_rule(dir, "c.txt", "text");
	make_rule(dir, "d.conf~", "backup");
	assert_int_equal(rules_load(&rules, dir, false, &e), 0);
	assert_int_equal(rules_count(rules), 3);
	assert_string_equal(rules_at(rules, 0)->id, "capital");
	assert_string_equal(rules_at(rules, 1)->id, "first");
	assert_string_equal(rules_at(rules, 2)->id, "second");
	assert_false(regex_has_jit(rules_at(rules, 0)->regex));
	rules_free(&rules);
	for (size_t i = 0; i < COUNT(names); i++) {
		char path[64];

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rules_load(&rules, dir, false, &e), -1);
	assert_non_null(strstr(buf_str(&e.text), ": no rule found\n"));
	err_fini(&e);
	rmdir(dir);
	assert_int_equal(rules_load(&rules, "/nowhere/rules.d", false, &e), -1);
	unit_said(&e, "/nowhere/rules.d: No such file or directory\n");
	assert_null(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_rule_is),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_all_mistakes_at_once),
		cmocka_unit_test(test_too_many_elements),
		cmocka_unit_test(test_no_rules),
		cmocka_unit_test(test_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
