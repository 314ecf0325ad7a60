/*
 * outgoing: what a batch has for one output, in order:
 *
 *	own bytes | lines of the batch's block, as they came | own bytes | ...
 *
 * Lines that leave as they came are not copied, where they are many in a row.
 */
#ifndef PURPOSED_RUN_OUTGOING_H
#define PURPOSED_RUN_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>

/* Lines that are not copied. */
struct passage {
	size_t before; /* own bytes that stand before them */
	struct span lines;
};

struct outgoing {
	struct buf own;
	struct passage *passages;
	size_t n, cap;
};

/* Where a walk over the parts is: all zero at first. */
struct outgoing_walk {
	size_t own;
	size_t passages;
};

/* Adds whole lines, which are borrowed until outgoing_clear. */
void outgoing_pass(struct outgoing *outgoing, struct span lines);

/* The next part, whole lines; false: there is none left. */
bool outgoing_next(const struct outgoing *outgoing, struct outgoing_walk *walk,
		   struct span *part_r);

/* Wipes and empties; a buffer that has grown beyond a measure is released. */
void outgoing_clear(struct outgoing *outgoing);
void outgoing_fini(struct outgoing *outgoing);

#endif
