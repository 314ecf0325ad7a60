#include <purposed/run/turn.h>

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	SOON_NS = 100 * 1000, /* the shortest slice that Linux grants */
	BEHIND_NICE = 3,      /* more than the thread had */
	LAST_NS = 3 * 1000 * 1000,
	NICE_MAX = 19,
};

/* There is no wrapper in every C library, and <sched.h> does not go together with this.  What it is
 * not allowed to do it does without. */
static void set_turn(unsigned slice_ns, int nicer)
{
	struct sched_attr attr = { .size = sizeof(attr) };

	if (syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0) != 0 ||
	    (attr.sched_policy != SCHED_NORMAL && attr.sched_policy != SCHED_BATCH))
		return;
	attr.sched_runtime = slice_ns;
	attr.sched_nice += nicer;
	if (attr.sched_nice > NICE_MAX)
		attr.sched_nice = NICE_MAX;
	(void)syscall(SYS_sched_setattr, 0, &attr, 0);
}

void turn_soon(void)
{
	set_turn(SOON_NS, 0);
}

void turn_behind(void)
{
	set_turn(SOON_NS, BEHIND_NICE);
}

/*
 * Who lets others go first is charged for what he gives up of his slice: before it is over
 * little would be left where others compute as well.
 */
void turn_over(void)
{
	static _Thread_local long long since;
	struct timespec t;
	long long now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (long long)t.tv_sec * 1000000000 + t.tv_nsec;
	if (now - since < SOON_NS)
		return;
	since = now;
	(void)syscall(SYS_sched_yield);
}

void turn_last(void)
{
	set_turn(LAST_NS, NICE_MAX);
}
