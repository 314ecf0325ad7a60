/* Whose turn it is soon; where the kernel knows slices of its own for a thread. */
#include "unit.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <purposed/run/turn.h>

enum { SOON_NS = 100 * 1000 };

static unsigned long long slice(void)
{
	/* Linux' own header of this does not go together with pthread.h. */
	struct {
		unsigned size, policy;
		unsigned long long flags;
		int nice;
		unsigned priority;
		unsigned long long runtime, deadline, period;
	} attr = { .size = sizeof(attr) };

	assert_int_equal(syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0), 0);
	return attr.runtime;
}

static void *begin(void *inherited)
{
	*(unsigned long long *)inherited = slice();
	turn_usual();
	return (void *)(uintptr_t)slice();
}

static void test_turns(void **state)
{
	unsigned long long usual = slice();
	unsigned long long inherited = 0;
	int nice_before = getpriority(PRIO_PROCESS, 0);
	pthread_t thread;
	void *of_thread;

	(void)state;
	if (usual == 0)
		skip(); /* Linux before 6.12 */
	assert_true(usual > SOON_NS);
	turn_soon();
	assert_int_equal(slice(), SOON_NS);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), nice_before);
	assert_int_equal(pthread_create(&thread, NULL, begin, &inherited), 0);
	assert_int_equal(pthread_join(thread, &of_thread), 0);
	assert_int_equal(inherited, SOON_NS);
	assert_int_equal((uintptr_t)of_thread, usual);
	assert_int_equal(slice(), SOON_NS);
	turn_usual();
	assert_int_equal(slice(), usual);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_turns) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
