/*
 * rule_finders: what it takes to look for the rules of a set, and a finder that looks for
 * all of them.
 *
 * Made once for an engine, when it is first needed: to derive the anchors of rules that are
 * not built in takes a while.
 * Immutable, and shared.
 */
#ifndef PURPOSED_ENGINE_RULE_FINDERS_H
#define PURPOSED_ENGINE_RULE_FINDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/finder.h>
#include <purposed/engine/finder_parts.h>
#include <purposed/engine/rules.h>

struct rule_finders;

/* rules are borrowed. */
struct rule_finders *rule_finders_new(const struct rules *rules, const struct sieve_level *level);
void rule_finders_free(struct rule_finders **finders);

/* For finders of some of the rules: those of a rule have its index as their place. */
const struct finder_parts *rule_finders_parts(const struct rule_finders *finders);

/* The place of those of the escapes that decoding undoes (decode_escapes). */
size_t rule_finders_escapes(const struct rule_finders *finders);

/* Where a match of the rule may start; NULL: at too many places to ask. */
const struct pattern_starts *rule_finders_starts(const struct rule_finders *finders, size_t rule);

/* Looks for every rule that has anchors. */
const struct finder *rule_finders_all(const struct rule_finders *finders);

/* The others, *n_r indices, ascending: they are to be tried everywhere. */
const uint16_t *rule_finders_slow_rules(const struct rule_finders *finders, size_t *n_r);
bool rule_finders_is_slow(const struct rule_finders *finders, size_t rule);

#endif
