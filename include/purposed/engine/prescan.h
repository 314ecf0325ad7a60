/*
 * prescan: the fast first look at a block of records.
 *
 * It says of each record either that it must be classified in full
 * (classify.h), or that it need not be: then no declared purpose's policy flags
 * it, and, where categories are asked for, those are the ones of what is in it,
 * all of it permitted.  What it looks for is up to the plan (prescan_goal.h), and in a
 * record it stops when nothing more is to be learnt.
 *
 *	block ─ first finder over all records at once
 *		│ a candidate: the record around it, PCRE2, keywords, validator
 *		▼
 *	what has escapes, and is not named ─ decoded: the same over its layers
 *		▼
 *	what is left open ─ second finder, likewise
 *		▼
 *	what makes a category likely, but not sure ─ a finder of decoys
 *
 * Whatever is in doubt is named: a record longer than records are searched, one
 * with escapes beyond the last layer, one in which a limit stopped the search.
 */
#ifndef PURPOSED_ENGINE_PRESCAN_H
#define PURPOSED_ENGINE_PRESCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/plan.h>

struct prescan;

/* A record of a block, bytes [start, end), and what is known of it. */
struct prescan_record {
	size_t start, end;	 /* without its line end */
	const struct plan *plan; /* borrowed */
	bool named;		 /* it must be classified in full */
	uint64_t categories;	 /* else: a bit for each of the policy's that is in it */
	/* The rest is prescan_run's. */
	uint64_t likely;
	size_t value_start, value_end; /* within it, of one that made a category likely; or 0, 0 */
	bool kind, doubt;
	bool escaped;	      /* it may have escapes, */
	uint32_t escapes;     /* which begin at that byte of it at the earliest */
	uint32_t first_slice; /* of its first layer (layer_near.h), or LAYER_NEAR_NONE */
};

/* One thread's; holds a reference to the engine. */
struct prescan *prescan_new(struct engine *engine);
void prescan_free(struct prescan **prescan);

/* Overwrites what it held of records. */
void prescan_wipe(struct prescan *prescan);

/*
 * Looks at those of n records that stand under plan, which is of the same
 * engine, and has that look; records ascend, and a line feed stands before and
 * behind each, or an end of the block.  kind: what they are stated to be, or
 * NULL.
 */
void prescan_run(struct prescan *ps, const struct plan *plan, enum prescan_depth depth,
		 struct span block, struct prescan_record *records, size_t n, const char *kind);

#endif
