/* Whose turn it is soon, and who lets others in. */
#include "unit.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <purposed/run/turn.h>

enum { SOON_NS = 100 * 1000, BEHIND_NS = 500 * 1000, NICER = 5 };

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
	assert_int_equal(other.behind.slice_ns, has_slices ? BEHIND_NS : 0);
	assert_int_equal(other.behind.nice, usual < 19 - NICER ? usual + NICER : 19);
	assert_int_equal(other.soon_again.nice, other.behind.nice);
	assert_int_equal(turn().nice, usual);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_turns) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
