/*
 * The sieve's passes that all levels have in common: the body of sieve_LEVEL.c, which
 * defines before
 *
 *	VECTOR_BYTES		bytes of a vector
 *	window_bits(s, p)	a bit for each of 64 windows from p on
 *
 * and, where it can do better, words_behind, words_before and shift_down.
 */
#ifndef PURPOSED_ENGINE_SIEVE_LEVEL_H
#define PURPOSED_ENGINE_SIEVE_LEVEL_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/sieve.h>

/* Words of a bitmap, a vector of them; those at multiples of eight words are aligned. */
typedef uint64_t some_words __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t words_anywhere __attribute__((vector_size(VECTOR_BYTES), aligned(8)));

enum { STEP = VECTOR_BYTES / 8 };

#define words_at(p) (*(const some_words *)(p))
#define words_to(p) (*(some_words *)(p))

/*
 * Where a level has nothing better: the words from p + 1 and from p - 1 on, of which
 * those from p on, and the ones behind or before them, are at hand.
 */
#ifndef words_behind
#define words_behind(p, here, next) ((some_words) * (const words_anywhere *)((p) + 1))
#define words_before(p, here, last) ((void)(last), (some_words) * (const words_anywhere *)((p)-1))
/* Each word of here shifted down by n bits, the lowest of the next one behind them; n is not 0. */
#define shift_down(here, behind, n) ((here) >> (n) | (behind) << (64 - (n)))
#endif

static void level_windows(const struct sieve *sieve, const unsigned char *text, size_t words,
			  uint64_t *hits)
{
	for (size_t w = 0; w < words; w++)
		hits[w] = window_bits(sieve, text + 64 * w);
}

/* to = a, and b `shift` bits ahead. */
static inline void and_ahead(uint64_t *restrict to, const uint64_t *a, const uint64_t *b,
			     unsigned shift, size_t end)
{
	some_words here = words_at(b);

	for (size_t w = 0; w < end; w += STEP) {
		some_words next = words_at(b + w + STEP);

		words_to(to + w) =
			words_at(a + w) & shift_down(here, words_behind(b + w, here, next), shift);
		here = next;
	}
}

/* to = a, and b one bit before. */
static inline void and_before(uint64_t *restrict to, const uint64_t *a, const uint64_t *b,
			      size_t end)
{
	some_words last = words_at(b - STEP);

	for (size_t w = 0; w < end; w += STEP) {
		some_words here = words_at(b + w);

		words_to(to + w) =
			words_at(a + w) & (here << 1 | words_before(b + w, here, last) >> 63);
		last = here;
	}
}

static void level_program(const struct sieve *sieve, size_t words, uint64_t *bitmaps, uint64_t *any)
{
	const struct shape_program *program = &sieve->program;
	size_t end = (words + 1 + 7) / 8 * 8;

	for (size_t i = 0; i < program->n_ops; i++) {
		struct shape_op op = program->ops[i];
		uint64_t *to = bitmaps + op.to * SIEVE_STRIDE + SIEVE_FIRST;
		const uint64_t *a = bitmaps + op.a * SIEVE_STRIDE + SIEVE_FIRST;
		const uint64_t *b = bitmaps + op.b * SIEVE_STRIDE + SIEVE_FIRST;

		if (op.kind == SHAPE_OR) {
			for (size_t w = 0; w < end; w += STEP)
				words_to(to + w) = words_at(a + w) | words_at(b + w);
		} else if (op.kind == SHAPE_BEHIND) {
			and_before(to, a, b, end);
		} else if (op.shift == 0) {
			for (size_t w = 0; w < end; w += STEP)
				words_to(to + w) = words_at(a + w) & words_at(b + w);
		} else {
			and_ahead(to, a, b, op.shift, end);
		}
	}
	for (size_t i = 0; i < program->n_outputs; i++) {
		const uint64_t *out = bitmaps + program->outputs[i] * SIEVE_STRIDE + SIEVE_FIRST;

		for (size_t w = 0; w < words; w++)
			any[w] |= out[w];
	}
}

#endif
