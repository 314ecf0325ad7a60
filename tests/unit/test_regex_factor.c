/*
 * What alternatives have in common is asked once, and nothing that PCRE2 finds changes:
 * held against the patterns as they are written, those of the rules on all of their
 * examples, and patterns made at random on every short text.
 */
#include "unit.h"
#include "unit_examples.h"
#include "unit_random.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <purposed/engine/regex_factor.h>

static const struct {
	const char *pattern;
	const char *factored; /* NULL: the same */
} cases[] = {
	{ "(?:set|user|sent|use)", "(?:se(?:t|nt)|use(?:r|))" },
	{ "abc|abd|x", "ab(?:c|d)|x" },
	{ "", NULL },
	{ "a|b|c", NULL },
	{ "one|of|two|three|on", "o(?:n(?:e|)|f)|t(?:wo|hree)" },
	/* What has a quantifier does not stand for itself alone. */
	{ "ab?|ac", "a(?:b?|c)" },
	{ "a?b|ac|ad", "a?b|a(?:c|d)" },
	{ "ab{2}|ab|b*", "a(?:b{2}|b)|b*" },
	/* Nothing moves over what may match at the same place: classes, groups, the other case. */
	{ "ab|[ax]c|ac", NULL },
	{ "ab|(?:a)c|ac", NULL },
	{ "ab|\\x61c|ac", NULL },
	{ "ab||ac", NULL },
	{ "ab|Ac|ad|b", NULL },
	{ "ab|bc|Ac|bd", "ab|b(?:c|d)|Ac" },
	/* Groups keep their numbers, and what is within them is put together, too. */
	{ "ab|(ac|ad)|ae", "ab|(a(?:c|d))|ae" },
	{ "a(b)|c(d)|a(e)", NULL },
	{ "(?<x>ab|ac)(?:x|\\k<x>|xy|xz)", "(?<x>a(?:b|c))(?:x|\\k<x>|x(?:y|z))" },
	/* Alternatives of a lookbehind have a length each, a condition has two. */
	{ "(?<=ab|ac|(?:ad|ae))x", NULL },
	{ "(?<!ab|ac)(?:ab|ac)", "(?<!ab|ac)(?:a(?:b|c))" },
	{ "(?<q>\")?(?(q)ab|ac)", NULL },
	{ "(?<q>\")?(?(q)(?:ab|ac))", "(?<q>\")?(?(q)(?:a(?:b|c)))" },
	/* An option holds to the end of its group. */
	{ "ab|(?i)ac|ad", NULL },
	{ "ab|a(?i)c|ad", NULL },
	{ "(?i)ab", NULL },
	{ "(?i:ab|ac)", "(?i:a(?:b|c))" },
	{ "(?=ab|ac)(?!ab|ac)(?>ab|ac)", "(?=a(?:b|c))(?!a(?:b|c))(?>a(?:b|c))" },
	/* What never matches stays: PCRE2 may take its first byte for the pattern's. */
	{ "(?:b|bb|(?=a)){0}(?:b|c)", NULL },
	{ "(?:(b|bb)){0,0}?(?:b|c)", NULL },
	{ "(?:b|bb){0,1}(?:c|cc){00,10}", "(?:b(?:|b)){0,1}(?:c(?:|c)){00,10}" },
	{ "(?:b|bb){0,}(?:c|cc){0", "(?:b(?:|b)){0,}(?:c(?:|c)){0" },
	/* Brackets and bars that are none. */
	{ "a[|(]b|a[]|]c|a\\|d", "a(?:[|(]b|[]|]c|\\|d)" },
	{ "a[^]|)]b|a[[:digit:]|]c|a[\\]|]", "a(?:[^]|)]b|[[:digit:]|]c|[\\]|])" },
	/* Syntax of which nothing is known here, and what is wrong. */
	{ "(?x)ab|ac # |", NULL },
	{ "(?x:ab|ac # |\n)", NULL },
	{ "a[[:]|ab|a[x[:]b", NULL },
	{ "a[[:(](b)]|ac[[:]|ad", NULL },
	{ "ab|ac|(?<x>a(?&x)?)", NULL },
	{ "\\Qab|ac\\E|ad|ae", NULL },
	{ "ab\\c|c|ad", NULL },
	{ "[a\\c]b]|ac|ad", NULL },
	{ "(?|ab|ac)", NULL },
	{ "(*ANYCRLF)ab|ac", NULL },
	{ "(?(?=a)ab|ac)", NULL },
	{ "ab|ac(?#|)", NULL },
	{ "ab|ac)", NULL },
	{ "(ab|ac", NULL },
	{ "ab|ac[", NULL },
	{ "ab|ac\\", NULL },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = { 0 };
		const char *expected = cases[i].factored;

		regex_factor(&out, cases[i].pattern);
		assert_string_equal(buf_str(&out), expected != NULL ? expected : cases[i].pattern);
		buf_fini(&out);
	}
}

/* --- The same matches ----------------------------------------------------------- */

struct pair {
	pcre2_code *written;
	pcre2_code *factored;
	pcre2_match_data *a, *b;
	bool changed;
};

static pcre2_code *compiled(const char *pattern)
{
	int error;
	size_t at;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
					 PCRE2_NEVER_UTF, &error, &at, NULL);

	if (code != NULL)
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

/* false: the pattern is wrong as it is written. */
static bool pair_init(struct pair *p, const char *pattern)
{
	struct buf out = { 0 };

	p->written = compiled(pattern);
	if (p->written == NULL)
		return false;
	regex_factor(&out, pattern);
	p->changed = strcmp(buf_str(&out), pattern) != 0;
	p->factored = compiled(buf_str(&out));
	if (p->factored == NULL)
		fail_msg("%s became %s", pattern, buf_str(&out));
	buf_fini(&out);
	p->a = pcre2_match_data_create_from_pattern(p->written, NULL);
	p->b = pcre2_match_data_create_from_pattern(p->factored, NULL);
	return true;
}

static void pair_fini(struct pair *p)
{
	pcre2_code_free(p->written);
	pcre2_code_free(p->factored);
	pcre2_match_data_free(p->a);
	pcre2_match_data_free(p->b);
}

/* All matches, each with its groups; returns how many there are. */
static size_t same_matches(void *pair, const char *pattern, const char *text)
{
	struct pair *p = pair;
	size_t len = strlen(text);
	size_t n = 0;

	for (size_t at = 0; at <= len; n++) {
		const size_t *x = pcre2_get_ovector_pointer(p->a);
		const size_t *y = pcre2_get_ovector_pointer(p->b);
		int found = pcre2_match(p->written, (PCRE2_SPTR)text, len, at, 0, p->a, NULL);
		int other = pcre2_match(p->factored, (PCRE2_SPTR)text, len, at, 0, p->b, NULL);

		if (found != other ||
		    (found > 0 && memcmp(x, y, 2 * (size_t)found * sizeof(*x)) != 0))
			fail_msg("%s parts from what was made of it at byte %zu of \"%s\"", pattern,
				 at, text);
		if (found <= 0)
			break;
		at = x[0] + 1;
	}
	return n;
}

static void test_rules(void **state)
{
	struct rules *rules = NULL;
	struct err e = { 0 };
	size_t n = 0;
	size_t changed = 0;

	(void)state;
	assert_int_equal(rules_builtin(&rules, true, &e), 0);
	for (size_t i = 0; i < rules_count(rules); i++) {
		const char *pattern = rules_at(rules, i)->pattern;
		struct pair p;

		assert_true(pair_init(&p, pattern));
		changed += p.changed;
		n += unit_ask_examples(rules, same_matches, &p, pattern);
		pair_fini(&p);
	}
	assert_true(changed > rules_count(rules) / 4);
	assert_true(n > rules_count(rules));
	rules_free(&rules);
}

/* --- Patterns made at random ------------------------------------------------------ */

enum { PATTERNS = 4000, TEXT_MAX = 5 };

static void add_alternatives(struct buf *out, int depth);

static void add_piece(struct buf *out, int depth)
{
	static const char *const simple[] = { "a",   "a",    "a",    "b",    "b",      "A",
					      "a?",  "b*",   "[ab]", "b+?",  "(?<=a)", "(?<=ab|ba)",
					      "\\b", "a{2}", "a(b)", "b(a)", "(?i)" };
	static const char *const open[] = { "(?:", "(", "(?=", "(?!", "(?>", "(?i:", "(?:" };

	if (depth == 0 || random_below(4) != 0) {
		buf_add_str(out, simple[random_below(COUNT(simple))]);
		return;
	}
	buf_add_str(out, open[random_below(COUNT(open))]);
	add_alternatives(out, depth - 1);
	buf_add_char(out, ')');
	if (random_below(6) == 0)
		buf_add_char(out, '?');
}

static void add_alternatives(struct buf *out, int depth)
{
	unsigned n = 1 + random_below(5);

	for (unsigned i = 0; i < n; i++) {
		unsigned pieces = random_below(4);

		if (i != 0)
			buf_add_char(out, '|');
		for (unsigned k = 0; k < pieces; k++)
			add_piece(out, depth);
	}
}

/* The i-th text of bytes a, b and A. */
static void spell(unsigned i, char *text)
{
	size_t len = 0;

	for (; i != 0; i = (i - 1) / 3)
		text[len++] = "abA"[(i - 1) % 3];
	text[len] = '\0';
}

static void test_random(void **state)
{
	size_t changed = 0;

	(void)state;
	for (int i = 0; i < PATTERNS; i++) {
		struct buf pattern = { 0 };
		struct pair p;

		if (random_below(3) == 0)
			buf_add_str(&pattern, "(?i)");
		add_alternatives(&pattern, 2);
		if (pair_init(&p, buf_str(&pattern))) {
			changed += p.changed;
			for (unsigned t = 0; t < 364; t++) {
				char text[TEXT_MAX + 2];

				spell(t, text);
				same_matches(&p, buf_str(&pattern), text);
			}
			pair_fini(&p);
		}
		buf_fini(&pattern);
	}
	assert_true(changed > PATTERNS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
