/* Where a match may start: the places that a few bytes allow, and no true one is refused. */
#include "unit.h"
#include "unit_random.h"

#include <purposed/engine/pattern_starts.h>
#include <purposed/engine/regex.h>

static bool derive(const char *text, struct pattern_starts *starts)
{
	struct pattern *pattern = NULL;
	struct err e = { 0 };
	bool good = pattern_parse(&pattern, text, &e) == 0;

	if (good)
		pattern_starts_derive(starts, pattern);
	pattern_free(&pattern);
	err_fini(&e);
	return good;
}

/* The places of text that are allowed, as a '^' below each. */
static void places(const char *pattern, const char *text, const char *expected)
{
	struct pattern_starts starts;
	struct span all = span_str(text);
	struct buf found = { 0 };

	assert_true(derive(pattern, &starts));
	for (size_t at = 0; at < all.len; at++) {
		at = pattern_starts_next(&starts, all, at, all.len);
		if (at >= all.len)
			break;
		while (found.len < at)
			buf_add_char(&found, ' ');
		buf_add_char(&found, '^');
	}
	if (strcmp(buf_str(&found), expected) != 0)
		fail_msg("%s in\n%s: not\n%s, but\n%s.", pattern, text, expected, buf_str(&found));
	buf_fini(&found);
}

static void test_places(void **state)
{
	(void)state;
	places("abc", "xabcxxacbxxabxxxxxxxxxx", " ^");
	places("[ab]+x", "..ax..bbbx.cx..........", "  ^   ^^^");
	places("a?b", "..ab..b..x.............", "  ^^  ^");
	places("ab|c", "..ab..c..b.............", "  ^   ^");
	/* Two ways are kept apart; of more, each byte counts alone. */
	places("ab|cd", "..ad..cd..cx...........", "      ^");
	places("ab|efg|efh", "..ab..efh..afg..efx....", "  ^   ^");
	places("(?i)Ab", "..AB..ab..a............", "  ^   ^");
	/* What stands before. */
	places("(?<![a-z])ab", ".abxab.ab..............", " ^     ^");
	places("(?<=[-=])ab", "-abxab=ab..............", " ^     ^");
	places("\\bab", "-abxab=ab_ab...........", " ^     ^");
	places("\\b(?:ab|=)", "-abxab=ab..............", " ^    ^^");
	/* What is asked for ahead, and whatever comes behind it. */
	places("(?=ab)[a-z]+", ".axabyab...............", "   ^  ^");
	places("(?!ab|x)[a-z]", ".axab.................", " ^ ^^");
	places("(?:(?=a)|(?=bc))[a-z]{2}", ".ax.bc.bx..............", " ^  ^");
	places("(?=.(?<=a)b)..", ".ax.ab.bb..............", "    ^");
	/* Where the text begins nothing stands before, and is not asked for. */
	places("(?<![a-z])ab", "ab.ab..................", "^  ^");
	places("\\bab", "ab_ab..................", "^");
	/* Elsewhere than at the beginning of the text nothing begins with it; there all is allowed.
	 */
	places("^ab", "abxab..................", "^");
	places("(?:^|(?=[:>]))(?:^|[:>] )ab", "ab: ab>ab> ab..........", "^ ^      ^");
	places("(?:^|(?=[:>]|1))(?:^|[:>] |12)ab", "ab: ab>ab> ab12ab1ab...", "^ ^      ^   ^");
	places("(?:^|-)ab", "ab ab-ab...............", "^    ^");
	places("(?:^a)?b", "ab.a.b.................", "^^   ^");
	/* A repeat that may be none, and one that goes on beyond what is looked at. */
	places("(?:xy){0,2}ab", ".xyab.xyxyab.xy.ab.....", " ^ ^  ^ ^ ^  ^  ^");
	places("(?:x|y){9,}a", ".xyxyxyxyxyxya.xyxy....", " ^^^^^^");
}

static void test_few(void **state)
{
	struct pattern_starts starts;

	(void)state;
	assert_true(derive("(?<![a-z])user=", &starts) && starts.few);
	assert_true(derive("\\d{3}-\\d", &starts) && starts.few);
	assert_true(derive("[^\\n]+user=", &starts) && !starts.few);
	assert_true(derive("(?:x|)[\\w ]", &starts) && !starts.few);
}

/* --- Patterns made at random, held against PCRE2 ------------------------------- */

static void add_pattern(struct buf *out, unsigned depth);

static void add_atom(struct buf *out, unsigned depth)
{
	static const char *const atoms[] = {
		"a",	 "b",	     "-",	 "1",	   "[ab]",   "[^a]",	 "\\d",
		"\\w",	 "\\b",	     "^",	 "(?<!a)", "(?<=b)", "(?<!\\w)", "(?<=a-|b)",
		"(?!a)", "(?=[b1])", "(?!1|a-)", "$",	   "(?<!^)", "(?=a|b1)",
	};
	static const char *const groups[] = { "(?:", "(?=", "(?!", "(?>", "(", "(?i:" };

	if (depth == 0 || random_below(3) != 0) {
		buf_add_str(out, atoms[random_below(COUNT(atoms))]);
		return;
	}
	buf_add_str(out, groups[random_below(COUNT(groups))]);
	add_pattern(out, depth - 1);
	buf_add_char(out, ')');
}

static void add_pattern(struct buf *out, unsigned depth)
{
	static const char *const repeats[] = { "", "", "", "?", "{2}", "{0,2}", "{3,}", "*", "+?" };

	for (unsigned n = 1 + random_below(3); n-- > 0;) {
		bool repeats_it;
		size_t start = out->len;

		add_atom(out, depth);
		/* Of what has no length there is none. */
		repeats_it = strchr("ab-1[\\", buf_str(out)[start]) != NULL &&
			     strcmp(buf_str(out) + start, "\\b") != 0;
		if (repeats_it || strncmp(buf_str(out) + start, "(?:", 3) == 0)
			buf_add_str(out, repeats[random_below(COUNT(repeats))]);
	}
	if (random_below(4) == 0) {
		buf_add_char(out, '|');
		add_pattern(out, depth);
	}
}

static void fill_text(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text[i] = "ab-1 \nA"[random_below(7)];
}

/* Returns how many places match; *refused_r counts those that are refused. */
static size_t compare(const char *pattern, const struct pattern_starts *starts, size_t *refused)
{
	const struct regex_limits limits = { .match = 100000, .depth = 10000, .heap_kib = 10000 };
	struct regex_scratch *scratch = regex_scratch_new(&limits);
	struct regex *regex = NULL;
	struct err e = { 0 };
	size_t n = 0;
	char text[24];

	assert_int_equal(regex_compile(&regex, pattern, 0, &e), 0);
	for (int i = 0; i < 30; i++) {
		struct span all = span_of(text, random_below(sizeof(text)));

		fill_text(text, all.len);
		for (size_t at = 0; at <= all.len; at++) {
			bool allowed = pattern_starts_next(starts, all, at, at) == at;
			bool stands = regex_match_at(regex, scratch, all, at) == REGEX_MATCH;

			n += stands;
			*refused += !allowed;
			if (stands && !allowed)
				fail_msg("%s in '%.*s' at %zu", pattern, (int)all.len, text, at);
		}
	}
	regex_free(&regex);
	regex_scratch_free(&scratch);
	err_fini(&e);
	return n;
}

static void test_random(void **state)
{
	struct buf pattern = { 0 };
	size_t matches = 0;
	size_t refused = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct pattern_starts starts;

		buf_clear(&pattern);
		add_pattern(&pattern, 2);
		if (derive(buf_str(&pattern), &starts))
			matches += compare(buf_str(&pattern), &starts, &refused);
	}
	assert_true(matches > 10000 && refused > 10000);
	buf_fini(&pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
