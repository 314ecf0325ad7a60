/*
 * finder: where must which rule be looked for?
 *
 * A finder yields candidates: it may name too many, never too few.  The one
 * that is here names every rule of the plan, everywhere: slow, exact, the
 * oracle that any faster finder has to equal (--engine pcre2).
 */
#ifndef PURPOSED_ENGINE_FINDER_H
#define PURPOSED_ENGINE_FINDER_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/base/span.h>
#include <purposed/engine/plan.h>

struct candidate {
	uint16_t rule; /* index in the rule set */
	size_t start;  /* no match of it starts before this byte of the text */
};

/* Where the next candidate is sought; start with { 0 }. */
struct finder {
	size_t next;
};

/* The next rule to confirm in text; false where there is none left. */
bool finder_next(struct finder *finder, const struct plan *plan, struct span text,
		 struct candidate *candidate_r);

#endif
