/*
 * Two passes.  The first builds the program over as many classes as the
 * patterns have sets.  Every class costs time at every byte, so the second
 * unites those that are nearly the same until few are left, and drops the
 * operations that have become equal.
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

size_t shape_add(struct shape_builder *b, const struct anchor_shape *parts, size_t n)
{
	uint16_t any = SHAPE_NEVER;

	for (size_t i = 0; i < n; i++)
		any = shape_value_or(b, any, shape_build(b, &parts[i]));
	b->outputs = mem_grow(b->outputs, b->n_outputs, &b->outputs_cap, sizeof(*b->outputs));
	b->outputs[b->n_outputs] = any;
	return b->n_outputs++;
}

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

/* A value of b among those of fresh; map has those before it. */
static uint16_t rebuild_value(const struct shape_value *v, struct shape_builder *fresh,
			      const uint16_t *map, const uint16_t *class_of,
			      const struct byte_set *classes)
{
	switch (v->kind) {
	case SHAPE_AND: return shape_value_and(fresh, map[v->a], map[v->b], v->shift);
	case SHAPE_OR: return shape_value_or(fresh, map[v->a], map[v->b]);
	default: return shape_value_behind(fresh, map[v->a], &classes[class_of[v->b]]);
	}
}

/* Copies the values that are left into fresh, where they are numbered anew. */
static void rebuild(struct shape_builder *b, struct shape_builder *fresh)
{
	uint16_t *map = mem_new(b->n + 1, sizeof(*map));
	uint16_t *class_of = mem_new(b->n + 1, sizeof(*class_of));
	struct byte_set *classes = mem_new(b->n + 1, sizeof(*classes));
	size_t n_classes = shape_classes_unite(b, class_of, classes);

	for (size_t i = 0; i < n_classes; i++)
		shape_value_class(fresh, &classes[i]);
	for (size_t i = 0; i < b->n; i++) {
		const struct shape_value *v = &b->values[i];

		map[i] = v->is_class ? shape_value_class(fresh, &classes[class_of[i]])
				     : rebuild_value(v, fresh, map, class_of, classes);
	}
	for (size_t i = 0; i < b->n_outputs; i++) {
		if (b->outputs[i] < SHAPE_NEVER)
			b->outputs[i] = map[b->outputs[i]];
		b->outputs[i] = value_output(fresh, b->outputs[i]);
	}
	free(map);
	free(class_of);
	free(classes);
}

void shape_finish(struct shape_builder **builder, struct shape_program *program_r)
{
	struct shape_builder *b = *builder;
	/* With room for an output that is always, and one that is never. */
	struct shape_builder fresh = { .limit = SHAPE_VALUES_MAX + 2 };
	struct shape_program program = { 0 };

	rebuild(b, &fresh);
	shape_program(&fresh, b->outputs, b->n_outputs, &program);
	free(fresh.values);
	free(b->values);
	free(b->outputs);
	free(b);
	*builder = NULL;
	*program_r = program;
}
