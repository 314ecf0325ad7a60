/*
 * finder_private: the finder itself, for finder_build.c, which makes it, and
 * finder.c, which searches with it.
 *
 * A window's folded spellings are keys of a hash table: heads has the first
 * entry for a hash, or FINDER_NO_ENTRY, and entries are chained.  A window of
 * three bytes has a key whose fourth is 0, which no folded byte is.
 */
#ifndef PURPOSED_ENGINE_FINDER_PRIVATE_H
#define PURPOSED_ENGINE_FINDER_PRIVATE_H

#include <purposed/engine/finder.h>

enum { FINDER_HEAD_BITS = 14 };

#define FINDER_NO_ENTRY UINT32_MAX

struct finder_text {
	uint16_t rule; /* index in the finder's rules */
	uint8_t len;
	uint8_t window; /* where its window starts */
	int before_min; /* from the window */
	struct byte_set before;
	struct byte_set sets[ANCHOR_TEXT_MAX];
};

struct finder_entry {
	uint32_t key;
	uint32_t text;
	uint32_t next;
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
	struct finder_entry *entries;
	size_t n_entries, entries_cap;
	uint32_t heads[1 << FINDER_HEAD_BITS];
	bool has_short;		     /* windows of three bytes */
	struct finder_shape *shapes; /* by output of the sieve's program */
	size_t n_shapes;
};

static inline uint32_t finder_head(uint32_t key)
{
	return key * UINT32_C(2654435761) >> (32 - FINDER_HEAD_BITS);
}

#endif
