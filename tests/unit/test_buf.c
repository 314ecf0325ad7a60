/* What the base layer reckons with: spans, buffers, memory, words, times. */
#include "unit.h"

#include <purposed/base/clock.h>
#include <purposed/base/mem.h>
#include <purposed/base/span.h>
#include <purposed/base/words.h>

static void test_span(void **state)
{
	struct span s = span_str("kaas");
	char copy[5];

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
	assert_true(span_copy(copy, sizeof(copy), s));
	assert_string_equal(copy, "kaas");
	assert_false(span_copy(copy, 4, s));
	assert_false(span_copy(copy, sizeof(copy), span_of("a\0b", 3)));
	assert_true(span_copy(copy, 1, span_of(NULL, 0)));
	assert_string_equal(copy, "");
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

static void test_clock(void **state)
{
	const struct timespec time = { .tv_sec = 1, .tv_nsec = 999999999 };
	long long before = clock_now_ms();

	(void)state;
	assert_int_equal(clock_ms(&time), 1999);
	assert_int_equal(clock_time(1999).tv_sec, 1);
	assert_int_equal(clock_time(1999).tv_nsec, 999000000);
	assert_true(clock_now_ms() >= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span),	   cmocka_unit_test(test_buf_grows),
		cmocka_unit_test(test_buf_prints), cmocka_unit_test(test_buf_wipe_leaves_nothing),
		cmocka_unit_test(test_mem),	   cmocka_unit_test(test_words),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
