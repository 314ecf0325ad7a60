/*
 * codec: one compression format, and a reader that decodes with it.
 *
 * A codec is a table of three functions over its library's state; everything
 * they have in common (buffers, ends, faults of the stream below, what the
 * meter allows) is codec.c's.  Each vendor header is known to one codec.
 */
#ifndef PURPOSED_IO_CODEC_H
#define PURPOSED_IO_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/io/reader.h>

/* One step's work; the codec advances in, out and their lengths. */
struct codec_step {
	const uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t out_len;
	bool last;	/* nothing comes behind in */
	size_t limit;	/* bytes of memory that all decoders may hold */
	size_t allowed; /* of it, what this one may hold in all */
	size_t held;	/* bytes that it holds: updated by the codec */
};

enum codec_result {
	CODEC_MORE,  /* wants more input or more room */
	CODEC_END,   /* a clean end; only where last is set and in is used up */
	CODEC_FAULT, /* described in the fault */
};

struct codec {
	size_t open_bytes; /* memory that open takes */
	void *(*open)(void);
	/*
	 * Decodes some.  Without progress it wants more input behind the in_len
	 * bytes (at most CODEC_KEEP_MAX) that it left; where last is set, that
	 * means that the data was cut, and the caller says so.
	 */
	enum codec_result (*step)(void *state, struct codec_step *s, struct fault *f);
	void (*close)(void *state);
};

enum { CODEC_KEEP_MAX = 64 };

/* Several streams one after the other are one; gzip may be padded with zero bytes, xz by fours. */
extern const struct codec codec_gzip; /* RFC 1952, by ISA-L */
extern const struct codec codec_bzip2;
extern const struct codec codec_xz;   /* the .xz file format 1.1.0; block size limited */
extern const struct codec codec_zstd; /* RFC 8878; window limited */

/* A reader of what source decodes to; it owns source, which is read behind what was peeked. */
struct reader *codec_reader(const struct codec *codec, struct reader *source);

/* The decoder would need so many bytes, which are more than it may hold: always CODEC_FAULT. */
enum codec_result codec_too_large(struct fault *f, uint64_t need, const struct codec_step *s);

/* Neither another stream nor padding: always CODEC_FAULT. */
enum codec_result codec_trailing(struct fault *f);

#endif
