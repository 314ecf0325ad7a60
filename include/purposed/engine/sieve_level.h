/*
 * The sieve's passes that all levels have in common: the body of sieve_LEVEL.c, which
 * defines before
 *
 *	VECTOR_BYTES		bytes of a vector
 *	window_bits(s, p)	a bit for each of 64 windows from p on
 *
 * and, where it can do better, words_behind, shift_down and is_zero.
 */
#ifndef PURPOSED_ENGINE_SIEVE_LEVEL_H
#define PURPOSED_ENGINE_SIEVE_LEVEL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <purposed/engine/sieve.h>

/* Words of a bitmap, a vector of them. */
typedef uint64_t some_words __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t words_anywhere __attribute__((vector_size(VECTOR_BYTES), aligned(8)));

enum { STEP = VECTOR_BYTES / 8 };

#define words_at(p) (*(const some_words *)(p))
#define words_to(p) (*(some_words *)(p))

/*
 * Where a level has nothing better: the words from p + 1 on, of which those from p on, and
 * the ones behind them, are at hand.
 */
#ifndef words_behind
#define words_behind(p, here, next) ((some_words) * (const words_anywhere *)((p) + 1))
/* Each word of here shifted down by n bits, the lowest of the next one behind them; n is not 0. */
#define shift_down(here, behind, n) ((here) >> (n) | (behind) << (64 - (n)))
#endif

static void level_windows(const struct sieve *sieve, const unsigned char *text, size_t words,
			  uint64_t *hits)
{
	for (size_t w = 0; w < words; w++)
		hits[w] = window_bits(sieve, text + 64 * w);
}

static inline uint64_t *bitmap(uint64_t *bitmaps, uint16_t value)
{
	return bitmaps + value * (size_t)SIEVE_STRIDE;
}

/* Classes a byte later; what stands before the stretch is in their bit 0. */
static void run_befores(const struct shape_program *program, size_t end, uint64_t *bitmaps)
{
	for (uint16_t i = 0; i < program->n_befores; i++) {
		const uint64_t *class = bitmap(bitmaps, program->befores[i]);
		uint64_t *to = bitmap(bitmaps, (uint16_t)(program->first_before + i));
		uint64_t first = class[0] << 1 | (to[0] & 1);

		for (size_t w = 1; w < end; w++)
			to[w] = class[w] << 1 | class[w - 1] >> 63;
		to[0] = first;
	}
}

static inline void and_here(uint64_t *to, const uint64_t *a, const uint64_t *b, size_t end)
{
	for (size_t w = 0; w < end; w += STEP)
		words_to(to + w) = words_at(a + w) & words_at(b + w);
}

/*
 * to = a, and b `shift` bits ahead.  What the last word, which only looks ahead, sees
 * behind itself does not matter: no program looks so far.
 */
static inline void and_ahead(uint64_t *to, const uint64_t *a, const uint64_t *b, unsigned shift,
			     size_t end)
{
	some_words here = words_at(b);

	for (size_t w = 0; w < end; w += STEP) {
		some_words next = words_at(b + w + STEP);

		words_to(to + w) =
			words_at(a + w) & shift_down(here, words_behind(b + w, here, next), shift);
		here = next;
	}
}

static inline void run_op(struct shape_op op, uint64_t *bitmaps, size_t end)
{
	const uint64_t *a = bitmap(bitmaps, op.a);
	const uint64_t *b = bitmap(bitmaps, op.b);
	uint64_t *to = bitmap(bitmaps, op.to);

	if (op.either) {
		for (size_t w = 0; w < end; w += STEP)
			words_to(to + w) = words_at(a + w) | words_at(b + w);
	} else if (op.shift == 0) {
		and_here(to, a, b, end);
	} else {
		and_ahead(to, a, b, op.shift, end);
	}
}

static inline bool stands(const uint64_t *places, size_t words)
{
	uint64_t any = 0;

	for (size_t w = 0; w < words; w++)
		any |= places[w];
	return any != 0;
}

static inline bool is_open(const struct shape_section *section, uint64_t *bitmaps, size_t words,
			   size_t end)
{
	uint64_t places[SIEVE_STRIDE] __attribute__((aligned(64)));

	if (section->n_gate == 0)
		return true;
	memset(places, 0xff, end * sizeof(*places));
	for (size_t i = 0; i < section->n_gate; i++) {
		const struct shape_term *term = &section->gate[i];
		const uint64_t *class = bitmap(bitmaps, term->value);

		if (term->shift == 0)
			and_here(places, places, class, end);
		else
			and_ahead(places, places, class, term->shift, end);
	}
	return stands(places, words);
}

static size_t level_program(const struct sieve *sieve, size_t words, uint64_t *bitmaps,
			    struct sieve_hit *hits)
{
	const struct shape_program *program = &sieve->program;
	const struct shape_op *ops = program->ops;
	const struct shape_output *outputs = program->outputs;
	size_t end = (words + 1 + 7) / 8 * 8;
	size_t n = 0;

	run_befores(program, end, bitmaps);
	for (size_t s = 0; s < program->n_sections; s++) {
		const struct shape_section *section = &program->sections[s];
		bool open = is_open(section, bitmaps, words, end);

		for (size_t i = 0; open && i < section->n_ops; i++)
			run_op(ops[i], bitmaps, end);
		for (size_t i = 0; open && i < section->n_outputs; i++) {
			const uint64_t *places = bitmap(bitmaps, outputs[i].value);

			if (!stands(places, words))
				continue;
			memcpy(hits[n].places, places, words * sizeof(*places));
			hits[n++].shape = outputs[i].shape;
		}
		ops += section->n_ops;
		outputs += section->n_outputs;
	}
	return n;
}

#endif
