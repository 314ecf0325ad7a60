/*
 * rule_anchors: the anchors of all rules of a set.
 *
 * To derive them takes long, and they are large: they are kept until the parts of
 * finders are made of them.
 */
#ifndef PURPOSED_ENGINE_RULE_ANCHORS_H
#define PURPOSED_ENGINE_RULE_ANCHORS_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/anchor.h>
#include <purposed/engine/finder_parts.h>
#include <purposed/engine/rules.h>

struct rule_anchors;

/* rules are borrowed. */
struct rule_anchors *rule_anchors_new(const struct rules *rules);
void rule_anchors_free(struct rule_anchors **derived);

/* The anchors of a rule; those of rule rules_count() are the escapes' (decode_escapes). */
const struct anchors *rule_anchors_of(const struct rule_anchors *derived, size_t rule);

/* The rule of candidates for escapes. */
enum { RULE_ANCHORS_ESCAPE = UINT16_MAX };

/* The parts, in the order of the rules, and behind them those of escapes; the caller's. */
struct finder_parts *rule_anchors_parts(const struct rule_anchors *derived);

#endif
