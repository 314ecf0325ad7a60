/*
 * finder_private: the finder itself, for finder_build.c, which makes it, and
 * finder.c and finder_match.c, which search with it; and the parts that it is made of.
 *
 * A window is looked up by its four bytes in a hash table, one of three bytes with each
 * fourth one that it may have: what has the same hash is a group of rows, which stand for
 * texts.  Most places where a window
 * stands are not what any of them stands for, and the eight bytes around tell:
 *
 *	text		... [ E v e n t   d o w n l o a d e d   b y ...
 *	window		                  d o w n
 *	eight bytes	              t   d o w n l o
 *
 * So a row has the bits that they must have, a group the bits that all its rows agree on,
 * and a text is looked at only where its row's bits stand.
 */
#ifndef PURPOSED_ENGINE_FINDER_PRIVATE_H
#define PURPOSED_ENGINE_FINDER_PRIVATE_H

#include <purposed/engine/finder.h>
#include <purposed/engine/finder_parts.h>

enum {
	FINDER_HASH_BITS = 15,
	FINDER_HASHES = 1 << FINDER_HASH_BITS,
	/* The eight bytes that rows have bits of begin so many before the window. */
	FINDER_AHEAD = 2,
};

/* --- Parts: plain arrays, so that they can be made when purposed is built (prepared.h) --- */

/* FINDER_ANY_SET: number of the set of all bytes. */
enum { FINDER_ANY_SET = 0, FINDER_NO_SET = UINT16_MAX };

/* What there is of a rule. */
struct finder_part {
	uint16_t rule;
	bool has_shape;
	uint16_t shape; /* its value */
	int shape_before_min, shape_before_max;
	int before_max; /* the most of its texts, from their windows, and of its shape */
	int blanks_max; /* as in anchors */
};

/* A byte of a text that a row's bits do not tell: at a distance from the window, of a set. */
struct finder_check {
	int8_t at;
	uint16_t set; /* index in the parts' sets */
};

struct finder_text {
	uint16_t part; /* the rule's */
	int8_t window; /* where its window starts; -1: with the byte before it */
	uint8_t n_checks;
	int before_min, before_max; /* from the window */
	/* That which refuses most comes first.  Of none, the first one is for all bytes. */
	struct finder_check checks[ANCHOR_TEXT_MAX + 1];
};

/* A spelling of a text's window. */
struct finder_spelling {
	uint64_t mask; /* as a row's */
	uint64_t bits;
	uint32_t key;	 /* its bytes, folded, the first one lowest */
	uint32_t text;	 /* index in the parts' texts */
	uint16_t fourth; /* where it has three bytes only, the set of the next one; or NO_SET */
};

struct finder_parts {
	const struct finder_part *parts;
	const struct pattern_starts
		*starts; /* of each part; .few is false where nothing is known */
	size_t n;
	const struct finder_text *texts;
	size_t n_texts;
	const struct finder_spelling *spellings; /* in the order of their texts */
	size_t n_spellings;
	const struct byte_set *sets; /* each once: few, so that they stay near */
	size_t n_sets;
	const struct shape_value *values;
	size_t n_values;
};

/* --- finder_window.c --- */

/* A place for a window in a text: where, how long, and how often it is to be expected. */
struct finder_window {
	int at;
	unsigned len;
	double rate;
};

/* The one that is expected least, and takes least of the others' precision. */
struct finder_window finder_window_best(const struct anchor_text *text,
					const struct anchor_sample *sample);

/* The byte at distance i from the text's start; -1 is the one before it. */
const struct byte_set *finder_text_set(const struct anchor_text *text, int i);

/* Spells len bytes of the text from at on; false: there are too many ways to. */
bool finder_window_spell(struct anchor_spelling *spelling_r, const struct anchor_text *text, int at,
			 unsigned len);

/* --- A finder --- */

/* What has the same hash: rows one behind the other, and the bits that they have in common. */
struct finder_group {
	uint64_t mask;
	uint64_t bits;
	uint32_t first;
	uint32_t n;
};

struct finder_shape {
	uint16_t part; /* the rule's */
	int before_min, before_max;
};

struct finder {
	uint64_t serial; /* from 1; no other finder of the process has it */
	const struct sieve_level *level;
	struct sieve sieve;
	const struct finder_part *parts; /* all borrowed */
	const struct finder_text *texts;
	const struct byte_set *sets;
	struct sieve_rows rows;		 /* in the order of their groups; their numbers are texts */
	struct finder_group *groups;	 /* the first one is none: no bytes have its bits */
	uint16_t by_hash[FINDER_HASHES]; /* groups */
	struct finder_shape *shapes;	 /* by output of the sieve's program */
	size_t n_shapes;
	size_t escapes; /* the shape of those that decoding undoes; SIZE_MAX: it looks for none */
};

/* Texts that stand: the places of their windows in the stretch, and the texts. */
struct finder_matches {
	struct sieve_match *all; /* in the order of their places */
	size_t n, cap;
};

/*
 * Fills matches with the texts whose windows are among the hits (finder_match.c): `words`
 * words of bits for the bytes from `bytes` on, which are those of a text from base on.  Before
 * its first byte stands a line end.
 */
void finder_match(const struct finder *finder, const unsigned char *bytes, size_t base,
		  const uint64_t *hits, size_t words, struct finder_matches *matches);

/* Of a window's four bytes, folded.  Not the sieve's hash: what that mistook is told apart. */
static inline uint32_t finder_hash(uint32_t window)
{
	return window * UINT32_C(0x85ebca6b) >> (32 - FINDER_HASH_BITS);
}

#endif
