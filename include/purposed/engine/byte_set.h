/*
 * byte_set: a set of bytes, as a bit for each.
 *
 * Patterns are described by what may stand at a place; no locale and no
 * encoding: a letter is an ASCII letter.
 */
#ifndef PURPOSED_ENGINE_BYTE_SET_H
#define PURPOSED_ENGINE_BYTE_SET_H

#include <stdbool.h>
#include <stdint.h>

struct byte_set {
	uint64_t bits[4];
};

static inline bool byte_set_has(const struct byte_set *set, unsigned char c)
{
	return set->bits[c >> 6] >> (c & 63) & 1;
}

static inline void byte_set_add(struct byte_set *set, unsigned char c)
{
	set->bits[c >> 6] |= UINT64_C(1) << (c & 63);
}

static inline void byte_set_unite(struct byte_set *set, const struct byte_set *other)
{
	for (int i = 0; i < 4; i++)
		set->bits[i] |= other->bits[i];
}

static inline void byte_set_intersect(struct byte_set *set, const struct byte_set *other)
{
	for (int i = 0; i < 4; i++)
		set->bits[i] &= other->bits[i];
}

static inline bool byte_set_holds(const struct byte_set *set, const struct byte_set *subset)
{
	uint64_t missing = 0;

	for (int i = 0; i < 4; i++)
		missing |= subset->bits[i] & ~set->bits[i];
	return missing == 0;
}

static inline bool byte_set_is_empty(const struct byte_set *set)
{
	return (set->bits[0] | set->bits[1] | set->bits[2] | set->bits[3]) == 0;
}

void byte_set_invert(struct byte_set *set);
unsigned byte_set_count(const struct byte_set *set);

/* Adds the other case of its letters. */
void byte_set_fold(struct byte_set *set);

extern const struct byte_set byte_set_all;
extern const struct byte_set byte_set_digit;
/* [0-9A-Za-z_], as PCRE2 has it in byte mode, and all others. */
extern const struct byte_set byte_set_word;
extern const struct byte_set byte_set_no_word;
/*
 * What stands beside a record in a block of many: line ends, and the NUL that
 * texts are padded with.  A set at the edge of a record holds them in addition.
 */
extern const struct byte_set byte_set_ends;

#endif
