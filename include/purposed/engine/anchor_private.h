/*
 * anchor_private: what the files that derive anchors share.
 *
 *	anchor		chooses the cuts, and makes anchors of them
 *	anchor_price	what a cut costs
 *	anchor_rate	how often a shape is to be expected
 *	anchor_walk	the roads from a cut on
 *	anchor_usual	lines that are usual in logs
 *	anchor_seen	how often shapes stand in them
 *
 * Of the public ones, anchor_spell, anchor_sample and anchor_frequency say how
 * rare bytes are.
 */
#ifndef PURPOSED_ENGINE_ANCHOR_PRIVATE_H
#define PURPOSED_ENGINE_ANCHOR_PRIVATE_H

#include <purposed/engine/anchor.h>

/*
 * What is to be matched: node, then, where siblings is set, those behind it,
 * then next.  Lists live on the stack of the walk that made them, or in the
 * deriver's cells.
 */
struct anchor_tail {
	const struct pattern_node *node;
	bool siblings;
	const struct anchor_tail *next;
};

/* A place where an anchor may begin. */
struct anchor_cut {
	struct byte_set before; /* what stands before it, if anything does */
	const struct anchor_tail *tail;
	int before_min, before_max;
	int blanks; /* in the match before it, at most; ANCHOR_FAR: any number */
	bool is_text;
};

/* Where a part of the pattern stands: what is known of what lies before it, and what follows. */
struct anchor_place {
	struct byte_set before; /* bytes that may stand before it */
	bool word;		/* a word begins or ends here */
	const struct anchor_tail *rest;
	int min, max; /* bytes of the match before it; below 0: it stands before the match */
	int blanks;   /* at most so many of them are blanks */
	double bound; /* a cut that costs as much is of no use: there is a cheaper one */
};

/* Roads are priced by so many bytes. */
enum { ANCHOR_PRICED_BYTES = 8 };

/* One way through the pattern from a cut on; all is borrowed until the call returns. */
struct anchor_road {
	const struct byte_set *sets;
	unsigned len;
	const struct byte_set *before; /* what may stand before it */
	const struct byte_set *ahead;  /* what stands behind it, where anything does; or NULL */
};

/* Usual lines; the last one is NULL. */
extern const char *const anchor_usual[];

/* How often all of the road is to be expected at a byte, as the sample has it. */
double anchor_seen_road(const struct anchor_sample *sample, const struct anchor_road *road);

/* How often the tail stands at a byte of usual lines, with a byte of before before it. */
double anchor_seen_tail(const struct anchor_sample *sample, const struct byte_set *before,
			const struct anchor_tail *tail);

/*
 * Follows every road from cut on, up to limit (at most ANCHOR_TEXT_MAX) bytes,
 * and hands each to take.  -1: there are none or too many, one is too short, or
 * take has returned false; those before it have been handed over then.
 */
int anchor_walk(const struct anchor_cut *cut, unsigned limit,
		bool (*take)(void *to, const struct anchor_road *road), void *to);

/*
 * Prices, in nanoseconds for each byte of log; only their order matters.  From
 * NEVER on the cut is of no use; ENOUGH is so cheap that no other need be tried.
 */
#define ANCHOR_PRICE_NEVER 1e9
#define ANCHOR_PRICE_ENOUGH 5e-5

/* Sets cut's is_text to what is cheaper, and returns that price; NEVER: place's bound or more. */
double anchor_price(struct anchor_cut *cut, const struct anchor_place *place,
		    const struct anchor_sample *sample);

/* How often a byte of set is to be expected where shapes ask for set. */
double anchor_rate_set(const struct byte_set *set);

/* As anchor_rate, of the whole tail. */
double anchor_rate_tail(const struct anchor_tail *tail, unsigned room);

/* Operations that a shape of the tail takes, about. */
double anchor_rate_operations(const struct anchor_tail *tail);

#endif
