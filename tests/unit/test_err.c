/* What is said to people: visible text, messages (err) and the log. */
#include "unit.h"
#include "unit_capture.h"

#include <errno.h>

#include <purposed/base/log.h>
#include <purposed/base/visible.h>

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
	unit_capture(&out, print_many);
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
	unit_capture(&out, log_some);
	assert_true(span_starts(buf_span(&out), "purposed: e 1\npurposed: w\npurposed: 000"));
	assert_int_equal(out.len, strlen("purposed: e 1\npurposed: w\n") + 2048);
	assert_int_equal(out.ptr[out.len - 1], '\n');
	buf_clear(&out);
	setenv("JOURNAL_STREAM", "8:1", 1);
	unit_capture(&out, log_some);
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
	unit_capture(&out, log_hostile);
	assert_string_equal(buf_str(&out), "purposed: file " HOSTILE_SHOWN "\n");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_visible),	    cmocka_unit_test(test_visible_copy_fits),
		cmocka_unit_test(test_err_words),   cmocka_unit_test(test_err_one_line),
		cmocka_unit_test(test_err_visible), cmocka_unit_test(test_err_limit),
		cmocka_unit_test(test_err_append),  cmocka_unit_test(test_err_print),
		cmocka_unit_test(test_log),	    cmocka_unit_test(test_log_visible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
