/*
 * unpack_private: what the sources of unpack share.
 */
#ifndef PURPOSED_IO_UNPACK_PRIVATE_H
#define PURPOSED_IO_UNPACK_PRIVATE_H

#include <purposed/io/reader.h>

/* --- unpack_input.c: the bytes of the archive ------------------------------------ */

enum { UNPACK_CHUNK_BYTES = 64 << 10, UNPACK_HISTORY_BYTES = 64 };

struct unpack_input {
	struct reader *source;
	struct fault fault; /* ours: a limit; source has its own */
	bool in_header;
	size_t header_bytes;
	uint64_t given; /* bytes handed out */
	size_t chunk_len;
	/* What was handed out last stands behind the bytes before it. */
	unsigned char chunk[UNPACK_HISTORY_BYTES + UNPACK_CHUNK_BYTES];
};

/*
 * The next bytes, which live until the next call: how many, 0 at the end, -1 with a fault
 * in input or its source.
 */
ssize_t unpack_input_next(struct unpack_input *input, const void **bytes_r);

/* A member's header begins or ends: in between few bytes may be taken. */
void unpack_input_header(struct unpack_input *input, bool begins);

/* The bytes behind the first `used` ones; while they are taken nobody else takes any. */
struct unpack_rest {
	struct unpack_input *input;
	const unsigned char *at;
	size_t len;
};

/* used: how many libarchive has consumed, which looks ahead by a chunk at most. */
struct unpack_rest unpack_rest_of(struct unpack_input *input, uint64_t used);

/* Moves len bytes to out (NULL: skips them); false at the end, and on a fault. */
bool unpack_rest_take(struct unpack_rest *rest, void *out, size_t len);

/* --- unpack_zip.c: the directory of a zip ------------------------------------------ */

/*
 * Whether a directory stands there, behind bytes that libarchive left, and goes to its last
 * record; how many members it lists.
 */
bool unpack_zip_directory(struct unpack_rest *rest, uint64_t *listed_r);

#endif
