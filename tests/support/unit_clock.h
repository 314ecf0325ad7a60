/*
 * unit_clock: a wall clock that a test sets.  It takes the place of the C library's for
 * the whole program; the monotonic clock goes on as it does, as when a machine's time is
 * set.  To be included by one source of a program.
 */
#ifndef PURPOSED_TESTS_UNIT_CLOCK_H
#define PURPOSED_TESTS_UNIT_CLOCK_H

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long unit_clock_ahead_s; /* of the real one */

int clock_gettime(clockid_t id, struct timespec *t)
{
	int result = (int)syscall(SYS_clock_gettime, id, t);

	if (result == 0 && id == CLOCK_REALTIME)
		t->tv_sec += unit_clock_ahead_s;
	return result;
}

time_t time(time_t *t)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (t != NULL)
		*t = now.tv_sec;
	return now.tv_sec;
}

#endif
