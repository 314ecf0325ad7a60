/* The tree that a pattern becomes: what can stand where, how long, and what is refused. */
#include "unit.h"

#include <limits.h>

#include <purposed/engine/pattern.h>
#include <purposed/engine/pattern_blanks.h>

static struct pattern *parsed(const char *text)
{
	struct pattern *pattern = NULL;
	struct err e = { 0 };

	if (pattern_parse(&pattern, text, &e) != 0)
		fail_msg("%s: %s", text, buf_str(&e.text));
	return pattern;
}

static void lengths(const char *text, unsigned min, unsigned max)
{
	struct pattern *pattern = parsed(text);

	if (pattern_min(pattern_root(pattern)) != min || pattern_max(pattern_root(pattern)) != max)
		fail_msg("%s: %u to %u", text, pattern_min(pattern_root(pattern)),
			 pattern_max(pattern_root(pattern)));
	pattern_free(&pattern);
	assert_null(pattern);
}

static void test_lengths(void **state)
{
	(void)state;
	lengths("", 0, 0);
	lengths("abc", 3, 3);
	lengths("é", 2, 2);
	lengths("a|bcd|", 0, 3);
	lengths("a?b*c+d{2}e{2,5}f{3,}", 8, PATTERN_UNBOUNDED);
	lengths("a{x,5}{", 7, 7);
	lengths("(?x) a + + b {2} ? c ? ?", 3, PATTERN_UNBOUNDED);
	lengths("(?:ab){2,3}+c??", 4, 7);
	lengths("(?i)(?<x>ab|c)\\k<x>(?-i:d)", 3, 5);
	lengths("(?<x>ab|c)d(?&x)", 3, 5);
	lengths("(a)(bb)\\2\\g{1}", 6, 6);
	lengths("(a(b?))\\1(\\1\\2)", 3, 7);
	lengths("(?<![a-z])\\bx(?=yz)$", 1, 1);
	lengths("(?x) a  b # comment\n c", 3, 3);
	lengths("(?(c)ab|c)d(?<c>e)?(?(c)f)", 2, 5);
	lengths("[]a][^]a][\\]\\d-]\\xe9\\x{41}", 5, 5);
}

/* The set of the only byte of a pattern. */
static struct byte_set set_of(const char *text)
{
	struct pattern *pattern = parsed(text);
	const struct pattern_node *node = pattern_root(pattern);
	struct byte_set set;

	while (node->op != PATTERN_SET) {
		assert_non_null(node->child);
		node = node->child;
	}
	set = node->set;
	pattern_free(&pattern);
	return set;
}

/* PCRE2 says which bytes a one-byte pattern matches; the tree must say the same. */
static void test_sets(void **state)
{
	static const char *const texts[] = {
		"a",
		"(?i)a",
		"(?i:z)|z",
		"[a-cx]",
		"[^a-cx]",
		"(?i)[^k-m]",
		"\\d",
		"\\D",
		"\\w",
		"\\W",
		"\\s",
		"\\S",
		"\\h",
		".",
		"(?s).",
		"\\N",
		"[[:alpha:]_]",
		"[[:punct:]]",
		"[[:space:]]",
		"[[:blank:]]",
		"[^[:word:]-]",
		"[[:a]",
		"[[:=]",
		"[\\w.+-]",
		"[\\x80-\\xff]",
		"[^\\s\"]",
		"\\.",
		"\\x2e",
		"[\\n\\t-]",
		"[+--]",
		"[\\b]",
		"[a\\-z]",
		"(?i)[W-c]",
	};
	const struct regex_limits limits = engine_defaults().limits;
	struct regex_scratch *scratch = regex_scratch_new(&limits);

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct byte_set set = set_of(texts[i]);
		struct regex *regex;
		struct err e = { 0 };

		assert_int_equal(regex_compile(&regex, texts[i], true, &e), 0);
		for (int c = 0; c < 256; c++) {
			char byte = (char)c;
			bool matches =
				regex_match(regex, scratch, span_of(&byte, 1), 0) == REGEX_MATCH;

			if (matches != byte_set_has(&set, (unsigned char)c))
				fail_msg("%s: byte 0x%02x", texts[i], (unsigned)c);
		}
		regex_free(&regex);
	}
	regex_scratch_free(&scratch);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "a(?R)",
		  "a kind of group that the finder does not know at byte 3 of the pattern\n" },
		{ "a\\Kb", "an escape that the finder does not know at byte 2 of the pattern\n" },
		{ "(*FAIL)", "a verb, which the finder does not know at byte 1 of the pattern\n" },
		{ "[a", "a class has no end at byte 2 of the pattern\n" },
		{ "(a", "a group has no end at byte 2 of the pattern\n" },
		{ "a)", "a bracket that was not opened at byte 1 of the pattern\n" },
		{ "\\3(a)",
		  "a reference that the finder does not know at byte 2 of the pattern\n" },
		{ "a(?xx)b",
		  "a kind of group that the finder does not know at byte 3 of the pattern\n" },
		{ "[a[:^digit:]]",
		  "a class that the finder does not know at byte 2 of the pattern\n" },
		{ "[[:cntrl:]]",
		  "a class that the finder does not know at byte 1 of the pattern\n" },
		{ "a{,5}", "a repeat that the finder does not know at byte 1 of the pattern\n" },
		{ "a{ 1}", "a repeat that the finder does not know at byte 1 of the pattern\n" },
		{ "a{1, 5}", "a repeat that the finder does not know at byte 1 of the pattern\n" },
		{ "a|?b", "a repeat of nothing, or of a repeat at byte 3 of the pattern\n" },
		{ "(?:+b)", "a repeat of nothing, or of a repeat at byte 4 of the pattern\n" },
		{ "a**", "a repeat of nothing, or of a repeat at byte 3 of the pattern\n" },
		{ "a{2}{2}", "a repeat of nothing, or of a repeat at byte 5 of the pattern\n" },
		{ "(a)(\\1\\1)(\\2\\2)(\\3\\3)(\\4\\4)(\\5\\5)(\\6\\6)(\\7\\7)(\\8\\8)(\\9\\9)",
		  "references to too much at byte 54 of the pattern\n" },
		{ "(?&x)", "a reference that the finder does not know at byte 3 of the pattern\n" },
		{ "(?<x>a\\k<x>)", "a reference into an open group at byte 11 of the pattern\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pattern *pattern = NULL;
		struct err e = { 0 };

		assert_int_equal(pattern_parse(&pattern, cases[i].text, &e), -1);
		assert_null(pattern);
		unit_said(&e, cases[i].message);
	}
}

static void blanks(const char *text, unsigned n)
{
	struct pattern *pattern = parsed(text);

	if (pattern_blanks(pattern_root(pattern)) != n)
		fail_msg("%s: %u", text, pattern_blanks(pattern_root(pattern)));
	pattern_free(&pattern);
}

static void test_blanks(void **state)
{
	(void)state;
	blanks("abc", 0);
	blanks("a b c", 2);
	blanks("a(?: b| c d|e)[ :]\\s\\S", 4);
	blanks("(?:a b){2,3}(?: c)?", 4);
	blanks("[^ ]+\\d*", 0);
	blanks("[^x]{0,50}", 50);
	blanks("a.*", PATTERN_UNBOUNDED);
	/* What stands around is none of the match. */
	blanks("(?<= )a(?= b )", 0);
}

/* Whatever PCRE2 takes in the shipped rules is understood: none is slow for its syntax. */
static void test_shipped(void **state)
{
	const struct engine_options options = engine_defaults();
	struct engine *engine = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(engine_load(&engine, &options, &e), 0);
	for (size_t i = 0; i < rules_count(engine_rules(engine)); i++) {
		struct pattern *pattern = parsed(rules_at(engine_rules(engine), i)->pattern);

		pattern_free(&pattern);
	}
	engine_unref(&engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths), cmocka_unit_test(test_sets),
		cmocka_unit_test(test_blanks),	cmocka_unit_test(test_refused),
		cmocka_unit_test(test_shipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
