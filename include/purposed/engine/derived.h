/*
 * derived: the anchors of all rules of a set.
 *
 * To derive them takes long, and they are large: they are kept until the parts of
 * finders are made of them.
 */
#ifndef PURPOSED_ENGINE_DERIVED_H
#define PURPOSED_ENGINE_DERIVED_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/anchor.h>
#include <purposed/engine/finder_parts.h>
#include <purposed/engine/rules.h>

struct derived;

/* rules are borrowed. */
struct derived *derived_new(const struct rules *rules);
void derived_free(struct derived **derived);

/* The anchors of a rule; those of rule rules_count() are the escapes' (decode_escapes). */
const struct anchors *derived_anchors(const struct derived *derived, size_t rule);

/* The rule of candidates for escapes. */
enum { DERIVED_ESCAPE = UINT16_MAX };

/* The parts, in the order of the rules, and behind them those of escapes; the caller's. */
struct finder_parts *derived_parts(const struct derived *derived);

#endif
