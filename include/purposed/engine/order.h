/*
 * order: which rules a first look asks first.
 *
 * A look at a record ends when the record is named.  So the rules that name what they are
 * asked of come first, and those that seldom do, and may take as long, are spared.  How
 * often a rule does is learnt from what was looked at before; what is found of a record
 * does not depend on it.
 *
 * One thread's.
 */
#ifndef PURPOSED_ENGINE_ORDER_H
#define PURPOSED_ENGINE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct order;

/* Of rules below n_rules, at first by their numbers. */
struct order *order_new(size_t n_rules);
void order_free(struct order **order);

/* A rule was asked, and has named the record, or has not. */
void order_note(struct order *order, uint16_t rule, bool named);

/* All rules, in order; valid until the next call. */
const uint16_t *order_rules(struct order *order);

#endif
