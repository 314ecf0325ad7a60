/* Whose turn it is soon, and who lets others in. */
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <purposed/run/turn.h>

enum { SOON_NS = 100 * 1000, NICER = 3 };

/* Linux' own header of this does not go together with pthread.h. */
struct turn {
	unsigned size, policy;
	unsigned long long flags;
	int nice;
	unsigned priority;
	unsigned long long slice_ns, deadline, period;
};

static struct turn turn(void)
{
	struct turn t = { .size = sizeof(t) };

	assert_int_equal(syscall(SYS_sched_getattr, 0, &t, sizeof(t), 0), 0);
	return t;
}

struct turns {
	struct turn inherited, behind, soon_again;
};

static void *begin(void *context)
{
	struct turns *turns = context;

	turns->inherited = turn();
	turn_behind();
	turns->behind = turn();
	turn_soon();
	turns->soon_again = turn();
	return NULL;
}

/* Where Linux knows one slice for all, that of each is 0. */
static void test_turns(void **state)
{
	bool has_slices = turn().slice_ns != 0;
	int usual = turn().nice;
	struct turns other;
	pthread_t thread;

	(void)state;
	turn_soon();
	assert_int_equal(turn().slice_ns, has_slices ? SOON_NS : 0);
	assert_int_equal(turn().nice, usual);
	assert_int_equal(pthread_create(&thread, NULL, begin, &other), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(other.inherited.slice_ns, has_slices ? SOON_NS : 0);
	assert_int_equal(other.inherited.nice, usual);
	assert_int_equal(other.behind.slice_ns, has_slices ? SOON_NS : 0);
	assert_int_equal(other.behind.nice, usual < 19 - NICER ? usual + NICER : 19);
	assert_int_equal(other.soon_again.nice, other.behind.nice);
	assert_int_equal(turn().nice, usual);
}

static atomic_bool over;
static atomic_ulong steps;

static void *compute(void *context)
{
	while (!atomic_load(&over))
		atomic_fetch_add(&steps, 1);
	return context;
}

/* On one processor with another thread that computes: it goes first, most times. */
static void test_turn_over(void **state)
{
	cpu_set_t all, one;
	pthread_t thread;
	unsigned went = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(pthread_create(&thread, NULL, compute, NULL), 0);
	for (int i = 0; i < 500 && went < 10; i++) {
		unsigned long before;

		usleep(1000);
		before = atomic_load(&steps);
		turn_over();
		went += atomic_load(&steps) != before;
	}
	atomic_store(&over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(went, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_turns),
					    cmocka_unit_test(test_turn_over) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
