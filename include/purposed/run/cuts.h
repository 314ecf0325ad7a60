/*
 * cuts: the records of a batch side by side, and what a first look says of each.
 *
 *	batch ─ cuts_begin, cuts_next: framing, and each record's plan
 *	      ─ cuts_look: which of them must be classified in full, and of the
 *	        others the categories
 *	      ─ cuts_look_ahead: these are looked over at once
 *
 * A batch of next to nothing but line ends has a record a byte, and what is known
 * of a record takes a hundred: so a batch is cut in slices of CUTS_MAX records.  One of
 * long messages may have many times the bytes of others, and what is found in them takes
 * several times as much: so a slice is done with the record that makes it CUTS_BYTES; or
 * CUTS_BYTES_LOSSY, since nobody is let in while all of a slice is looked at (turn.h).
 *
 * One thread's; kept for the next batch.
 */
#ifndef PURPOSED_RUN_CUTS_H
#define PURPOSED_RUN_CUTS_H

#include <stddef.h>

#include <purposed/base/span.h>
#include <purposed/engine/classify.h>
#include <purposed/engine/prescan.h>
#include <purposed/io/framing.h>
#include <purposed/run/pipeline.h>

enum { CUTS_MAX = 16 * 1024, CUTS_BYTES = 256 * 1024, CUTS_BYTES_LOSSY = 32 * 1024 };

struct cuts_record {
	struct frame frame; /* spans of the batch's bytes */
	size_t at;	    /* byte of the batch where it begins */
};

struct cuts {
	size_t from, to;    /* bytes of the batch: the slice */
	bool last;	    /* there is none behind it */
	struct frame frame; /* the last one: its origin holds for those behind it */
	struct cuts_record *cuts;
	struct prescan_record *records; /* of each, in bytes of the slice */
	size_t n, cap;
	size_t seen;	    /* bytes of all batches so far */
	struct span *named; /* texts of the records to classify; room for cap */
};

/* Zero-initialise; release with cuts_fini. */
void cuts_fini(struct cuts *cuts);

/* Cuts the batch's next slice, the first one after cuts_begin; false: there is none left. */
void cuts_begin(struct cuts *cuts);
bool cuts_next(struct cuts *cuts, const struct batch *batch);

/*
 * Names the records that must be classified in full where the others need to be
 * known no deeper than that; PRESCAN_DEPTHS: all.  Returns a plan whose look is not
 * made yet, so that all of its records were named, or NULL.  making: what is not there
 * is being made, and not to be waited for.
 */
const struct plan *cuts_look(struct cuts *cuts, const struct batch *batch, enum prescan_depth depth,
			     struct prescan *prescan, bool making);

/* Prepares classifier for the named ones, which are to be classified next, in order. */
void cuts_look_ahead(struct cuts *cuts, struct classifier *classifier);

#endif
