/*
 * shape_private: what the files that build programs share.
 *
 *	shape		a builder's life: its shapes, and the program that they become
 *	shape_value	classes and operations, each once
 *	shape_build	nodes as operations
 *	shape_classes	which classes become one
 *	shape_program	values in slots
 */
#ifndef PURPOSED_ENGINE_SHAPE_PRIVATE_H
#define PURPOSED_ENGINE_SHAPE_PRIVATE_H

#include <stdbool.h>

#include <purposed/engine/shape.h>

/* Values that need no bitmap.  ALWAYS: no condition.  NEVER: cannot be. */
enum { SHAPE_ALWAYS = UINT16_MAX, SHAPE_NEVER = UINT16_MAX - 1, SHAPE_VALUES_MAX = 4096 };

/* A bitmap: that of a class, or what an operation (enum shape_kind) makes of two others. */
struct shape_value {
	bool is_class;
	struct byte_set set; /* a class's */
	uint8_t kind, shift;
	uint16_t a, b;
};

/* A value reads only such as stand before it. */
struct shape_builder {
	struct shape_value *values;
	size_t n, cap;
	size_t limit;	   /* of n */
	uint16_t *outputs; /* the value of each shape */
	size_t n_outputs, outputs_cap;
};

/*
 * These return the value's number, which it may have had already.  Where there
 * would be too many, nothing is asked: ALWAYS.
 */
uint16_t shape_value_add(struct shape_builder *b, const struct shape_value *value);
/* The set, widened. */
uint16_t shape_value_class(struct shape_builder *b, const struct byte_set *set);
/* a, and behind it, shift bytes ahead, x. */
uint16_t shape_value_and(struct shape_builder *b, uint16_t a, uint16_t x, unsigned shift);
uint16_t shape_value_or(struct shape_builder *b, uint16_t x, uint16_t y);
/* x, and one byte before it a byte of set. */
uint16_t shape_value_behind(struct shape_builder *b, uint16_t x, const struct byte_set *set);

/* Where the shape may stand. */
uint16_t shape_build(struct shape_builder *b, const struct anchor_shape *shape);

/*
 * Unites the classes of b (which stays) until few are left.  class_of gets, for
 * each value that is a class, its place in classes; both have room for b->n.
 * Returns how many are left.
 */
size_t shape_classes_unite(const struct shape_builder *b, uint16_t *class_of,
			   struct byte_set *classes);

/* The program that yields those of b's values, by number. */
void shape_program(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
		   struct shape_program *program_r);

#endif
