#include <purposed/run/turn.h>

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	SOON_NS = 100 * 1000, /* the shortest that Linux grants */
	USUAL = 0,	      /* what the system gives everybody */
};

/* There is no wrapper in every C library.  What it is not allowed to do it does without. */
static void set_slice(unsigned ns)
{
	struct sched_attr attr = { .size = sizeof(attr) };

	if (syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0) != 0 ||
	    (attr.sched_policy != SCHED_NORMAL && attr.sched_policy != SCHED_BATCH))
		return;
	attr.sched_runtime = ns;
	(void)syscall(SYS_sched_setattr, 0, &attr, 0);
}

void turn_soon(void)
{
	set_slice(SOON_NS);
}

void turn_usual(void)
{
	set_slice(USUAL);
}
