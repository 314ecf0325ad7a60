/*
 * magic: what a stream is, by its first bytes and never by its name.
 *
 * Everything that is not recognised is text.  Forms that hold text in a way
 * that a search of their bytes would miss (other archives, databases, UTF-16)
 * are recognised in order to be refused: a scan of them would say clean.
 */
#ifndef PURPOSED_IO_MAGIC_H
#define PURPOSED_IO_MAGIC_H

#include <stddef.h>

enum magic {
	MAGIC_PLAIN,
	MAGIC_GZIP,
	MAGIC_BZIP2,
	MAGIC_XZ,
	MAGIC_ZSTD,
	MAGIC_LZ4,
	MAGIC_COMPRESS,
	MAGIC_TAR,
	MAGIC_ZIP,
	MAGIC_REFUSED,
};

/* Enough first bytes to tell. */
enum { MAGIC_BYTES = 512 };

/* On MAGIC_REFUSED *why_r is a sentence for the user (static). */
enum magic magic_of(const unsigned char *bytes, size_t len, const char **why_r);

#endif
