/*
 * The sieve in plain C, for any processor; only the program runs on vectors, of 16
 * bytes, which the compiler knows how to do.  See sieve_level.h.
 */
#include <purposed/engine/sieve.h>

#pragma GCC optimize("O3")

#include <string.h>

#define VECTOR_BYTES 16

static inline uint64_t window_bits(const struct sieve *sieve, const unsigned char *p)
{
	uint64_t found = 0;

	for (int i = 0; i < 64; i++) {
		uint32_t key;
		uint32_t h;
		uint32_t bits;

		memcpy(&key, p + i, sizeof(key));
		h = sieve_hash(sieve_fold(key));
		bits = sieve_hash_bits(h);
		found |= (uint64_t)((sieve->windows[sieve_hash_word(h)] & bits) == bits) << i;
	}
	return found;
}

static inline size_t list_word(uint64_t bits, unsigned from, uint16_t *list)
{
	size_t n = 0;

	for (; bits != 0; bits &= bits - 1)
		list[n++] = (uint16_t)(from + (unsigned)__builtin_ctzll(bits));
	return n;
}

static inline size_t compare_rows(const struct sieve_rows *rows, uint64_t eight,
				  struct sieve_place place, struct sieve_match *matches)
{
	size_t n = 0;

	for (size_t i = place.first; i < (size_t)place.first + place.n; i++) {
		matches[n] = (struct sieve_match){ place.at, rows->numbers[i] };
		n += (eight & rows->masks[i]) == rows->bits[i];
	}
	return n;
}

#include <purposed/engine/sieve_level.h>

/* Rows of a matrix of eight bytes by eight bits become columns (Hacker's Delight, 7-3). */
static inline uint64_t transposed(uint64_t x)
{
	uint64_t t = (x ^ x >> 7) & UINT64_C(0x00aa00aa00aa00aa);

	x ^= t ^ t << 7;
	t = (x ^ x >> 14) & UINT64_C(0x0000cccc0000cccc);
	x ^= t ^ t << 14;
	t = (x ^ x >> 28) & UINT64_C(0x00000000f0f0f0f0);
	return x ^ t ^ t << 28;
}

/* The words of a group's classes at 64 bytes, which are none before. */
static inline void group_words(const uint8_t *group, const unsigned char *text, uint64_t *words)
{
	for (int at = 0; at < 64; at += 8) {
		uint64_t members = 0;

		for (int i = 0; i < 8; i++)
			members |= (uint64_t)group[text[at + i]] << 8 * i;
		members = transposed(members);
		for (int k = 0; k < SHAPE_GROUP; k++)
			words[k] |= (members >> 8 * k & 0xff) << at;
	}
}

static void level_classes(const struct sieve_shapes *shapes, const unsigned char *text,
			  size_t words, uint64_t *bitmaps)
{
	const size_t n = vectors_for(words);

	for (size_t w = 0; w < n * STEP; w++) {
		size_t place = place_of_word(w, n);

		for (size_t c = 0; c < shapes->program.n_classes; c += SHAPE_GROUP) {
			uint64_t group[SHAPE_GROUP] = { 0 };

			if (w <= words)
				group_words(shapes->groups[c / SHAPE_GROUP], text + 64 * w, group);
			for (size_t k = 0; k < SHAPE_GROUP; k++)
				bitmaps[(c + k) * STRIDE + place] = group[k];
		}
	}
}

static bool available(void)
{
	return true;
}

const struct sieve_level sieve_baseline = {
	"baseline", available,	   level_windows, level_list,	 level_compare,
	STRIDE - 1, level_classes, level_stands,  level_program,
};
