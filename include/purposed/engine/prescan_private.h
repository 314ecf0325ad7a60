/*
 * prescan_private: what the sources of prescan share.
 *
 * prescan.c runs the finders, prescan_layers.c the first one over decoded layers, and
 * prescan_weigh.c says what a candidate tells of its record.
 */
#ifndef PURPOSED_ENGINE_PRESCAN_PRIVATE_H
#define PURPOSED_ENGINE_PRESCAN_PRIVATE_H

#include <purposed/engine/candidates.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/layer_lines.h>
#include <purposed/engine/layer_near.h>
#include <purposed/engine/order.h>
#include <purposed/engine/prescan.h>

struct prescan {
	struct engine *engine;
	struct regex_scratch *regex;
	struct finder_scan *scan;
	struct decoded decoded;
	struct hits hits;
	struct candidates *candidates;
	struct order *order;
	size_t record_max; /* of a longer one the end is not searched: it is named */
	const struct prescan_goal *goal;
	bool kind_stated;
	struct prescan_record *records; /* at hand */
	struct layer_lines layers;
	struct layer_near near; /* of the layers */
	struct layer_lines chosen;
};

/* The walk of a finder over the records of a block. */
struct prescan_walk {
	const struct plan *plan; /* theirs that are looked at */
	struct span block;
	struct prescan_record *records;
	size_t n;
	size_t next; /* the record at hand */
};

/* --- prescan_weigh.c: what is known of a record ------------------------------- */

/* Confirms a candidate in text, which is a layer of the record and begins at byte start. */
void prescan_confirm(struct prescan *ps, struct prescan_record *record, const struct proposal *p,
		     struct span text, uint8_t layer, size_t start);

/* The same for all candidates that were gathered, whose parts are lines of these. */
void prescan_confirm_lines(struct prescan *ps, const struct layer_lines *lines);

/* Whether the second finder's rules can tell anything about a record that the first one's left. */
bool prescan_is_open(const struct prescan *ps, const struct prescan_record *record);

/* Whether a category is likely, and sure if no decoy takes the value that makes it so. */
bool prescan_is_likely(const struct prescan *ps, const struct prescan_record *record);

/* --- prescan_layers.c: decoded layers ------------------------------------------ */

/* Decodes what the block itself has not named, and runs the first finder over that. */
void prescan_layers(struct prescan *ps, const struct prescan_walk *w);

#endif
