/*
 * Lists of words become tables, and nothing that is found changes: held against the patterns as
 * they are written, those of the rules on all of their examples, and lists made at random, of
 * words that are parts of each other, on texts that nearly have them.
 */
#include "unit.h"
#include "unit_examples.h"
#include "unit_random.h"
#include "unit_regex_pair.h"

#include <purposed/base/mem.h>
#include <purposed/engine/regex.h>
#include <purposed/engine/regex_table.h>
#include <purposed/engine/regex_words.h>

/* --- What becomes of a pattern -------------------------------------------------- */

/* Stands for '#' in patterns here: thirty words. */
static void add_list(struct buf *out)
{
	for (int i = 0; i < 30; i++)
		buf_printf(out, "%s%c%cq", i == 0 ? "" : "|", 'a' + i / 10, 'a' + i % 10);
}

static char *spelt(const char *pattern)
{
	struct buf out = { 0 };
	char *text;

	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '#')
			add_list(&out);
		else
			buf_add_char(&out, *pattern);
	}
	text = mem_string(buf_str(&out));
	buf_fini(&out);
	return text;
}

static const struct {
	const char *pattern;
	const char *made; /* NULL: the same */
	size_t tables;
} cases[] = {
	/* What follows is none of the bytes of the words. */
	{ "(?:#)(?![a-z])", "(?:(?C128)[a-z]++)(?![a-z])", 1 },
	{ "(?:#) x", "(?:(?C128)[a-z]++) x", 1 },
	{ "(?:#)\\d{0,2}(?!\\w)", "(?:(?C128)[a-z]++)\\d{0,2}(?!\\w)", 1 },
	{ "(?:#)(?![a-z-]|[.@]\\w)", "(?:(?C128)[a-z]++)(?![a-z-]|[.@]\\w)", 1 },
	{ "(?:#)\\b", "(?:(?C128)[a-z]++)\\b", 1 },
	{ "(?:(?:#)|x)\\b", "(?:(?C128)[a-z]++)\\b", 1 },
	{ "(?<n>#)=", "(?<n>(?C128)[a-z]++)=", 1 },
	{ "(?:#)(?:=|:)", "(?:(?C128)[a-z]++)(?:=|:)", 1 },
	{ "(?:#)(?=[ .])", "(?:(?C128)[a-z]++)(?=[ .])", 1 },
	{ "(?:(?:#) ){0,3}x", "(?:(?:(?C128)[a-z]++) ){0,3}x", 1 },
	{ "(?:# )\\b", NULL, 0 },
	{ "(?:#) (?:#)\\b", "(?:(?C128)[a-z]++) (?:(?C129)[a-z]++)\\b", 2 },
	/* Whatever case the letters have, as far as that holds. */
	{ "(?i)(?:#)(?![a-z])", "(?i)(?:(?C128)[A-Za-z]++)(?![a-z])", 1 },
	{ "(?i:#)(?![a-z])", NULL, 0 },
	{ "(?i:#)(?!\\w)", "(?i:(?C128)[A-Za-z]++)(?!\\w)", 1 },
	{ "(?:#|(?i)x)\\b", NULL, 0 },
	/* It may be one of them, or nothing is known of it. */
	{ "(?:#)", NULL, 0 },
	{ "(?:#)[a-z]", NULL, 0 },
	{ "(?:#)[ a-q]", NULL, 0 },
	{ "(?:#) ?", NULL, 0 },
	{ "(?:#)(?: |[a-z])", NULL, 0 },
	{ "(?:#)(?!ab)", NULL, 0 },
	{ "(?:#)(?:(?![a-z])|[a-q])", NULL, 0 },
	{ "(?:#){1,2}(?![a-z])", NULL, 0 },
	{ "(?:(?:#)\\d?)+(?![a-z])", NULL, 0 },
	/* What never matches stays. */
	{ "(?:#|(?=a)){0}(?![a-z])", NULL, 0 },
	{ "(?:(?!#)a){0,0}(?:#)\\b", "(?:(?!#)a){0,0}(?:(?C128)[a-z]++)\\b", 1 },
	/* At the end of what is never left again, another word is not tried. */
	{ "(?>#)\\b", NULL, 0 },
	{ "(?:#)?+\\b", NULL, 0 },
	{ "(?>(?:#)\\b)", "(?>(?:(?C128)[a-z]++)\\b)", 1 },
	{ "(?<n>#)\\b(?&n)", NULL, 0 },
	{ "(?<n>(?:#)\\b)(?&n)", "(?<n>(?:(?C128)[a-z]++)\\b)(?&n)", 1 },
	/* A lookaround asks only whether there is one. */
	{ "(?!#)\\w", "(?!(?=(?C128)))\\w", 1 },
	{ "(?=#)\\w", "(?=(?=(?C128)))\\w", 1 },
	{ "(?!x(?:#))\\w", "(?!(?=(?C128)))\\w", 1 },
	{ "(?!x+(?:#))\\w", "(?!x+(?:(?=(?C128))))\\w", 1 },
	{ "(?!\\d|#)\\w", "(?!\\d|(?=(?C128)))\\w", 1 },
	{ "(?=(#))\\w", NULL, 0 },
	{ "(?=(?<n>x+(?:#)))\\w", NULL, 0 },
	{ "(?!(?:#){2})\\w", NULL, 0 },
	/* What ends there is asked backwards, in a row together. */
	{ "(?<!#)\\w", "(?!(?=(?C128)))\\w", 1 },
	{ "(?<=#)\\w", "(?=(?C128))\\w", 1 },
	{ "(?<!(?i)#|x)\\w", "(?!(?=(?C128)))\\w", 1 },
	{ "(?<!x[ab](?:#))\\w", "(?!(?=(?C128)))\\w", 1 },
	{ "(?<!#)(?<!#|x)(?<!y)z", "(?!(?=(?C128)))(?<!y)z", 1 },
	{ "(?<!#)a?(?<=#)(?<=#)z", "(?!(?=(?C128)))a?(?=(?C129))(?=(?C130))z", 3 },
	{ "(?!(?<!#)x+)y", "(?!(?!(?=(?C128)))x+)y", 1 },
	{ "(?<!#|\\w)z", NULL, 0 },
	{ "(?<!#|)z", NULL, 0 },
	{ "(?<!(#))z", NULL, 0 },
	{ "(?<!#)?z", NULL, 0 },
	{ "(?<!(?=#)..)z", NULL, 0 },
	{ "(?<!abc|abd)z", NULL, 0 },
	/* Words with other bytes than those have shapes; few of one stay. */
	{ "(?:#|a-b|aaq-b)(?![a-z])", "(?:(?C128)[a-z]++|a\\x2db|aaq\\x2db)(?![a-z])", 1 },
	{ "(?:aaq-b|#|a-b)(?![a-z])", "(?:aaq\\x2db|a\\x2db|(?C128)[a-z]++)(?![a-z])", 1 },
	{ "(?:x-y|x|#|z|z-y)(?![a-z])", NULL, 0 },
	{ "(?:#|a-b|aaq-b)(?![a-z-])", "(?:(?C128)[\\x2da-z]++)(?![a-z-])", 1 },
	/* What is more than a word; words go before it if they begin otherwise. */
	{ "(?:x+|#|y+|zz)\\b", "(?:x+|(?C128)[a-z]++|y+)\\b", 1 },
	{ "(?:#|z+|zz)\\b", "(?:(?C128)[a-z]++|z+|zz)\\b", 1 },
	{ "(?:#|z(?:a|b+|c))\\b", "(?:(?C128)[a-z]++|zb+|zc)\\b", 1 },
	{ "(?:#|(x)|y)\\b", "(?:(?C128)[a-z]++|(x))\\b", 1 },
	{ "(?:#||x)\\b", "(?:(?C128)[a-z]++||x)\\b", 1 },
	{ "(?(?=a)#|x)\\b", NULL, 0 },
	{ "(a)?(?(1)#|x)\\b", NULL, 0 },
	/* Too few, or too many ways to write them. */
	{ "(?:abc|abd|abe)\\b", NULL, 0 },
	{ "(?:[ab]{4}|[cd]{4})\\b", NULL, 0 },
	/* Syntax of which nothing is known. */
	{ "\\Q(\\E(?:#)\\b", NULL, 0 },
	{ "(?|(?:#)\\b)", NULL, 0 },
	{ "(?:#)\\b\\K", NULL, 0 },
	{ "(?:#)\\b(", NULL, 0 },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *pattern = spelt(cases[i].pattern);
		char *made = spelt(cases[i].made != NULL ? cases[i].made : cases[i].pattern);
		struct regex_words words = { 0 };
		struct buf out = { 0 };

		regex_words(&out, pattern, &words);
		assert_string_equal(buf_str(&out), made);
		assert_int_equal(words.n, cases[i].tables);
		regex_words_fini(&words);
		buf_fini(&out);
		free(pattern);
		free(made);
	}
}

/* More than there are numbers for stay where they are. */
static void test_many(void **state)
{
	struct regex_words words = { 0 };
	struct buf pattern = { 0 };
	struct buf out = { 0 };

	(void)state;
	for (int i = 0; i < 140; i++) {
		buf_add_str(&pattern, "(?:");
		add_list(&pattern);
		buf_printf(&pattern, "|%dx)\\b", i);
	}
	regex_words(&out, buf_str(&pattern), &words);
	assert_int_equal(words.n, 128);
	assert_non_null(strstr(buf_str(&out), "(?C255)"));
	assert_null(strstr(buf_str(&out), "(?C256)"));
	assert_non_null(strstr(buf_str(&out), "139x"));
	regex_words_fini(&words);
	buf_fini(&pattern);
	buf_fini(&out);
}

/* --- Tables --------------------------------------------------------------------- */

static bool table_has(const struct regex_table *table, const char *text)
{
	return regex_table_has(table, span_str(text), 0);
}

static void test_table(void **state)
{
	static const char words[] = "\002ab\003abc\001x\004a\xc3\xa9z";
	struct regex_table_form form = { .shape = span_str("\1") };
	struct span span = span_of(words, sizeof(words) - 1);
	struct regex_table *table;

	(void)state;
	for (const char *c = "abcxz\xc3\xa9"; *c != '\0'; c++)
		byte_set_add(&form.run, (unsigned char)*c);
	table = regex_table_ref(&form, span, 4);
	assert_ptr_equal(regex_table_ref(&form, span, 4), table);
	regex_table_unref(table);
	assert_true(table_has(table, "ab"));
	assert_true(table_has(table, "ab-x"));
	assert_true(table_has(table, "abc"));
	assert_true(table_has(table, "a\xc3\xa9z!"));
	assert_false(table_has(table, "abz"));
	assert_false(table_has(table, "abcabcabc"));
	assert_false(table_has(table, "a"));
	assert_false(table_has(table, ""));
	assert_false(table_has(table, "AB"));
	assert_true(regex_table_has(table, span_str("-ab"), 1));
	assert_false(regex_table_has(table, span_str("ab"), 2));
	regex_table_unref(table);

	/* In any case; and whatever follows. */
	form.folded = true;
	byte_set_fold(&form.run);
	table = regex_table_ref(&form, span, 4);
	assert_true(table_has(table, "aB"));
	assert_false(table_has(table, "aBx"));
	regex_table_unref(table);
	form = (struct regex_table_form){ .behind = true };
	table = regex_table_ref(&form, span, 4);
	assert_true(regex_table_has(table, span_str("-cba-"), 4));
	assert_true(regex_table_has(table, span_str("x"), 1));
	assert_false(regex_table_has(table, span_str("cba"), 0));
	assert_false(regex_table_has(table, span_str("za"), 2));
	assert_false(regex_table_has(table, span_str("Ba"), 2));
	regex_table_unref(table);
	form = (struct regex_table_form){ 0 };
	table = regex_table_ref(&form, span, 4);
	assert_true(table_has(table, "abx"));
	assert_true(table_has(table, "xx"));
	assert_false(table_has(table, "ax"));
	regex_table_unref(table);
}

/* --- The same matches ----------------------------------------------------------- */

/* Where steps are many, these give up, and how many there are is another matter. */
enum { MATCH_LIMIT = 20000 };

static bool pair_of(struct pair *p, const char *pattern, unsigned how)
{
	return pair_init(p, pattern, how, how | REGEX_AS_WRITTEN, MATCH_LIMIT);
}

/* At every place; returns at how many there is a match. */
static size_t same_matches(void *pair, const char *pattern, const char *text)
{
	struct pair *p = pair;
	struct span span = span_str(text);
	size_t n = 0;

	for (size_t at = 0; at <= span.len; at++) {
		enum regex_result found = regex_match_at(p->written, p->a, span, at);
		enum regex_result again = regex_match_at(p->made, p->b, span, at);

		/* How many steps there are is another matter. */
		if (found == REGEX_LIMIT || again == REGEX_LIMIT)
			continue;
		if (again != found)
			fail_msg("%s parts from what was made of it at byte %zu of \"%s\"", pattern,
				 at, text);
		if (found == REGEX_MATCH)
			same_groups(p, pattern, text);
		n += found == REGEX_MATCH;
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
		struct regex_words words = { 0 };
		struct buf out = { 0 };
		struct pair p;

		regex_words(&out, pattern, &words);
		if (words.n != 0) {
			assert_true(pair_of(&p, pattern, REGEX_JIT));
			n += unit_ask_examples(rules, same_matches, &p, pattern);
			pair_fini(&p);
		}
		regex_words_fini(&words);
		buf_fini(&out);
	}
	assert_true(n > rules_count(rules));
	rules_free(&rules);
}

/* What is wrong with a pattern is said, though PCRE2 does not see all of it. */
static void test_wrong(void **state)
{
	static const struct {
		const char *pattern;
		bool right;
	} patterns[] = {
		{ "z(?!#|?x)", false },	     { "z(?!#|x**)", false },
		{ "z(?!#|b{2}{2})", false }, { "(?<!#|b{2}{2})z", false },
		{ "(?<!#|x+y)z", false },    { "(?<!#|x?y)z", false },
		{ "(?:#|+)\\b", false },     { "(?:#|b{2}{2})(?![a-z])", false },
		{ "z(?!#|b{2})", true },     { "(?<!#|b{2}|x{,2})z", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		char *pattern = spelt(patterns[i].pattern);
		struct pair p;

		assert_int_equal(pair_of(&p, pattern, 0), patterns[i].right);
		if (patterns[i].right) {
			same_matches(&p, pattern, "bbz bz zbb zb x{,2}z xxz");
			pair_fini(&p);
		}
		free(pattern);
	}
}

/* A list that PCRE2 has no room for is no mistake: in a table it has. */
static void test_large(void **state)
{
	struct regex_scratch *scratch =
		regex_scratch_new(&(struct regex_limits){ 1000, 1000, 1000 });
	struct regex *regex = NULL;
	struct buf pattern = { 0 };
	struct err e = { 0 };

	(void)state;
	buf_add_str(&pattern, "(?:");
	for (int i = 0; i < 10000; i++)
		buf_printf(&pattern, "%sz%c%c%c%cname", i == 0 ? "" : "|", 'a' + i / 1000,
			   'a' + i / 100 % 10, 'a' + i / 10 % 10, 'a' + i % 10);
	buf_add_str(&pattern, ")\\b");
	assert_int_equal(regex_compile(&regex, buf_str(&pattern), 0, &e), 0);
	assert_int_equal(regex_match(regex, scratch, span_str("x zabcdname."), 0), REGEX_MATCH);
	assert_int_equal(regex_match(regex, scratch, span_str("x zabkdname."), 0), REGEX_NO_MATCH);
	regex_free(&regex);
	regex_scratch_free(&scratch);
	buf_fini(&pattern);
	err_fini(&e);
}

/* Steps are counted anew wherever a match may start: many short ones are no long one. */
static void test_limit(void **state)
{
	const struct regex_limits limits = { .match = 1000, .depth = 1000, .heap_kib = 1000 };
	char *pattern = spelt("(?:(?!#)\\w)++=");
	struct buf text = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_add_str(&text, "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz ");
	buf_add_char(&text, '=');
	for (unsigned how = 0; how <= REGEX_JIT; how += REGEX_JIT) {
		struct regex_scratch *scratch = regex_scratch_new(&limits);
		struct regex *regex = NULL;
		struct err e = { 0 };

		assert_int_equal(regex_compile(&regex, pattern, how, &e), 0);
		if (how != 0)
			regex_prepare(regex);
		assert_int_equal(regex_match(regex, scratch, buf_span(&text), 0), REGEX_NO_MATCH);
		regex_free(&regex);
		regex_scratch_free(&scratch);
	}
	buf_fini(&text);
	free(pattern);
}

/* --- Lists at random ------------------------------------------------------------ */

enum { LISTS = 400, WORDS = 40, TEXTS = 60, WORD_MAX = 8 };

struct list {
	char words[WORDS][WORD_MAX];
	struct buf pattern;
};

static void make_words(struct list *list)
{
	for (int i = 0; i < WORDS; i++) {
		char *word = list->words[i];
		size_t len = 1 + random_below(4);

		/* Every second one goes on where another one ends. */
		if (i != 0 && random_below(2) == 0)
			memcpy(word, list->words[random_below((unsigned)i)], 3);
		for (size_t at = strlen(word); len != 0 && at < WORD_MAX - 1; len--)
			word[at++] = "aabbc-"[random_below(random_below(4) == 0 ? 6 : 5)];
	}
}

static void add_alternatives(struct list *list)
{
	static const char *const others[] = { "c+",  "d",     "[ab]{2,}", "(a)", "a(?:b|c+|ca)",
					      "b?c", "(?=a)", "(?i:ab)",  "",	 "d(?:a|e|ef)?" };

	for (int i = 0; i < WORDS; i++) {
		if (i != 0)
			buf_add_char(&list->pattern, '|');
		buf_add_str(&list->pattern, list->words[i]);
		if (random_below(30) == 0)
			buf_printf(&list->pattern, "|%s", others[random_below(COUNT(others))]);
	}
}

static void make_pattern(struct list *list)
{
	static const char *const open[] = {
		"(?:", "(?:", "(", "(?i:", "(?>", "(?!", "(?=", "(?<n>"
	};
	static const char *const before[] = {
		"", "", "", "[. ]", "a?", "(?i)", "\\b", "(?:a|(?:b"
	};
	static const char *const behind[] = {
		"\\b",	       "(?![a-z])",	"(?!\\w)",    " ",	    "[-. ]",
		"-?(?![a-z])", "\\d?(?![a-z])", "",	      "(?:\\.|-a)", "{1,2}\\b",
		"?(?![abc-])", "(?=[-. A])",	"(?![a-z-])", "$",	    "(?!a)(?![bc])",
		"+(?!\\w)",    "(?<=a)(?!\\w)", ".?"
	};
	const char *start = before[random_below(COUNT(before))];

	make_words(list);
	buf_add_str(&list->pattern, start);
	buf_add_str(&list->pattern, open[random_below(COUNT(open))]);
	add_alternatives(list);
	buf_add_char(&list->pattern, ')');
	if (strcmp(start, "(?:a|(?:b") == 0)
		buf_add_str(&list->pattern, random_below(2) == 0 ? ")a?)" : ")){0,2}");
	buf_add_str(&list->pattern, behind[random_below(COUNT(behind))]);
}

/* Words, parts of them and what is none, in any order. */
static void make_text(const struct list *list, char *text)
{
	size_t len = 0;

	for (unsigned n = 1 + random_below(3); n != 0; n--) {
		const char *word = list->words[random_below(WORDS)];
		size_t take = random_below(4) == 0 ? random_below(WORD_MAX) : WORD_MAX;

		for (size_t i = 0; i < take && word[i] != '\0'; i++)
			text[len++] = random_below(12) == 0 && word[i] != '-' ? (char)(word[i] - 32)
									      : word[i];
		if (random_below(3) != 0)
			text[len++] = " .-ad1A\xe9"[random_below(8)];
	}
	text[len] = '\0';
}

static void test_random(void **state)
{
	size_t tables = 0;
	size_t found = 0;

	(void)state;
	for (int i = 0; i < LISTS; i++) {
		struct list list = { 0 };
		struct regex_words words = { 0 };
		struct buf out = { 0 };
		const char *pattern;

		make_pattern(&list);
		pattern = buf_str(&list.pattern);
		regex_words(&out, pattern, &words);
		tables += words.n;
		for (unsigned how = 0; how <= REGEX_JIT; how += REGEX_JIT) {
			struct pair p;

			if (!pair_of(&p, pattern, how))
				break;
			for (int t = 0; t < TEXTS; t++) {
				char text[4 * (WORD_MAX + 1)];

				make_text(&list, text);
				found += same_matches(&p, pattern, text);
			}
			pair_fini(&p);
		}
		regex_words_fini(&words);
		buf_fini(&out);
		buf_fini(&list.pattern);
	}
	assert_true(tables > LISTS / 4);
	assert_true(found > LISTS * TEXTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),  cmocka_unit_test(test_many),
		cmocka_unit_test(test_table),  cmocka_unit_test(test_rules),
		cmocka_unit_test(test_random), cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_large),  cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
