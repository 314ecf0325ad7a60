/*
 * The sieve on vectors of VECTOR_BYTES bytes: the body of sieve_LEVEL.c, which
 * defines what a vector is and what can be done with one:
 *
 *	vector		the type
 *	load(p)		unaligned
 *	table(p)	16 bytes, for each lane of 16
 *	lookup(t, i)	byte i (0 to 15) of t, lane by lane
 *	low(v), high(v)	the nibbles of each byte
 *	both(a, b)	bit by bit
 *	nonzero(v)	a bit for each byte that is not 0
 *	window_bits(s, p)	a bit for each of 64 windows from p on
 *	sign(v)		a bit for each byte from 0x80 on
 */
#ifndef PURPOSED_ENGINE_SIEVE_LEVEL_H
#define PURPOSED_ENGINE_SIEVE_LEVEL_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/sieve.h>

enum { PARTS = 64 / VECTOR_BYTES };

/* Eight words of a bitmap; those at multiples of eight are aligned. */
typedef uint64_t words8 __attribute__((vector_size(64)));
typedef uint64_t words8_anywhere __attribute__((vector_size(64), aligned(8)));

#define words_at(p) (*(const words8 *)(p))
#define words_to(p) (*(words8 *)(p))

/* Where a level has nothing better: the words from one behind p and one before p on. */
#ifndef words_behind
#define words_behind(p) ((words8) * (const words8_anywhere *)((p) + 1))
#define words_before(p) ((words8) * (const words8_anywhere *)((p)-1))
/* Each word of here shifted down by n bits, the lowest of the next one behind them; n is not 0. */
#define shift_down(here, behind, n) ((here) >> (n) | (behind) << (64 - (n)))
#endif

static void level_windows(const struct sieve *sieve, const unsigned char *text, size_t words,
			  uint64_t *hits)
{
	for (size_t w = 0; w < words; w++)
		hits[w] = window_bits(sieve, text + 64 * w);
}

#ifndef LEVEL_HAS_CLASSES
static void level_classes(const struct sieve *sieve, const unsigned char *text, size_t words,
			  uint64_t *bitmaps)
{
	static const uint8_t row_bits[16] = { 1, 2, 4, 8, 16, 32, 64, 128 };
	static const uint8_t high_bits[16] = {
		0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128
	};
	const size_t n = sieve->program.n_classes;
	vector rows = table(row_bits);
	vector high_rows = table(high_bits);

	for (size_t w = 0; w <= words; w++) {
		vector lows[PARTS];
		vector row[PARTS];
		vector high_row[PARTS];
		uint64_t above = 0;

		for (int part = 0; part < PARTS; part++) {
			vector v = load(text + 64 * w + (size_t)part * VECTOR_BYTES);

			lows[part] = low(v);
			row[part] = lookup(rows, high(v));
			high_row[part] = lookup(high_rows, high(v));
			above |= sign(v) << (part * VECTOR_BYTES % 64);
		}
		for (size_t c = 0; c < n; c++) {
			vector members = table(sieve->class_rows[c]);
			uint64_t word = above & sieve->class_all_high[c];

			for (int part = 0; part < PARTS; part++)
				word |= nonzero(both(lookup(members, lows[part]), row[part]))
					<< (part * VECTOR_BYTES % 64);
			if (sieve->class_some_high[c]) {
				members = table(sieve->class_high_rows[c]);
				for (int part = 0; part < PARTS; part++)
					word |= nonzero(both(lookup(members, lows[part]),
							     high_row[part]))
						<< (part * VECTOR_BYTES % 64);
			}
			bitmaps[c * SIEVE_STRIDE + SIEVE_FIRST + w] = word;
		}
	}
}
#endif

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
			for (size_t w = 0; w < end; w += 8)
				words_to(to + w) = words_at(a + w) | words_at(b + w);
		} else if (op.kind == SHAPE_BEHIND) {
			for (size_t w = 0; w < end; w += 8)
				words_to(to + w) = words_at(a + w) & (words_at(b + w) << 1 |
								      words_before(b + w) >> 63);
		} else if (op.shift == 0) {
			for (size_t w = 0; w < end; w += 8)
				words_to(to + w) = words_at(a + w) & words_at(b + w);
		} else {
			for (size_t w = 0; w < end; w += 8)
				words_to(to + w) =
					words_at(a + w) &
					shift_down(words_at(b + w), words_behind(b + w), op.shift);
		}
	}
	for (size_t i = 0; i < program->n_outputs; i++) {
		const uint64_t *out = bitmaps + program->outputs[i] * SIEVE_STRIDE + SIEVE_FIRST;

		for (size_t w = 0; w < words; w++)
			any[w] |= out[w];
	}
}

#endif
