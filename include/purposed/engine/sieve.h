/*
 * sieve: the pass over all bytes, at the width of the processor.
 *
 * Everything here works on a stretch of up to SIEVE_BYTES bytes and yields
 * bitmaps, one bit a byte.  The same source is compiled for several levels of
 * the processor; the results are equal, bit for bit.
 */
#ifndef PURPOSED_ENGINE_SIEVE_H
#define PURPOSED_ENGINE_SIEVE_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/shape.h>

#define SIEVE_HASH_FACTOR UINT32_C(2654435761)

enum {
	SIEVE_RUN_WORDS = 63,		   /* that a program is run for at most */
	SIEVE_WORDS = 4 * SIEVE_RUN_WORDS, /* of a stretch, at most */
	SIEVE_BYTES = SIEVE_WORDS * 64,
	SIEVE_READS = 80,	 /* bytes behind the stretch that are read */
	SIEVE_WINDOWS_BITS = 16, /* of the number of a word of windows */
	SIEVE_MORE = 64, /* of what is read or written many at a time, behind the last one */
};

/* Four bytes as windows are compared: letters in one case. */
static inline uint32_t sieve_fold(uint32_t key)
{
	return key | UINT32_C(0x20202020);
}

/* Of a folded window: 16 bits say in which word it is, and twice five which bits it has there. */
static inline uint32_t sieve_hash(uint32_t key)
{
	return key * SIEVE_HASH_FACTOR;
}

static inline uint32_t sieve_hash_word(uint32_t hash)
{
	return hash >> (32 - SIEVE_WINDOWS_BITS);
}

static inline uint32_t sieve_hash_bits(uint32_t hash)
{
	return UINT32_C(1) << (hash >> 11 & 31) | UINT32_C(1) << (hash >> 6 & 31);
}

/* A class by nibbles: bit h of rows[l] is set where byte h << 4 | l is in it. */
struct sieve_class {
	uint8_t rows[16];
	uint8_t high_rows[16]; /* bit h: byte 0x80 | h << 4 | l */
};

/* A program, and its classes, also by byte: bit k of groups[g][byte] is class 8 * g + k. */
struct sieve_shapes {
	struct sieve_class classes[SHAPE_GROUPS_MAX * SHAPE_GROUP];
	uint8_t groups[SHAPE_GROUPS_MAX][256];
	struct shape_program program;
};

/* Fills them by the program's. */
void sieve_fill_classes(struct sieve_shapes *shapes);

struct sieve {
	uint32_t windows[1 << SIEVE_WINDOWS_BITS]; /* the bits of the windows of each word */
	bool has_windows;
	struct sieve_shapes shapes;
};

/* Where a shape stands: as many words of it as the program was run for. */
struct sieve_hit {
	uint64_t places[SIEVE_RUN_WORDS];
	size_t shape;
	size_t first, words; /* which words of the stretch these are; the finder's */
};

/*
 * A gate that has been open for some stretches in a row is taken to be, for some more: then
 * its shape is looked for, and what is found is the same.  All zeros at first.
 */
struct sieve_gates {
	uint8_t row[SHAPE_GATES];  /* stretches in which it was open */
	uint8_t wait[SHAPE_GATES]; /* before it is asked again */
};

/*
 * Rows that eight bytes, the first one lowest, are compared with: row i agrees where those
 * bits that are in masks[i] are bits[i].  SIEVE_MORE rows behind the last one can be read.
 */
struct sieve_rows {
	uint64_t *masks;
	uint64_t *bits;
	uint32_t *numbers; /* what the row stands for */
};

/* A place of a text whose eight bytes are to be compared with n rows. */
struct sieve_place {
	uint32_t at;
	uint32_t first;
	uint32_t n;
};

/* A row that agrees: the place, and its number. */
struct sieve_match {
	uint32_t at;
	uint32_t number;
};

struct sieve_level {
	const char *name;
	bool (*available)(void);
	/* Bit p of hits[w] is set where both bits of the four bytes from 64 * w + p on are. */
	void (*windows)(const struct sieve *sieve, const unsigned char *text, size_t words,
			uint64_t *hits);
	/*
	 * The bits that are set in up to SIEVE_WORDS words, by their places; returns how many.
	 * SIEVE_BYTES + SIEVE_MORE can be written.
	 */
	size_t (*list)(const uint64_t *bits, size_t words, uint16_t *list);
	/*
	 * The rows that agree with the eight bytes from text + at on of each place, in their
	 * order; returns how many.  SIEVE_MORE more can be written.
	 */
	size_t (*compare)(const struct sieve_rows *rows, const unsigned char *text,
			  const struct sieve_place *places, size_t n, struct sieve_match *matches);
	/*
	 * So many words at most are a program's at a time: more would not stay in the level's
	 * registers, nor all bitmaps in its first cache; with fewer, each operation would wait
	 * for the one before.
	 */
	size_t program_words;
	/*
	 * Fills the bitmaps of all groups of classes, program_words + 1 words apart, for words + 1
	 * words, in the order in which the level's program wants them.  For the program, text
	 * begins one byte before the stretch.
	 */
	void (*classes)(const struct sieve_shapes *shapes, const unsigned char *text, size_t words,
			uint64_t *bitmaps);
	/* Whether one of those bitmaps has a bit in these words. */
	bool (*stands)(const uint64_t *bitmap, size_t words);
	/* Runs the program.  Returns how many shapes stand somewhere. */
	size_t (*program)(const struct sieve_shapes *shapes, size_t words, uint64_t *bitmaps,
			  struct sieve_gates *gates, struct sieve_hit *hits);
};

extern const struct sieve_level sieve_baseline;
extern const struct sieve_level sieve_avx2;
extern const struct sieve_level sieve_avx512;
extern const struct sieve_level sieve_avx512_gather;

/* By name, or the best one that this processor has for "auto"; NULL: unknown or not here. */
const struct sieve_level *sieve_level_find(const char *name);

#endif
