/*
 * Values as operations on an accumulator.  A value is computed into x, and kept only if
 * something other than the next operation reads it:
 *
 *	1 = C & 0 one ahead		load 0;  lead C, 1
 *	2 = 0 or 1			(C may stand between: maybe C, 1)
 *	3 = D & 2 one ahead		lead D, 1
 *
 * So each value has a number of readers that are still to come.  What computes a value into
 * x says how many of them read it from there; where there are more, it is kept, too.
 *
 * Behind a value that is rare, x is asked whether it stands anywhere: if not, what follows up
 * to where something is added to it, or it is kept, leaves it empty.
 */
#include <purposed/engine/shape_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/engine/sieve.h>

/* A value that is expected at so few places of what a program is run for, and so many operations
 * behind, are worth to be asked whether it stands at all. */
#define PLACES_FEW 3.0
enum { PASSED_LEAST = 3 };

struct emitter {
	const struct shape_builder *b;
	double *rates;	   /* of each value, as its classes' tell */
	uint16_t *slot;	   /* of each value that is at hand; or SHAPE_NEVER */
	uint32_t *readers; /* of each value, that are still to come */
	uint16_t *idle;	   /* slots */
	size_t n_idle;
	size_t ops_cap;
	uint16_t in_x; /* the value that x has; or SHAPE_NEVER */
	struct shape_program *p;
};

static void compute(struct emitter *e, uint16_t value, uint32_t from_x);

static void put(struct emitter *e, enum shape_op_kind kind, uint16_t a, uint16_t b, unsigned shift)
{
	struct shape_program *p = e->p;

	p->ops = mem_grow(p->ops, p->n_ops, &e->ops_cap, sizeof(*p->ops));
	p->ops[p->n_ops++] = (struct shape_op){ (uint8_t)kind, (uint8_t)shift, a, b };
	if (kind != SHAPE_KEEP && kind != SHAPE_FOUND && kind != SHAPE_UNLESS)
		e->in_x = SHAPE_NEVER;
}

static bool at_hand(const struct emitter *e, uint16_t value)
{
	return e->slot[value] != SHAPE_NEVER;
}

/* The slot of a value that is read n times; it is free when there are no readers left. */
static uint16_t read_slot(struct emitter *e, uint16_t value, uint32_t n)
{
	uint16_t slot = e->slot[value];

	e->readers[value] -= n;
	/* A class keeps its slot: it is written for every stretch. */
	if (e->readers[value] == 0 && !e->b->values[value].is_class) {
		e->idle[e->n_idle++] = slot;
		e->slot[value] = SHAPE_NEVER;
	}
	return slot;
}

static void bring(struct emitter *e, uint16_t value)
{
	if (!at_hand(e, value))
		compute(e, value, 0);
}

/* --- One after the other ------------------------------------------------------ */

/* x = x & value, shift ahead. */
static void put_there(struct emitter *e, uint16_t value, unsigned shift)
{
	put(e, shift == 0 ? SHAPE_HERE : SHAPE_THERE, read_slot(e, value, 1), 0, shift);
}

static void put_lead(struct emitter *e, uint16_t value, unsigned shift)
{
	put(e, shift == 0 ? SHAPE_HERE : SHAPE_LEAD, read_slot(e, value, 1), 0, shift);
}

static void compute_twice(struct emitter *e, uint16_t a, unsigned shift)
{
	if (at_hand(e, a) && e->in_x != a) {
		uint16_t slot = read_slot(e, a, 2);

		put(e, SHAPE_PAIR, slot, slot, shift);
		return;
	}
	compute(e, a, 2);
	put(e, SHAPE_TWICE, 0, 0, shift);
}

static void compute_pair(struct emitter *e, const struct shape_value *v)
{
	uint16_t a;

	if (e->in_x == v->b) {
		compute(e, v->b, 1);
		put_lead(e, v->a, v->shift);
	} else if (e->in_x == v->a || v->shift == 0) {
		compute(e, v->a, 1);
		put_there(e, v->b, v->shift);
	} else {
		a = read_slot(e, v->a, 1);
		put(e, SHAPE_PAIR, a, read_slot(e, v->b, 1), v->shift);
	}
}

static void compute_and(struct emitter *e, const struct shape_value *v)
{
	if (v->a == v->b) {
		compute_twice(e, v->a, v->shift);
		return;
	}
	if (!at_hand(e, v->a) && !at_hand(e, v->b)) {
		/* One of the two has to be kept: rather one that others read as well. */
		bring(e, e->readers[v->a] == 1 && e->readers[v->b] > 1 ? v->b : v->a);
	}
	if (at_hand(e, v->a) && at_hand(e, v->b)) {
		compute_pair(e, v);
	} else if (at_hand(e, v->a)) {
		compute(e, v->b, 1);
		put_lead(e, v->a, v->shift);
	} else {
		compute(e, v->a, 1);
		put_there(e, v->b, v->shift);
	}
}

/* x or (part & x ahead), where `maybe` is the latter, and nothing else reads it. */
static bool compute_maybe(struct emitter *e, uint16_t x, uint16_t maybe)
{
	const struct shape_value *part = &e->b->values[maybe];

	if (part->is_class || part->kind != SHAPE_AND || part->b != x || part->a == x ||
	    part->shift == 0 || at_hand(e, maybe) || e->readers[maybe] != 1)
		return false;
	bring(e, part->a);
	compute(e, x, 2);
	put(e, SHAPE_MAYBE, read_slot(e, part->a, 1), 0, part->shift);
	return true;
}

/* x or (a & b ahead), where `other` is the latter, and nothing else reads it. */
static bool compute_other(struct emitter *e, uint16_t x, uint16_t other)
{
	const struct shape_value *part = &e->b->values[other];
	uint16_t a;

	if (part->is_class || part->kind != SHAPE_AND || part->shift == 0 || at_hand(e, other) ||
	    e->readers[other] != 1 || part->a == x || part->b == x || !at_hand(e, part->a) ||
	    !at_hand(e, part->b))
		return false;
	compute(e, x, 1);
	a = read_slot(e, part->a, 1);
	put(e, SHAPE_OTHER, a, read_slot(e, part->b, 1), part->shift);
	return true;
}

static void compute_or(struct emitter *e, const struct shape_value *v)
{
	uint16_t kept = v->a;
	uint16_t last = v->b;

	if (compute_maybe(e, v->a, v->b) || compute_maybe(e, v->b, v->a) ||
	    compute_other(e, v->a, v->b) || compute_other(e, v->b, v->a))
		return;
	if (at_hand(e, v->b) || (!at_hand(e, v->a) && e->readers[v->b] > e->readers[v->a])) {
		kept = v->b;
		last = v->a;
	}
	bring(e, kept);
	compute(e, last, 1);
	put(e, SHAPE_EITHER, read_slot(e, kept, 1), 0, 0);
}

static void keep(struct emitter *e, uint16_t value)
{
	uint16_t slot = e->n_idle > 0 ? e->idle[--e->n_idle] : (uint16_t)e->p->n_values++;

	e->slot[value] = slot;
	put(e, SHAPE_KEEP, slot, 0, 0);
}

/* Computes the value into x, where from_x of its readers read it. */
static void compute(struct emitter *e, uint16_t value, uint32_t from_x)
{
	const struct shape_value *v = &e->b->values[value];

	if (at_hand(e, value)) {
		bool there = e->in_x == value;
		uint16_t slot = read_slot(e, value, from_x);

		if (!there)
			put(e, SHAPE_LOAD, slot, 0, 0);
		e->in_x = value;
		return;
	}
	if (v->kind == SHAPE_OR)
		compute_or(e, v);
	else
		compute_and(e, v);
	e->in_x = value;
	e->readers[value] -= from_x;
	if (e->readers[value] > 0)
		keep(e, value);
	if (e->rates[value] * 64 * SIEVE_RUN_WORDS < PLACES_FEW)
		put(e, SHAPE_UNLESS, 0, 0, 0);
}

/* --- What is passed over ------------------------------------------------------- */

static double *find_rates(const struct shape_builder *b)
{
	double *rates = mem_new(b->n + 1, sizeof(*rates));

	for (size_t i = 0; i < b->n; i++) {
		const struct shape_value *v = &b->values[i];

		if (v->is_class)
			rates[i] = anchor_frequency(&v->set);
		else if (v->kind == SHAPE_OR)
			rates[i] = rates[v->a] + rates[v->b];
		else
			rates[i] = rates[v->a] * rates[v->b];
	}
	return rates;
}

/* Whether it does nothing where x stands nowhere. */
static bool leaves_empty(enum shape_op_kind kind)
{
	switch (kind) {
	case SHAPE_LEAD:
	case SHAPE_TWICE:
	case SHAPE_HERE:
	case SHAPE_THERE:
	case SHAPE_MAYBE:
	case SHAPE_FOUND:
	case SHAPE_UNLESS: return true;
	default: return false;
	}
}

/* Says of each SHAPE_UNLESS from op first on how many operations it passes over. */
static void count_passed(struct shape_program *p, size_t first)
{
	uint16_t passed = 0;

	for (size_t i = p->n_ops; i-- > first;) {
		if (p->ops[i].kind == SHAPE_UNLESS)
			p->ops[i].a = passed;
		passed = leaves_empty(p->ops[i].kind) ? passed + 1 : 0;
	}
}

/* Of those from op first on, leaves only such as pass over enough. */
static void choose_passed(struct shape_program *p, size_t first)
{
	size_t n = first;

	count_passed(p, first);
	for (size_t i = first; i < p->n_ops; i++) {
		if (p->ops[i].kind != SHAPE_UNLESS || p->ops[i].a >= PASSED_LEAST)
			p->ops[n++] = p->ops[i];
	}
	p->n_ops = n;
	count_passed(p, first);
}

/* --- Sections ----------------------------------------------------------------- */

static void count_readers(struct emitter *e, const uint16_t *outputs, size_t n_outputs,
			  const struct shape_sections *sections)
{
	for (size_t i = 0; i < e->b->n; i++) {
		const struct shape_value *v = &e->b->values[i];

		if (v->is_class || sections->of_value[i] == SHAPE_NEVER)
			continue;
		e->readers[v->a]++;
		e->readers[v->b]++;
	}
	for (size_t i = 0; i < n_outputs; i++)
		e->readers[outputs[i]]++;
}

/* Values of the section that later sections read. */
static bool *find_exports(const struct shape_builder *b, const struct shape_sections *sections)
{
	bool *exported = mem_new(b->n + 1, sizeof(*exported));

	for (size_t i = 0; i < b->n; i++) {
		const struct shape_value *v = &b->values[i];
		uint16_t own = sections->of_value[i];

		if (v->is_class || own == SHAPE_NEVER)
			continue;
		exported[v->a] |= sections->of_value[v->a] != own;
		exported[v->b] |= sections->of_value[v->b] != own;
	}
	return exported;
}

static void emit_section(struct emitter *e, uint16_t section, const uint16_t *outputs,
			 size_t n_outputs, const struct shape_sections *sections,
			 const bool *exported)
{
	size_t first = e->p->n_ops;

	e->in_x = SHAPE_NEVER;
	for (size_t i = 0; i < e->b->n; i++) {
		if (sections->of_value[i] == section && exported[i])
			bring(e, (uint16_t)i);
	}
	for (size_t i = 0; i < n_outputs; i++) {
		if (sections->of_value[outputs[i]] != section)
			continue;
		compute(e, outputs[i], 1);
		put(e, SHAPE_FOUND, (uint16_t)i, 0, 0);
	}
	choose_passed(e->p, first);
}

void shape_emit(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
		const struct shape_sections *sections, const uint16_t *slots,
		struct shape_program *p)
{
	struct emitter e = {
		.b = b,
		.rates = find_rates(b),
		.slot = mem_new(b->n + 1, sizeof(*e.slot)),
		.readers = mem_new(b->n + 1, sizeof(*e.readers)),
		.idle = mem_new(b->n + 1, sizeof(*e.idle)),
		.p = p,
	};
	bool *exported = find_exports(b, sections);

	for (size_t i = 0; i < b->n; i++)
		e.slot[i] = slots[i];
	count_readers(&e, outputs, n_outputs, sections);
	p->sections = mem_new(sections->n + 1, sizeof(*p->sections));
	for (size_t s = 0; s < sections->n; s++) {
		size_t first = p->n_ops;

		emit_section(&e, (uint16_t)s, outputs, n_outputs, sections, exported);
		/* One that has only classes is empty. */
		if (p->n_ops > first)
			p->sections[p->n_sections++] =
				(struct shape_section){ sections->gates[s], p->n_ops - first };
	}
	free(exported);
	free(e.rates);
	free(e.slot);
	free(e.readers);
	free(e.idle);
}
