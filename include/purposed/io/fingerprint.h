/*
 * fingerprint: the first bytes of a file, as a hash.
 *
 * An inode number is given to another file once its own is gone, and a file
 * that is copied and truncated keeps its own: what tells the old from the new
 * is how they begin.
 */
#ifndef PURPOSED_IO_FINGERPRINT_H
#define PURPOSED_IO_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FINGERPRINT_BYTES = 1024 };

struct fingerprint {
	size_t len; /* bytes that it is of: FINGERPRINT_BYTES, or fewer where there were no more */
	uint64_t hash;
};

/* Of what is there of the first bytes of fd; -1: they cannot be read (errno). */
int fingerprint_take(struct fingerprint *print_r, int fd);

/* Whether fd still begins with these bytes; of no bytes at all every file does. */
bool fingerprint_fits(const struct fingerprint *print, int fd);

/*
 * The same; and then it is of all that is there of fd's first bytes, by one and the same read:
 * between two the file could have become another.
 */
bool fingerprint_extend(struct fingerprint *print, int fd);

/* Whether both begin alike, as far as both have bytes and a fingerprint goes. */
bool fingerprint_alike(int fd, int other);

#endif
