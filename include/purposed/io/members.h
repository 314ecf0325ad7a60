/*
 * members: every stream of text that one file holds, one after the other.
 *
 * A plain file holds one, a compressed file one, an archive as many as it has
 * regular files; archives and compressed files inside archives are opened in
 * turn.  What a file is shows in its content, never in its name:
 *   gzip, bzip2, xz, zstd, lz4, compress (.Z)    several streams in a row too
 *   tar (v7, ustar, pax, gnu), zip (stored, deflate, bzip2)
 * Other archives and binary forms are refused and never taken for text.
 *
 * Nothing fails open.  What can be read is handed out; what could not be read
 * is trouble, described in e and typed, so that the caller can count it:
 *
 *     while ((status = members_next(m, e)) != 0) {
 *             if (status < 0)
 *                     count(members_trouble(m));
 *             while (status > 0 && (n = members_read(m, buf, sizeof(buf), e)) != 0) {
 *                     if (n < 0) {
 *                             count(members_trouble(m));
 *                             break;
 *                     }
 *                     use(members_name(m), buf, n);
 *             }
 *     }
 *
 * Memory is bounded by the limits, whatever the file holds.  Nothing is ever
 * written.  One thread at a time.
 */
#ifndef PURPOSED_IO_MEMBERS_H
#define PURPOSED_IO_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <purposed/base/err.h>

struct members;

struct members_limits {
	size_t decoder_bytes;	   /* memory of all decoders that are open together */
	uint64_t archive_ratio;	   /* unpacked bytes for one byte of the file ... */
	uint64_t ratio_from_bytes; /* ... judged from that many unpacked bytes on */
	unsigned nesting;	   /* compressions and archives inside each other; .tar.gz is two */
};

/* 32 MiB, 2000, from 256 MiB on, 8 deep. */
extern const struct members_limits members_limits_default;

enum members_trouble {
	MEMBERS_IO,	 /* it cannot be read: permission, EIO, shrank while it was read */
	MEMBERS_CORRUPT, /* cut short or damaged, or bytes behind its end */
	MEMBERS_REFUSED, /* a limit, encrypted, or a form that is not supported */
};

/*
 * Opens path; "-" is stdin, and source_is_stream's paths may be pipes.
 * limits are copied.  -1: always MEMBERS_IO, e says why.
 */
int members_open(struct members **m_r, const char *path, const struct members_limits *limits,
		 struct err *e);

/*
 * Goes to the next stream; the rest of the current one is skipped.
 * 1: ready.  0: no more.  -1: trouble with a member or the file, described in
 * e; calling again goes on with what can still be read.
 */
int members_next(struct members *m, struct err *e);

/*
 * Up to cap bytes of the current stream; 0 at its clean end; -1 on trouble,
 * described in e, after everything readable was handed out.  0 and -1 are
 * final until members_next.
 */
ssize_t members_read(struct members *m, void *buf, size_t cap, struct err *e);

/*
 * "path", "path!member", "path!inner.tar.gz!member"; stdin is "stdin".  Control
 * bytes are written \xHH, overlong names end in "...".  After -1 it names what
 * the trouble is with.  Lives until the next members_next.
 */
const char *members_name(const struct members *m);

/* Whether the current stream is unpacked from the file, which is work; else it just lies there. */
bool members_unpacks(const struct members *m);

/* What the last -1 was. */
enum members_trouble members_trouble(const struct members *m);

/* For progress: bytes read of the file. */
uint64_t members_consumed(const struct members *m);

/* Accepts NULL, clears the pointer. */
void members_free(struct members **m);

#endif
