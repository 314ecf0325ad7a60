/* The base layer: spans, buffers, messages, UTF-8, JSON. */
#include "unit.h"

#include <errno.h>

#include <purposed/base/json.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/base/span.h>
#include <purposed/base/utf8.h>
#include <purposed/base/visible.h>
#include <purposed/base/words.h>

static void test_span(void **state)
{
	struct span s = span_str("kaas");

	(void)state;
	assert_true(span_is(s, "kaas"));
	assert_false(span_is(s, "kaa"));
	assert_false(span_is(s, "kaasje"));
	assert_true(span_starts(s, "ka"));
	assert_true(span_starts(s, ""));
	assert_false(span_starts(s, "kaasje"));
	assert_true(span_is(span_slice(s, 1, 3), "aa"));
	assert_true(span_equal(span_of(NULL, 0), span_str("")));
	assert_true(span_equal(span_of("a\0b", 3), span_of("a\0b", 3)));
	assert_false(span_equal(span_of("a\0b", 3), span_of("a\0c", 3)));
}

/* --- Buffers ----------------------------------------------------------------- */

static void test_buf_grows(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_string_equal(buf_str(&b), "");
	for (int i = 0; i < 5000; i++)
		buf_add_char(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 5000);
	assert_true(b.cap >= b.len);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(b.ptr[i], 'a' + i % 26);
	buf_clear(&b);
	buf_add(&b, NULL, 0);
	assert_int_equal(b.len, 0);
	buf_fini(&b);
	assert_null(b.ptr);
	buf_add_str(&b, "again");
	assert_string_equal(buf_str(&b), "again");
	buf_fini(&b);
}

static void test_buf_prints(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_uint(&b, 0);
	buf_add_char(&b, ' ');
	buf_add_uint(&b, 18446744073709551615ULL);
	buf_printf(&b, " %s %d", "x", -3);
	buf_printf(&b, "%s", "");
	assert_string_equal(buf_str(&b), "0 18446744073709551615 x -3");
	buf_clear(&b);
	buf_printf(&b, "%0300d", 7);
	assert_int_equal(b.len, 300);
	assert_int_equal(b.ptr[299], '7');
	buf_fini(&b);
}

static void test_buf_wipe_leaves_nothing(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_str(&b, "a secret of some length");
	buf_clear(&b);
	buf_add_str(&b, "a");
	buf_wipe(&b);
	assert_int_equal(b.len, 0);
	for (size_t i = 0; i < b.cap; i++)
		assert_int_equal(b.ptr[i], 0);
	buf_fini(&b);
	buf_wipe(&b);
}

static void test_mem(void **state)
{
	size_t cap = 0;
	int *numbers = NULL;
	char *copy;
	char secret[4] = "abc";

	(void)state;
	for (int i = 0; i < 1000; i++) {
		size_t before = cap;

		numbers = mem_grow(numbers, (size_t)i, &cap, sizeof(*numbers));
		assert_true(cap > (size_t)i);
		assert_true(cap == before || cap == 8 || cap == 2 * before);
		numbers[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
	copy = mem_span_string(span_of("abcd", 3));
	assert_string_equal(copy, "abc");
	free(copy);
	copy = mem_span_string(span_of(NULL, 0));
	assert_string_equal(copy, "");
	free(copy);
	free(mem_new(0, 0));
	mem_wipe(secret, sizeof(secret));
	assert_memory_equal(secret, "\0\0\0", 4);
	mem_wipe(NULL, 0);
}

static void test_words(void **state)
{
	static const char *const words[] = { "one", "two", "three", NULL };
	struct buf list = { 0 };

	(void)state;
	assert_int_equal(words_find(words, "one"), 0);
	assert_int_equal(words_find(words, "three"), 2);
	assert_int_equal(words_find(words, "thre"), -1);
	assert_int_equal(words_find(words, ""), -1);
	words_add(&list, words);
	assert_string_equal(buf_str(&list), "one, two, three");
	buf_fini(&list);
	assert_int_equal(words_distance("", ""), 0);
	assert_int_equal(words_distance("two", "two"), 0);
	assert_int_equal(words_distance("two", ""), 3);
	assert_int_equal(words_distance("", "two"), 3);
	assert_int_equal(words_distance("kitten", "sitting"), 3);
	assert_int_equal(words_distance("website", "webiste"), 2);
}

/* --- Visible text ------------------------------------------------------------ */

/* Escape sequences with and without ESC, a bell, line ends, and what no terminal minds. */
#define HOSTILE "a\x1b[2J\x07\xc2\x9b\x9b\x7f\r\n\xe2\x80\xae\xc3\xa9"
#define HOSTILE_SHOWN "a\\x1b[2J\\x07\\xc2\\x9b\\x9b\\x7f\\x0d\\x0a\\xe2\\x80\\xae\xc3\xa9"

static void shows(const char *in, size_t len, const char *wanted)
{
	struct buf out = { 0 };

	visible_add(&out, span_of(in, len));
	if (strcmp(buf_str(&out), wanted) != 0)
		fail_msg("'%s', not '%s'", buf_str(&out), wanted);
	buf_fini(&out);
}

static void test_visible(void **state)
{
	(void)state;
	shows("", 0, "");
	shows(NULL, 0, "");
	shows(HOSTILE, strlen(HOSTILE), HOSTILE_SHOWN);
	shows(HOSTILE_SHOWN, strlen(HOSTILE_SHOWN), HOSTILE_SHOWN);
	shows("a\0b", 3, "a\\x00b");
	/* Dutch, Greek, an emoji, the last code point; quotes and backslashes are no controls */
	shows("\xc3\xa9\xce\xb1\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\\\"'", 15,
	      "\xc3\xa9\xce\xb1\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\\\"'");
	/* both ends of every stretch that is escaped, and their neighbours */
	shows("\x1f \x7e\x7f\xc2\x80\xc2\x9f\xc2\xa0", 10,
	      "\\x1f ~\\x7f\\xc2\\x80\\xc2\\x9f\xc2\xa0");
	shows("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf", 12,
	      "\xe2\x80\xa7\\xe2\\x80\\xa8\\xe2\\x80\\xae\xe2\x80\xaf");
	shows("\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa", 12,
	      "\xe2\x81\xa5\\xe2\\x81\\xa6\\xe2\\x81\\xa9\xe2\x81\xaa");
	shows("\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90", 12,
	      "\xe2\x80\x8d\\xe2\\x80\\x8e\\xe2\\x80\\x8f\xe2\x80\x90");
	shows("\xd8\x9b\xd8\x9c\xd8\x9d", 6, "\xd8\x9b\\xd8\\x9c\xd8\x9d");
	/* no UTF-8: Latin-1, overlong, a surrogate, cut off */
	shows("caf\xe9!", 5, "caf\\xe9!");
	shows("\xc0\x9b\xed\xa0\x80\xe2\x82", 7, "\\xc0\\x9b\\xed\\xa0\\x80\\xe2\\x82");
}

/* What does not fit whole is left out. */
static void test_visible_copy_fits(void **state)
{
	static const size_t lengths[] = { 0, 1, 1, 1, 1, 5, 5, 7, 7 };
	char out[8];

	(void)state;
	for (size_t cap = 0; cap < COUNT(lengths); cap++)
		assert_int_equal(visible_copy(out, cap, span_str("a\x1b\xc3\xa9\x07")),
				 lengths[cap]);
}

/* --- Messages ---------------------------------------------------------------- */

static void test_err_words(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_false(err_any(&e));
	err_add(&e, "no %s", "tea");
	err_at(&e, "a.conf", 7, "bad");
	err_at(&e, "a.conf", 0, "worse");
	errno = ENOENT;
	err_errno(&e, "cannot read %s", "x");
	assert_int_equal(errno, ENOENT);
	assert_true(err_any(&e));
	assert_int_equal(e.count, 4);
	unit_said(&e, "no tea\na.conf:7: bad\na.conf: worse\n"
		      "cannot read x: No such file or directory\n");
	assert_false(err_any(&e));
}

/* A message is one line, whatever is quoted in it. */
static void test_err_one_line(void **state)
{
	struct err e = { 0 };

	(void)state;
	err_add(&e, "example \"%s\"", "a\nb\n\nc");
	err_at(&e, "f", 1, "ends\n");
	assert_int_equal(e.count, 2);
	unit_said(&e, "example \"a\\x0ab\\x0a\\x0ac\"\nf:1: ends\n");
}

/* What any of its parts quotes drives no terminal. */
static void test_err_visible(void **state)
{
	struct err e = { 0 };

	(void)state;
	err_add(&e, "%s", HOSTILE);
	err_at(&e, HOSTILE, 1, "%s", HOSTILE);
	errno = ENOENT;
	err_errno(&e, "%s", HOSTILE);
	unit_said(&e, HOSTILE_SHOWN "\n" HOSTILE_SHOWN ":1: " HOSTILE_SHOWN "\n" HOSTILE_SHOWN
				    ": No such file or directory\n");
}

/* Past a thousand messages are counted and no longer kept. */
static void test_err_limit(void **state)
{
	struct err e = { 0 };
	size_t kept;

	(void)state;
	for (int i = 0; i < 1000; i++)
		err_add(&e, "x");
	kept = e.text.len;
	assert_int_equal(kept, 2000);
	err_add(&e, "x");
	err_at(&e, "f", 1, "x");
	errno = EIO;
	err_errno(&e, "x");
	assert_int_equal(e.text.len, kept);
	assert_int_equal(e.count, 1003);
	err_fini(&e);
}

/* One err behind another: the messages as they are, and what is kept in all. */
static void test_err_append(void **state)
{
	struct err e = { 0 };
	struct err from = { 0 };
	size_t kept;

	(void)state;
	err_add(&e, "one");
	err_append(&e, &from);
	err_add(&from, "two\x07");
	err_add(&from, "three");
	err_append(&e, &from);
	assert_int_equal(from.count, 2);
	assert_int_equal(e.count, 3);
	unit_said(&e, "one\ntwo\\x07\nthree\n");
	for (int i = 0; i < 1001; i++)
		err_add(&from, "x");
	err_add(&e, "one");
	err_append(&e, &from);
	assert_int_equal(e.count, 1004);
	kept = 0;
	for (size_t i = 0; i < e.text.len; i++)
		kept += e.text.ptr[i] == '\n';
	assert_int_equal(kept, 1000);
	err_fini(&from);
	err_fini(&e);
}

/* What call writes to stderr, in out. */
static void capture(struct buf *out, void (*call)(void))
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	char bytes[4096];
	size_t n;

	assert_non_null(file);
	fflush(stderr);
	assert_int_equal(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
	call();
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	while ((n = fread(bytes, 1, sizeof(bytes), file)) != 0)
		buf_add(out, bytes, n);
	fclose(file);
}

static void print_many(void)
{
	struct err e = { 0 };

	for (int i = 0; i < 1002; i++)
		err_add(&e, "m%d", i);
	err_print(&e);
	err_fini(&e);
}

static void test_err_print(void **state)
{
	struct buf out = { 0 };

	(void)state;
	capture(&out, print_many);
	assert_true(span_starts(buf_span(&out), "purposed: m0\npurposed: m1\n"));
	assert_non_null(strstr(buf_str(&out), "purposed: m999\npurposed: and 2 more errors\n"));
	assert_null(strstr(buf_str(&out), "m1000"));
	buf_fini(&out);
}

static void log_some(void)
{
	enum log_level before = log_get_level();

	log_set_level(LOG_LEVEL_WARNING);
	errno = EIO;
	log_error("e %d", 1);
	log_warning("w");
	log_notice("n");
	log_info("i");
	log_debug("d");
	log_error("%03000d", 5);
	assert_int_equal(errno, EIO);
	log_set_level(before);
}

/* Levels, the journal's prefix, and a line that is too long: cut, with its end. */
static void test_log(void **state)
{
	struct buf out = { 0 };

	(void)state;
	unsetenv("JOURNAL_STREAM");
	capture(&out, log_some);
	assert_true(span_starts(buf_span(&out), "purposed: e 1\npurposed: w\npurposed: 000"));
	assert_int_equal(out.len, strlen("purposed: e 1\npurposed: w\n") + 2048);
	assert_int_equal(out.ptr[out.len - 1], '\n');
	buf_clear(&out);
	setenv("JOURNAL_STREAM", "8:1", 1);
	capture(&out, log_some);
	unsetenv("JOURNAL_STREAM");
	assert_true(span_starts(buf_span(&out), "<3>e 1\n<4>w\n<3>000"));
	buf_fini(&out);
}

static void log_hostile(void)
{
	log_error("file %s", HOSTILE);
}

static void test_log_visible(void **state)
{
	struct buf out = { 0 };

	(void)state;
	unsetenv("JOURNAL_STREAM");
	capture(&out, log_hostile);
	assert_string_equal(buf_str(&out), "purposed: file " HOSTILE_SHOWN "\n");
	buf_fini(&out);
}

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
		cmocka_unit_test(test_span),	    cmocka_unit_test(test_buf_grows),
		cmocka_unit_test(test_buf_prints),  cmocka_unit_test(test_buf_wipe_leaves_nothing),
		cmocka_unit_test(test_mem),	    cmocka_unit_test(test_words),
		cmocka_unit_test(test_visible),	    cmocka_unit_test(test_visible_copy_fits),
		cmocka_unit_test(test_err_words),   cmocka_unit_test(test_err_one_line),
		cmocka_unit_test(test_err_visible), cmocka_unit_test(test_err_limit),
		cmocka_unit_test(test_err_append),  cmocka_unit_test(test_err_print),
		cmocka_unit_test(test_log),	    cmocka_unit_test(test_log_visible),
		cmocka_unit_test(test_utf8_length), cmocka_unit_test(test_utf8_start),
		cmocka_unit_test(test_utf8_encode), cmocka_unit_test(test_json_escape),
		cmocka_unit_test(test_json_commas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
