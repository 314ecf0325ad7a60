/*
 * finder_parts: what finders are put together from.
 *
 * To choose a window for every text, and to build the shapes, takes long, and is the
 * same in every finder that looks for a rule: it is done once, for all rules.
 */
#ifndef PURPOSED_ENGINE_FINDER_PARTS_H
#define PURPOSED_ENGINE_FINDER_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/anchor.h>
#include <purposed/engine/pattern_starts.h>

/* A rule, as candidates have it, and its anchors; of one that is looked for everywhere there are
 * none, and no finder finds it. */
struct finder_rule {
	uint16_t rule;
	const struct anchors *anchors;
	const struct pattern_starts *starts; /* or NULL: a match may start everywhere */
};

struct finder_parts;

/* Immutable, and shared.  Nothing is kept of what is given; sample steers the choice of windows. */
struct finder_parts *finder_parts_new(const struct finder_rule *rules, size_t n,
				      const struct anchor_sample *sample);
void finder_parts_free(struct finder_parts **parts);

#endif
