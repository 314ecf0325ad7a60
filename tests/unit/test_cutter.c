/*
 * Messages out of the bytes of a connection.  Every stream is cut as a whole, byte by
 * byte, and at every place into two: the messages must be the same.
 */
#include "unit.h"

#include <purposed/io/cutter.h>

enum { MESSAGE_MAX = 40, WANTED_MAX = 8 };

static const struct stream_case {
	const char *bytes;
	const char *wanted[WANTED_MAX]; /* messages; one that lost its end has "..." behind it */
} cases[] = {
	{ "", { NULL } },
	/* lines */
	{ "one\ntwo\r\n\n\r\nthree", { "one", "two", "three" } },
	{ "<13>a: x\n<13>b: y\n", { "<13>a: x", "<13>b: y" } },
	{ "a\r\rb\n", { "a\r\rb" } },
	{ "\n\n\n", { NULL } },
	/* octets counted; what stands in a message does not matter */
	{ "5 <13>a5 <13>b", { "<13>a", "<13>b" } },
	{ "9 <13>a\n5 <x", { "<13>a\n5 <", "x" } },
	{ "6 <13>a\n7 <13>b\r\n", { "<13>a", "<13>b\r" } },
	{ "7 <13>a\n\n", { "<13>a" } },
	/* a line feed behind a counted message is none of its octets, and no message */
	{ "5 <13>a\n5 <13>b\n", { "<13>a", "<13>b" } },
	/* from one to the other and back */
	{ "5 <13>a<13>b\n5 <13>c\nd\n5 <13>e", { "<13>a", "<13>b", "<13>c", "d", "<13>e" } },
	/* zeros and marks as loggen sends them */
	{ "0005 <13>a", { "<13>a" } },
	{ "8 \xef\xbb\xbf<13>a", { "\xef\xbb\xbf<13>a" } },
	/* no counts */
	{ "0 <13>a\n", { "0 <13>a" } },
	{ "404 not found\n", { "404 not found" } },
	{ "5\n", { "5" } },
	{ "5 \n", { "5 " } },
	{ "5  <13>a\n", { "5  <13>a" } },
	{ "-5 <13>a\n", { "-5 <13>a" } },
	{ "5\t<13>a\n", { "5\t<13>a" } },
	{ "5 \xef\xbbz\n", { "5 \xef\xbbz" } },
	{ "99999999999 <13>a\nb\n", { "99999999999 <13>a", "b" } },
	/* the end comes early */
	{ "10 <13>a", { "<13>a..." } },
	{ "10 ", { "10 " } },
	{ "10", { "10" } },
	/* too long: 41 octets, and lines of 40 and more */
	{ "41 <234567890123456789012345678901234567890x5 <13>b",
	  { "<234567890123456789012345678901234567890...", "<13>b" } },
	{ "1234567890123456789012345678901234567890\nb\n",
	  { "1234567890123456789012345678901234567890", "b" } },
	{ "12345678901234567890123456789012345678901\nb\n",
	  { "1234567890123456789012345678901234567890...", "b" } },
	{ "123456789012345678901234567890123456789012345678901234567890123\n5 <13>b",
	  { "1234567890123456789012345678901234567890...", "<13>b" } },
	{ "1000000000 <234567890123456789012345678901234567890 and so on",
	  { "<234567890123456789012345678901234567890..." } },
};

static void check(const struct stream_case *c, size_t *n, const struct cut *cut)
{
	struct buf got = { 0 };

	buf_add_span(&got, cut->message);
	if (cut->len > cut->message.len)
		buf_add_str(&got, "...");
	if (*n == WANTED_MAX || c->wanted[*n] == NULL || !span_is(buf_span(&got), c->wanted[*n]))
		fail_msg("'%s': message %zu is '%s'", c->bytes, *n, buf_str(&got));
	(*n)++;
	buf_fini(&got);
}

/* In pieces that end at the given places; asan watches the ends of the copies. */
static void cut_in_pieces(const struct stream_case *c, const size_t *ends, size_t n_ends)
{
	struct cutter cutter = { .message_max = MESSAGE_MAX };
	struct buf pending = { 0 };
	struct cut cut;
	size_t n = 0;
	size_t begin = 0;

	for (size_t i = 0; i < n_ends; i++) {
		size_t len = pending.len + ends[i] - begin;
		char *copy = malloc(len != 0 ? len : 1);
		size_t at = 0;

		assert_non_null(copy);
		if (pending.len != 0)
			memcpy(copy, pending.ptr, pending.len);
		memcpy(copy + pending.len, c->bytes + begin, ends[i] - begin);
		while (cutter_next(&cutter, span_of(copy, len), &at, &cut))
			check(c, &n, &cut);
		buf_clear(&pending);
		buf_add(&pending, copy + at, len - at);
		assert_true(pending.len <= MESSAGE_MAX + 12);
		free(copy);
		begin = ends[i];
	}
	if (cutter_end(&cutter, buf_span(&pending), true, &cut))
		check(c, &n, &cut);
	if (n < WANTED_MAX && c->wanted[n] != NULL)
		fail_msg("'%s': %zu messages", c->bytes, n);
	buf_fini(&pending);
}

static void test_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].bytes);
		size_t *every = malloc((len + 1) * sizeof(*every));

		assert_non_null(every);
		for (size_t at = 0; at < len; at++)
			every[at] = at + 1;
		cut_in_pieces(&cases[i], every, len);
		for (size_t at = 0; at <= len; at++) {
			const size_t two[] = { at, len };

			cut_in_pieces(&cases[i], two, 2);
		}
		free(every);
	}
}

/* A connection that breaks may have lost the end of its line. */
static void test_broken(void **state)
{
	static const struct {
		const char *rest;
		size_t len; /* 0: no message */
	} rests[] = { { "", 0 }, { "<13>a", 6 }, { "9 <13>a", 9 }, { "12", 3 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rests); i++) {
		struct cutter cutter = { .message_max = MESSAGE_MAX };
		struct cut cut = { .len = 0 };
		bool any = cutter_end(&cutter, span_str(rests[i].rest), false, &cut);

		assert_int_equal(any, rests[i].len != 0);
		assert_int_equal(cut.len, rests[i].len);
	}
}

/* Behind a message that was cut the rest of it is no message of its own. */
static void test_end_while_skipping(void **state)
{
	struct cutter cutter = { .message_max = 4 };
	struct cut cut;
	size_t at = 0;
	struct span bytes = span_str("abcdefghi");

	(void)state;
	assert_true(cutter_next(&cutter, bytes, &at, &cut));
	assert_int_equal(cut.message.len, 4);
	assert_int_equal(cut.len, 5);
	assert_false(cutter_next(&cutter, bytes, &at, &cut));
	assert_int_equal(at, bytes.len);
	assert_false(cutter_end(&cutter, span_str("x"), true, &cut));
}

static void test_nul(void **state)
{
	static const char bytes[] = "a\0b\0\n\0\n7 <13>\0a\0";
	struct cutter cutter = { .message_max = MESSAGE_MAX };
	struct cut cut;
	size_t at = 0;
	struct span all = span_of(bytes, sizeof(bytes) - 1);

	(void)state;
	assert_true(cutter_next(&cutter, all, &at, &cut));
	assert_true(span_equal(cut.message, span_of("a\0b", 3)));
	assert_true(cutter_next(&cutter, all, &at, &cut));
	assert_true(span_equal(cut.message, span_of("<13>\0a", 6)));
	assert_false(cutter_next(&cutter, all, &at, &cut));
	assert_int_equal(at, all.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_end_while_skipping),
		cmocka_unit_test(test_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
