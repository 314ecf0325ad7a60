/*
 * pattern_first: which byte may stand next, by what a pattern asks of it.
 *
 * The sets say too much rather than too little.  That the text may end there is not told.
 */
#ifndef PURPOSED_ENGINE_PATTERN_FIRST_H
#define PURPOSED_ENGINE_PATTERN_FIRST_H

#include <purposed/engine/pattern.h>

/* Where that is asked. */
struct pattern_next {
	struct byte_set after; /* what may stand next behind what is asked about */
	bool behind_word;      /* the byte before is one of \w */
};

/* What a node begins with, or what stands behind it where it may be empty. */
struct byte_set pattern_first(const struct pattern_node *node, const struct pattern_next *next);

/* The same of a node and its siblings behind it; NULL: of nothing. */
struct byte_set pattern_first_of_all(const struct pattern_node *node,
				     const struct pattern_next *next);

#endif
