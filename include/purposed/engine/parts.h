/*
 * parts: layers of records one behind the other, a line each, for the finder.
 *
 *	record 1 | record 2 with %40 | 2, layer 1 | record 3 | ...
 *
 * A finder is made for long texts, and a candidate in this one stands in a part, or
 * at the end of its line, where nothing is of any.
 *
 * One thread's; kept for the next records.
 */
#ifndef PURPOSED_ENGINE_PARTS_H
#define PURPOSED_ENGINE_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>

/* Bytes [start, end) of the text: a layer of a record, by the number that its owner gives it. */
struct part {
	size_t start, end;
	uint32_t record;
	uint8_t layer;
};

/* Zero-initialise; release with parts_fini, which overwrites what it held. */
struct parts {
	struct buf text;
	struct part *parts;
	size_t n, cap;
	size_t used; /* bytes of the text that may hold something: not wiped yet */
};

void parts_fini(struct parts *parts);

/* Forgets all parts; their bytes may stay. */
void parts_clear(struct parts *parts);

/* The same, and overwrites all that it has held since the last time, and no more. */
void parts_wipe(struct parts *parts);

void parts_add(struct parts *parts, struct span text, uint32_t record, uint8_t layer);

struct span parts_text(const struct parts *parts, size_t i);

/*
 * The part in which byte at of the text stands, or NULL: it ends a line.  *next, 0 for the
 * first one, is moved to it: bytes ascend.
 */
const struct part *parts_seek(const struct parts *parts, size_t *next, size_t at);

#endif
