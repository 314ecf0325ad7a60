/*
 * tail: the lines of files that others write, rotate and delete.
 *
 * A tail follows every file whose path fits a glob, also one that comes later,
 * and keeps its place in each.  A file is what it is by device, inode and first
 * bytes, not by its name:
 *
 *	renamed, deleted	read on, as long as its writer may write to it
 *	copied and truncated	the copy is read to its end, then the file from its start
 *	a file found later	read from its start, whatever `from_end` says
 *	no text, no access	said once, and tried again
 *
 * Lines of one file come out in order, and what a writer wrote to a file that was rotated
 * away comes before what it wrote to the one that took its place (tail_order.c says how);
 * files beside each other have none.
 *
 * It owns a descriptor that polls as readable when there is something to do, and
 * never waits for anything but a disk.  Not shared between threads.
 */
#ifndef PURPOSED_IO_TAIL_H
#define PURPOSED_IO_TAIL_H

#include <stdbool.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>

struct tail;

/* Borrowed until tail_new returns. */
struct tail_options {
	const char *pattern; /* as of glob(7) */
	bool from_end;	     /* files that are there at the first start: only what is added */
	bool resumed;	     /* positions are those of an earlier tail of this input */
	struct span positions;
};

/* -1: described in e.  No file at all is no mistake: one may come. */
int tail_new(struct tail **tail_r, const struct tail_options *options, struct err *e);

/* Accepts a pointer to NULL; clears it. */
void tail_free(struct tail **tail);

int tail_fd(const struct tail *tail);

enum tail_what {
	TAIL_NOTHING, /* for now */
	TAIL_LINES,   /* whole lines; the last one may have no end if its file has none */
	/* A line that is longer than the block, in pieces without its line end: */
	TAIL_HEAD,
	TAIL_PART,
	TAIL_END,      /* the last piece, maybe empty; the line has an end */
	TAIL_END_BARE, /* the same; it has none, as its file ended */
	TAIL_END_TORN, /* the same; what follows cannot be read any more */
};

struct tail_piece {
	enum tail_what what;
	const char *path; /* under which the file was found; until the next call */
	long long offset; /* of the first byte in the file */
};

/*
 * Fills block, which is empty, up to its capacity.  What is handed out counts as
 * read: see tail_add_positions.
 */
struct tail_piece tail_read(struct tail *tail, struct buf *block);

/* Appends the places behind all that was handed out (position.h). */
void tail_add_positions(const struct tail *tail, struct buf *out);

/* How many files are followed, and how many bytes of them are still to be read. */
void tail_count(const struct tail *tail, unsigned long long *files_r, unsigned long long *unread_r);

/* Changes whenever the positions do. */
unsigned long long tail_version(const struct tail *tail);

#endif
