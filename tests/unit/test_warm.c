/* What is made beside the stream, where no thread can be had at first. */
#include "unit_run.h"

#include <pthread.h>

#include <purposed/run/warm.h>

/* No stack of that size is to be had. */
static const size_t huge = (size_t)1 << 47;

static void want_often(struct warm *warm, const struct unit_run *run)
{
	for (int i = 0; i < 16; i++)
		warm_want(warm, run->engine, run->plan, PRESCAN_FLAGS);
}

static void test_no_thread(void **state)
{
	struct engine_options options = engine_defaults();
	struct unit_run run = unit_run_open("web", &options);
	struct warm *warm = warm_new();
	pthread_attr_t attr;
	size_t usual;

	(void)state;
	assert_int_equal(pthread_getattr_default_np(&attr), 0);
	assert_int_equal(pthread_attr_getstacksize(&attr, &usual), 0);
	assert_int_equal(pthread_attr_setstacksize(&attr, huge), 0);
	assert_int_equal(pthread_setattr_default_np(&attr), 0);
	want_often(warm, &run);
	warm_begin(warm, run.engine, &(const struct plan *){ run.plan }, 1, PRESCAN_FLAGS);
	warm_wait(warm);
	assert_false(warm_has_begun(warm));
	assert_false(engine_has_finders(run.engine));
	assert_int_equal(pthread_attr_setstacksize(&attr, usual), 0);
	assert_int_equal(pthread_setattr_default_np(&attr), 0);
	want_often(warm, &run);
	warm_wait(warm);
	assert_true(engine_has_finders(run.engine));
	assert_true(plan_has_prescan(run.plan, PRESCAN_FLAGS));
	warm_free(&warm);
	pthread_attr_destroy(&attr);
	unit_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
