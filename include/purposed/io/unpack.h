/*
 * unpack: what libarchive reads for us: tar, zip, lz4 and compress (.Z).
 *
 * Everything is read front to back, so that archives inside archives and on
 * pipes work, and memory does not depend on how many members there are.
 * libarchive is lenient where we may not be: that an archive was whole is
 * checked here (tar's end mark, zip's directory, nothing behind lz4's end).
 * A cut .Z cannot be told from a whole one: its format has neither length nor
 * checksum.  Of lz4 streams in a row an empty one ends the reading, with a
 * fault ("bytes behind the end").
 */
#ifndef PURPOSED_IO_UNPACK_H
#define PURPOSED_IO_UNPACK_H

#include <purposed/io/reader.h>

struct unpack;

enum unpack_form { UNPACK_TAR, UNPACK_ZIP };

/* Owns source from now on.  Never fails: trouble comes with unpack_next. */
struct unpack *unpack_new(enum unpack_form form, struct reader *source);
void unpack_free(struct unpack **u);

/*
 * Goes to the next regular file; the rest of the current one is skipped.
 * 1: unpack_name and unpack_entry are for it.  0: no more.  -1: *f says why;
 * unpack_name is the member's, or "" where the archive itself is at fault;
 * the next call goes on where that is possible.
 */
int unpack_next(struct unpack *u, struct fault *f);

/* As the archive has it: untrusted bytes.  Lives until the next unpack_next. */
const char *unpack_name(const struct unpack *u);

/* The current member's bytes.  The caller's, to be freed before the next unpack_next. */
struct reader *unpack_entry(struct unpack *u);

/* Decoders with one stream, as codec_reader: they own source. */
struct reader *unpack_lz4(struct reader *source);
struct reader *unpack_compress(struct reader *source);

#endif
