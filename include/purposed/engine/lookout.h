/*
 * lookout: what it takes to look for the rules of a set, and a finder that looks for
 * all of them.
 *
 * Made once for an engine, when it is first needed: to derive the anchors of rules that are
 * not built in takes a while.
 * Immutable, and shared.
 */
#ifndef PURPOSED_ENGINE_LOOKOUT_H
#define PURPOSED_ENGINE_LOOKOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/finder.h>
#include <purposed/engine/finder_parts.h>
#include <purposed/engine/rules.h>

struct lookout;

/* rules are borrowed. */
struct lookout *lookout_new(const struct rules *rules, const struct sieve_level *level);
void lookout_free(struct lookout **lookout);

/* For finders of some of the rules: those of a rule have its index as their place. */
const struct finder_parts *lookout_parts(const struct lookout *lookout);

/* The place of those of the escapes that decoding undoes (decode_escapes). */
size_t lookout_escapes(const struct lookout *lookout);

/* Looks for every rule that has anchors. */
const struct finder *lookout_finder(const struct lookout *lookout);

/* The others, *n_r indices, ascending: they are to be tried everywhere. */
const uint16_t *lookout_slow_rules(const struct lookout *lookout, size_t *n_r);
bool lookout_is_slow(const struct lookout *lookout, size_t rule);

#endif
