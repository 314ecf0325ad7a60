/*
 * layer_lines: layers of records one behind the other, a line each, for the finder.
 *
 *	record 1 | record 2 with %40 | 2, layer 1 | record 3 | ...
 *
 * A finder is made for long texts, and a candidate in this one stands in a line, or
 * at the end of its line, where nothing is of any.
 *
 * One thread's; kept for the next records.
 */
#ifndef PURPOSED_ENGINE_LAYER_LINES_H
#define PURPOSED_ENGINE_LAYER_LINES_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>

/* Bytes [start, end) of the text: a layer of a record, by the number that its owner gives it. */
struct layer_line {
	size_t start, end;
	uint32_t record;
	uint8_t layer;
};

/* Zero-initialise; release with layer_lines_fini, which overwrites what it held. */
struct layer_lines {
	struct buf text;
	struct layer_line *lines;
	size_t n, cap;
	size_t used; /* bytes of the text that may hold something: not wiped yet */
};

void layer_lines_fini(struct layer_lines *lines);

/* Forgets all lines; their bytes may stay. */
void layer_lines_clear(struct layer_lines *lines);

/* The same, and overwrites all that it has held since the last time, and no more. */
void layer_lines_wipe(struct layer_lines *lines);

void layer_lines_add(struct layer_lines *lines, struct span text, uint32_t record, uint8_t layer);

struct span layer_lines_text(const struct layer_lines *lines, size_t i);

/*
 * The part in which byte at of the text stands, or NULL: it ends a line.  *next, 0 for the
 * first one, is moved to it: bytes ascend.
 */
const struct layer_line *layer_lines_seek(const struct layer_lines *lines, size_t *next, size_t at);

#endif
