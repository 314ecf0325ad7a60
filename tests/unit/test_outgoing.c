/* What a batch has for an output: own bytes and lines of its block, in order, each once. */
#include "unit.h"

#include <purposed/run/outgoing.h>

enum { LONG = 40000 };

static void join(const struct outgoing *outgoing, struct buf *all, size_t *n_parts)
{
	struct outgoing_walk walk = { 0 };
	struct span part;

	buf_clear(all);
	for (*n_parts = 0; outgoing_next(outgoing, &walk, &part); ++*n_parts) {
		assert_int_not_equal(part.len, 0);
		buf_add_span(all, part);
	}
	assert_false(outgoing_next(outgoing, &walk, &part));
}

static void test_parts(void **state)
{
	struct outgoing outgoing = { 0 };
	struct outgoing_walk walk = { 0 };
	struct buf all = { 0 };
	struct buf wanted = { 0 };
	char *block = test_malloc(LONG);
	struct span part;
	size_t n;

	(void)state;
	memset(block, 'b', LONG);
	join(&outgoing, &all, &n);
	assert_int_equal(n, 0);
	/* many lines are not copied, few are */
	outgoing_pass(&outgoing, span_of(block, LONG));
	outgoing_pass(&outgoing, span_of(block, LONG));
	buf_add_str(&outgoing.own, "one\n");
	outgoing_pass(&outgoing, span_str("two\n"));
	outgoing_pass(&outgoing, span_of(block, 0));
	outgoing_pass(&outgoing, span_of(block, LONG));
	buf_add_str(&outgoing.own, "three\n");
	buf_add(&wanted, block, LONG);
	buf_add(&wanted, block, LONG);
	buf_add_str(&wanted, "one\ntwo\n");
	buf_add(&wanted, block, LONG);
	buf_add_str(&wanted, "three\n");
	join(&outgoing, &all, &n);
	assert_int_equal(n, 5);
	assert_true(span_equal(buf_span(&all), buf_span(&wanted)));
	assert_true(outgoing_next(&outgoing, &walk, &part));
	assert_ptr_equal(part.ptr, block);
	outgoing_clear(&outgoing);
	join(&outgoing, &all, &n);
	assert_int_equal(n, 0);
	/* as good as new */
	buf_add_str(&outgoing.own, "four\n");
	join(&outgoing, &all, &n);
	assert_int_equal(n, 1);
	assert_true(span_is(buf_span(&all), "four\n"));
	outgoing_fini(&outgoing);
	outgoing_fini(&outgoing);
	buf_fini(&all);
	buf_fini(&wanted);
	test_free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
