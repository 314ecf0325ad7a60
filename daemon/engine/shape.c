/*
 * The values are built over as many classes as the patterns have sets.  Every
 * class costs time at every byte, so a program is made of those values that its
 * shapes need, unites classes that are nearly the same until few are left,
 * drops the operations that have become equal, and moves those that look behind.
 */
#include <purposed/engine/shape_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

struct shape_builder *shape_builder_new(void)
{
	struct shape_builder *b = mem_new(1, sizeof(*b));

	b->limit = SHAPE_VALUES_MAX;
	return b;
}

uint16_t shape_add(struct shape_builder *b, const struct anchor_shape *parts, size_t n)
{
	uint16_t any = SHAPE_NEVER;

	for (size_t i = 0; i < n; i++)
		any = shape_value_or(b, any, shape_build(b, &parts[i]));
	return any;
}

struct shape_value *shape_finish(struct shape_builder **builder, size_t *n_r)
{
	struct shape_value *values = (*builder)->values;

	*n_r = (*builder)->n;
	(*builder)->values = NULL;
	shape_value_forget(*builder);
	free(*builder);
	*builder = NULL;
	return values;
}

/* --- Programs ----------------------------------------------------------------- */

/* An output is a bitmap, also where it is always or never. */
static uint16_t value_output(struct shape_builder *b, uint16_t value)
{
	struct shape_value constant = { .is_class = true };

	if (value < SHAPE_NEVER)
		return value;
	if (value == SHAPE_ALWAYS)
		constant.set = byte_set_all;
	return shape_value_add(b, &constant);
}

/*
 * A program looks ahead only.  So what asks for the byte before is moved: bit i of such a
 * value tells of byte i + 1, and that byte i is the one before it.
 */
struct moved {
	uint16_t value;
	bool by_one;
};

static struct moved move_and(struct shape_builder *b, struct moved x, struct moved y,
			     unsigned shift)
{
	if (x.by_one)
		return (struct moved){
			shape_value_and(b, x.value, y.value, shift + (y.by_one ? 0 : 1)), true
		};
	if (y.by_one && shift == 0)
		return (struct moved){ shape_value_and(b, y.value, x.value, 1), true };
	return (struct moved){ shape_value_and(b, x.value, y.value, shift - (y.by_one ? 1 : 0)),
			       false };
}

/* The value, moved by one. */
static uint16_t move_one(struct shape_builder *b, struct moved x)
{
	const struct shape_value all = { .is_class = true, .set = byte_set_all };

	if (x.by_one || x.value >= SHAPE_NEVER)
		return x.value;
	return shape_value_and(b, shape_value_add(b, &all), x.value, 1);
}

static struct moved move_or(struct shape_builder *b, struct moved x, struct moved y)
{
	if (!x.by_one && !y.by_one)
		return (struct moved){ shape_value_or(b, x.value, y.value), false };
	return (struct moved){ shape_value_or(b, move_one(b, x), move_one(b, y)), true };
}

static struct moved move_behind(struct shape_builder *b, struct moved x, const struct byte_set *set)
{
	uint16_t class = shape_value_class(b, set);

	if (x.value >= SHAPE_NEVER || class == SHAPE_ALWAYS)
		return x;
	return (struct moved){ shape_value_and(b, class, x.value, x.by_one ? 0 : 1), true };
}

/* A value of b among those of fresh; map has those before it. */
static struct moved rebuild_value(const struct shape_value *v, struct shape_builder *fresh,
				  const struct moved *map, const uint16_t *class_of,
				  const struct byte_set *classes)
{
	switch (v->kind) {
	case SHAPE_AND: return move_and(fresh, map[v->a], map[v->b], v->shift);
	case SHAPE_OR: return move_or(fresh, map[v->a], map[v->b]);
	default: return move_behind(fresh, map[v->a], &classes[class_of[v->b]]);
	}
}

/* Copies the values that are left into fresh, where they, and the outputs, are numbered anew. */
static void rebuild(const struct shape_builder *b, uint16_t *outputs, size_t n_outputs,
		    struct shape_builder *fresh)
{
	struct moved *map = mem_new(b->n + 1, sizeof(*map));
	uint16_t *class_of = mem_new(b->n + 1, sizeof(*class_of));
	struct byte_set *classes = mem_new(b->n + 1, sizeof(*classes));
	size_t n_classes = shape_classes_unite(b, outputs, n_outputs, class_of, classes);

	for (size_t i = 0; i < n_classes; i++)
		shape_value_class(fresh, &classes[i]);
	for (size_t i = 0; i < b->n; i++) {
		const struct shape_value *v = &b->values[i];

		if (v->is_class)
			map[i].value = shape_value_class(fresh, &classes[class_of[i]]);
		else
			map[i] = rebuild_value(v, fresh, map, class_of, classes);
	}
	for (size_t i = 0; i < n_outputs; i++) {
		if (outputs[i] < SHAPE_NEVER)
			outputs[i] = move_one(fresh, map[outputs[i]]);
		outputs[i] = value_output(fresh, outputs[i]);
	}
	free(map);
	free(class_of);
	free(classes);
}

/* Which of n values the shapes need. */
static void mark(const struct shape_value *values, size_t n, const uint16_t *shapes,
		 size_t n_shapes, bool *needed)
{
	for (size_t i = 0; i < n_shapes; i++) {
		if (shapes[i] < SHAPE_NEVER)
			needed[shapes[i]] = true;
	}
	for (size_t i = n; i-- > 0;) {
		if (needed[i] && !values[i].is_class)
			needed[values[i].a] = needed[values[i].b] = true;
	}
}

/* Those that are needed go into few, where they, and the outputs, are numbered anew. */
static void pick(const struct shape_value *values, size_t n, uint16_t *outputs, size_t n_outputs,
		 struct shape_builder *few)
{
	bool *needed = mem_new(n + 1, sizeof(*needed));
	uint16_t *map = mem_new(n + 1, sizeof(*map));

	mark(values, n, outputs, n_outputs, needed);
	few->values = mem_new(n + 1, sizeof(*few->values));
	for (size_t i = 0; i < n; i++) {
		struct shape_value *v = &few->values[few->n];

		if (!needed[i])
			continue;
		*v = values[i];
		if (!v->is_class) {
			v->a = map[v->a];
			v->b = map[v->b];
		}
		map[i] = (uint16_t)few->n++;
	}
	for (size_t i = 0; i < n_outputs; i++) {
		if (outputs[i] < SHAPE_NEVER)
			outputs[i] = map[outputs[i]];
	}
	free(needed);
	free(map);
}

void shape_make(const struct shape_value *values, size_t n, const uint16_t *shapes, size_t n_shapes,
		struct shape_program *program_r)
{
	/* With room for an output that is always, and one that is never. */
	struct shape_builder fresh = { .limit = SHAPE_VALUES_MAX + 2 };
	struct shape_builder few = { 0 };
	uint16_t *outputs = mem_new(n_shapes + 1, sizeof(*outputs));
	struct shape_program program = { 0 };

	for (size_t i = 0; i < n_shapes; i++)
		outputs[i] = shapes[i];
	pick(values, n, outputs, n_shapes, &few);
	rebuild(&few, outputs, n_shapes, &fresh);
	shape_program(&fresh, outputs, n_shapes, &program);
	shape_value_forget(&few);
	shape_value_forget(&fresh);
	free(outputs);
	*program_r = program;
}
