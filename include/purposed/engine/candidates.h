/*
 * candidates: what a finder proposes in many parts of a text, put in order of rules.
 *
 * Machine code of a hundred rules is larger than the caches that are near, and
 * records ask for one rule after the other.  So candidates are gathered first, and
 * then confirmed rule by rule, over all records: the code of each stays at hand.
 *
 *	finder	   record 1: email, iban, card | record 2: email, card | ...
 *	here	   email: 1, 2 | iban: 1 | card: 1, 2 | ...
 *
 * There may be any number in a text; up to CANDIDATES_MAX are gathered at a time.
 * One thread's; kept for the next text.
 */
#ifndef PURPOSED_ENGINE_CANDIDATES_H
#define PURPOSED_ENGINE_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/finder.h>

enum { CANDIDATES_MAX = 2 * 1024 };

/* A candidate, and the part of the text in which its anchor stands. */
struct proposal {
	struct candidate candidate;
	uint32_t part;
};

struct candidates;

/* For candidates of rules below n_rules. */
struct candidates *candidates_new(size_t n_rules);
void candidates_free(struct candidates **candidates);

/* Begins with a text: its parts are numbered from 0. */
void candidates_begin(struct candidates *candidates);

/* Adds one; false: so many are there now that they are to be gone through first. */
bool candidates_add(struct candidates *candidates, const struct candidate *candidate,
		    uint32_t part);

/*
 * Those that were added, by rule, and of one rule in the order in which they came;
 * valid until the next one is added.  order: all rules; NULL: by their numbers.  Their before_max
 * has grown where a later one of the same rule and part reaches further back, so that what is
 * searched for one after the other begins further and further on.
 */
const struct proposal *candidates_sort(struct candidates *candidates, const uint16_t *order,
				       size_t *n_r);

/*
 * Where the rule of p is still to be looked for, as the finder's candidate_reach says,
 * in bytes of the part, which is text and begins at byte start of all; false: nowhere.  What
 * *from_r then points to is to be set to where the search for the next one begins.
 */
bool candidates_reach(struct candidates *candidates, const struct proposal *p, struct span text,
		      size_t start, size_t **from_r, size_t *last_r);

#endif
