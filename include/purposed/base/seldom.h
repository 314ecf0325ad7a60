/*
 * seldom: says things of which there may be many once in a while.
 *
 *	static struct seldom refused;
 *
 *	if (seldom_now(&refused))
 *		log_warning("a connection is refused%s", seldom_others(&refused));
 *
 * What is not said is counted, and said with the next.  One per thing that is to
 * be said; for one thread.
 */
#ifndef PURPOSED_BASE_SELDOM_H
#define PURPOSED_BASE_SELDOM_H

#include <stdbool.h>
#include <time.h>

/* Zero-initialised ({ 0 }) nothing has been said yet. */
struct seldom {
	time_t said;	    /* when; 0: never */
	unsigned long held; /* not said since */
	char others[64];
};

/* Whether it is to be said now: at first, and then every 10 seconds at most. */
bool seldom_now(struct seldom *seldom);

/* After seldom_now was true: " (and 12 more since the last such line)", or "". */
const char *seldom_others(struct seldom *seldom);

#endif
