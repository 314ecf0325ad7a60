/*
 * layer_near: what must be searched of a decoded layer, where its record was searched already.
 *
 * A layer is mostly what the record is: a '+' became a blank, a %40 an '@'.  Whether an
 * anchor stands at a place is up to a few bytes around it.  So the finder goes over slices
 * of the layer, around what changed, and everywhere else its candidates are the record's:
 *
 *	record	198.51.100.7 ... "GET /?q=jan%40example.be HTTP/1.1" ... "curl/8.1"
 *	layer	198.51.100.7 ... "GET /?q=jan@example.be HTTP/1.1" ... "curl/8.1"
 *	slice	                 =======================
 *	core	                    =======
 *
 * What stands in the core may have come or gone: there are no candidates of the record.  The
 * slice is larger, by what an anchor looks at; it may have some of the record's, too.  What
 * candidates are asked is asked in the layer, all of it.
 *
 * One thread's; kept for the next records.
 */
#ifndef PURPOSED_ENGINE_LAYER_NEAR_H
#define PURPOSED_ENGINE_LAYER_NEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/mem.h>
#include <purposed/engine/candidates.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/layer_lines.h>

enum { LAYER_NEAR_NONE = UINT32_MAX }; /* no slice */

/* Of a slice: where it begins in its layer, and its core, in bytes of the layer below. */
struct layer_slice {
	size_t at;
	size_t core_start, core_end;
	size_t shift; /* a byte behind the core is so many further in the layer (modulo 2^64) */
};

/* Zero-initialise; release with layer_near_fini, which overwrites what it held. */
struct layer_near {
	/* The slices, one behind the other; a part's `record` is the number of its layer's line. */
	struct layer_lines text;
	struct layer_slice *slices; /* as many */
	size_t cap;
	struct proposal *kept; /* candidates of records */
	size_t n_kept, kept_cap;
};

void layer_near_fini(struct layer_near *near);

/* Forgets all; bytes may stay. */
void layer_near_clear(struct layer_near *near);

/* The same, and overwrites all that it has held since the last time. */
void layer_near_wipe(struct layer_near *near);

/*
 * Adds the slices of a layer, which is number `line` elsewhere; or all of it as one, if whole.
 * Returns the number of the first one.
 */
uint32_t layer_near_add(struct layer_near *near, const struct decode_layer *layer, uint32_t line,
			bool whole);

/*
 * Where byte at of the layer below is in the layer whose first slice is that one; false: it is
 * in a core, and whatever stands there is found anew.
 */
bool layer_near_map(const struct layer_near *near, uint32_t first_slice, size_t at, size_t *at_r);

/* Keeps a candidate of a record. */
static inline void layer_near_keep(struct layer_near *near, const struct proposal *candidate)
{
	near->kept = mem_grow(near->kept, near->n_kept, &near->kept_cap, sizeof(*near->kept));
	near->kept[near->n_kept++] = *candidate;
}

#endif
