/*
 * Long lookaheads are taken out of patterns, and nothing that is found changes: held
 * against the patterns as they are written, those of the rules on all of their examples,
 * and patterns made at random on short texts.
 */
#include "unit.h"
#include "unit_examples.h"
#include "unit_random.h"
#include "unit_regex_pair.h"

#include <purposed/base/mem.h>
#include <purposed/engine/regex.h>
#include <purposed/engine/regex_share.h>

/* Stands for '#' in patterns here: long enough to be shared, and never there. */
static void add_long(struct buf *out)
{
	buf_add_str(out, "(?:qqq");
	for (int i = 0; i < 100; i++)
		buf_printf(out, "|q%03dz", i);
	buf_add_char(out, ')');
}

static char *spelt(const char *pattern)
{
	struct buf out = { 0 };
	char *text;

	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '#')
			add_long(&out);
		else
			buf_add_char(&out, *pattern);
	}
	text = mem_string(buf_str(&out));
	buf_fini(&out);
	return text;
}

static const struct {
	const char *pattern;
	const char *shared; /* NULL: the same */
	const char *parts[3];
} cases[] = {
	{ "by (?!#)x", "by (?=(?C1))x", { "(?!#)" } },
	/* What stands before it may have to give something back. */
	{ "a?(?!#)", "a?(?=(?C1))", { "(?!#)" } },
	{ "by (?=a#)x", "by (?=(?C1))x", { "(?=a#)" } },
	{ "(?!#)(?!a#)(?!#)", "(?=(?C1))(?=(?C2))(?=(?C3))", { "(?!#)", "(?!a#)", "(?!#)" } },
	{ "(?<guard>(?!#))a(?&guard)", "(?<guard>(?=(?C1)))a(?&guard)", { "(?!#)" } },
	/* In any case of letters, as far as that holds. */
	{ "(?i)by (?!#)x", "(?i)by (?=(?C1))x", { "(?i)(?!#)" } },
	{ "(?i:(?!#)a)(?!#)", "(?i:(?=(?C1))a)(?=(?C2))", { "(?i)(?!#)", "(?!#)" } },
	{ "(?i)(?-i:(?!#)a)(?!#)", "(?i)(?-i:(?=(?C1))a)(?=(?C2))", { "(?!#)", "(?i)(?!#)" } },
	{ "a(?i)b|(?!#)", "a(?i)b|(?=(?C1))", { "(?i)(?!#)" } },
	{ "(?:(?i)a)(?!#)", "(?:(?i)a)(?=(?C1))", { "(?!#)" } },
	{ "(?i)a(?-i)(?!#)", "(?i)a(?-i)(?=(?C1))", { "(?!#)" } },
	/* The outer one of two, if it can be. */
	{ "(?!a(?!#)#)b", "(?=(?C1))b", { "(?!a(?!#)#)" } },
	{ "(?=(a)(?!#))b", "(?=(a)(?=(?C1)))b", { "(?!#)" } },
	{ "(?=(?<x>a)#)(?!#)", "(?=(?<x>a)#)(?=(?C1))", { "(?!#)" } },
	{ "[(]a(?![)]#)\\(", "[(]a(?=(?C1))\\(", { "(?![)]#)" } },
	{ "[^](](?!#)[]]", "[^](](?=(?C1))[]]", { "(?!#)" } },
	/* A short one; and what depends on where it stands, or on what is caught. */
	{ "(?!abc)x(?=d)", NULL, { NULL } },
	{ "(?<!(?!#)a)b", NULL, { NULL } },
	{ "(?!#)?x", NULL, { NULL } },
	{ "(?!#){2}x", NULL, { NULL } },
	{ "(a)(?!\\1#)", NULL, { NULL } },
	{ "(?<n>a)(?!\\k<n>#)", NULL, { NULL } },
	{ "(?<n>a)(?!(?&n)#)", NULL, { NULL } },
	{ "(?<n>a)?(?!(?(n)b#))", NULL, { NULL } },
	{ "(?(?!#)a|b)", NULL, { NULL } },
	{ "a(?!\\K#)", NULL, { NULL } },
	{ "a(?!\\G#)", NULL, { NULL } },
	/* Whoever has callouts keeps them. */
	{ "(?C1)a(?!#)", NULL, { NULL } },
	{ "(?C'x')a(?!#)(?C)", NULL, { NULL } },
	/* Syntax of which nothing is known here, and what is wrong. */
	{ "(?x)(?!#)", NULL, { NULL } },
	{ "(?^)(?!#)", NULL, { NULL } },
	{ "\\Q(\\E(?!#)", NULL, { NULL } },
	{ "\\c((?!#)", NULL, { NULL } },
	{ "(?|a|b)(?!#)", NULL, { NULL } },
	{ "(*UCP)(?!#)", NULL, { NULL } },
	{ "[[:digit:]](?!#)", NULL, { NULL } },
	{ "(?!#", NULL, { NULL } },
	{ "(?!#))", NULL, { NULL } },
	{ "(?!#)[a", NULL, { NULL } },
	{ "(?!#)\\", NULL, { NULL } },
};

static void check_case(size_t i)
{
	char *pattern = spelt(cases[i].pattern);
	char *shared = spelt(cases[i].shared != NULL ? cases[i].shared : cases[i].pattern);
	struct regex_parts parts = { 0 };
	struct buf out = { 0 };
	size_t n = 0;

	regex_share(&out, pattern, 0, &parts);
	assert_string_equal(buf_str(&out), shared);
	for (; n < COUNT(cases[i].parts) && cases[i].parts[n] != NULL; n++) {
		char *part = spelt(cases[i].parts[n]);

		assert_true(n < parts.n);
		assert_string_equal(regex_pattern(regex_part(&parts, n + 1)), part);
		free(part);
	}
	assert_int_equal(parts.n, n);
	regex_parts_fini(&parts);
	buf_fini(&out);
	free(pattern);
	free(shared);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_case(i);
}

static void test_one_for_all(void **state)
{
	char *a = spelt("a(?!#)");
	char *b = spelt("b(?!#)(?!#)");
	struct regex_parts of_a = { 0 };
	struct regex_parts of_b = { 0 };
	struct regex_parts interpreted = { 0 };
	struct buf out = { 0 };

	(void)state;
	regex_share(&out, a, REGEX_JIT, &of_a);
	regex_share(&out, b, REGEX_JIT, &of_b);
	regex_share(&out, b, 0, &interpreted);
	assert_ptr_equal(regex_part(&of_a, 1), regex_part(&of_b, 1));
	assert_ptr_equal(regex_part(&of_a, 1), regex_part(&of_b, 2));
	assert_ptr_not_equal(regex_part(&of_a, 1), regex_part(&interpreted, 1));
	regex_parts_fini(&of_a);
	assert_non_null(strstr(regex_pattern(regex_part(&of_b, 2)), "q099z"));
	regex_parts_fini(&of_b);
	regex_parts_fini(&interpreted);
	buf_fini(&out);
	free(a);
	free(b);
}

/* More than there are numbers for stay where they are. */
static void test_many(void **state)
{
	struct regex_parts parts = { 0 };
	struct buf pattern = { 0 };
	struct buf out = { 0 };

	(void)state;
	for (int i = 0; i < 300; i++) {
		buf_printf(&pattern, "(?!%d", i);
		add_long(&pattern);
		buf_add_char(&pattern, ')');
	}
	regex_share(&out, buf_str(&pattern), 0, &parts);
	assert_int_equal(parts.n, 127);
	assert_non_null(strstr(buf_str(&out), "(?=(?C127))(?!127(?:qqq"));
	regex_parts_fini(&parts);
	buf_fini(&pattern);
	buf_fini(&out);
}

/* --- The same matches ----------------------------------------------------------- */

/*
 * false: the pattern is wrong.  Interpreted it is held against what is written.  Machine
 * code of PCRE2 10.42 misses what its interpreter finds of (a|ab)b*c: there it is held
 * against machine code.
 */
static bool pair_of(struct pair *p, const char *pattern, unsigned how)
{
	unsigned other = how == 0 ? REGEX_AS_WRITTEN : how | REGEX_UNSHARED;

	return pair_init(p, pattern, how, other, 1000000);
}

/* All matches, each with its groups; returns how many there are. */
static size_t same_matches(void *pair, const char *pattern, const char *text)
{
	struct pair *p = pair;
	struct span span = span_str(text);
	size_t n = 0;
	size_t end;

	for (size_t at = 0; at <= span.len; at++, n++) {
		enum regex_result found = regex_match(p->written, p->a, span, at);

		if (regex_match(p->made, p->b, span, at) != found)
			fail_msg("%s parts from what was made of it at byte %zu of \"%s\"", pattern,
				 at, text);
		if (found != REGEX_MATCH)
			break;
		same_groups(p, pattern, text);
		assert_true(regex_matched(p->a, 0, &at, &end));
	}
	return n;
}

static void test_rules(void **state)
{
	struct rules *rules = NULL;
	struct err e = { 0 };
	size_t n = 0;

	(void)state;
	assert_int_equal(rules_builtin(&rules, true, &e), 0);
	for (size_t i = 0; i < rules_count(rules); i++) {
		const char *pattern = rules_at(rules, i)->pattern;
		struct pair p;

		if (strlen(pattern) < 400)
			continue;
		assert_true(pair_of(&p, pattern, REGEX_JIT));
		n += unit_ask_examples(rules, same_matches, &p, pattern);
		pair_fini(&p);
	}
	assert_true(n > rules_count(rules));
	rules_free(&rules);
}

enum { PATTERNS = 1500 };

static void add_sequence(struct buf *out, int depth)
{
	static const char *const simple[] = { "a",   "a",   "b",    "A",   "[ab]",   "a?", "b*",
					      "\\b", "(a)", "(?i)", "a|b", "(?<=a)", "|" };
	static const char *const open[] = {
		"(?:", "(", "(?=", "(?!", "(?>", "(?i:", "(?-i:", "(?!"
	};
	unsigned n = 1 + random_below(4);

	for (unsigned i = 0; i < n; i++) {
		bool is_long = random_below(2) == 0;

		if (depth == 0 || random_below(3) != 0) {
			buf_add_str(out, simple[random_below(COUNT(simple))]);
			continue;
		}
		buf_add_str(out, open[random_below(COUNT(open))]);
		add_sequence(out, depth - 1);
		if (is_long) {
			buf_add_char(out, '|');
			add_long(out);
		}
		buf_add_char(out, ')');
	}
}

static void check_random(const char *pattern, unsigned how)
{
	struct pair p;

	if (!pair_of(&p, pattern, how))
		return;
	for (unsigned t = 0; t < 120; t++) {
		char text[8];
		size_t len = 0;

		for (unsigned i = t; i != 0; i = (i - 1) / 3)
			text[len++] = "abA"[(i - 1) % 3];
		text[len] = '\0';
		same_matches(&p, pattern, text);
	}
	pair_fini(&p);
}

static void test_random(void **state)
{
	size_t shared = 0;

	(void)state;
	for (int i = 0; i < PATTERNS; i++) {
		struct regex_parts parts = { 0 };
		struct buf pattern = { 0 };
		struct buf out = { 0 };

		if (random_below(3) == 0)
			buf_add_str(&pattern, "(?i)");
		add_sequence(&pattern, 2);
		regex_share(&out, buf_str(&pattern), 0, &parts);
		shared += parts.n != 0;
		regex_parts_fini(&parts);
		check_random(buf_str(&pattern), i % 2 == 0 ? REGEX_JIT : 0);
		buf_fini(&pattern);
		buf_fini(&out);
	}
	assert_true(shared > PATTERNS / 10);
}

/* A pattern's own callouts change nothing. */
static void test_own_callouts(void **state)
{
	static const char *const patterns[] = { "a(?C1)b", "(?C'x')a(?C255)b(?!#)" };

	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		char *pattern = spelt(patterns[i]);
		struct pair p;

		assert_true(pair_of(&p, pattern, REGEX_JIT));
		assert_int_equal(same_matches(&p, pattern, "xab ab"), 2);
		pair_fini(&p);
		free(pattern);
	}
}

/* --- What goes wrong -------------------------------------------------------------- */

/* PCRE2 says it of the pattern as it is written. */
static void test_errors(void **state)
{
	static const char *const wrong[] = { "(?!#\\g)x", "ab(?!{3}+*#[b-a])x", "(?!#(?<=a*))x" };

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		char *pattern = spelt(wrong[i]);
		struct pair p;

		assert_false(pair_of(&p, pattern, 0));
		free(pattern);
	}
}

/* A part that runs into a limit has not said whether it matches. */
static void test_limit(void **state)
{
	const struct regex_limits limits = { .match = 100, .depth = 100, .heap_kib = 1000 };
	char *pattern = spelt("x(?!(?:(?:a|aa)+)+b|#)");
	struct span text = span_str("xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");

	(void)state;
	for (unsigned how = 0; how <= REGEX_JIT; how++) {
		struct regex_scratch *scratch = regex_scratch_new(&limits);
		struct regex *regex = NULL;
		struct err e = { 0 };

		assert_int_equal(regex_compile(&regex, pattern, how, &e), 0);
		if (how == REGEX_JIT)
			regex_prepare(regex);
		assert_int_equal(regex_match(regex, scratch, text, 0), REGEX_LIMIT);
		assert_int_equal(regex_match_at(regex, scratch, text, 0), REGEX_LIMIT);
		assert_int_equal(regex_match(regex, scratch, span_str("xc"), 0), REGEX_MATCH);
		regex_free(&regex);
		regex_scratch_free(&scratch);
	}
	free(pattern);
}

/* What is shared has steps of its own: it must not have many, nor be asked too often. */
static void test_bounds(void **state)
{
	const struct regex_limits limits = { .match = 1000, .depth = 1000, .heap_kib = 1000 };
	char *often = spelt("key=(?:(?!(?:(?:a|aa){1,15}c|#))(?:a|aa)){1,15}[yz]");
	char *called = spelt("x(?:a(?!#))*+y");
	char text[2048] = "x";
	struct regex_scratch *scratch = regex_scratch_new(&limits);
	struct regex_parts parts = { 0 };
	struct buf shared = { 0 };
	struct regex *regex = NULL;
	struct err e = { 0 };

	(void)state;
	regex_share(&shared, often, 0, &parts);
	assert_string_equal(buf_str(&shared), often);
	assert_int_equal(parts.n, 0);

	memcpy(text + 101, "by", 2);
	memset(text + 1, 'a', 100);
	assert_int_equal(regex_compile(&regex, called, REGEX_JIT, &e), 0);
	regex_prepare(regex);
	assert_int_equal(regex_match_at(regex, scratch, span_of(text, 103), 0), REGEX_NO_MATCH);
	memcpy(text + 2001, "by", 2);
	memset(text + 1, 'a', 2000);
	assert_int_equal(regex_match_at(regex, scratch, span_of(text, 2003), 0), REGEX_LIMIT);
	regex_free(&regex);
	regex_scratch_free(&scratch);
	buf_fini(&shared);
	free(called);
	free(often);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),	     cmocka_unit_test(test_one_for_all),
		cmocka_unit_test(test_many),	     cmocka_unit_test(test_rules),
		cmocka_unit_test(test_random),	     cmocka_unit_test(test_errors),
		cmocka_unit_test(test_own_callouts), cmocka_unit_test(test_limit),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
