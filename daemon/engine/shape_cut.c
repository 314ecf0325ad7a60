/*
 * Cutting.  Where a text has no @, no class of which that is the only byte stands anywhere
 * in it; and much of a program hangs on such classes.  With `0` for what stands nowhere:
 *
 *	lead C, 1	of 0, or with a C that is 0: 0	what led to it was for nothing
 *	either C	of 0: load C			with a C that is 0: nothing
 *	keep 7		of 0: whoever reads 7 reads 0
 *	found 3		of 0: shape 3 stands nowhere	its gate need not be asked
 *
 * So the program is gone through twice: to its end, to see what is 0, and back, to see what
 * is read.  Neither depends on which sections are run: who reads a value that another section
 * keeps is not run without it.
 *
 * The bytes that a text must not have are a class, too: the last one.
 */
#include <purposed/engine/shape.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* Asking whether x stands costs as much as so many operations. */
enum { PASSED_LEAST = 2 };

struct cutting {
	const struct shape_program *whole;
	const struct byte_set *bytes;
	struct shape_op *ops; /* of the whole, as they are left */
	bool *left;	      /* of each of them */
	bool *empty;	      /* of each value: it stands nowhere */
	bool *read;	      /* of each value: an operation behind reads it */
	bool *found;	      /* of each shape: it may stand */
	uint16_t *number;     /* of each value, in the cut */
};

/* --- What is read --------------------------------------------------------------- */

static bool reads_a(enum shape_op_kind kind)
{
	return kind != SHAPE_TWICE && kind != SHAPE_KEEP && kind != SHAPE_FOUND &&
	       kind != SHAPE_UNLESS;
}

static bool reads_b(enum shape_op_kind kind)
{
	return kind == SHAPE_PAIR || kind == SHAPE_OTHER;
}

/* --- There: what is empty --------------------------------------------------------- */

/* An operation whose x stands somewhere; returns whether it changes anything. */
static bool reduce_full(const struct cutting *c, const struct shape_op *op, bool *x_empty)
{
	bool a = reads_a(op->kind) && c->empty[op->a];
	bool b = reads_b(op->kind) && c->empty[op->b];

	switch (op->kind) {
	case SHAPE_LOAD:
	case SHAPE_PAIR:
	case SHAPE_LEAD:
	case SHAPE_HERE:
	case SHAPE_THERE: *x_empty = a || b; return !*x_empty;
	default: return !a && !b;
	}
}

/* One whose x stands nowhere. */
static bool reduce_empty(const struct cutting *c, struct shape_op *op, bool *x_empty)
{
	bool a = reads_a(op->kind) && c->empty[op->a];
	bool b = reads_b(op->kind) && c->empty[op->b];

	switch (op->kind) {
	case SHAPE_EITHER: op->kind = SHAPE_LOAD; break;
	case SHAPE_OTHER: op->kind = SHAPE_PAIR; break;
	case SHAPE_LOAD:
	case SHAPE_PAIR: break;
	default: return false;
	}
	*x_empty = a || b;
	return !*x_empty;
}

static void find_empty(struct cutting *c)
{
	const struct shape_program *whole = c->whole;
	size_t i = 0;

	for (size_t s = 0; s < whole->n_sections; s++) {
		bool x_empty = true;

		for (size_t end = i + whole->sections[s].n_ops; i < end; i++) {
			struct shape_op *op = &c->ops[i];

			if (op->kind == SHAPE_KEEP)
				c->empty[op->a] = x_empty;
			else if (op->kind == SHAPE_FOUND)
				c->found[op->a] = !x_empty;
			c->left[i] = x_empty ? reduce_empty(c, op, &x_empty)
					     : reduce_full(c, op, &x_empty);
		}
	}
}

/* --- Back: what is read ------------------------------------------------------------- */

/* Whether anything behind has use for the operation; x_read: x, and then that before it. */
static bool is_of_use(struct cutting *c, const struct shape_op *op, bool *x_read)
{
	switch (op->kind) {
	case SHAPE_FOUND: *x_read = true; return true;
	case SHAPE_KEEP:
		if (!c->read[op->a])
			return false;
		c->read[op->a] = false;
		*x_read = true;
		return true;
	default:
		if (!*x_read)
			return false;
	}
	if (op->kind == SHAPE_LOAD || op->kind == SHAPE_PAIR)
		*x_read = false;
	if (reads_a(op->kind))
		c->read[op->a] = true;
	if (reads_b(op->kind))
		c->read[op->b] = true;
	return true;
}

/* A SHAPE_UNLESS passes over those that are left of what it did; returns whether it is worth it. */
static bool still_passes(const struct cutting *c, size_t at)
{
	struct shape_op *op = &c->ops[at];
	uint16_t passed = 0;

	for (size_t i = at + 1; i <= at + op->a; i++)
		passed += c->left[i];
	op->a = passed;
	return passed >= PASSED_LEAST;
}

static void find_read(struct cutting *c)
{
	size_t i = c->whole->n_ops;

	for (size_t s = c->whole->n_sections; s-- > 0;) {
		bool x_read = false;

		for (size_t first = i - c->whole->sections[s].n_ops; i > first; i--) {
			struct shape_op *op = &c->ops[i - 1];
			bool *left = &c->left[i - 1];

			*left = *left && is_of_use(c, op, &x_read);
			if (*left && op->kind == SHAPE_UNLESS)
				*left = still_passes(c, i - 1);
		}
	}
}

/* --- What is left ---------------------------------------------------------------------- */

static struct byte_set within(const struct byte_set *set, const struct byte_set *bytes)
{
	struct byte_set both = *set;

	byte_set_intersect(&both, bytes);
	return both;
}

/* Numbers the values that are left: the classes that are read, and what is kept. */
static void number_values(struct cutting *c, struct shape_program *cut)
{
	const struct shape_program *whole = c->whole;
	size_t kept = (whole->n_classes + SHAPE_GROUP - 1) / SHAPE_GROUP * SHAPE_GROUP;
	struct byte_set others = *c->bytes;

	for (size_t i = 0; i < whole->n_gates; i++) {
		const struct shape_gate *gate = &whole->gates[i];

		for (size_t t = 0; c->found[gate->shape] && t < gate->n; t++)
			c->read[gate->terms[t].class] = true;
	}
	cut->classes = mem_new(whole->n_classes + 1, sizeof(*cut->classes));
	for (size_t i = 0; i < whole->n_classes; i++) {
		if (!c->read[i])
			continue;
		c->number[i] = (uint16_t)cut->n_classes;
		cut->classes[cut->n_classes++] = within(&whole->classes[i], c->bytes);
	}
	byte_set_invert(&others);
	cut->classes[cut->n_classes++] = others;
	cut->n_values = (cut->n_classes + SHAPE_GROUP - 1) / SHAPE_GROUP * SHAPE_GROUP;
	for (size_t i = kept; i < whole->n_values; i++)
		c->number[i] = (uint16_t)cut->n_values++;
}

static void copy_gates(const struct cutting *c, struct shape_program *cut)
{
	const struct shape_program *whole = c->whole;

	cut->n_shapes = whole->n_shapes;
	cut->gates = mem_new(whole->n_gates + 1, sizeof(*cut->gates));
	for (size_t i = 0; i < whole->n_gates; i++) {
		struct shape_gate *gate = &cut->gates[cut->n_gates];

		if (!c->found[whole->gates[i].shape])
			continue;
		*gate = whole->gates[i];
		for (size_t t = 0; t < gate->n; t++)
			gate->terms[t].class = c->number[gate->terms[t].class];
		cut->n_gates++;
	}
}

/* Adds an operation behind those of its section, from first on. */
static void add_op(const struct cutting *c, struct shape_op op, size_t first,
		   struct shape_program *cut)
{
	struct shape_op *last = cut->n_ops > first ? &cut->ops[cut->n_ops - 1] : NULL;

	if (reads_a(op.kind) || op.kind == SHAPE_KEEP)
		op.a = c->number[op.a];
	if (reads_b(op.kind))
		op.b = c->number[op.b];
	if (last != NULL && last->kind == SHAPE_LOAD && op.kind == SHAPE_LEAD)
		*last = (struct shape_op){ SHAPE_PAIR, op.shift, op.a, last->a };
	else
		cut->ops[cut->n_ops++] = op;
}

static void copy_ops(const struct cutting *c, struct shape_program *cut)
{
	const struct shape_program *whole = c->whole;
	size_t i = 0;

	cut->ops = mem_new(whole->n_ops + 1, sizeof(*cut->ops));
	cut->sections = mem_new(whole->n_sections + 1, sizeof(*cut->sections));
	for (size_t s = 0; s < whole->n_sections; s++) {
		size_t first = cut->n_ops;

		for (size_t end = i + whole->sections[s].n_ops; i < end; i++) {
			if (c->left[i])
				add_op(c, c->ops[i], first, cut);
		}
		if (cut->n_ops > first)
			cut->sections[cut->n_sections++] =
				(struct shape_section){ whole->sections[s].gates,
							cut->n_ops - first };
	}
}

void shape_cut(const struct shape_program *whole, const struct byte_set *bytes,
	       struct shape_program *cut_r)
{
	struct cutting c = {
		.whole = whole,
		.bytes = bytes,
		.ops = mem_new(whole->n_ops + 1, sizeof(*c.ops)),
		.left = mem_new(whole->n_ops + 1, sizeof(*c.left)),
		.empty = mem_new(whole->n_values + 1, sizeof(*c.empty)),
		.read = mem_new(whole->n_values + 1, sizeof(*c.read)),
		.found = mem_new(whole->n_shapes + 1, sizeof(*c.found)),
		.number = mem_new(whole->n_values + 1, sizeof(*c.number)),
	};
	struct shape_program cut = { 0 };

	if (whole->n_ops != 0)
		memcpy(c.ops, whole->ops, whole->n_ops * sizeof(*c.ops));
	for (size_t i = 0; i < whole->n_classes; i++) {
		struct byte_set both = within(&whole->classes[i], bytes);

		c.empty[i] = byte_set_is_empty(&both);
	}
	find_empty(&c);
	find_read(&c);
	number_values(&c, &cut);
	copy_gates(&c, &cut);
	copy_ops(&c, &cut);
	free(c.ops);
	free(c.left);
	free(c.empty);
	free(c.read);
	free(c.found);
	free(c.number);
	*cut_r = cut;
}
