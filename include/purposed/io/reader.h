/*
 * reader: a stream of bytes that ends well or says why not.
 *
 * Files, decoders and members of archives are all readers, so that they stack:
 * a .gz inside a tar inside an .xz is six readers, each holding the one it
 * reads from.  What a reader could get out is always handed out before the
 * fault that ended it, so a cut archive is searched up to the cut and still
 * never passes for a whole one.
 *
 * All readers over one file share a meter: it counts the bytes at every level
 * (0 is the file itself) and bounds what the decoders may take together.
 * Nothing here is shared between threads.
 */
#ifndef PURPOSED_IO_READER_H
#define PURPOSED_IO_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { READER_LEVELS_MAX = 32, READER_PEEK_MAX = 1024 };

enum fault_kind {
	FAULT_NONE,
	FAULT_IO,      /* the operating system: permission, EIO, a file that shrank */
	FAULT_CORRUPT, /* cut short, damaged, or followed by what does not belong there */
	FAULT_REFUSED, /* a limit, or a form that is not read */
};

/* Why a stream ended early; text is one line and holds no byte of the stream. */
struct fault {
	enum fault_kind kind;
	char text[240];
};

/* Always returns -1.  The first fault stays: what follows it is a consequence. */
int fault_set(struct fault *f, enum fault_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct meter {
	uint64_t bytes[READER_LEVELS_MAX]; /* handed up by the readers of each level */
	size_t memory_max;		   /* of decoders that are open together, in bytes */
	size_t memory;			   /* what they may still take of it */
	uint64_t ratio_max;		   /* bytes of any level for one of the file */
	uint64_t ratio_from_bytes;	   /* a level with fewer bytes is not judged */
};

struct reader;

struct reader_class {
	/* Up to cap (> 0) bytes into buf; 0 at the end; -1 with r->fault set. */
	ssize_t (*read)(struct reader *r, void *buf, size_t cap);
	/* Releases r and the readers that it holds. */
	void (*free)(struct reader *r);
};

/* The head of every reader: its first member.  Fields are reader.c's, but for fault. */
struct reader {
	const struct reader_class *class;
	struct meter *meter; /* outlives the reader */
	unsigned level;
	struct fault fault;
	bool ended;
	unsigned char *ahead; /* peeked, not yet read: ahead[ahead_at .. ahead_len) */
	size_t ahead_at;
	size_t ahead_len;
};

/* For implementers: fills the head. */
void reader_init(struct reader *r, const struct reader_class *class, struct meter *meter,
		 unsigned level);

/*
 * For decoders: "needs N MiB to decode, limits.decoder_bytes allows M MiB"; always -1.  need:
 * of the decoder alone; allowed: what it may hold, the rest of limit is held by those of what
 * it is in, which N counts, too.
 */
int reader_too_large(struct fault *f, uint64_t need, size_t allowed, size_t limit);

/* For implementers: the number of len bytes that begins with its lowest one. */
uint64_t reader_number(const unsigned char *bytes, size_t len);

/*
 * Up to cap bytes; 0 at the clean end; -1 on a fault, described in r->fault.
 * 0 and -1 are final: every later call says the same.
 */
ssize_t reader_read(struct reader *r, void *buf, size_t cap);

/*
 * Shows the first bytes without reading them: fewer than len only where the
 * stream is shorter or faulty (the fault comes when reading gets there).
 * len is at most READER_PEEK_MAX; call before the first read.  The bytes live
 * until then.  On a pipe this waits for len bytes or the end.
 */
size_t reader_peek(struct reader *r, size_t len, const unsigned char **bytes_r);

/* Releases the reader and those below it; accepts NULL, clears the pointer. */
void reader_free(struct reader **r);

#endif
