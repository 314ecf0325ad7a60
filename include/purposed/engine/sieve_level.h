/*
 * The sieve's passes that all levels have in common: the body of sieve_LEVEL.c, which
 * defines before
 *
 *	VECTOR_BYTES		bytes of a vector
 *	window_bits(s, p)	a bit for each of 64 windows from p on
 *	list_word(bits, from, list)
 *				as the level's list, of one word whose places count from from
 *	compare_rows(rows, eight, place, matches)
 *				as the level's compare, of the eight bytes of one place
 *
 * and, where it can do better, shift_down and is_zero.
 *
 * A program is interpreted, an operation at a time for all of a stretch.  Three things
 * make that nearly as fast as if it were compiled:
 *
 *	x stays in registers: it is eight vectors, of the widest ones a whole stretch.  What
 *	an operation loads is one class, and most store nothing.
 *
 *	Words lie across the vectors (place_of_word).  To look ahead, each word needs the one
 *	behind it: that is in the same place of the next vector, so nothing is to be moved
 *	from one place to another, but once for the last vector.
 *
 *	Most of the program is passed over: gates are asked first, the rarest class first,
 *	and those that were open lately are not asked at all.  What is run all the same ends
 *	as soon as x is empty.
 */
#ifndef PURPOSED_ENGINE_SIEVE_LEVEL_H
#define PURPOSED_ENGINE_SIEVE_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <purposed/engine/sieve.h>

/* Words of a bitmap, a vector of them. */
typedef uint64_t some_words __attribute__((vector_size(VECTOR_BYTES)));

/*
 * A bitmap is up to so many vectors: the words of a program, and one more, which looks ahead.
 * Behind that one's last bit nothing is seen.
 */
enum { STEP = VECTOR_BYTES / 8, VECTORS_MAX = 8, STRIDE = VECTORS_MAX * STEP };

#define words_at(p) (*(const some_words *)(p))
#define words_to(p) (*(some_words *)(p))

/*
 * Words of a bitmap lie across its n vectors, so that what is behind those of a vector is
 * the next vector: with four vectors of two, word 0 is a's first and 4 is its second.
 *
 *	a 0 4   b 1 5   c 2 6   d 3 7	and behind d: a, one further: 4 8
 */
static inline size_t place_of_word(size_t word, size_t n)
{
	return word % n * STEP + word / n;
}

/* As many vectors as have the words and one more: 1, 2, 4 or 8. */
static inline size_t vectors_for(size_t words)
{
	size_t room = STEP;

	while (room <= words)
		room *= 2;
	return room / STEP;
}

/* Each word one further; what is last is only looked at as far as it is whole. */
#if VECTOR_BYTES == 16
#define one_further(v) __builtin_shufflevector(v, v, 1, 1)
#elif VECTOR_BYTES == 32
#define one_further(v) __builtin_shufflevector(v, v, 1, 2, 3, 3)
#else
#define one_further(v) __builtin_shufflevector(v, v, 1, 2, 3, 4, 5, 6, 7, 7)
#endif

/* Each word of here shifted down by n bits, the lowest of the one behind it; n is not 0. */
#ifndef shift_down
#define shift_down(here, behind, n) ((here) >> (n) | (behind) << (64 - (n)))
#endif

#ifndef is_zero
static inline bool is_zero(some_words any)
{
	uint64_t left = 0;

	for (size_t i = 0; i < STEP; i++)
		left |= any[i];
	return left == 0;
}
#endif

static void level_windows(const struct sieve *sieve, const unsigned char *text, size_t words,
			  uint64_t *hits)
{
	for (size_t w = 0; w < words; w++)
		hits[w] = window_bits(sieve, text + 64 * w);
}

static size_t level_list(const uint64_t *bits, size_t words, uint16_t *list)
{
	size_t n = 0;

	for (size_t w = 0; w < words; w++)
		n += list_word(bits[w], (unsigned)(64 * w), list + n);
	return n;
}

static size_t level_compare(const struct sieve_rows *rows, const unsigned char *text,
			    const struct sieve_place *places, size_t n, struct sieve_match *matches)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t eight;

		memcpy(&eight, text + places[i].at, sizeof(eight));
		found += compare_rows(rows, eight, places[i], matches + found);
	}
	return found;
}

/* --- Programs ----------------------------------------------------------------- */

/*
 * All functions that work on n vectors are part of run_program, of which there is one for
 * each n: so that a wide level has all of the accumulator in registers.
 */
#define PART static inline __attribute__((always_inline))
/* For each of n vectors, i. */
#define EACH_VECTOR() _Pragma("GCC unroll 8") for (size_t i = 0; i < n; i++)

PART const uint64_t *value_at(const uint64_t *bitmaps, uint16_t value)
{
	return bitmaps + value * (size_t)STRIDE;
}

/* Vector i of a value, shift bits ahead. */
PART some_words ahead_at(const uint64_t *value, size_t i, size_t n, unsigned shift)
{
	some_words here = words_at(value + i * STEP);
	some_words behind =
		i + 1 < n ? words_at(value + (i + 1) * STEP) : one_further(words_at(value));

	return shift_down(here, behind, shift);
}

/* All of x, shift bits ahead. */
PART void all_ahead(const some_words *x, size_t n, unsigned shift, some_words *ahead_r)
{
	EACH_VECTOR ()
		ahead_r[i] = shift_down(x[i], i + 1 < n ? x[i + 1] : one_further(x[0]), shift);
}

PART bool stands(const some_words *x, size_t n)
{
	some_words any = { 0 };

	EACH_VECTOR ()
		any |= x[i];
	return !is_zero(any);
}

/* All ones in the words that count. */
PART void fill_words(some_words *x, size_t n, size_t words)
{
	uint64_t all[STRIDE] __attribute__((aligned(VECTOR_BYTES))) = { 0 };

	for (size_t w = 0; w < words; w++)
		all[place_of_word(w, n)] = UINT64_MAX;
	EACH_VECTOR ()
		x[i] = words_at(all + i * STEP);
}

PART bool is_open(const struct shape_gate *gate, const uint64_t *bitmaps, const some_words *left,
		  size_t n)
{
	some_words x[VECTORS_MAX];

	EACH_VECTOR ()
		x[i] = left[i];
	for (size_t t = 0; t < gate->n; t++) {
		const uint64_t *class = value_at(bitmaps, gate->terms[t].class);
		unsigned shift = gate->terms[t].shift;

		if (shift == 0)
			EACH_VECTOR ()
				x[i] &= words_at(class + i * STEP);
		else
			EACH_VECTOR ()
				x[i] &= ahead_at(class, i, n, shift);
		if (!stands(x, n))
			return false;
	}
	return true;
}

/* Notes whether the gate is open, and how long it need not be asked. */
PART void note_gate(struct sieve_gates *gates, size_t gate, bool open)
{
	enum { ROW_MIN = 3, ROW_MAX = 16 };
	unsigned row = open ? gates->row[gate] + 1u : 0;

	gates->row[gate] = (uint8_t)(row < ROW_MAX ? row : ROW_MAX);
	gates->wait[gate] = row < ROW_MIN ? 0 : gates->row[gate];
}

PART uint64_t open_gates(const struct shape_program *program, const uint64_t *bitmaps,
			 struct sieve_gates *gates, const some_words *left, size_t n)
{
	uint64_t open = 0;

	for (size_t k = 0; k < program->n_gates; k++) {
		size_t gate = program->gates[k].shape % SHAPE_GATES;
		bool is = gates->wait[gate] > 0;

		if (is) {
			gates->wait[gate]--;
		} else {
			is = is_open(&program->gates[k], bitmaps, left, n);
			note_gate(gates, gate, is);
		}
		open |= (uint64_t)is << gate;
	}
	return open;
}

/* Does the operation; see enum shape_op_kind.  SHAPE_FOUND and SHAPE_UNLESS are none of these. */
PART void run_op(struct shape_op op, uint64_t *bitmaps, some_words *x, size_t n)
{
	const uint64_t *a = value_at(bitmaps, op.a);
	const uint64_t *b = value_at(bitmaps, op.b);
	unsigned shift = op.shift;
	some_words ahead[VECTORS_MAX];

	switch (op.kind) {
	case SHAPE_LOAD:
		EACH_VECTOR ()
			x[i] = words_at(a + i * STEP);
		break;
	case SHAPE_PAIR:
		EACH_VECTOR ()
			x[i] = words_at(a + i * STEP) & ahead_at(b, i, n, shift);
		break;
	case SHAPE_LEAD:
		all_ahead(x, n, shift, ahead);
		EACH_VECTOR ()
			x[i] = words_at(a + i * STEP) & ahead[i];
		break;
	case SHAPE_TWICE:
		all_ahead(x, n, shift, ahead);
		EACH_VECTOR ()
			x[i] &= ahead[i];
		break;
	case SHAPE_HERE:
		EACH_VECTOR ()
			x[i] &= words_at(a + i * STEP);
		break;
	case SHAPE_THERE:
		EACH_VECTOR ()
			x[i] &= ahead_at(a, i, n, shift);
		break;
	case SHAPE_EITHER:
		EACH_VECTOR ()
			x[i] |= words_at(a + i * STEP);
		break;
	case SHAPE_MAYBE:
		all_ahead(x, n, shift, ahead);
		EACH_VECTOR ()
			x[i] |= words_at(a + i * STEP) & ahead[i];
		break;
	case SHAPE_OTHER:
		EACH_VECTOR ()
			x[i] |= words_at(a + i * STEP) & ahead_at(b, i, n, shift);
		break;
	default: EACH_VECTOR () words_to(bitmaps + op.a * (size_t)STRIDE + i * STEP) = x[i];
	}
}

/* Whether it stands somewhere in the words that count: then hit gets where. */
PART bool find(const some_words *x, const some_words *counts, size_t n, size_t words, size_t shape,
	       struct sieve_hit *hit)
{
	uint64_t places[STRIDE] __attribute__((aligned(VECTOR_BYTES)));
	some_words any = { 0 };

	EACH_VECTOR ()
		any |= x[i] & counts[i];
	if (is_zero(any))
		return false;
	EACH_VECTOR ()
		words_to(places + i * STEP) = x[i];
	for (size_t w = 0; w < words; w++)
		hit->places[w] = places[place_of_word(w, n)];
	hit->shape = shape;
	return true;
}

PART size_t run_program(const struct shape_program *program, size_t words, uint64_t *bitmaps,
			struct sieve_gates *gates, struct sieve_hit *hits, size_t n)
{
	const struct shape_op *op = program->ops;
	some_words x[VECTORS_MAX];
	some_words counts[VECTORS_MAX];
	size_t n_hits = 0;
	uint64_t open;

	fill_words(counts, n, words);
	open = open_gates(program, bitmaps, gates, counts, n);
	EACH_VECTOR ()
		x[i] = (some_words){ 0 };
	for (size_t s = 0; s < program->n_sections; s++) {
		const struct shape_section *section = &program->sections[s];
		const struct shape_op *end = op + section->n_ops;

		if ((section->gates & open) == 0)
			op = end;
		for (; op < end; op++) {
			if (op->kind == SHAPE_FOUND)
				n_hits += find(x, counts, n, words, op->a, &hits[n_hits]);
			else if (op->kind == SHAPE_UNLESS)
				op += stands(x, n) ? 0 : op->a;
			else
				run_op(*op, bitmaps, x, n);
		}
	}
	return n_hits;
}

static size_t level_program(const struct sieve_shapes *shapes, size_t words, uint64_t *bitmaps,
			    struct sieve_gates *gates, struct sieve_hit *hits)
{
	const struct shape_program *program = &shapes->program;

	switch (vectors_for(words)) {
	case 1: return run_program(program, words, bitmaps, gates, hits, 1);
	case 2: return run_program(program, words, bitmaps, gates, hits, 2);
	case 4: return run_program(program, words, bitmaps, gates, hits, 4);
	default: return run_program(program, words, bitmaps, gates, hits, 8);
	}
}

static bool level_stands(const uint64_t *bitmap, size_t words)
{
	some_words any = { 0 };

	for (size_t i = 0; i < vectors_for(words); i++)
		any |= words_at(bitmap + i * STEP);
	return !is_zero(any);
}

#endif
