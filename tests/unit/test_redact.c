/* Values taken out of a text: which, in what words, and at the edges of a window. */
#include "unit_run.h"

#include <purposed/engine/redact.h>

static const struct redact_case {
	const char *purpose;
	enum redact_mode mode;
	const char *text, *redacted;
} cases[] = {
	{ "web", REDACT_NONE, "to a@b.be", "to a@b.be" },
	{ "web", REDACT_ELEMENT, "to a@b.be now", "to <email> now" },
	{ "web", REDACT_ELEMENT, "a@b.be", "<email>" },
	{ "web", REDACT_ELEMENT, "a@b.be,c@d.be", "<email>,<email>" },
	{ "web", REDACT_ELEMENT, "", "" },
	/* permitted and notice stay, gap goes */
	{ "mail", REDACT_ELEMENT, "a@b.be 192.0.2.1", "a@b.be <ipv4>" },
	{ "", REDACT_ELEMENT, "a@b.be 192.0.2.1", "<email> <ipv4>" },
	/* encoded: what stood in the record goes, all of it */
	{ "web", REDACT_ELEMENT, "to jan%2540example.be now", "to <email> now" },
	/* escapes that are left: with their word, and blocks of digits beside it */
	{ "web", REDACT_ELEMENT, "x %2525252540 y", "x <unscanned> y" },
	{ "web", REDACT_ELEMENT, "x jan%2525252540example.be y", "x <unscanned> y" },
	{ "web", REDACT_ELEMENT, "x BE68 5390 %2525252530 7034 y", "x <unscanned> y" },
	{ "web", REDACT_ELEMENT, "5390 07 k%2525252540x.be 70 34", "<unscanned>" },
	{ "web", REDACT_ELEMENT, "a1b2c3d4e5f6g %2525252530 a1b2c3d4e5f6g",
	  "a1b2c3d4e5f6g <unscanned> a1b2c3d4e5f6g" },
	{ "web", REDACT_ELEMENT, "1 a@b.be %2525252540 x a@b.be",
	  "1 <email> <unscanned> x <email>" },
	{ "web", REDACT_ELEMENT, "1 a@b.be%2525252540 x", "<unscanned> x" },
	/* pseudonyms are of the decoded value; prose has none */
	{ "web", REDACT_PSEUDONYM, "to jan@example.be", "to <email:k1:9dd8c43c98fe5d3a>" },
	{ "web", REDACT_PSEUDONYM, "to JAN%40example.be jan@example.be",
	  "to JAN%40example.be <email:k1:9dd8c43c98fe5d3a>" },
	{ "web", REDACT_PSEUDONYM, "to jan%40example.be", "to <email:k1:9dd8c43c98fe5d3a>" },
	{ "web", REDACT_PSEUDONYM, "a fine of 80", "a <sanction>" },
	/* what a replaced value holds goes with it; a permitted container is kept for its own */
	{ "mail", REDACT_ELEMENT, "GET /?m=a@b.be x", "GET <request_uri> x" },
	{ "web", REDACT_ELEMENT, "GET /?m=a@b.be x", "GET /?m=<email> x" },
	/* masking takes out everything, permitted or not */
	{ "all", REDACT_MASK, "to jan@example.be", "to j***@e***.be" },
	{ "all", REDACT_MASK, "GET /?m=jan@example.be x", "GET /***j***@e***.be x" },
	{ "all", REDACT_MASK, "GET /?m=jan@example.be&n=secret x", "GET /***j***@e***.be*** x" },
	{ "all", REDACT_MASK, "GET /?a@b.be/secret/c@d.be/secret x",
	  "GET /******@b***.be******@d***.be*** x" },
	{ "all", REDACT_MASK, "GET /?m=shoe=42&n=secret x", "GET /***4*** x" },
	{ "all", REDACT_MASK, "GET /secret x", "GET /*** x" },
	{ "mail", REDACT_MASK, "GET /?m=jan@example.be x", "GET /*** x" },
	{ "all", REDACT_MASK, "GET /a@b.be?c@d.be x", "GET /******@b***.be******@d***.be x" },
	{ "all", REDACT_MASK, "a fine of 80", "a <sanction>" },
	{ "all", REDACT_MASK, "shoe=42", "shoe=4***" },
	{ "all", REDACT_MASK, "%2525252540", "<unscanned>" },
};

static void test_modes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct redact_case *c = &cases[i];
		struct unit_run run = unit_run_open(c->purpose, NULL);
		const struct result *result = unit_run_text(&run, c->text);
		struct buf out = { 0 };

		redact_add(&out, run.classifier, engine_rules(run.engine), result,
			   span_str(c->text), 0, strlen(c->text), c->mode, run.pseudonyms);
		if (strcmp(buf_str(&out), c->redacted) != 0)
			fail_msg("[%s] %s: \"%s\", not \"%s\"", c->purpose, c->text, buf_str(&out),
				 c->redacted);
		buf_fini(&out);
		unit_run_close(&run);
	}
}

/* Every window of a text: a value stands replaced, whole, when one byte of it is inside. */
static void test_windows(void **state)
{
	static const char text[] = "xx a@b.be,c@d.be yy";
	struct unit_run run = unit_run_open("web", NULL);
	const struct result *result = unit_run_text(&run, text);

	(void)state;
	for (size_t start = 0; start <= strlen(text); start++) {
		for (size_t end = start; end <= strlen(text); end++) {
			struct buf out = { 0 };
			struct buf wanted = { 0 };

			for (size_t at = start; at < end; at++) {
				bool first = at >= 3 && at < 9;
				bool second = at >= 10 && at < 16;

				if (!first && !second)
					buf_add_char(&wanted, text[at]);
				else if (at == start || at == 3 || at == 10)
					buf_add_str(&wanted, "<email>");
			}
			redact_add(&out, run.classifier, engine_rules(run.engine), result,
				   span_str(text), start, end, REDACT_ELEMENT, run.pseudonyms);
			assert_string_equal(buf_str(&out), buf_str(&wanted));
			buf_fini(&out);
			buf_fini(&wanted);
		}
	}
	unit_run_close(&run);
}

/* Of a value that holds another: what shows of it in a window is its sample, then stars. */
static void test_opened_windows(void **state)
{
	static const char text[] = "GET /ab?m=jan@example.be&n=cd x";
	static const struct {
		size_t start, end;
		const char *redacted;
	} windows[] = {
		{ 0, 31, "GET /***j***@e***.be*** x" },
		{ 0, 4, "GET " },
		{ 0, 5, "GET /***" },
		{ 6, 31, "/***j***@e***.be*** x" },
		{ 10, 31, "j***@e***.be*** x" },
		{ 23, 31, "j***@e***.be*** x" },
		{ 24, 31, "/*** x" },
		{ 26, 28, "/***" },
		{ 29, 31, " x" },
	};
	struct unit_run run = unit_run_open("all", NULL);
	const struct result *result = unit_run_text(&run, text);

	(void)state;
	for (size_t i = 0; i < COUNT(windows); i++) {
		struct buf out = { 0 };

		redact_add(&out, run.classifier, engine_rules(run.engine), result, span_str(text),
			   windows[i].start, windows[i].end, REDACT_MASK, run.pseudonyms);
		assert_string_equal(buf_str(&out), windows[i].redacted);
		buf_fini(&out);
	}
	unit_run_close(&run);
}

/* Bytes [start, end) of text, redacted, of which max are searched and len were received. */
static void expect_cut(size_t max, const char *text, size_t len, size_t start, size_t end,
		       const char *redacted)
{
	struct engine_options options = engine_defaults();
	struct unit_run run;
	struct buf out = { 0 };
	const struct result *result;

	options.record_max_bytes = max;
	run = unit_run_open("all", &options);
	result = classify_run(run.classifier, run.plan, span_str(text), len, NULL);
	redact_add(&out, run.classifier, engine_rules(run.engine), result, span_str(text), start,
		   end, REDACT_ELEMENT, run.pseudonyms);
	if (strcmp(buf_str(&out), redacted) != 0)
		fail_msg("%zu of %s: \"%s\", not \"%s\"", max, text, buf_str(&out), redacted);
	buf_fini(&out);
	unit_run_close(&run);
}

/* Text of n bytes, words of two letters, and `last`. */
static void add_words(struct buf *text, size_t n, const char *last)
{
	while (text->len < n)
		buf_add_str(text, "ab ");
	text->len = n;
	buf_add_str(text, last);
}

/*
 * Of an overlong record only the first bytes are at hand: the rest is marked, and with it what
 * a value that was cut may begin in.
 */
static void test_overlong(void **state)
{
	(void)state;
	expect_cut(10, "0123456789abc", 13, 0, 13, "<unscanned>");
	expect_cut(10, "0123456789", 500, 0, 10, "<unscanned>");
	expect_cut(10, "0123456789", 500, 0, 9, "<unscanned>");
	expect_cut(10, "0123456789", 10, 0, 10, "0123456789");
	expect_cut(10, "", 500, 0, 0, "<unscanned>");
	expect_cut(10, "a@b.be cd ef", 12, 0, 12, "<unscanned>");
}

/* As far back as a value with blanks in it may reach, and to the beginning of a word. */
static void test_cut(void **state)
{
	struct buf text = { 0 };
	struct buf wanted = { 0 };

	(void)state;
	add_words(&text, 600, "iban=BE68 5390 0754 7034 x");
	add_words(&wanted, 492, "<unscanned>"); /* 620 less 128 is the beginning of a word */
	expect_cut(620, buf_str(&text), text.len, 0, text.len, buf_str(&wanted));
	expect_cut(622, buf_str(&text), text.len, 0, text.len, buf_str(&wanted));
	/* before it nothing is taken out, behind it all */
	buf_clear(&wanted);
	add_words(&wanted, 492, "");
	expect_cut(620, buf_str(&text), text.len, 0, 492, buf_str(&wanted));
	expect_cut(620, buf_str(&text), text.len, 493, 494, "<unscanned>");
	expect_cut(620, buf_str(&text), text.len, 624, 626, "<unscanned>");
	buf_fini(&text);
	buf_fini(&wanted);
}

/* A word of any length is looked at for a bounded number of bytes, whole characters of them. */
static void test_cut_of_a_long_word(void **state)
{
	struct buf text = { 0 };
	struct buf wanted = { 0 };

	(void)state;
	for (int i = 0; i < 1500; i++)
		buf_add_str(&text, "\xc3\xa9");
	for (int i = 0; i < 924; i++) /* 1848 of 3000 - 128 - 1024 */
		buf_add_str(&wanted, "\xc3\xa9");
	buf_add_str(&wanted, "<unscanned>");
	expect_cut(3000, buf_str(&text), 3001, 0, 3000, buf_str(&wanted));
	buf_clear(&wanted);
	for (int i = 0; i < 923; i++)
		buf_add_str(&wanted, "\xc3\xa9");
	buf_add_str(&wanted, "<unscanned>");
	expect_cut(2999, buf_str(&text), 3001, 0, 3000, buf_str(&wanted));
	buf_fini(&text);
	buf_fini(&wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_opened_windows),
		cmocka_unit_test(test_overlong),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_of_a_long_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
