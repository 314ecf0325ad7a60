/* The last word on a rule: pattern, keywords, validators; and where the search goes on. */
#include "unit.h"

#include <purposed/engine/confirm.h>

static const struct regex_limits plenty = { .match = 1000000, .depth = 100000, .heap_kib = 4096 };

/* The hits of a rule in text as "start-end start-end", groups as "name:start-end". */
static void confirm(struct buf *found, const char *settings, struct span text, size_t start,
		    const struct regex_limits *limits, struct hits *hits)
{
	struct buf rule = { 0 };
	struct regex_scratch *scratch = regex_scratch_new(limits);
	struct rules *rules;

	buf_printf(&rule,
		   "rules = ( { id = 'r'; what = 'w'; %s examples = [ 'x' ]; "
		   "counter_examples = [ 'y' ]; } );",
		   settings);
	rules = unit_rules(buf_str(&rule), false);
	hits_clear(hits);
	confirm_rule(rules_at(rules, 0), 7, text, 3, start, scratch, hits);
	for (size_t i = 0; i < hits->n; i++) {
		const struct hit *hit = &hits->hits[i];
		const char *name = rules_at(rules, 0)->targets[hit->target].group_name;

		assert_int_equal(hit->rule, 7);
		assert_int_equal(hit->layer, 3);
		buf_printf(found, "%s%s%s%zu-%zu", i != 0 ? " " : "", name != NULL ? name : "",
			   name != NULL ? ":" : "", hit->start, hit->end);
	}
	rules_free(&rules);
	regex_scratch_free(&scratch);
	buf_fini(&rule);
}

#define NUMBER "element = 'e'; pattern = '[0-9]{4}'; "
#define IBAN "element = 'e'; pattern = '[A-Z]{2}[0-9]{14}'; validate = 'iban'; "

static const struct confirm_case {
	const char *settings, *text, *found;
} cases[] = {
	{ NUMBER, "1234 5678", "0-4 5-9" },
	{ NUMBER, "12345678", "0-4 4-8" },
	{ NUMBER, "123", "" },
	{ NUMBER, "", "" },
	/* the group "value" is what counts */
	{ "element = 'e'; pattern = 'a(?<value>b+)c';", "abbc abc", "1-3 6-7" },
	{ "element = 'e'; pattern = 'a(?<value>b*)c';", "ac abc", "4-5" },
	/* keywords: a whole word, in any case, before the match */
	{ NUMBER "keywords = [ 'tel' ];", "tel 1234", "4-8" },
	{ NUMBER "keywords = [ 'tel' ];", "TEL: 1234", "5-9" },
	{ NUMBER "keywords = [ 'tel' ];", "1234 tel", "" },
	{ NUMBER "keywords = [ 'tel' ];", "hotel 1234", "" },
	{ NUMBER "keywords = [ 'tel' ];", "tell 1234", "" },
	{ NUMBER "keywords = [ 'tel' ];", "tel1 1234", "" },
	{ NUMBER "keywords = [ 'tel' ];", "\xc3\xa9tel 1234", "" },
	{ NUMBER "keywords = [ 'tel' ];", "tel\xc3\xa9 1234", "" },
	{ NUMBER "keywords = [ 'tel' ];", "tel1234", "" },
	{ NUMBER "keywords = [ 'tel' ];", "tel tel1234", "7-11" },
	{ NUMBER "keywords = [ 'tel' ];", "user_tel_nr=1234", "12-16" },
	{ NUMBER "keywords = [ 'tel' ];", "tel.1234", "4-8" },
	{ NUMBER "keywords = [ 'gsm nr', 'a.b' ];", "gsm nr 1234", "7-11" },
	{ NUMBER "keywords = [ 'gsm nr', 'a.b' ];", "axb 1234 a.b 1234", "13-17" },
	{ NUMBER "keywords = [ 'c++', '#' ];", "c++ 1234", "4-8" },
	{ NUMBER "keywords = [ 'c++', '#' ];", "#1234", "1-5" },
	{ NUMBER "keywords = [ 'n\xc2\xb0' ];", "n\xc2\xb0 1234", "4-8" },
	/* a keyword that goes up to the match, and a shorter one in it that does not */
	{ NUMBER "keywords = [ 'tel:' ];", "tel:1234", "4-8" },
	{ NUMBER "keywords = [ 'tel:', 'tel' ];", "tel:1234", "4-8" },
	{ NUMBER "keywords = [ 'tel nr', 'tel' ];", "tel nr1234", "6-10" },
	{ NUMBER "keywords = [ 'nr' ];", "tel nr1234", "" },
	/* the window is counted from the keyword's first byte to the match's */
	{ NUMBER "keywords = [ 'tel' ]; window = 5;", "tel  1234", "5-9" },
	{ NUMBER "keywords = [ 'tel' ]; window = 5;", "tel   1234", "" },
	{ NUMBER "keywords = [ 'tel' ]; window = 5;", "xtel  1234", "" },
	{ NUMBER "keywords = [ 'tel' ]; window = 3;", "tel-1234 tel 1234", "" },
	/* one keyword serves several matches; each is judged for itself */
	{ NUMBER "keywords = [ 'tel' ]; window = 9;", "tel 1234 5678", "4-8 9-13" },
	{ NUMBER "keywords = [ 'tel' ]; window = 8;", "tel 1234 5678", "4-8" },
	/* \\K moves the start of the match behind what it needs before it */
	{ "element = 'e'; pattern = 'nr=\\\\K[0-9]+'; keywords = [ 'tel' ];", "tel nr=12", "7-9" },
	{ "element = 'e'; pattern = '(?<=nr=)[0-9]+'; keywords = [ 'tel' ];", "tel nr=12", "7-9" },
	/* a refused match may hide a true one: the search goes on one byte further */
	{ IBAN, "BE71096123456769", "0-16" },
	{ IBAN, "BE71096123456768", "" },
	{ IBAN, "XBE71096123456769", "1-17" },
	{ "element = 'e'; pattern = '[A-Z]+[0-9]{14}'; validate = 'iban';", "XXBE71096123456769",
	  "2-18" },
	{ "element = 'e'; pattern = '[0-9]{2}'; keywords = [ 'a' ];", "12a34", "" },
	{ "element = 'e'; pattern = '-?[0-9]{2}'; keywords = [ 'a' ]; window = 2;", "a-34", "1-4" },
	/* matches that are empty end, too */
	{ "element = 'e'; pattern = 'x*';", "axxa", "1-3" },
	{ "element = 'e'; pattern = '';", "abc", "" },
	{ "element = 'e'; pattern = '(?=(?<value>b))';", "abb", "1-2 2-3" },
	/* groups: each that took part, each with its own validator */
	{ "pattern = '(?<a>[0-9]+)-(?<b>[a-z]+)?'; groups = { b = 'e'; a = 'f'; };", "12-ab 34-",
	  "b:3-5 a:0-2 a:6-8" },
	{ "pattern = '(?<a>[A-Z]{2}[0-9]{14})=(?<b>[a-z]+)';\n"
	  " groups = { a = { element = 'e'; validate = 'iban'; }; b = 'f'; };",
	  "BE71096123456768=ab BE71096123456769=cd", "b:17-19 a:20-36 b:37-39" },
};

static void test_confirm(void **state)
{
	struct hits hits = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf found = { 0 };

		confirm(&found, cases[i].settings, span_str(cases[i].text), 0, &plenty, &hits);
		if (strcmp(buf_str(&found), cases[i].found) != 0)
			fail_msg("%s in %s: \"%s\", not \"%s\"", cases[i].settings, cases[i].text,
				 buf_str(&found), cases[i].found);
		assert_int_equal(hits.n_unsearched, 0);
		assert_true(hits.kind_rule == UINT32_MAX);
		buf_fini(&found);
	}
	hits_fini(&hits);
}

static void test_start(void **state)
{
	struct hits hits = { 0 };
	struct buf found = { 0 };

	(void)state;
	confirm(&found, NUMBER, span_str("1234 5678"), 1, &plenty, &hits);
	assert_string_equal(buf_str(&found), "5-9");
	hits_fini(&hits);
	buf_fini(&found);
}

/* A limit: what was found before stands, and the rest is unsearched, the match at hand included. */
static void test_limits(void **state)
{
	static const struct regex_limits tight = { .match = 400,
						   .depth = 100000,
						   .heap_kib = 4096 };
	char text[600] = "ab ";
	struct hits hits = { 0 };
	struct buf found = { 0 };

	(void)state;
	memset(text + 3, 'a', sizeof(text) - 3);
	text[sizeof(text) - 1] = 'd';
	text[sizeof(text) - 2] = 'd';
	confirm(&found, "element = 'e'; pattern = '(?:a|aa)+?(?:b|dx)';",
		span_of(text, sizeof(text)), 0, &tight, &hits);
	assert_string_equal(buf_str(&found), "0-2");
	assert_int_equal(hits.n_unsearched, 1);
	assert_int_equal(hits.unsearched[0].start, 2);
	assert_int_equal(hits.unsearched[0].end, sizeof(text));
	assert_int_equal(hits.unsearched[0].layer, 3);
	assert_int_equal(hits.unsearched[0].reason, REASON_MATCH_LIMIT);
	hits_clear(&hits);
	assert_int_equal(hits.n + hits.n_unsearched, 0);
	buf_fini(&found);
	hits_fini(&hits);
}

/* The limit strikes in the search for a keyword: the match itself is then unsearched. */
static void test_limit_in_keywords(void **state)
{
	static const struct regex_limits tight = { .match = 6, .depth = 100000, .heap_kib = 4096 };
	char text[3000];
	struct hits hits = { 0 };
	struct buf found = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = " tel1"[i % 5];
	memcpy(text + sizeof(text) - 4, "1234", 4);
	confirm(&found,
		"element = 'e'; pattern = '1234'; "
		"keywords = [ 'tel2', 'tel3', 'tel4', 'tel5', 'tel6', 'tel7' ]; window = 4096;",
		span_of(text, sizeof(text)), sizeof(text) - 4, &tight, &hits);
	assert_int_equal(hits.n, 0);
	assert_int_equal(hits.n_unsearched, 1);
	assert_int_equal(hits.unsearched[0].start, sizeof(text) - 4);
	assert_int_equal(hits.unsearched[0].end, sizeof(text));
	/* For what a validator refuses no keyword is looked for. */
	hits_clear(&hits);
	confirm(&found,
		"element = 'e'; pattern = '1234'; validate = 'iban'; "
		"keywords = [ 'tel2', 'tel3', 'tel4', 'tel5', 'tel6', 'tel7' ]; window = 4096;",
		span_of(text, sizeof(text)), sizeof(text) - 4, &tight, &hits);
	assert_int_equal(hits.n + hits.n_unsearched, 0);
	buf_fini(&found);
	hits_fini(&hits);
}

/*
 * The lowest rule that matches where the record's own text begins gives its kind, whatever its
 * groups yield.
 */
static void test_kind(void **state)
{
	struct rules *rules = unit_rules(
		"rules = (\n"
		"  { id = 'a'; what = 'w'; element = 'e'; pattern = 'a'; examples = [ 'x' ];\n"
		"    counter_examples = [ 'y' ]; },\n"
		"  { id = 'b'; what = 'w'; element = 'e'; pattern = 'b'; kind = 'bees';\n"
		"    validate = 'iban'; examples = [ 'x' ]; counter_examples = [ 'y' ]; },\n"
		"  { id = 'c'; what = 'w'; element = 'e'; pattern = 'bc'; kind = 'cees';\n"
		"    examples = [ 'x' ]; counter_examples = [ 'y' ]; } );\n",
		false);
	struct regex_scratch *scratch = regex_scratch_new(&plenty);
	struct hits hits = { 0 };
	char text[sizeof("a bc")];

	(void)state;
	hits_clear(&hits);
	for (uint16_t i = 3; i-- > 0;)
		confirm_rule(rules_at(rules, i), i, span_str("bca"), 1, 0, scratch, &hits);
	assert_true(hits.kind_rule == UINT32_MAX);
	for (uint16_t i = 3; i-- > 0;)
		confirm_rule(rules_at(rules, i), i, span_str("a bc"), 0, 0, scratch, &hits);
	assert_true(hits.kind_rule == UINT32_MAX);
	for (uint16_t i = 3; i-- > 0;)
		confirm_rule(rules_at(rules, i), i, span_str("bca"), 0, 0, scratch, &hits);
	assert_int_equal(hits.kind_rule, 1);
	/* Another record where the one before stood. */
	for (int i = 0; i < 4; i++) {
		memcpy(text, i % 2 == 0 ? "a bc" : "- bc", sizeof(text));
		hits_clear(&hits);
		confirm_rule(rules_at(rules, 2), 2, span_str(text), 0, 0, scratch, &hits);
		assert_int_equal(hits.kind_rule, i % 2 == 0 ? UINT32_MAX : 2);
	}
	regex_scratch_free(&scratch);
	rules_free(&rules);
	hits_fini(&hits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confirm), cmocka_unit_test(test_start),
		cmocka_unit_test(test_limits),	cmocka_unit_test(test_limit_in_keywords),
		cmocka_unit_test(test_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
