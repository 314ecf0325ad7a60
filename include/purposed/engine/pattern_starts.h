/*
 * pattern_starts: where a match of a pattern may start, told by a few bytes.
 *
 * A candidate says that a match starts within some reach before its anchor, and most places
 * of that are none: a byte stands there that no match begins with, or behind one that
 * nothing may stand behind.  To have PCRE2 say so takes ten times as long as a table.
 *
 * Tables allow too much, never too little.  Where a text ends too soon to tell, every place
 * is one.
 */
#ifndef PURPOSED_ENGINE_PATTERN_STARTS_H
#define PURPOSED_ENGINE_PATTERN_STARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/span.h>
#include <purposed/engine/pattern.h>

enum {
	PATTERN_STARTS_BYTES = 8, /* the byte before a match, and those that it begins with */
	PATTERN_STARTS_WAYS = 2,  /* what alternatives begin with is kept apart */
};

/* Plain, so that it can be made when purposed is built (prepared.h). */
struct pattern_starts {
	/* Few places are allowed: it pays to ask. */
	bool few;
	/* A match may need the beginning of the text: that is a place, whatever stands there. */
	bool begins;
	/*
	 * By byte: bit i is set where it may stand i - 1 bytes behind where a match starts
	 * that goes the first way, eight bits on likewise for the second.
	 */
	uint16_t at[256];
};

void pattern_starts_derive(struct pattern_starts *starts_r, const struct pattern *pattern);

/* The first byte of text from from to last, at most, where a match may start; last + 1: none. */
size_t pattern_starts_next(const struct pattern_starts *starts, struct span text, size_t from,
			   size_t last);

#endif
