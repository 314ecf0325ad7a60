/*
 * ahead: the finder over many records at once, before they are classified.
 *
 * The finder is made for long texts.  All layers (decode.h) of the records are put
 * one behind the other, a line each, and searched in one go:
 *
 *	record 1 | record 2 with %40 | 2, layer 1 | record 3 | ...
 *
 * What it found is then given out layer by layer, as the records come up.
 *
 * One thread's; kept for the next block.
 */
#ifndef PURPOSED_ENGINE_AHEAD_H
#define PURPOSED_ENGINE_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/finder.h>

/* A layer of a record, and where its candidates end. */
struct ahead_layer {
	size_t start; /* bytes [start, end) of the text */
	size_t end;
	size_t found_end;
};

struct ahead_record {
	struct span text; /* borrowed */
	size_t layers_end;
};

/* Zero-initialise; release with ahead_fini, which overwrites what it held of records. */
struct ahead {
	struct buf text;
	struct ahead_record *records;
	size_t n, cap;
	struct ahead_layer *layers;
	size_t n_layers, layers_cap;
	struct candidate *found;
	size_t n_found, found_cap;
	size_t next; /* the record that comes up next */
};

/* The candidates of a layer, in order; at is where the layer begins: theirs count from there. */
struct ahead_found {
	const struct candidate *found;
	size_t n;
	size_t at;
};

void ahead_fini(struct ahead *ahead);

/* Overwrites what it holds of records, and forgets them. */
void ahead_wipe(struct ahead *ahead);

/* Adds a record, which stays borrowed until it came up; decoded is scratch. */
void ahead_add(struct ahead *ahead, struct span record, struct decoded *decoded);

/* Searches all that were added. */
void ahead_search(struct ahead *ahead, const struct finder *finder, struct finder_scan *scan);

/*
 * Whether the next record is that one, at that place: then *record_r is its index
 * for ahead_found, and the one behind it comes up.
 */
bool ahead_take(struct ahead *ahead, struct span record, size_t *record_r);

/* What was found in a layer of a record that was taken; decoded as it was when it was added. */
struct ahead_found ahead_found(const struct ahead *ahead, size_t record, size_t layer);

#endif
