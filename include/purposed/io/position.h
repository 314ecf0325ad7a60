/*
 * position: how far a file has been read, in a form that outlives the process.
 *
 *	file DEVICE INODE AT LINE LENGTH HASH PATH
 *	copy DEVICE INODE AT LINE LENGTH HASH PATH
 *
 * a line each; a copy is one that a rotation made, and is read no more; numbers are
 * decimal, the hash hexadecimal, in the path every byte that is no visible ASCII, and
 * "%", stands as %HH.
 */
#ifndef PURPOSED_IO_POSITION_H
#define PURPOSED_IO_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include <purposed/base/buf.h>
#include <purposed/io/fingerprint.h>

struct position {
	uint64_t device, inode;
	long long at;	/* of the first byte that was not read */
	long long line; /* where the last line starts, if it had no end yet; else at */
	struct fingerprint print;
	bool copy;
	char *path;   /* the position's own */
	size_t order; /* the owner's */
};

void position_add(struct buf *out, const struct position *position);

/* The position in a line (without its end); -1: it is none. */
int position_read(struct position *position_r, struct span line);

void position_fini(struct position *position);

/* Appends name with every byte as above, and "/" too, so that it is one of a file's. */
void position_add_escaped(struct buf *out, struct span name, bool slashes);

#endif
