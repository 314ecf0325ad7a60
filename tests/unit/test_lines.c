/* Lines one by one: those that framing cuts, whatever the reads; of long ones the first bytes. */
#include "unit.h"

#include <purposed/io/framing.h>
#include <purposed/run/lines.h>

/* A source that gives so many bytes a read, and fails or ends behind the last. */
struct chunks {
	struct span bytes;
	size_t size;
	bool fails;
};

static ssize_t chunks_read(void *context, char *bytes, size_t cap, struct err *e)
{
	struct chunks *c = context;
	size_t n = c->bytes.len < c->size ? c->bytes.len : c->size;

	if (n == 0 && c->fails) {
		err_add(e, "the input broke");
		return -1;
	}
	if (n > cap)
		n = cap;
	memcpy(bytes, c->bytes.ptr, n);
	c->bytes = span_slice(c->bytes, n, c->bytes.len);
	return (ssize_t)n;
}

static const char text[] =
	"one\ntwo\r\n\n\r\n\r\r\na\rb\nlonger than any\r\nlonger than the other\r";

static void test_lines(void **state)
{
	(void)state;
	for (size_t size = 1; size <= sizeof(text); size++) {
		for (size_t max = 1; max < 32; max++) {
			const struct span all = span_str(text);
			struct chunks chunks = { all, size, false };
			struct lines lines = {
				.source = { .read = chunks_read, .context = &chunks }, .max = max
			};
			unsigned long long number = 0;
			struct frame frame = { 0 };
			struct err e = { 0 };
			size_t at = 0;

			while (framing_next(FRAMING_LINES, all, &at, &frame)) {
				size_t kept = frame.len < max ? frame.len : max;

				assert_true(lines_next(&lines, &e));
				assert_int_equal(lines.number, ++number);
				assert_int_equal(lines.len, frame.len);
				assert_false(lines.torn);
				assert_true(span_equal(buf_span(&lines.kept),
						       span_of(frame.text.ptr, kept)));
			}
			assert_int_equal(number, 8);
			assert_false(lines_next(&lines, &e));
			assert_false(lines_next(&lines, &e));
			assert_false(err_any(&e));
			lines_fini(&lines);
		}
	}
}

/* The line that a failing source tore is given, and marked. */
static void test_torn(void **state)
{
	struct chunks chunks = { span_str("one\ntw"), 5, true };
	struct lines lines = { .source = { .read = chunks_read, .context = &chunks }, .max = 100 };
	struct err e = { 0 };

	(void)state;
	assert_true(lines_next(&lines, &e));
	assert_false(lines.torn);
	assert_true(lines_next(&lines, &e));
	assert_true(lines.torn);
	assert_int_equal(lines.len, 2);
	assert_false(lines_next(&lines, &e));
	unit_said(&e, "the input broke\n");
	lines_fini(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
