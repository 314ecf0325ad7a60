/* What a policy is read from: which mistakes are told, and that a large one loads. */
#include "unit.h"

#include <time.h>

/* A sound policy in three parts, each beginning a line; a mistake takes the place of one. */
static const char heading[] = "version = 'v'; title = { en = 't'; };\n";
static const char category[] = "{ id = 'a'; en = 'A'; elements = [ 'x', 'y' ]; }";
static const char purpose[] = "{ id = 'p'; en = 'P'; cells = { a = 'permitted'; }; }";

/* The mistake, and all the complaints that it must give, in this order. */
static const struct mistake {
	const char *heading, *categories, *purposes; /* NULL: the sound one */
	const char *complaints;
} mistakes[] = {
	/* Heading (line 1; categories begin on line 2, purposes on line 3). */
	{ "title = { en = 't'; };\n", NULL, NULL, "m.conf: setting 'version' is missing\n" },
	{ "version = 'v';\n", NULL, NULL, "m.conf: setting 'title' is missing\n" },
	{ "version = 1; title = { en = 't'; };\n", NULL, NULL,
	  "m.conf:1: 'version' must be a string, not a whole number\n" },
	{ "version = ''; title = { en = 't'; };\n", NULL, NULL, "m.conf:1: 'version' is empty\n" },
	{ "version = 'v'; title = 't';\n", NULL, NULL,
	  "m.conf:1: 'title' must be a group { ... }, not a string\n" },
	{ "version = 'v'; title = { fr = 't'; };\n", NULL, NULL,
	  "m.conf:1: unknown setting 'fr'\nm.conf:1: neither 'nl' nor 'en' is set\n" },
	{ "version = 'v'; title = { en = ''; };\n", NULL, NULL, "m.conf:1: 'en' is empty\n" },
	{ "version = 'v'; title = { en = 't'; }; colour = 'red';\n", NULL, NULL,
	  "m.conf:1: unknown setting 'colour'\n" },
	{ "version = ; title = { en = 't'; };\n", NULL, NULL, "m.conf:1: syntax error\n" },

	/* Categories. */
	{ NULL, "", NULL, "m.conf:2: 'categories' has 0 entries, must have from 1 to 1024\n" },
	{ NULL, "'a'", NULL,
	  "m.conf:2: element 1 of 'categories' must be a group { ... }, not a string\n"
	  "m.conf:3: there is no category 'a'\n" },
	{ NULL, "{ id = 'a'; en = 'A'; elements = [ 'x' ]; size = 3; }", NULL,
	  "m.conf:2: unknown setting 'size'\n" },
	{ NULL, "{ id = 'a'; en = 'A'; }", NULL, "m.conf:2: setting 'elements' is missing\n" },
	{ NULL, "{ id = 'a'; en = 'A'; elements = 'x'; }", NULL,
	  "m.conf:2: 'elements' must be a list [ ... ], not a string\n" },
	{ NULL, "{ id = 'a'; en = 'A'; elements = [ 1 ]; }", NULL,
	  "m.conf:2: element 1 of 'elements' must be a string, not a whole number\n" },
	{ NULL, "{ id = 'a'; en = 'A'; elements = [ 'X' ]; }", NULL,
	  "m.conf:2: 'X' is no id: lower case letters, digits, '-' and '_' only\n" },
	{ NULL, "{ id = 'a'; en = 'A'; elements = [ '' ]; }", NULL,
	  "m.conf:2: '' is no id: lower case letters, digits, '-' and '_' only\n" },
	{ NULL, "{ id = 'a'; elements = [ 'x' ]; }", NULL,
	  "m.conf:2: neither 'nl' nor 'en' is set\n" },
	{ NULL, "{ id = 'a'; en = 7; elements = [ 'x' ]; }", NULL,
	  "m.conf:2: 'en' must be a string, not a whole number\n" },
	{ NULL, "{ en = 'A'; elements = [ 'x' ]; }", NULL,
	  "m.conf:2: setting 'id' is missing\nm.conf:3: there is no category 'a'\n" },
	{ NULL, "{ id = 'a b'; en = 'A'; elements = [ 'x' ]; }", "",
	  "m.conf:2: 'a b' is no id: lower case letters, digits, '-' and '_' only\n"
	  "m.conf:3: 'purposes' has 0 entries, must have from 1 to 65535\n" },
	{ NULL, "{ id = '1a'; en = 'A'; elements = [ 'x' ]; }", "",
	  "m.conf:2: category '1a' must begin with a letter\n"
	  "m.conf:3: 'purposes' has 0 entries, must have from 1 to 65535\n" },
	{ NULL, "{ id = 'outside-annex'; en = 'A'; elements = [ 'x' ]; }",
	  "{ id = 'p'; en = 'P'; cells = { outside-annex = 'blank'; }; }",
	  "m.conf:2: category 'outside-annex' is what elements on no list belong to\n" },
	{ NULL,
	  "{ id = 'a'; en = 'A'; elements = [ 'x' ]; },\n"
	  "{ id = 'a'; en = 'A'; elements = [ 'y' ]; }",
	  NULL, "m.conf:3: category 'a' stands twice, first at m.conf:2\n" },
	{ NULL,
	  "{ id = 'a'; en = 'A'; elements = [ 'x' ]; },\n"
	  "{ id = 'b'; en = 'B'; elements = [ 'y',\n 'x' ]; }",
	  "{ id = 'p'; en = 'P'; cells = { a = 'blank'; b = 'blank'; }; }",
	  "m.conf:4: element 'x' stands twice, first at m.conf:2\n" },
	{ NULL, "{ id = 'a'; en = 'A'; elements = [ 'x',\n 'x' ]; }", NULL,
	  "m.conf:3: element 'x' stands twice, first at m.conf:2\n" },
	{ NULL,
	  "{ column = 2; id = 'a'; en = 'A'; elements = [ 'x' ]; },\n"
	  "{ id = 'b'; en = 'B'; elements = [ 'y' ]; }",
	  "{ id = 'p'; en = 'P'; cells = { a = 'blank'; b = 'blank'; }; }",
	  "m.conf:3: column 2 stands twice, first at m.conf:2\n" },

	/* Purposes. */
	{ NULL, NULL, "", "m.conf:3: 'purposes' has 0 entries, must have from 1 to 65535\n" },
	{ NULL, NULL, "12",
	  "m.conf:3: element 1 of 'purposes' must be a group { ... }, not a whole number\n" },
	{ NULL, NULL, "{ id = 'p'; en = 'P'; cells = { a = 'blank'; }; why = 'so'; }",
	  "m.conf:3: unknown setting 'why'\n" },
	{ NULL, NULL, "{ en = 'P'; cells = { a = 'blank'; }; }",
	  "m.conf:3: setting 'id' is missing\n" },
	{ NULL, NULL, "{ id = 'P!'; en = 'P'; cells = { a = 'blank'; }; }",
	  "m.conf:3: 'P!' is no id: lower case letters, digits, '-' and '_' only\n" },
	{ NULL, NULL, "{ row = 0; id = 'p'; en = 'P'; cells = { a = 'blank'; }; }",
	  "m.conf:3: 'row' is 0, must be from 1 to 65535\n" },
	{ NULL, NULL, "{ row = 'one'; id = 'p'; en = 'P'; cells = { a = 'blank'; }; }",
	  "m.conf:3: 'row' must be a whole number, not a string\n" },
	{ NULL, NULL,
	  "{ row = 5; id = 'p'; en = 'P'; cells = { a = 'blank'; }; },\n"
	  "{ row = 5; id = 'q'; en = 'Q'; cells = { a = 'blank'; }; }",
	  "m.conf:4: row 5 stands twice, first at m.conf:3\n" },
	{ NULL, NULL,
	  "{ id = 'z'; en = 'P'; cells = { a = 'blank'; }; },\n"
	  "{ id = 'p'; en = 'P'; cells = { a = 'blank'; }; },\n"
	  "{ id = 'z'; en = 'P'; cells = { a = 'blank'; }; },\n"
	  "{ id = 'z'; en = 'P'; cells = { a = 'blank'; }; }",
	  "m.conf:5: purpose 'z' stands twice, first at m.conf:3\n"
	  "m.conf:6: purpose 'z' stands twice, first at m.conf:3\n" },

	/* Cells. */
	{ NULL, NULL, "{ id = 'p'; en = 'P'; }", "m.conf:3: setting 'cells' is missing\n" },
	{ NULL, NULL, "{ id = 'p'; en = 'P'; cells = [ 'blank' ]; }",
	  "m.conf:3: 'cells' must be a group { ... }, not a list [ ... ]\n" },
	{ NULL, NULL, "{ id = 'p'; en = 'P'; cells = { }; }",
	  "m.conf:3: there is no cell for category 'a'\n" },
	{ NULL, NULL, "{ id = 'p'; en = 'P'; cells = { a = 'blank'; b = 'blank'; }; }",
	  "m.conf:3: there is no category 'b'\n" },
	{ NULL, NULL, "{ id = 'p'; en = 'P'; cells = { a = 'Permitted'; }; }",
	  "m.conf:3: cell 'a' is \"Permitted\", must be \"permitted\", \"not-permitted\", "
	  "\"blank\" or { permitted-only-for = ...; }\n" },
	{ NULL, NULL, "{ id = 'p'; en = 'P'; cells = { a = true; }; }",
	  "m.conf:3: cell 'a' must be a string or a group { ... }, not true or false\n" },
	{ NULL, NULL, "{ id = 'p'; en = 'P'; cells = { a = { en = 'web'; }; }; }",
	  "m.conf:3: setting 'permitted-only-for' is missing\n" },
	{ NULL, NULL,
	  "{ id = 'p'; en = 'P'; cells = { a = { permitted-only-for = 'Web'; en = 'w'; }; }; }",
	  "m.conf:3: 'Web' is no id: lower case letters, digits, '-' and '_' only\n" },
	{ NULL, NULL, "{ id = 'p'; en = 'P'; cells = { a = { permitted-only-for = 'w'; }; }; }",
	  "m.conf:3: neither 'nl' nor 'en' is set\n" },
	{ NULL, NULL,
	  "{ id = 'p'; en = 'P';\n"
	  "cells = { a = { permitted-only-for = 'w'; en = 'w'; until = 3; }; }; }",
	  "m.conf:4: unknown setting 'until'\n" },

	/* Enumerations. */
	{ NULL, NULL, "{ id = 'p'; en = 'P'; cells = { a = 'permitted'; }; enumerations = 'x'; }",
	  "m.conf:3: 'enumerations' must be a group { ... }, not a string\n" },
	{ NULL, NULL,
	  "{ id = 'p'; en = 'P'; cells = { a = 'permitted'; };\n"
	  "enumerations = { b = { elements = [ 'x' ]; en = [ 'X' ]; }; }; }",
	  "m.conf:4: there is no category 'b'\n" },
	{ NULL, NULL,
	  "{ id = 'p'; en = 'P'; cells = { a = 'permitted'; };\n"
	  "enumerations = { a = [ 'x' ]; }; }",
	  "m.conf:4: 'a' must be a group { ... }, not a list [ ... ]\n" },
	{ NULL, NULL,
	  "{ id = 'p'; en = 'P'; cells = { a = 'permitted'; };\n"
	  "enumerations = { a = { elements = [ 'x' ]; en = [ 'X' ]; not = [ 'y' ]; }; }; }",
	  "m.conf:4: unknown setting 'not'\n" },
	{ NULL, NULL,
	  "{ id = 'p'; en = 'P'; cells = { a = 'permitted'; };\n"
	  "enumerations = { a = { en = [ 'X' ]; }; }; }",
	  "m.conf:4: setting 'elements' is missing\n" },
	{ NULL, NULL,
	  "{ id = 'p'; en = 'P'; cells = { a = 'permitted'; };\n"
	  "enumerations = { a = { elements = [ 'x' ]; }; }; }",
	  "m.conf:4: neither 'nl' nor 'en' lists anything\n" },
	{ NULL, NULL,
	  "{ id = 'p'; en = 'P'; cells = { a = 'permitted'; };\n"
	  "enumerations = { a = { elements = [ 'x' ]; en = [ 1 ]; }; }; }",
	  "m.conf:4: element 1 of 'en' must be a string, not a whole number\n" },
	{ NULL, NULL,
	  "{ id = 'p'; en = 'P'; cells = { a = 'permitted'; };\n"
	  "enumerations = { a = { elements = [ 'x',\n 'z' ]; en = [ 'X' ]; }; }; }",
	  "m.conf:5: element 'z' is not one of category 'a'\n" },
	{ NULL, NULL,
	  "{ id = 'p'; en = 'P'; cells = { a = 'blank'; };\n"
	  "enumerations = { a = { elements = [ 'x' ]; en = [ 'X' ]; }; }; }",
	  "m.conf:4: enumeration of 'a' beside a cell that permits nothing\n" },

	/* All at once. */
	{ "version = 'v'; title = { en = 't'; }; colour = 'red';\n",
	  "{ id = 'a'; en = 'A'; elements = [ 'x' ]; },\n"
	  "{ id = 'b'; en = ''; elements = [ 'x' ]; }",
	  "{ id = 'p'; en = 'P'; cells = { a = 'perhaps'; b = 'blank'; }; },\n"
	  "{ id = 'p'; en = 'P'; cells = { a = 'blank'; c = 'blank'; }; },\n"
	  "{ row = 2; id = 'Q'; cells = { a = 'blank';\n"
	  "b = 1; }; }",
	  "m.conf:1: unknown setting 'colour'\n"
	  "m.conf:3: 'en' is empty\n"
	  "m.conf:3: element 'x' stands twice, first at m.conf:2\n"
	  "m.conf:4: cell 'a' is \"perhaps\", must be \"permitted\", \"not-permitted\", "
	  "\"blank\" or { permitted-only-for = ...; }\n"
	  "m.conf:5: there is no category 'c'\n"
	  "m.conf:5: there is no cell for category 'b'\n"
	  "m.conf:6: row 2 stands twice, first at m.conf:5\n"
	  "m.conf:6: 'Q' is no id: lower case letters, digits, '-' and '_' only\n"
	  "m.conf:6: neither 'nl' nor 'en' is set\n"
	  "m.conf:7: cell 'b' must be a string or a group { ... }, not a whole number\n"
	  "m.conf:5: purpose 'p' stands twice, first at m.conf:4\n" },
};

static void write_policy(struct buf *text, const char *top, const char *categories,
			 const char *purposes)
{
	buf_printf(text, "%scategories = ( %s );\npurposes = ( %s );\n", top, categories, purposes);
}

static void test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(mistakes); i++) {
		const struct mistake *m = &mistakes[i];
		struct policy *policy = NULL;
		struct buf text = { 0 };
		struct err e = { 0 };

		write_policy(&text, m->heading != NULL ? m->heading : heading,
			     m->categories != NULL ? m->categories : category,
			     m->purposes != NULL ? m->purposes : purpose);
		if (unit_policy_parse(&policy, "m.conf", buf_str(&text), &e) == 0)
			fail_msg("loaded, without:\n%s", m->complaints);
		assert_null(policy);
		assert_string_equal(buf_str(&e.text), m->complaints);
		err_fini(&e);
		buf_fini(&text);
	}
}

static void test_sound_parts_load(void **state)
{
	struct buf text = { 0 };
	struct policy *policy;

	(void)state;
	write_policy(&text, heading, category, purpose);
	policy = unit_policy_parsed(buf_str(&text));
	policy_free(&policy);
	buf_fini(&text);
}

static void test_no_purposes_setting(void **state)
{
	struct policy *policy = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(unit_policy_parse(&policy, "m.conf", heading, &e), -1);
	assert_string_equal(buf_str(&e.text), "m.conf: setting 'categories' is missing\n"
					      "m.conf: setting 'purposes' is missing\n");
	err_fini(&e);
}

static void test_load_file(void **state)
{
	char path[] = "/tmp/test_policy.XXXXXX";
	int fd = mkstemp(path);
	struct policy *policy = NULL;
	struct err e = { 0 };
	struct buf expected = { 0 };
	static const char text[] = "version = \"v\";\nhue = 3;\n";

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	assert_int_equal(policy_load(&policy, path, &e), -1);
	buf_printf(&expected, "%s:2: unknown setting 'hue'\n", path);
	assert_non_null(strstr(buf_str(&e.text), buf_str(&expected)));
	unlink(path);
	err_fini(&e);
	assert_int_equal(policy_load(&policy, path, &e), -1);
	assert_int_equal(e.count, 1);
	assert_null(policy);
	err_fini(&e);
	buf_fini(&expected);
}

/* --- Size -------------------------------------------------------------------- */

enum { LARGE_CATEGORIES = 64, LARGE_PURPOSES = 4096, LARGE_ELEMENTS = 16 };

/* Purpose p permits category c where their sum is a multiple of three. */
static bool large_permits(size_t p, size_t c)
{
	return (p + c) % 3 == 0;
}

static void write_large(struct buf *text)
{
	buf_add_str(text, "version = \"large\"; title = { en = \"Large\"; };\ncategories = (\n");
	for (size_t c = 0; c < LARGE_CATEGORIES; c++) {
		buf_printf(text, "%s{ id = \"c%zu\"; en = \"C\"; elements = [ ", c ? ",\n" : "", c);
		for (size_t k = 0; k < LARGE_ELEMENTS; k++)
			buf_printf(text, "%s\"e%zu_%zu\"", k ? ", " : "", c, k);
		buf_add_str(text, " ]; }");
	}
	buf_add_str(text, ");\npurposes = (\n");
	for (size_t p = 0; p < LARGE_PURPOSES; p++) {
		buf_printf(text, "%s{ id = \"p%zu\"; en = \"P\"; cells = { ", p ? ",\n" : "", p);
		for (size_t c = 0; c < LARGE_CATEGORIES; c++)
			buf_printf(text, "c%zu = \"%s\"; ", c,
				   large_permits(p, c) ? "permitted" : "not-permitted");
		buf_add_str(text, "}; }");
	}
	buf_add_str(text, ");\n");
}

static void assert_large(const struct policy *policy, size_t p, size_t c)
{
	char id[32], element[32];
	size_t purpose_index;
	struct purpose_set set = { .purposes = &purpose_index, .n = 1 };
	struct decision d;

	snprintf(id, sizeof(id), "p%zu", p);
	snprintf(element, sizeof(element), "e%zu_%zu", c, p % LARGE_ELEMENTS);
	purpose_index = policy_find_purpose(policy, id);
	assert_int_equal(purpose_index, p);
	assert_int_equal(policy_category_of(policy, element), c);
	d = policy_decide(policy, &set, c, element, NULL);
	assert_int_equal(d.verdict,
			 large_permits(p, c) ? VERDICT_PERMITTED : VERDICT_OUT_OF_PURPOSE);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void test_large(void **state)
{
	struct buf text = { 0 };
	struct policy *policy = NULL;
	struct err e = { 0 };
	double start;

	(void)state;
	write_large(&text);
	start = now();
	assert_int_equal(policy_parse(&policy, "large.conf", buf_str(&text), &e), 0);
	/* Well under a second; a look-up gone quadratic takes minutes. */
	assert_true(now() - start < 20);
	assert_int_equal(policy_category_count(policy), LARGE_CATEGORIES);
	assert_int_equal(policy_purpose_count(policy), LARGE_PURPOSES);
	for (size_t p = 0; p < LARGE_PURPOSES; p++) {
		for (size_t c = 0; c < LARGE_CATEGORIES; c++)
			assert_large(policy, p, c);
	}
	policy_free(&policy);
	buf_fini(&text);
	err_fini(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_sound_parts_load),
		cmocka_unit_test(test_no_purposes_setting),
		cmocka_unit_test(test_load_file),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
