/*
 * claims: which of the values that overlap stand.
 *
 * Rules look at a record independently of each other, so the same bytes may be
 * claimed by several.  Where two claims overlap, the one of higher rank stands;
 * of equal rank the longer, then the one found in the deeper layer, then that
 * of the earlier rule.  Both stand only where they are of different elements
 * and one holds the other, is longer than it, and its rule says that it is a
 * container.
 */
#ifndef PURPOSED_ENGINE_CLAIMS_H
#define PURPOSED_ENGINE_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/classify.h>

struct claim {
	struct finding finding; /* undecided yet: span, element, rule and layer count */
	uint8_t rank;
	bool container;
	bool stands; /* filled by claims_settle */
	/* Of those that overlap, filled likewise. */
	uint32_t before[2]; /* 1 + index of the last claim of this kind before it; 0: none */
	uint32_t reach[2];  /* furthest end of the claims of this kind up to here */
};

/*
 * Sorts n claims by where they start, the longer first, and sets what stands.
 * order: room for n numbers, scratch.
 */
void claims_settle(struct claim *claims, size_t *order, size_t n);

#endif
