/*
 * finder_private: the finder itself, for finder_build.c, which makes it, and
 * finder.c, which searches with it.
 *
 * The first three bytes of a window, folded, are its key in a hash table: the
 * entries for hash h are those from firsts[h] to firsts[h + 1].  Most places
 * where a window seems to stand are not what an entry stands for, and its first
 * eight bytes tell: so an entry has what they have in common, and its text is
 * looked at only then.
 */
#ifndef PURPOSED_ENGINE_FINDER_PRIVATE_H
#define PURPOSED_ENGINE_FINDER_PRIVATE_H

#include <purposed/engine/finder.h>

enum { FINDER_HASH_BITS = 14 };

/* A byte of a text that an entry's bits do not tell: at a distance from the window, of a set. */
struct finder_check {
	int8_t at;
	uint16_t set; /* index in the finder's sets */
};

struct finder_text {
	uint16_t rule;	/* index in the finder's rules */
	uint8_t window; /* where its window starts */
	uint8_t n_checks;
	int before_min; /* from the window */
	struct finder_check checks[ANCHOR_TEXT_MAX + 1];
};

/* A spelling of a text's window. */
struct finder_entry {
	uint64_t mask; /* of the eight bytes from the window on, the first one lowest, */
	uint64_t bits; /* those in mask are these */
	uint32_t text;
};

struct finder_shape {
	uint16_t rule; /* index in the finder's rules */
	int before_min;
};

struct finder {
	const struct sieve_level *level;
	struct sieve sieve;
	struct finder_rule *rules;
	int *before_max; /* of each of them */
	size_t n_rules;
	struct finder_text *texts;
	size_t n_texts, texts_cap;
	struct byte_set *sets; /* each once: few, so that they stay near */
	size_t n_sets, sets_cap;
	struct finder_entry *entries; /* by hash */
	size_t n_entries;
	uint32_t firsts[(1 << FINDER_HASH_BITS) + 1];
	struct finder_shape *shapes; /* by output of the sieve's program */
	size_t n_shapes;
};

/* Of the four bytes of a window, folded or not. */
static inline uint32_t finder_hash(uint32_t window)
{
	return (sieve_fold(window) & UINT32_C(0xffffff)) * UINT32_C(2654435761) >>
	       (32 - FINDER_HASH_BITS);
}

#endif
