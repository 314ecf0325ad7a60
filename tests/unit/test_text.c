/* Text on its way out: UTF-8, JSON. */
#include "unit.h"

#include <purposed/base/json.h>
#include <purposed/base/utf8.h>

/* --- UTF-8 ------------------------------------------------------------------- */

/* RFC 3629's own table, written down a second time: is this a valid sequence of that length? */
static size_t length_by_table(const unsigned char *s, size_t len)
{
	static const unsigned char table[][9] = {
		/* length, then the range of each byte */
		{ 1, 0x00, 0x7f },
		{ 2, 0xc2, 0xdf, 0x80, 0xbf },
		{ 3, 0xe0, 0xe0, 0xa0, 0xbf, 0x80, 0xbf },
		{ 3, 0xe1, 0xec, 0x80, 0xbf, 0x80, 0xbf },
		{ 3, 0xed, 0xed, 0x80, 0x9f, 0x80, 0xbf },
		{ 3, 0xee, 0xef, 0x80, 0xbf, 0x80, 0xbf },
		{ 4, 0xf0, 0xf0, 0x90, 0xbf, 0x80, 0xbf, 0x80, 0xbf },
		{ 4, 0xf1, 0xf3, 0x80, 0xbf, 0x80, 0xbf, 0x80, 0xbf },
		{ 4, 0xf4, 0xf4, 0x80, 0x8f, 0x80, 0xbf, 0x80, 0xbf },
	};

	for (size_t row = 0; row < COUNT(table); row++) {
		size_t n = table[row][0];
		size_t i = 0;

		while (n <= len && i < n && s[i] >= table[row][1 + 2 * i] &&
		       s[i] <= table[row][2 + 2 * i])
			i++;
		if (n <= len && i == n)
			return n;
	}
	return 0;
}

/* Every first byte, with following bytes on both sides of every limit, cut at every length. */
static void test_utf8_length(void **state)
{
	static const unsigned char next[] = { 0x00, 0x7f, 0x80, 0x8f, 0x90,
					      0x9f, 0xa0, 0xbf, 0xc0, 0xff };
	size_t n = COUNT(next);

	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		for (size_t i = 0; i < n * n * n; i++) {
			unsigned char s[4] = { (unsigned char)first, next[i % n], next[i / n % n],
					       next[i / n / n] };

			for (size_t len = 1; len <= 4; len++)
				assert_int_equal(utf8_length(span_of((char *)s, len), 0),
						 length_by_table(s, len));
		}
	}
	assert_int_equal(utf8_length(span_str("a"), 1), 0);
	assert_int_equal(utf8_length(span_of(NULL, 0), 0), 0);
	assert_int_equal(utf8_length(span_str("x\xc3\xa9"), 1), 2);
}

/* Only from inside of a valid sequence there is a way back. */
static void test_utf8_start(void **state)
{
	struct span s = span_str("a\xf0\x9f\x98\x80\xc3\xa9\x9f");
	static const size_t starts[] = { 0, 1, 1, 1, 1, 5, 5, 7, 8, 9 };

	(void)state;
	for (size_t at = 0; at < COUNT(starts); at++)
		assert_int_equal(utf8_start(s, at), starts[at]);
}

static void test_utf8_encode(void **state)
{
	static const struct {
		uint32_t code;
		const char *bytes; /* NULL: none */
	} cases[] = {
		{ 0x41, "A" },
		{ 0x7f, "\x7f" },
		{ 0x80, "\xc2\x80" },
		{ 0x7ff, "\xdf\xbf" },
		{ 0x800, "\xe0\xa0\x80" },
		{ 0xd7ff, "\xed\x9f\xbf" },
		{ 0xd800, NULL },
		{ 0xdfff, NULL },
		{ 0xe000, "\xee\x80\x80" },
		{ 0xffff, "\xef\xbf\xbf" },
		{ 0x10000, "\xf0\x90\x80\x80" },
		{ 0x10ffff, "\xf4\x8f\xbf\xbf" },
		{ 0x110000, NULL },
		{ 0xffffffff, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char out[4];
		size_t n = utf8_encode(cases[i].code, out);

		if (cases[i].bytes == NULL) {
			assert_int_equal(n, 0);
			continue;
		}
		assert_true(span_is(span_of(out, n), cases[i].bytes));
		assert_int_equal(utf8_length(span_of(out, n), 0), n);
		assert_int_equal(utf8_code(span_of(out, n), 0), cases[i].code);
	}
}

/* --- JSON -------------------------------------------------------------------- */

static void test_json_escape(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} cases[] = {
		{ "", 0, "" },
		{ "plain \xc3\xa9 \xf0\x9f\x98\x80", 13, "plain \xc3\xa9 \xf0\x9f\x98\x80" },
		{ "a\"b\\c/", 6, "a\\\"b\\\\c/" },
		{ "\n\r\t", 3, "\\n\\r\\t" },
		{ "\0\x01\x1f ", 4, "\\u0000\\u0001\\u001f " },
		{ "\x7f", 1, "\\u007f" },
		/* what drives a terminal, or its reader, in UTF-8 */
		{ "\xc2\x9b\xc2\xa0\xe2\x80\xae", 7, "\\u009b\xc2\xa0\\u202e" },
		{ "a\xff"
		  "b",
		  3,
		  "a\xef\xbf\xbd"
		  "b" },
		/* a broken sequence: one U+FFFD a byte, and what follows stands */
		{ "\xe2\x82", 2, "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc3\"", 2, "\xef\xbf\xbd\\\"" },
		{ "\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc0\xaf", 2, "\xef\xbf\xbd\xef\xbf\xbd" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = { 0 };

		json_escape(&out, span_of(cases[i].in, cases[i].len));
		assert_string_equal(buf_str(&out), cases[i].out);
		buf_fini(&out);
	}
}

/* A text of so many bytes, in which one differs, is escaped as its bytes are one by one. */
static void expect_as_alone(size_t len, size_t place, char c)
{
	char *text = malloc(len);
	struct buf alone = { 0 };
	struct buf among = { 0 };
	struct json j = json_to(&among);
	size_t begin;

	memset(text, 'x', len);
	text[place] = c;
	buf_add_char(&alone, '"');
	for (size_t i = 0; i < len; i++)
		json_escape(&alone, span_of(&text[i], 1));
	buf_add_char(&alone, '"');
	json_span(&j, NULL, span_of(text, len));
	assert_string_equal(buf_str(&among), buf_str(&alone));
	buf_clear(&among);
	j = json_to(&among);
	begin = json_begin_string(&j, NULL);
	buf_add(&among, text, len);
	json_end_string(&j, begin);
	assert_string_equal(buf_str(&among), buf_str(&alone));
	buf_fini(&alone);
	buf_fini(&among);
	free(text);
}

/* Several bytes are looked at together: each, at each place of a text of any length. */
static void test_json_places(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		for (size_t len = 1; len <= 20; len++) {
			for (size_t place = 0; place < len; place++)
				expect_as_alone(len, place, (char)c);
		}
	}
}

static void test_json_commas(void **state)
{
	struct buf out = { 0 };
	struct json j = json_to(&out);

	(void)state;
	json_begin_object(&j, NULL);
	json_string(&j, "a\"", "b");
	json_begin_array(&j, "l");
	json_uint(&j, NULL, 1);
	json_begin_object(&j, NULL);
	json_end_object(&j);
	json_begin_array(&j, NULL);
	json_end_array(&j);
	json_null(&j, NULL);
	json_end_array(&j);
	json_bool(&j, "t", true);
	json_bool(&j, "f", false);
	json_span(&j, "s", span_of("x\n", 2));
	json_end_object(&j);
	assert_string_equal(buf_str(&out), "{\"a\\\"\":\"b\",\"l\":[1,{},[],null],\"t\":true,"
					   "\"f\":false,\"s\":\"x\\n\"}");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8_length), cmocka_unit_test(test_utf8_start),
		cmocka_unit_test(test_utf8_encode), cmocka_unit_test(test_json_escape),
		cmocka_unit_test(test_json_commas), cmocka_unit_test(test_json_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
