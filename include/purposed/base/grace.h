/*
 * grace: the little time behind a stop in which the rest may come of a line or a message that
 * the stop came within.
 *
 * How much is read in it is for its user to bound: a writer that never pauses has always more.
 */
#ifndef PURPOSED_BASE_GRACE_H
#define PURPOSED_BASE_GRACE_H

#include <stdbool.h>

enum { GRACE_MS = 200 };

/* Zero-initialise ({ 0 }): it has not begun. */
struct grace {
	long long until_ms; /* by clock_now_ms */
};

/* Begins it, unless it has begun. */
void grace_begin(struct grace *grace);

bool grace_is_over(const struct grace *grace);

/* What fd is ready for, as of poll(2), now or in what is left of it: POLLIN, POLLHUP; 0: nothing.
 */
int grace_poll(const struct grace *grace, int fd);

#endif
