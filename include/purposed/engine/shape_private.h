/*
 * shape_private: what the files that build programs share.
 *
 *	shape		a builder's life: its shapes, and the program that they become
 *	shape_value	classes and operations, each once
 *	shape_build	nodes as operations
 *	shape_classes	which classes become one
 *	shape_section	which operations are run together
 *	shape_gate	what must stand for a shape to be looked for
 *	shape_emit	values as operations on an accumulator
 *	shape_program	all of it
 *	shape_cut	what is left of it in texts of some bytes only
 */
#ifndef PURPOSED_ENGINE_SHAPE_PRIVATE_H
#define PURPOSED_ENGINE_SHAPE_PRIVATE_H

#include <stdbool.h>

#include <purposed/engine/shape.h>

enum { SHAPE_VALUES_MAX = 4096, SHAPE_HASHES = 2048 };

/* A value reads only such as stand before it. */
struct shape_builder {
	struct shape_value *values;
	size_t n, cap;
	/* Chains of the values of a hash: the last one's number + 1, and so on; 0 is the end. */
	uint16_t chains[SHAPE_HASHES];
	uint16_t *chain; /* of each value, to the one before it */
	size_t chain_cap;
	size_t limit; /* of n */
};

/* Releases what it holds. */
void shape_value_forget(struct shape_builder *b);

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
 * Unites the classes of b (which stays, and has these outputs) until few are left.
 * class_of gets, for each value that is a class, its place in classes; both have
 * room for b->n.  Returns how many are left.
 */
size_t shape_classes_unite(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
			   uint16_t *class_of, struct byte_set *classes);

/* The program that yields those of b's values, by number. */
void shape_program(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
		   struct shape_program *program_r);

/*
 * The values that the same shapes need are one section, and are run where one of these may
 * stand.  A section reads what those before it keep, which more shapes need.
 */
struct shape_sections {
	uint64_t *gates; /* of each section */
	size_t n;
	uint16_t *of_value; /* of each value; SHAPE_NEVER: a class, or no shape needs it */
};

struct shape_sections shape_sections_new(const struct shape_builder *b, const uint16_t *outputs,
					 size_t n_outputs);
void shape_sections_fini(struct shape_sections *sections);

/*
 * Writes the operations of the sections of p, of the values of b; slots: of the values that
 * are classes.
 */
void shape_emit(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
		const struct shape_sections *sections, const uint16_t *slots,
		struct shape_program *p);

/*
 * What the values of b need: classes at fixed distances.  numbers: of the values that are
 * classes, among the n_classes of a program, which are borrowed.
 */
struct shape_needs;

struct shape_needs *shape_needs_new(const struct shape_builder *b, const uint16_t *numbers,
				    const struct byte_set *classes, size_t n_classes);
void shape_needs_free(struct shape_needs **needs);

/* What the value needs, and is rare: open where nothing is. */
struct shape_gate shape_needs_gate(const struct shape_needs *needs, uint16_t value);

#endif
