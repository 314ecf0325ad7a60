/*
 * What overlaps with nothing stands.  Of the others each group that hangs together is
 * settled by itself.  Most groups are one value that several rules have found, or that
 * was found in several layers: the best of them stands.
 *
 * Of others settling is greedy.  The claims are visited in order of precedence, and one
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

/* Where a claim comes by its start; the longer first. */
struct place {
	size_t start, end;
	uint32_t tie; /* any order would do for equal spans, as long as it is always the same */
	uint32_t at;  /* among the claims */
};

static struct place place_of(const struct claim *claim, size_t at)
{
	const struct finding *f = &claim->finding;

	return (struct place){ f->start, f->end, (uint32_t)f->layer << 16 | f->rule, (uint32_t)at };
}

static bool comes_before(const struct place *a, const struct place *b)
{
	if (a->start != b->start)
		return a->start < b->start;
	return a->end != b->end ? a->end > b->end : a->tie < b->tie;
}

static int by_start(const void *a, const void *b)
{
	const struct place x = place_of(a, 0);
	const struct place y = place_of(b, 0);

	return comes_before(&y, &x) - comes_before(&x, &y);
}

/* Rank, length (records have less than 4 GiB), layer, and the rule from behind: the larger the
 * better. */
static uint64_t precedence(const struct claim *claim)
{
	const struct finding *f = &claim->finding;

	return (uint64_t)claim->rank << 56 | (uint64_t)(uint32_t)(f->end - f->start) << 24 |
	       (uint64_t)f->layer << 16 | (uint16_t)~f->rule;
}

static int by_precedence(const void *a, const void *b, void *claims)
{
	size_t x = *(const size_t *)a;
	size_t y = *(const size_t *)b;
	uint64_t of_x = precedence((const struct claim *)claims + x);
	uint64_t of_y = precedence((const struct claim *)claims + y);

	if (of_x != of_y)
		return of_x > of_y ? -1 : 1;
	return (x > y) - (x < y);
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
	uint32_t before[2] = { 0, 0 };
	uint32_t reach[2] = { 0, 0 };

	for (size_t i = 0; i < n; i++) {
		int kind = claims[i].container;
		uint32_t end = (uint32_t)claims[i].finding.end;

		for (int k = 0; k < 2; k++)
			claims[i].before[k] = before[k];
		before[kind] = (uint32_t)i + 1;
		if (end > reach[kind])
			reach[kind] = end;
		for (int k = 0; k < 2; k++)
			claims[i].reach[k] = reach[k];
	}
}

/* Up to so many are put in order one by one, which most records are through with sooner. */
enum { FEW = 24 };

/* Moves each claim to where its place stands among the places. */
static void put_in_order(struct claim *claims, struct place *places, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct claim first = claims[i];
		size_t to = i;

		for (size_t from = places[i].at; from != i; from = places[to].at) {
			claims[to] = claims[from];
			places[to].at = (uint32_t)to;
			to = from;
		}
		claims[to] = first;
		places[to].at = (uint32_t)to;
	}
}

static void sort_by_start(struct claim *claims, size_t n)
{
	struct place places[FEW];
	bool moved = false;

	if (n > FEW) {
		qsort(claims, n, sizeof(*claims), by_start);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct place place = place_of(&claims[i], i);
		size_t at = i;

		for (; at > 0 && comes_before(&place, &places[at - 1]); at--)
			places[at] = places[at - 1];
		places[at] = place;
		moved |= at != i;
	}
	if (moved)
		put_in_order(claims, places, n);
}

/* The numbers of the claims, in order, the best first. */
static void sort_by_precedence(size_t *order, struct claim *claims, size_t n)
{
	uint64_t sorted[FEW] = { 0 };

	if (n > FEW) {
		for (size_t i = 0; i < n; i++)
			order[i] = i;
		qsort_r(order, n, sizeof(*order), by_precedence, claims);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t this = precedence(&claims[i]);
		size_t at = i;

		for (; at > 0 && sorted[at - 1] < this; at--) {
			sorted[at] = sorted[at - 1];
			order[at] = order[at - 1];
		}
		sorted[at] = this;
		order[at] = i;
	}
}

/* Whether all are the same value, to whoever else is there. */
static bool are_alike(const struct claim *claims, size_t n)
{
	const struct finding *first = &claims->finding;

	for (size_t i = 1; i < n; i++) {
		const struct finding *f = &claims[i].finding;

		if (f->start != first->start || f->end != first->end ||
		    f->element != first->element || claims[i].container != claims->container)
			return false;
	}
	return true;
}

static void settle_alike(struct claim *claims, size_t n)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++) {
		if (precedence(&claims[i]) > precedence(&claims[best]))
			best = i;
	}
	claims[best].stands = true;
}

/* Two that overlap. */
static void settle_pair(struct claim *claims)
{
	size_t best = precedence(&claims[1]) > precedence(&claims[0]);

	claims[best].stands = true;
	claims[1 - best].stands = compatible(&claims[0], &claims[1]);
}

static void settle_several(struct claim *claims, size_t *order, size_t n)
{
	link_claims(claims, n);
	sort_by_precedence(order, claims, n);
	for (size_t i = 0; i < n; i++)
		claims[order[i]].stands = may_stand(claims, n, &claims[order[i]]);
}

static void settle_group(struct claim *claims, size_t *order, size_t n)
{
	if (n == 1)
		claims->stands = true;
	else if (n == 2)
		settle_pair(claims);
	else if (are_alike(claims, n))
		settle_alike(claims, n);
	else
		settle_several(claims, order, n);
}

/* The end of those from claim from on of which each begins within one before it. */
static size_t group_end(const struct claim *claims, size_t from, size_t n)
{
	size_t reach = claims[from].finding.end;
	size_t to = from + 1;

	for (; to < n && claims[to].finding.start < reach; to++) {
		if (claims[to].finding.end > reach)
			reach = claims[to].finding.end;
	}
	return to;
}

void claims_settle(struct claim *claims, size_t *order, size_t n)
{
	size_t to;

	sort_by_start(claims, n);
	for (size_t from = 0; from < n; from = to) {
		to = group_end(claims, from, n);
		settle_group(claims + from, order, to - from);
	}
}
