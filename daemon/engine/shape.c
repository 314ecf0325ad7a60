/*
 * Two passes.  The first builds the program over as many classes as the
 * patterns have sets.  Every class costs time at every byte, so the second
 * unites those that are nearly the same until few are left, and drops the
 * operations that have become equal.  Then values get slots: one whose last
 * reader is through gives its slot to the next.
 */
#include <purposed/engine/shape.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* ALWAYS: no condition.  NEVER: cannot be. */
enum { VALUE_ALWAYS = UINT16_MAX, VALUE_NEVER = UINT16_MAX - 1, VALUES_MAX = 4096, HIGH_FEW = 8 };

struct value {
	bool is_class;
	struct byte_set set; /* a class's */
	uint8_t kind, shift;
	uint16_t a, b;
};

struct shape_builder {
	struct value *values;
	size_t n, cap;
	uint16_t *outputs;
	size_t n_outputs, outputs_cap;
};

static const struct byte_set set_ends = { { UINT64_C(1) | 1u << '\n' | 1u << '\r', 0, 0, 0 } };

struct shape_builder *shape_builder_new(void)
{
	return mem_new(1, sizeof(struct shape_builder));
}

struct byte_set shape_widen(const struct byte_set *set)
{
	const uint64_t upper = UINT64_C(0x07fffffe);
	const uint64_t lower = upper << 32;
	struct byte_set wide = *set;

	if ((set->bits[1] & upper) != 0)
		wide.bits[1] |= upper;
	if ((set->bits[1] & lower) != 0)
		wide.bits[1] |= lower;
	if (__builtin_popcountll(set->bits[2]) + __builtin_popcountll(set->bits[3]) > HIGH_FEW)
		wide.bits[2] = wide.bits[3] = UINT64_MAX;
	return wide;
}

/* --- Values ----------------------------------------------------------------- */

static bool same_value(const struct value *x, const struct value *y)
{
	if (x->is_class != y->is_class)
		return false;
	if (x->is_class)
		return memcmp(&x->set, &y->set, sizeof(x->set)) == 0;
	return x->kind == y->kind && x->shift == y->shift && x->a == y->a && x->b == y->b;
}

static uint16_t value_add(struct shape_builder *b, const struct value *value)
{
	for (size_t i = 0; i < b->n; i++) {
		if (same_value(&b->values[i], value))
			return (uint16_t)i;
	}
	if (b->n == VALUES_MAX)
		return VALUE_ALWAYS;
	b->values = mem_grow(b->values, b->n, &b->cap, sizeof(*b->values));
	b->values[b->n] = *value;
	return (uint16_t)b->n++;
}

static uint16_t value_class(struct shape_builder *b, const struct byte_set *set)
{
	struct value value = { .is_class = true, .set = shape_widen(set) };

	if (byte_set_count(set) == 0)
		return VALUE_NEVER;
	return byte_set_holds(&value.set, &byte_set_all) ? VALUE_ALWAYS : value_add(b, &value);
}

/* a, and behind it, shift bytes ahead, x. */
static uint16_t value_and(struct shape_builder *b, uint16_t a, uint16_t x, unsigned shift)
{
	struct value value = { .kind = SHAPE_AND, .shift = (uint8_t)shift, .a = a, .b = x };

	if (a == VALUE_NEVER || x == VALUE_NEVER)
		return VALUE_NEVER;
	if (x == VALUE_ALWAYS || (x == a && shift == 0))
		return a;
	/* There is no bare shift: behind a byte that may be anything, nothing is asked. */
	if (a == VALUE_ALWAYS)
		return shift == 0 ? x : VALUE_ALWAYS;
	return value_add(b, &value);
}

static uint16_t value_or(struct shape_builder *b, uint16_t x, uint16_t y)
{
	struct value value = { .kind = SHAPE_OR, .a = x < y ? x : y, .b = x < y ? y : x };

	if (x == VALUE_ALWAYS || y == VALUE_ALWAYS)
		return VALUE_ALWAYS;
	if (x == VALUE_NEVER || x == y)
		return y;
	if (y == VALUE_NEVER)
		return x;
	/* Two classes are one. */
	if (b->values[x].is_class && b->values[y].is_class) {
		struct byte_set both = b->values[x].set;

		byte_set_unite(&both, &b->values[y].set);
		return value_class(b, &both);
	}
	return value_add(b, &value);
}

static uint16_t value_behind(struct shape_builder *b, uint16_t x, const struct byte_set *set)
{
	struct value value = { .kind = SHAPE_BEHIND, .a = x };

	if (x == VALUE_ALWAYS || x == VALUE_NEVER)
		return x;
	value.b = value_class(b, set);
	return value.b == VALUE_ALWAYS || value.b == VALUE_NEVER ? x : value_add(b, &value);
}

/* --- From nodes ------------------------------------------------------------- */

/*
 * How far a shape is followed: bytes it may still look at, and how often what
 * it has asked for already is to be expected.  What is rare enough is asked no
 * more.
 */
struct reach {
	unsigned room;
	double rate;
};

static uint16_t build(struct shape_builder *b, const struct pattern_node *node, uint16_t x,
		      struct reach reach);

/* Behind node; room is 0 where nothing more is to be asked. */
static struct reach reach_behind(const struct pattern_node *node, struct reach reach)
{
	unsigned max = pattern_max(node);
	double rate = reach.rate * anchor_rate(node, reach.room);

	if (max >= reach.room || rate < SHAPE_RATE_ENOUGH)
		return (struct reach){ 0 };
	return (struct reach){ reach.room - max, rate };
}

/* c, n times in a row. */
static uint16_t build_run(struct shape_builder *b, uint16_t c, unsigned n)
{
	unsigned half = 1;
	uint16_t run = c;

	if (c == VALUE_ALWAYS || n == 0)
		return VALUE_ALWAYS;
	for (; 2 * half <= n; half *= 2)
		run = value_and(b, run, run, half);
	return n > half ? value_and(b, run, build_run(b, c, n - half), half) : run;
}

/* Up to `more` times c, then x; more is rounded up. */
static uint16_t build_up_to(struct shape_builder *b, uint16_t c, unsigned more, uint16_t x)
{
	for (unsigned step = 1; more > 0 && x != VALUE_ALWAYS; step *= 2) {
		x = value_or(b, x, value_and(b, build_run(b, c, step), x, step));
		more = more > step ? more - step : 0;
	}
	return x;
}

static uint16_t build_set_repeat(struct shape_builder *b, const struct pattern_node *node,
				 uint16_t x, struct reach reach)
{
	uint16_t c = value_class(b, &node->child->set);
	unsigned min = node->min < reach.room ? node->min : reach.room;

	if (node->max >= reach.room)
		x = VALUE_ALWAYS;
	else
		x = build_up_to(b, c, node->max - node->min, x);
	return min > 0 ? value_and(b, build_run(b, c, min), x, min) : x;
}

/* The child `times` times, then x; what lies out of reach is not asked. */
static uint16_t build_times(struct shape_builder *b, const struct pattern_node *child,
			    unsigned times, uint16_t x, struct reach reach)
{
	struct reach behind = reach_behind(child, reach);

	if (times > 1)
		x = behind.room > 0 ? build_times(b, child, times - 1, x, behind) : VALUE_ALWAYS;
	return build(b, child, x, reach);
}

static uint16_t build_repeat(struct shape_builder *b, const struct pattern_node *node, uint16_t x,
			     struct reach reach)
{
	unsigned one = pattern_max(node->child);
	unsigned more = node->max - node->min;

	if (node->child->op == PATTERN_SET)
		return build_set_repeat(b, node, x, reach);
	if (one == 0)
		return x;
	if (more > SHAPE_OPTIONAL_MAX || one >= reach.room || node->max > reach.room / one)
		x = VALUE_ALWAYS;
	for (unsigned i = 0; i < more && x != VALUE_ALWAYS; i++)
		x = value_or(b, x, build(b, node->child, x, reach));
	return node->min > 0 ? build_times(b, node->child, node->min, x, reach) : x;
}

/* \b, where a byte of a word is sure to follow. */
static bool begins_word(const struct pattern_node *next)
{
	while (next != NULL && next->op == PATTERN_REPEAT && next->min > 0)
		next = next->child;
	return next != NULL && next->op == PATTERN_SET &&
	       byte_set_holds(&byte_set_word, &next->set);
}

static uint16_t build_no_word_behind(struct shape_builder *b, uint16_t x)
{
	struct byte_set no_word = byte_set_word;

	byte_set_invert(&no_word);
	return value_behind(b, x, &no_word);
}

/* node, with next behind it where there is one, and then x. */
static uint16_t build_one(struct shape_builder *b, const struct pattern_node *node,
			  const struct pattern_node *next, uint16_t x, struct reach reach)
{
	if (node->op == PATTERN_WORD)
		return begins_word(next) ? build_no_word_behind(b, x) : x;
	return build(b, node, x, reach);
}

/* node, and its siblings, then x. */
static uint16_t build_sequence(struct shape_builder *b, const struct pattern_node *node, uint16_t x,
			       struct reach reach)
{
	struct reach behind;

	if (node == NULL)
		return x;
	behind = reach_behind(node, reach);
	if (behind.room == 0)
		x = VALUE_ALWAYS;
	else if (node->next != NULL)
		x = build_sequence(b, node->next, x, behind);
	return build_one(b, node, node->next, x, reach);
}

/* Where node may stand with x behind it. */
static uint16_t build(struct shape_builder *b, const struct pattern_node *node, uint16_t x,
		      struct reach reach)
{
	struct byte_set set = node->set;
	uint16_t any = VALUE_NEVER;

	switch (node->op) {
	case PATTERN_SET: return value_and(b, value_class(b, &set), x, 1);
	case PATTERN_CAT: return build_sequence(b, node->child, x, reach);
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			any = value_or(b, any, build(b, c, x, reach));
		return any;
	case PATTERN_REPEAT: return build_repeat(b, node, x, reach);
	case PATTERN_BEHIND:
		if (!node->must)
			byte_set_unite(&set, &set_ends);
		return value_behind(b, x, &set);
	case PATTERN_AHEAD:
		if (node->child != NULL)
			return value_and(b, build(b, node->child, VALUE_ALWAYS, reach), x, 0);
		if (!node->must)
			byte_set_unite(&set, &set_ends);
		return value_and(b, value_class(b, &set), x, 0);
	default: return x;
	}
}

static uint16_t build_tail(struct shape_builder *b, const struct anchor_shape *shape, size_t i,
			   struct reach reach)
{
	const struct pattern_node *next = i + 1 < shape->n_tail ? shape->tail[i + 1] : NULL;
	struct reach behind = reach_behind(shape->tail[i], reach);
	uint16_t x = VALUE_ALWAYS;

	if (next != NULL && behind.room > 0)
		x = build_tail(b, shape, i + 1, behind);
	return build_one(b, shape->tail[i], next, x, reach);
}

static uint16_t build_shape(struct shape_builder *b, const struct anchor_shape *shape)
{
	const struct reach all = { SHAPE_AHEAD_MAX, 1 };
	uint16_t x = build_tail(b, shape, 0, all);

	return value_behind(b, x, &shape->before);
}

size_t shape_add(struct shape_builder *b, const struct anchor_shape *parts, size_t n)
{
	uint16_t any = VALUE_NEVER;

	for (size_t i = 0; i < n; i++)
		any = value_or(b, any, build_shape(b, &parts[i]));
	b->outputs = mem_grow(b->outputs, b->n_outputs, &b->outputs_cap, sizeof(*b->outputs));
	b->outputs[b->n_outputs] = any;
	return b->n_outputs++;
}

/* --- Fewer classes ---------------------------------------------------------- */

struct partner {
	size_t with; /* a class of lower number */
	double cost; /* of the two being one */
};

/*
 * What a class is worth.  A shape's rate is about the product of those of its
 * classes; so a class that becomes r times as frequent, and is a factor of it
 * `depth` times, makes it r ** depth times as frequent.
 */
struct worth {
	double rate;  /* the sum of those of the shapes that ask for it */
	double depth; /* how often they do, on average */
};

static double value_rate(const struct shape_builder *b, const double *rates, uint16_t i)
{
	const struct value *v = &b->values[i];

	switch (v->kind) {
	case SHAPE_OR: return fmin(1, rates[v->a] + rates[v->b]);
	default: return rates[v->a] * rates[v->b];
	}
}

/* Adds, for one output, how many times each class is a factor of it. */
static void add_worth(const struct shape_builder *b, uint16_t output, const double *rates,
		      double *share, struct worth *worth)
{
	for (size_t i = 0; i <= output; i++)
		share[i] = 0;
	share[output] = 1;
	for (size_t i = (size_t)output + 1; i-- > 0;) {
		const struct value *v = &b->values[i];

		if (share[i] == 0)
			continue;
		if (v->is_class) {
			worth[i].rate += rates[output];
			worth[i].depth += rates[output] * share[i];
		} else if (v->kind == SHAPE_OR) {
			double sum = rates[v->a] + rates[v->b];

			share[v->a] += share[i] * rates[v->a] / sum;
			share[v->b] += share[i] * rates[v->b] / sum;
		} else {
			share[v->a] += share[i];
			share[v->b] += share[i];
		}
	}
}

static void find_worth(const struct shape_builder *b, struct worth *worth)
{
	double *rates = mem_new(b->n + 1, sizeof(*rates));
	double *share = mem_new(b->n + 1, sizeof(*share));

	for (size_t i = 0; i < b->n; i++)
		rates[i] = b->values[i].is_class ? anchor_frequency(&b->values[i].set)
						 : value_rate(b, rates, (uint16_t)i);
	for (size_t i = 0; i < b->n_outputs; i++) {
		if (b->outputs[i] < VALUE_NEVER)
			add_worth(b, b->outputs[i], rates, share, worth);
	}
	for (size_t i = 0; i < b->n; i++) {
		if (worth[i].rate > 0)
			worth[i].depth /= worth[i].rate;
	}
	free(rates);
	free(share);
}

/* Candidates for each byte that are there in addition when a class grows from rate to larger. */
static double growth_cost(const struct worth *worth, double rate, double larger)
{
	return worth->rate * (pow(larger / rate, worth->depth) - 1);
}

static struct partner nearest(const struct byte_set *classes, const double *rates,
			      const struct worth *worth, size_t i)
{
	struct partner best = { 0, HUGE_VAL };

	for (size_t k = 0; k < i; k++) {
		struct byte_set both = classes[i];
		double rate;
		double cost;

		byte_set_unite(&both, &classes[k]);
		rate = anchor_frequency(&both);
		cost = growth_cost(&worth[i], rates[i], rate) +
		       growth_cost(&worth[k], rates[k], rate);
		if (cost < best.cost)
			best = (struct partner){ k, cost };
	}
	return best;
}

/* Both are one class of that rate now. */
static void unite_worth(struct worth *into, double rate_into, const struct worth *from,
			double rate_from, double rate)
{
	double a = into->rate + growth_cost(into, rate_into, rate);
	double b = from->rate + growth_cost(from, rate_from, rate);

	if (a + b > 0)
		into->depth = (a * into->depth + b * from->depth) / (a + b);
	into->rate = a + b;
}

/* Unites classes until few are left; where each of n has gone is in class_of. */
static size_t unite(struct byte_set *classes, struct worth *worth, size_t n, uint16_t *class_of)
{
	double *rates = mem_new(n + 1, sizeof(*rates));
	struct partner *partners = mem_new(n + 1, sizeof(*partners));
	size_t all = n;

	for (size_t i = 0; i < n; i++) {
		class_of[i] = (uint16_t)i;
		rates[i] = anchor_frequency(&classes[i]);
		partners[i] = nearest(classes, rates, worth, i);
	}
	/* Two places are kept for outputs that are always or never. */
	while (n > SHAPE_CLASSES_MAX - 2) {
		size_t gone = 1;
		size_t kept;

		for (size_t i = 2; i < n; i++) {
			if (partners[i].cost < partners[gone].cost)
				gone = i;
		}
		kept = partners[gone].with;
		byte_set_unite(&classes[kept], &classes[gone]);
		unite_worth(&worth[kept], rates[kept], &worth[gone], rates[gone],
			    anchor_frequency(&classes[kept]));
		worth[gone] = worth[n - 1];
		rates[kept] = anchor_frequency(&classes[kept]);
		n--;
		classes[gone] = classes[n];
		rates[gone] = rates[n];
		for (size_t i = 0; i < all; i++) {
			if (class_of[i] == gone)
				class_of[i] = (uint16_t)kept;
			else if (class_of[i] == n)
				class_of[i] = (uint16_t)gone;
		}
		for (size_t i = 1; i < n; i++) {
			size_t with = partners[i].with;

			if (i == kept || i == gone || with == kept || with == gone || with == n)
				partners[i] = nearest(classes, rates, worth, i);
		}
	}
	free(rates);
	free(partners);
	return n;
}

static size_t unite_classes(struct shape_builder *b, uint16_t *class_of, struct byte_set *classes)
{
	uint16_t *gone_to = mem_new(b->n + 1, sizeof(*gone_to));
	struct worth *worth = mem_new(b->n + 1, sizeof(*worth));
	size_t n = 0;

	find_worth(b, worth);
	for (size_t i = 0; i < b->n; i++) {
		if (b->values[i].is_class) {
			worth[n] = worth[i];
			classes[n++] = b->values[i].set;
		}
	}
	n = unite(classes, worth, n, gone_to);
	free(worth);
	for (size_t i = 0, k = 0; i < b->n; i++) {
		if (b->values[i].is_class)
			class_of[i] = gone_to[k++];
	}
	free(gone_to);
	return n;
}

/* An output is a bitmap, also where it is always or never. */
static uint16_t value_output(struct shape_builder *b, uint16_t value)
{
	struct value constant = { .is_class = true };

	if (value < VALUE_NEVER)
		return value;
	if (value == VALUE_ALWAYS)
		constant.set = byte_set_all;
	return value_add(b, &constant);
}

/* Copies the values that are left into fresh, where they are numbered anew. */
static void rebuild(struct shape_builder *b, struct shape_builder *fresh)
{
	uint16_t *map = mem_new(b->n + 1, sizeof(*map));
	uint16_t *class_of = mem_new(b->n + 1, sizeof(*class_of));
	struct byte_set *classes = mem_new(b->n + 1, sizeof(*classes));
	size_t n_classes = unite_classes(b, class_of, classes);

	for (size_t i = 0; i < n_classes; i++)
		value_class(fresh, &classes[i]);
	for (size_t i = 0; i < b->n; i++) {
		struct value v = b->values[i];

		if (v.is_class) {
			map[i] = value_class(fresh, &classes[class_of[i]]);
			continue;
		}
		switch (v.kind) {
		case SHAPE_AND: map[i] = value_and(fresh, map[v.a], map[v.b], v.shift); break;
		case SHAPE_OR: map[i] = value_or(fresh, map[v.a], map[v.b]); break;
		default: map[i] = value_behind(fresh, map[v.a], &classes[class_of[v.b]]); break;
		}
	}
	for (size_t i = 0; i < b->n_outputs; i++) {
		if (b->outputs[i] < VALUE_NEVER)
			b->outputs[i] = map[b->outputs[i]];
		b->outputs[i] = value_output(fresh, b->outputs[i]);
	}
	free(map);
	free(class_of);
	free(classes);
}

/* Marks the values that outputs need. */
static void mark(const struct shape_builder *b, uint16_t value, bool *needed)
{
	if (needed[value])
		return;
	needed[value] = true;
	if (!b->values[value].is_class) {
		mark(b, b->values[value].a, needed);
		mark(b, b->values[value].b, needed);
	}
}

/* The last operation that reads each value; outputs are read at the end. */
static void last_readers(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
			 const bool *needed, size_t *last)
{
	for (size_t i = 0; i < b->n; i++) {
		if (needed[i] && !b->values[i].is_class) {
			last[b->values[i].a] = i;
			last[b->values[i].b] = i;
		}
	}
	for (size_t i = 0; i < n_outputs; i++) {
		last[outputs[i]] = b->n;
	}
}

static void assign(const struct shape_builder *b, const bool *needed, const size_t *last,
		   uint16_t *slot, struct shape_program *p)
{
	uint16_t *idle = mem_new(b->n + 1, sizeof(*idle));
	size_t n_idle = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct value *v = &b->values[i];

		if (!needed[i])
			continue;
		if (v->is_class) {
			slot[i] = (uint16_t)p->n_classes;
			p->classes[p->n_classes++] = v->set;
			continue;
		}
		/* A class that is read no more keeps its slot: it is written for every stretch. */
		if (!b->values[v->a].is_class && last[v->a] == i)
			idle[n_idle++] = slot[v->a];
		if (v->b != v->a && !b->values[v->b].is_class && last[v->b] == i)
			idle[n_idle++] = slot[v->b];
		slot[i] = n_idle > 0 ? idle[--n_idle] : (uint16_t)p->n_values++;
		p->ops[p->n_ops++] = (struct shape_op){ .kind = v->kind,
							.shift = v->shift,
							.to = slot[i],
							.a = slot[v->a],
							.b = slot[v->b] };
	}
	free(idle);
}

static void emit(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
		 struct shape_program *p)
{
	bool *needed = mem_new(b->n + 1, sizeof(*needed));
	size_t *last = mem_new(b->n + 1, sizeof(*last));
	uint16_t *slot = mem_new(b->n + 1, sizeof(*slot));

	for (size_t i = 0; i < n_outputs; i++)
		mark(b, outputs[i], needed);
	last_readers(b, outputs, n_outputs, needed, last);
	p->classes = mem_new(b->n + 1, sizeof(*p->classes));
	p->ops = mem_new(b->n + 1, sizeof(*p->ops));
	p->outputs = mem_new(n_outputs + 1, sizeof(*p->outputs));
	/* Classes come first: their slots are their numbers. */
	for (size_t i = 0; i < b->n; i++)
		p->n_values += needed[i] && b->values[i].is_class;
	assign(b, needed, last, slot, p);
	for (size_t i = 0; i < n_outputs; i++)
		p->outputs[i] = slot[outputs[i]];
	p->n_outputs = n_outputs;
	free(needed);
	free(last);
	free(slot);
}

void shape_finish(struct shape_builder **builder, struct shape_program *program_r)
{
	struct shape_builder *b = *builder;
	struct shape_builder fresh = { 0 };
	struct shape_program program = { 0 };

	rebuild(b, &fresh);
	emit(&fresh, b->outputs, b->n_outputs, &program);
	free(fresh.values);
	free(b->values);
	free(b->outputs);
	free(b);
	*builder = NULL;
	*program_r = program;
}

void shape_program_fini(struct shape_program *program)
{
	free(program->classes);
	free(program->ops);
	free(program->outputs);
	*program = (struct shape_program){ 0 };
}
