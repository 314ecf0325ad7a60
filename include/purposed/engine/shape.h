/*
 * shape: parts of patterns as programs over bitmaps.
 *
 * A bitmap has a bit for each byte of a stretch of text.  A class is the bitmap
 * of the bytes of one set; a program combines classes into, for each shape,
 * the bitmap of the places where it may stand (idea: Parabix, icGrep):
 *
 *	text		1  2  :  3  4
 *	D = digits	1  1  0  1  1
 *	C = colons	0  0  1  0  0
 *	\d:\d at	0  1  0  0  0	= D & (C & D one ahead) one ahead
 *
 * It is built from the shape's end to its start, so that what comes next is
 * always there already; equal parts, within a shape and between shapes, are
 * built once.  A repeat is doubled: c{4} is c{2} and c{2} two ahead.  Where a
 * program would look too far ahead, or grow too large, it asks for less: it
 * may find too many places, never too few.
 *
 * Bit 0 of a class is the byte before the stretch: so that a shape that asks what
 * stands before it looks ahead only, and its bit is where it stands, counted from the
 * stretch's first byte.
 *
 * Most shapes stand nowhere in most texts, and few classes tell: where there is
 * no @, there is no address.  So each shape has a gate: a few classes at fixed
 * distances that it needs.  Where they do not stand together anywhere in the stretch,
 * the shape is not looked for.  A program has sections, each of the operations that the
 * same shapes need: it is run where the gate of one of them is open.
 *
 * An operation works on an accumulator, x, which stays in the processor's registers:
 * most of what a shape asks for is a chain, of which only the last link is of use.  Where
 * x is likely to stand nowhere by then, it is asked, and what could not change that is
 * passed over.
 */
#ifndef PURPOSED_ENGINE_SHAPE_H
#define PURPOSED_ENGINE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/anchor.h>

enum {
	SHAPE_CLASSES_MAX = 72, /* with fewer than the rules have, candidates are many */
	SHAPE_GROUP = 8,	/* classes are made so many at a time */
	SHAPE_GROUPS_MAX = SHAPE_CLASSES_MAX / SHAPE_GROUP + 1, /* a cut has a class more */
	SHAPE_AHEAD_MAX = 56,	/* bytes that a shape looks ahead, below 63 */
	SHAPE_OPTIONAL_MAX = 3, /* times that a compound part is followed where it may be missing */
	SHAPE_TERMS_MAX = 8,	/* of a gate */
	SHAPE_GATES = 64,	/* so many are told apart; shape i shares gate i % 64's bit */
};

/*
 * Values of a program are numbered: the classes first, filled up to whole groups; then
 * what operations keep.  `@s` is a value s bytes ahead; s is not 0.
 */
enum shape_op_kind {
	SHAPE_LOAD,   /* x = a */
	SHAPE_PAIR,   /* x = a & b@s */
	SHAPE_LEAD,   /* x = a & x@s */
	SHAPE_TWICE,  /* x = x & x@s */
	SHAPE_HERE,   /* x = x & a */
	SHAPE_THERE,  /* x = x & a@s */
	SHAPE_EITHER, /* x = x | a */
	SHAPE_MAYBE,  /* x = x | (a & x@s) */
	SHAPE_OTHER,  /* x = x | (a & b@s) */
	SHAPE_KEEP,   /* value a = x */
	SHAPE_FOUND,  /* shape a stands where x does */
	SHAPE_UNLESS, /* unless x stands somewhere, the a operations behind are passed over */
};

struct shape_op {
	uint8_t kind;  /* enum shape_op_kind */
	uint8_t shift; /* s */
	uint16_t a;
	uint16_t b;
};

struct shape_term {
	uint16_t class;
	uint8_t shift; /* it stands so many bytes ahead */
};

struct shape_gate {
	struct shape_term terms[SHAPE_TERMS_MAX];
	size_t n; /* 0: always open */
	uint16_t shape;
};

struct shape_section {
	uint64_t gates; /* it is run where one of them is open: bit i % SHAPE_GATES is shape i's */
	size_t n_ops;	/* so many of the program's, behind those of the section before */
};

struct shape_program {
	struct byte_set *classes;
	size_t n_classes;
	struct shape_gate *gates; /* one for each shape that may stand */
	size_t n_gates;
	size_t n_shapes;
	struct shape_section *sections;
	size_t n_sections;
	struct shape_op *ops;
	size_t n_ops;
	size_t n_values;
};

/* So rare is rare enough: a shape asks no more. */
#define SHAPE_RATE_ENOUGH 1e-8

/*
 * The set as shapes have it.  There is a class for each set, and it costs time
 * at every byte: so they do not tell one letter from another of its case (which
 * is what texts are for), nor one byte from 0x80 on from another where there
 * are many.
 */
struct byte_set shape_widen(const struct byte_set *set);

enum shape_kind {
	SHAPE_AND,    /* a, and b `shift` bytes ahead */
	SHAPE_OR,     /* a or b */
	SHAPE_BEHIND, /* a, and b one byte before */
};

/* A bitmap: that of a class, or what an operation makes of two others, of lower numbers. */
struct shape_value {
	bool is_class;
	struct byte_set set; /* a class's */
	uint8_t kind, shift;
	uint16_t a, b;
};

/* Values that need no bitmap.  ALWAYS: no condition.  NEVER: cannot be. */
enum { SHAPE_ALWAYS = UINT16_MAX, SHAPE_NEVER = UINT16_MAX - 1 };

struct shape_builder;

struct shape_builder *shape_builder_new(void);
/* Adds a shape whose places are those of any of its parts; returns the number of its value. */
uint16_t shape_add(struct shape_builder *builder, const struct anchor_shape *parts, size_t n);
/* Ends building: the builder is gone, and its *n_r values are the caller's, to be freed. */
struct shape_value *shape_finish(struct shape_builder **builder, size_t *n_r);

/* The program for some shapes, by the numbers of their values among those n. */
void shape_make(const struct shape_value *values, size_t n, const uint16_t *shapes, size_t n_shapes,
		struct shape_program *program_r);
void shape_program_fini(struct shape_program *program);

/*
 * The same program for texts of these bytes only (shape_cut.c).  Its last class is that of
 * all others: where one of them stands, it may find too little.
 */
void shape_cut(const struct shape_program *whole, const struct byte_set *bytes,
	       struct shape_program *cut_r);

#endif
