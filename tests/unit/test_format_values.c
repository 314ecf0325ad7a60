/* What is said of a value that comes again is what was said of that value, and is wiped. */
#include "unit_memory.h"

#include <purposed/base/buf.h>
#include <purposed/run/format_values.h>

static struct pseudonymizer *new_key(void)
{
	struct pseudonymizer *p = NULL;
	struct err e = { 0 };

	assert_int_equal(pseudonymizer_new(&p, 0, NULL, 0, &e), 0);
	return p;
}

static struct span find(const struct format_values *values, const struct pseudonymizer *key,
			uint16_t element, const char *bytes)
{
	const struct format_value value = format_value_of(key, element, span_str(bytes));

	return format_values_find(values, &value);
}

static void add(struct format_values *values, const struct pseudonymizer *key, uint16_t element,
		const char *bytes, const char *said)
{
	const struct format_value value = format_value_of(key, element, span_str(bytes));

	format_values_add(values, &value, span_str(said));
}

/* Of another element, under another key, or a byte further, it is another value. */
static void test_found(void **state)
{
	struct format_values *values = format_values_new();
	struct pseudonymizer *key = new_key();
	struct pseudonymizer *other = new_key();

	(void)state;
	assert_int_equal(find(values, key, 0, "").len, 0);
	assert_int_equal(find(values, key, 1, "203.0.113.9").len, 0);
	add(values, key, 1, "203.0.113.9", "2***");
	assert_true(span_is(find(values, key, 1, "203.0.113.9"), "2***"));
	assert_int_equal(find(values, other, 1, "203.0.113.9").len, 0);
	assert_int_equal(find(values, key, 2, "203.0.113.9").len, 0);
	assert_int_equal(find(values, key, 1, "203.0.113.8").len, 0);
	assert_int_equal(find(values, key, 1, "203.0.113.90").len, 0);
	add(values, key, 2, "203.0.113.9", "other");
	add(values, key, 1, "", "nothing");
	assert_int_equal(find(values, key, 1, "").len, 0);
	assert_true(span_is(find(values, key, 1, "203.0.113.9"), "2***"));
	assert_true(span_is(find(values, key, 2, "203.0.113.9"), "other"));
	format_values_wipe(values);
	assert_int_equal(find(values, key, 1, "203.0.113.9").len, 0);
	add(values, key, 1, "203.0.113.9", "2***");
	assert_true(span_is(find(values, key, 1, "203.0.113.9"), "2***"));
	format_values_free(&values);
	assert_null(values);
	format_values_free(&values);
	pseudonymizer_free(&key);
	pseudonymizer_free(&other);
}

/* More values than there is room for: what is found is right, and the first ones stay. */
static void test_many(void **state)
{
	struct format_values *values = format_values_new();
	struct pseudonymizer *key = new_key();
	char value[64];
	size_t found = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		snprintf(value, sizeof(value), "/page/%d/of/many", i);
		add(values, key, 0, value, value + 6);
	}
	for (int i = 0; i < 20000; i++) {
		struct span said;

		snprintf(value, sizeof(value), "/page/%d/of/many", i);
		said = find(values, key, 0, value);
		assert_true(said.len == 0 || span_is(said, value + 6));
		found += said.len != 0;
	}
	assert_true(found > 1000 && found <= 2048);
	assert_int_not_equal(find(values, key, 0, "/page/0/of/many").len, 0);
	format_values_free(&values);
	pseudonymizer_free(&key);
}

/* What is long is not kept, nor more than 128 KiB of what is not. */
static void test_long(void **state)
{
	struct format_values *values = format_values_new();
	struct pseudonymizer *key = new_key();
	char value[1026];
	size_t found = 0;

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[1025] = '\0';
	add(values, key, 0, value, "said");
	assert_int_equal(find(values, key, 0, value).len, 0);
	add(values, key, 0, "said", value);
	assert_int_equal(find(values, key, 0, "said").len, 0);
	value[1024] = '\0';
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 500; i++) {
			value[500] = (char)('a' + i % 26);
			value[501] = (char)('a' + i / 26);
			if (round == 0)
				add(values, key, 0, value, "said");
			found += find(values, key, 0, value).len != 0;
		}
	}
	assert_true(found > 2 * 100 && found <= 2 * (size_t)128);
	format_values_free(&values);
	pseudonymizer_free(&key);
}

static void add_secret(struct format_values *values, const struct pseudonymizer *key)
{
	struct buf value = { 0 };

	for (size_t i = 0; i < UNIT_SECRET_BYTES; i++)
		buf_add_char(&value, unit_secret_byte(i));
	add(values, key, 0, buf_str(&value), "said");
	buf_fini(&value);
}

static void test_wiped(void **state)
{
	struct format_values *values = format_values_new();
	struct pseudonymizer *key = new_key();

	(void)state;
	unit_secret_new();
	add_secret(values, key);
	assert_int_equal(unit_memory_secrets(), 1);
	format_values_wipe(values);
	assert_int_equal(unit_memory_secrets(), 0);
	add_secret(values, key);
	assert_int_equal(unit_memory_secrets(), 1);
	format_values_free(&values);
	assert_int_equal(unit_memory_secrets(), 0);
	pseudonymizer_free(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
