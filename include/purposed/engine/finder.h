/*
 * finder: where must which rule be looked for?
 *
 * A finder is built for some of the rules and yields candidates: places where
 * an anchor of a rule stands (anchor.h), so that a match of the rule may start
 * within a known distance.  It may name too many, never too few.
 *
 *	text ─ sieve: bitmaps of windows and of shapes ─ a bit is set
 *		window: its four bytes, folded, are looked up; the texts that
 *			have it there are compared, set by set
 *		shape:	is a candidate
 *
 * A text may be a block of many records, each ended by a line end: an anchor
 * lies within one record, and the sets at its edges allow for line ends.
 * Candidates come in ascending order of their anchors.
 */
#ifndef PURPOSED_ENGINE_FINDER_H
#define PURPOSED_ENGINE_FINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/span.h>
#include <purposed/engine/sieve.h>

struct finder;
struct finder_parts;
struct finder_scan;

struct candidate {
	uint16_t rule;
	int blanks_max; /* between a match's start and that place, at most (ANCHOR_FAR: any number)
			 */
	size_t at;	/* byte of the text at which its anchor stands */
	int before_min; /* a match starts at least so many bytes before that */
	int before_max; /* and at most so many (ANCHOR_FAR: any number) */
	int rule_max;	/* the most that this is for any anchor of the rule */
};

/*
 * The bytes [*from, *last_r] of text at which a match for the candidate may still
 * be found, where its anchor stands at byte at of that text; false: there are none.
 * *from: before it was searched already; it grows where the match starts later.
 */
bool candidate_reach(const struct candidate *candidate, struct span text, size_t at, size_t *from,
		     size_t *last_r);

/*
 * Immutable, and shared.  It looks for n of the rules that parts (finder_parts.h) were
 * made of, by their places there; the parts are borrowed while it lives.
 */
struct finder *finder_new(const struct finder_parts *parts, const uint16_t *rules, size_t n,
			  const struct sieve_level *level);
void finder_free(struct finder **finder);

/* What the search of one text needs: one thread's. */
struct finder_scan *finder_scan_new(void);
void finder_scan_free(struct finder_scan **scan);

/* Overwrites what it held of a text. */
void finder_scan_wipe(struct finder_scan *scan);

/* Begins with text, which is borrowed until the last finder_next. */
void finder_begin(struct finder_scan *scan, const struct finder *finder, struct span text);

/* The next candidate; false: there is none left. */
bool finder_next(struct finder_scan *scan, struct candidate *candidate_r);

/* From now on only candidates whose anchors stand at byte at or behind it. */
void finder_skip(struct finder_scan *scan, size_t at);

/* From now on no candidates of escapes (RULE_ANCHORS_ESCAPE) that stand before byte at. */
void finder_skip_escapes(struct finder_scan *scan, size_t at);

#endif
