/*
 * walk: the files that the PATH arguments of a scan stand for, one by one.
 *
 * A file is taken as it is named, a folder with everything below it, entries
 * of each folder in ascending byte order.  Symbolic links are followed where
 * they are named and never inside a folder, so that nothing is read twice or
 * for ever.  Pipes, sockets and devices inside a folder are passed over and
 * counted; named, they are an error, but for "-" and descriptor paths
 * (source_is_stream), which are read as streams.
 *
 * Memory: the names of the folders on the way down, not of all files.
 * One thread at a time.
 */
#ifndef PURPOSED_IO_WALK_H
#define PURPOSED_IO_WALK_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/base/err.h>

struct walk;

struct walk_counts {
	uint64_t files;	   /* handed out */
	uint64_t links;	   /* symbolic links inside folders */
	uint64_t specials; /* pipes, sockets, devices inside folders */
	uint64_t troubles; /* what could not be walked: each was a -1 */
};

/* paths are borrowed until walk_close; what they name is only looked at by walk_next. */
struct walk *walk_open(const char *const *paths, size_t count);

/*
 * 1: *path_r is the next file, alive until the next call.  0: no more.
 * -1: something cannot be walked, described in e; calling again goes on.
 * A file that is handed out may still fail to open.
 */
int walk_next(struct walk *w, const char **path_r, struct err *e);

struct walk_counts walk_counts(const struct walk *w);

/* Sum of the sizes of the files that paths stand for, as far as they can be told now. */
uint64_t walk_bytes(const char *const *paths, size_t count);

/* Accepts NULL, clears the pointer. */
void walk_close(struct walk **w);

#endif
