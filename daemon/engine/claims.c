/*
 * Settling is greedy.  The claims are visited in order of precedence, and one
 * stands if it is compatible with every claim that stands already.
 *
 * Its neighbours are found in the array, which is sorted by start: ahead, until
 * one starts behind our end; behind, until nothing earlier reaches us.  A long
 * container reaches over thousands of small values, so the way back is walked
 * for containers and for the others apart, each along its own chain:
 *
 *	claims     C  a  b  c  C  d  e  x         C container, others not
 *	before[0]        a  b     c  d  e         x asks e, d, ... while reach[0] > start
 *	before[1]     C           C               x asks C, C   while reach[1] > start
 *
 * Claims that are no containers and stand do not overlap, and containers are
 * few: so a record full of values costs little more than sorting them.
 */
#include <purposed/engine/claims.h>

#include <stdlib.h>

static int compare(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int by_start(const void *a, const void *b)
{
	const struct finding *x = &((const struct claim *)a)->finding;
	const struct finding *y = &((const struct claim *)b)->finding;
	int order = compare(x->start, y->start);

	if (order == 0)
		order = compare(y->end, x->end);
	/* Any order would do for equal spans, as long as it is always the same. */
	if (order == 0)
		order = compare(x->layer, y->layer);
	return order != 0 ? order : compare(x->rule, y->rule);
}

static int by_precedence(const void *a, const void *b, void *claims)
{
	const struct claim *x = (const struct claim *)claims + *(const size_t *)a;
	const struct claim *y = (const struct claim *)claims + *(const size_t *)b;
	int order = compare(y->rank, x->rank);

	if (order == 0)
		order = compare(y->finding.end - y->finding.start,
				x->finding.end - x->finding.start);
	if (order == 0)
		order = compare(y->finding.layer, x->finding.layer);
	if (order == 0)
		order = compare(x->finding.rule, y->finding.rule);
	return order != 0 ? order : compare(*(const size_t *)a, *(const size_t *)b);
}

static bool holds(const struct claim *outer, const struct claim *inner)
{
	const struct finding *o = &outer->finding;
	const struct finding *i = &inner->finding;

	return outer->container && o->start <= i->start && o->end >= i->end &&
	       o->end - o->start > i->end - i->start;
}

static bool compatible(const struct claim *a, const struct claim *b)
{
	if (a->finding.end <= b->finding.start || b->finding.end <= a->finding.start)
		return true;
	if (a->finding.element == b->finding.element)
		return false;
	return holds(a, b) || holds(b, a);
}

static bool may_stand(const struct claim *claims, size_t n, const struct claim *claim)
{
	for (int kind = 0; kind < 2; kind++) {
		size_t i = claim->before[kind];

		while (i > 0 && claims[i - 1].reach[kind] > claim->finding.start) {
			if (claims[i - 1].stands && !compatible(&claims[i - 1], claim))
				return false;
			i = claims[i - 1].before[kind];
		}
	}
	for (const struct claim *next = claim + 1;
	     next < claims + n && next->finding.start < claim->finding.end; next++) {
		if (next->stands && !compatible(next, claim))
			return false;
	}
	return true;
}

static void link_claims(struct claim *claims, size_t n)
{
	size_t before[2] = { 0, 0 };
	size_t reach[2] = { 0, 0 };

	for (size_t i = 0; i < n; i++) {
		int kind = claims[i].container;

		for (int k = 0; k < 2; k++)
			claims[i].before[k] = before[k];
		before[kind] = i + 1;
		if (claims[i].finding.end > reach[kind])
			reach[kind] = claims[i].finding.end;
		for (int k = 0; k < 2; k++)
			claims[i].reach[k] = reach[k];
	}
}

/* Up to so many are put in order one by one, which most records are through with sooner. */
enum { FEW = 24 };

static void sort_by_start(struct claim *claims, size_t n)
{
	if (n > FEW) {
		qsort(claims, n, sizeof(*claims), by_start);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct claim claim = claims[i];
		size_t at = i;

		for (; at > 0 && by_start(&claims[at - 1], &claim) > 0; at--)
			claims[at] = claims[at - 1];
		claims[at] = claim;
	}
}

static void sort_by_precedence(size_t *order, struct claim *claims, size_t n)
{
	if (n > FEW) {
		qsort_r(order, n, sizeof(*order), by_precedence, claims);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		size_t claim = order[i];
		size_t at = i;

		for (; at > 0 && by_precedence(&order[at - 1], &claim, claims) > 0; at--)
			order[at] = order[at - 1];
		order[at] = claim;
	}
}

void claims_settle(struct claim *claims, size_t *order, size_t n)
{
	sort_by_start(claims, n);
	link_claims(claims, n);
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	sort_by_precedence(order, claims, n);
	for (size_t i = 0; i < n; i++)
		claims[order[i]].stands = may_stand(claims, n, &claims[order[i]]);
}
