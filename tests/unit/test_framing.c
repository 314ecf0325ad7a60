/* Cutting a block into records. */
#include "unit.h"

#include <purposed/io/framing.h>

/* A block, and its records as "text|end;" with the ends spelled r and n. */
static const struct lines_case {
	const char *block;
	const char *records;
	size_t n;
} lines_cases[] = {
	{ "", "", 0 },
	{ "a\n", "a|n;", 1 },
	{ "a", "a|;", 1 },
	{ "a\r\n", "a|rn;", 1 },
	{ "\n", "|n;", 1 },
	{ "\r\n", "|rn;", 1 },
	{ "\r", "\r|;", 1 },
	{ "a\r", "a\r|;", 1 },
	{ "a\rb\n", "a\rb|n;", 1 },
	{ "a\r\r\nb", "a\r|rn;b|;", 2 },
	{ "a\n\nb\n", "a|n;|n;b|n;", 3 },
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines_cases); i++) {
		struct span block = span_str(lines_cases[i].block);
		struct buf got = { 0 };
		struct frame frame = { 0 };
		size_t at = 0;
		size_t n = 0;

		for (; framing_next(FRAMING_LINES, block, &at, &frame); n++) {
			assert_int_equal(frame.len, frame.text.len);
			buf_add_span(&got, frame.text);
			buf_add_char(&got, '|');
			for (size_t j = 0; j < frame.end.len; j++)
				buf_add_char(&got, frame.end.ptr[j] == '\r' ? 'r' : 'n');
			buf_add_char(&got, ';');
		}
		assert_string_equal(buf_str(&got), lines_cases[i].records);
		assert_int_equal(n, lines_cases[i].n);
		assert_int_equal(framing_count_lines(block), n);
		assert_int_equal(at, block.len);
		buf_fini(&got);
	}
}

/* Counting goes over many bytes at once: all lengths around its strides, and line ends anywhere. */
static void test_count(void **state)
{
	static const size_t lengths[] = { 0, 1, 63, 64, 65, 4031, 4032, 4033, 16320, 50000 };
	char *text = test_malloc(50000);
	uint64_t dice = 88172645463325252;

	(void)state;
	for (unsigned rarity = 1; rarity <= 1000; rarity *= 10) {
		for (size_t i = 0; i < COUNT(lengths); i++) {
			size_t n = 0;

			for (size_t k = 0; k < lengths[i]; k++) {
				text[k] = unit_below(&dice, rarity) == 0 ? '\n' : (char)(k % 256);
				n += text[k] == '\n';
			}
			n += lengths[i] != 0 && text[lengths[i] - 1] != '\n';
			assert_int_equal(framing_count_lines(span_of(text, lengths[i])), n);
		}
	}
	test_free(text);
}

/* Messages hold any byte; each comes out as it went in. */
static void test_messages(void **state)
{
	struct buf block = { 0 };
	struct frame frame = { 0 };
	size_t at = 0;

	(void)state;
	framing_add_message(&block, span_str("one\nline\r\n"), 10);
	framing_add_message(&block, span_of(NULL, 0), 0);
	framing_add_message(&block, span_of("\0\xff", 2), 500);
	assert_true(framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame));
	assert_true(span_is(frame.text, "one\nline\r\n"));
	assert_int_equal(frame.len, 10);
	assert_int_equal(frame.end.len, 0);
	assert_true(framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame));
	assert_int_equal(frame.text.len, 0);
	assert_true(framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame));
	assert_true(span_equal(frame.text, span_of("\0\xff", 2)));
	/* this one was cut, and says so */
	assert_int_equal(frame.len, 500);
	assert_false(framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame));
	buf_fini(&block);
}

/*
 * What is asked for ahead of a message ends where the block does, whose last byte is followed
 * by none: of 2048 bytes, of less, and of more.
 */
static void test_block_ends(void **state)
{
	char text[700];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t len = 0; len < sizeof(text); len += 13) {
		for (size_t n = 1; n <= 6; n++) {
			struct buf block = { 0 };
			struct frame frame = { 0 };
			size_t at = 0;
			size_t got = 0;
			char *exact;

			for (size_t i = 0; i < n; i++)
				framing_add_message(&block, span_of(text, len), len);
			exact = test_malloc(block.len);
			memcpy(exact, block.ptr, block.len);
			while (framing_next(FRAMING_MESSAGES, span_of(exact, block.len), &at,
					    &frame)) {
				assert_true(span_equal(frame.text, span_of(text, len)));
				got++;
			}
			assert_int_equal(got, n);
			assert_int_equal(at, block.len);
			test_free(exact);
			buf_fini(&block);
		}
	}
}

/* An origin holds for the messages behind it, up to the next one. */
static void test_origins(void **state)
{
	const struct origin first = { .peer = { "192.0.2.1", 9 }, .unit = { "u", 1 } };
	const struct origin none = { .peer = { NULL, 0 } };
	struct buf block = { 0 };
	struct frame frame = { 0 };
	struct origin origin;
	size_t at = 0;

	(void)state;
	framing_add_message(&block, span_str("a"), 1);
	framing_add_origin(&block, &first);
	framing_add_message(&block, span_str("b"), 1);
	framing_add_message(&block, span_str("c"), 1);
	framing_add_origin(&block, &none);
	framing_add_message(&block, span_str("d"), 1);
	framing_add_origin(&block, &first);
	assert_true(framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame));
	assert_true(span_is(frame.text, "a") && frame.origin.len == 0);
	assert_int_equal(origin_read(frame.origin).peer.len, 0);
	for (int i = 0; i < 2; i++) {
		assert_true(framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame));
		assert_true(span_is(frame.text, i == 0 ? "b" : "c"));
		origin = origin_read(frame.origin);
		assert_true(span_is(origin.peer, "192.0.2.1") && span_is(origin.unit, "u"));
		assert_int_equal(origin.app.len + origin.path.len + origin.purpose.len, 0);
	}
	assert_true(framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame));
	assert_true(span_is(frame.text, "d"));
	assert_int_equal(origin_read(frame.origin).peer.len, 0);
	assert_false(framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame));
	buf_fini(&block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),	 cmocka_unit_test(test_count),
		cmocka_unit_test(test_messages), cmocka_unit_test(test_block_ends),
		cmocka_unit_test(test_origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
