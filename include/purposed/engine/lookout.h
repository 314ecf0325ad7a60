/*
 * lookout: the anchors of all rules of a set, and a finder that looks for them.
 *
 * Made once for an engine, when it is first needed: deriving takes a while.
 * Immutable, and shared.
 */
#ifndef PURPOSED_ENGINE_LOOKOUT_H
#define PURPOSED_ENGINE_LOOKOUT_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/anchor.h>
#include <purposed/engine/finder.h>
#include <purposed/engine/rules.h>

struct lookout;

/* rules are borrowed. */
struct lookout *lookout_new(const struct rules *rules, const struct sieve_level *level);
void lookout_free(struct lookout **lookout);

/* The anchors of a rule. */
const struct anchors *lookout_anchors(const struct lookout *lookout, size_t rule);

/* Those of the escapes that decoding undoes (decode_escapes). */
const struct anchors *lookout_escapes(const struct lookout *lookout);

/* What the rules' examples look like, for finders of some of the rules. */
const struct anchor_sample *lookout_sample(const struct lookout *lookout);

/* Looks for every rule that has anchors. */
const struct finder *lookout_finder(const struct lookout *lookout);

/* The others, *n_r indices, ascending: they are to be tried everywhere. */
const uint16_t *lookout_slow_rules(const struct lookout *lookout, size_t *n_r);

#endif
