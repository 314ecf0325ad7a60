/*
 * wake: one descriptor for several things to wait for.
 *
 * It polls as readable when one of the descriptors that were added does, when a
 * second is over, or as long as the owner says that there is more to do.
 */
#ifndef PURPOSED_IO_WAKE_H
#define PURPOSED_IO_WAKE_H

#include <stdbool.h>

/* Zero-initialised, then wake_init; released with wake_fini, also when that failed. */
struct wake {
	int fd; /* of all */
	int timer, more;
	bool again;
};

/* -1: errno. */
int wake_init(struct wake *wake);
void wake_fini(struct wake *wake);

/* fd is borrowed, and to be closed after wake_fini; -1: errno. */
int wake_add(const struct wake *wake, int fd);

/* Whether the descriptor is to be readable whatever happens; not so at first. */
void wake_again(struct wake *wake, bool again);

/* Whether a second (or more) is over since this was last true. */
bool wake_second(const struct wake *wake);

#endif
