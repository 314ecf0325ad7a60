/* What a stream is by its first bytes: text in wide units, and what only looks like it. */
#include "unit.h"

#include <purposed/io/magic.h>

static const char line[] = "2024-10-10 13:55:36 login rrn=85.07.30-033.28 Andr\xe9\n";

/* Bytes of a text in Latin-1 as units of width bytes, the code at byte at of each. */
static void widen(struct buf *out, struct span text, size_t width, size_t at)
{
	for (size_t i = 0; i < text.len; i++) {
		for (size_t k = 0; k < width; k++)
			buf_add_char(out, k == at ? text.ptr[i] : '\0');
	}
}

static bool is_refused_as_wide(const struct buf *bytes)
{
	const char *why = NULL;
	enum magic magic = magic_of((const unsigned char *)bytes->ptr, bytes->len, &why);

	return magic == MAGIC_REFUSED && strstr(why, "UTF-16") != NULL;
}

static void test_wide(void **state)
{
	(void)state;
	for (size_t width = 2; width <= 4; width *= 2) {
		for (size_t n = 4; n < sizeof(line); n++) {
			struct buf little = { 0 };
			struct buf big = { 0 };

			widen(&little, span_of(line, n), width, 0);
			widen(&big, span_of(line, n), width, width - 1);
			assert_true(is_refused_as_wide(&little));
			assert_true(is_refused_as_wide(&big));
			buf_add_char(&little, 'x'); /* a unit that is not all there yet */
			assert_true(is_refused_as_wide(&little));
			buf_fini(&little);
			buf_fini(&big);
		}
	}
}

/* Another alphabet beside it: half of the units are Latin. */
static void test_wide_mixed(void **state)
{
	struct buf text = { 0 };

	(void)state;
	widen(&text, span_str("13:55 INFO "), 2, 0);
	for (int i = 0; i < 11; i++)
		buf_add_str(&text, "\x3f\x04");
	assert_true(is_refused_as_wide(&text));
	buf_fini(&text);
}

static void expect_text(const struct buf *bytes)
{
	const char *why = NULL;

	assert_int_equal(magic_of((const unsigned char *)bytes->ptr, bytes->len, &why),
			 MAGIC_PLAIN);
}

/* Zeros in no such order: after a crash, as separators, in records of programs. */
static void test_zeros(void **state)
{
	static const size_t places[] = { 0, 1, 20, sizeof(line) - 1 };
	static const char words[] = "a\0bc\0def\0an@example.be\0x\0yz\0";
	struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		for (size_t n = 0; n < 600; n += 7) {
			buf_clear(&text);
			buf_add(&text, line, places[i]);
			for (size_t k = 0; k < n; k++)
				buf_add_char(&text, '\0');
			buf_add(&text, line + places[i], sizeof(line) - 1 - places[i]);
			expect_text(&text);
		}
	}
	buf_clear(&text);
	buf_add(&text, words, sizeof(words) - 1);
	expect_text(&text);
	buf_clear(&text);
	buf_add(&text, "a\0b\0c\0", 6); /* too short to tell */
	expect_text(&text);
	/* what wtmp holds: a type, a process, names that are filled up */
	buf_clear(&text);
	buf_add(&text, "\7\0\0\0\x2e\x16\0\0", 8);
	buf_add_str(&text, "pts/0");
	while (text.len < 384)
		buf_add_char(&text, '\0');
	expect_text(&text);
	buf_fini(&text);
}

/* A header of a tar whose sum is wrong, or that is cut short, is no line of text. */
static void test_damaged_tar(void **state)
{
	unsigned char header[512] = "a.log";
	const char *why = NULL;

	(void)state;
	memcpy(header + 148, "0000001", 8);
	assert_int_equal(magic_of(header, sizeof(header), &why), MAGIC_PLAIN);
	memcpy(header + 257, "ustar  ", 8);
	assert_int_equal(magic_of(header, sizeof(header), &why), MAGIC_TAR);
	assert_int_equal(magic_of(header, 263, &why), MAGIC_TAR);
	assert_int_equal(magic_of(header, 262, &why), MAGIC_PLAIN);
	/* nor is every line one that has the word there */
	memset(header, 'a', 257);
	assert_int_equal(magic_of(header, sizeof(header), &why), MAGIC_PLAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_wide_mixed),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_damaged_tar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
