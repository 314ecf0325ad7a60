/*
 * anchor: what every match of a pattern contains, derived by machine.
 *
 * A finder cannot look for two hundred patterns at every byte.  It looks for
 * anchors: for each pattern a set of texts and shapes of which at least one
 * stands in every match, at a known distance from where the match starts.
 *
 *	text	up to ANCHOR_TEXT_MAX sets of bytes in a row, narrow ones at first
 *	shape	a part of the pattern itself (a "tail": from some node to its
 *		end), to be looked for as bitmaps over classes of bytes
 *
 * Derivation.  A pattern is a sequence of parts, all of which a match goes
 * through.  Any of them may be where the anchor begins (a cut); a part with
 * alternatives needs an anchor in each of them.  Every cut is priced by how
 * often such bytes are to be expected in logs, and the cheapest is taken.
 * From a cut on, the roads through the pattern are followed: each choice
 * doubles them while fewer than ANCHOR_WINDOW_MIN bytes are fixed, and behind that
 * the sets of all that may stand at a distance are united.
 *
 * Soundness: each step keeps every string of the tree (pattern.h), and the tree
 * keeps every match.  Only costs are estimates.
 */
#ifndef PURPOSED_ENGINE_ANCHOR_H
#define PURPOSED_ENGINE_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/engine/pattern.h>

enum {
	ANCHOR_TEXT_MAX = 12,
	ANCHOR_WINDOW_MIN = 3, /* so many bytes of a text are narrow sets at least */
	ANCHOR_WINDOW_MAX = 4,
	ANCHOR_KEYS_MAX = 32, /* spellings of a window, folded */
	ANCHOR_FAR = 1 << 30,
};

struct anchor_text {
	unsigned len;			       /* ANCHOR_WINDOW_MIN to ANCHOR_TEXT_MAX */
	struct byte_set sets[ANCHOR_TEXT_MAX]; /* the first ANCHOR_WINDOW_MIN are narrow */
	/*
	 * What may stand before it, where anything does.  Like a set at its
	 * end, it holds the line ends where the pattern allows the record to
	 * begin (end) there, so that it may be held against a block of records.
	 */
	struct byte_set before;
	/*
	 * Bytes of the match before it, at least and at most; ANCHOR_FAR: no limit.  Below 0
	 * it is the distance of an anchor in a lookbehind, before the match.
	 */
	int before_min, before_max;
};

struct anchor_shape {
	struct byte_set before;		  /* as for texts */
	const struct pattern_node **tail; /* n_tail nodes, one behind the other */
	size_t n_tail;
	int before_min, before_max; /* as for texts */
};

struct anchors {
	struct anchor_text *texts;
	size_t n_texts, texts_cap;
	struct anchor_shape *shapes;
	size_t n_shapes, shapes_cap;
	bool everywhere; /* nothing was found that is rare enough: look everywhere */
	int blanks_max;	 /* between where a match starts and any of them; ANCHOR_FAR: any number */
};

/*
 * What logs look like.  It is learnt from two sources:
 *
 *	usual lines	as most systems have them (anchor_usual.c): how often some bytes
 *			stand in them
 *	examples	of the rules themselves: in how many kinds of record some bytes
 *			stand.  What stands in those of many rules (" user") is frequent,
 *			what stands in those of one or two is what these rules look for.
 */
struct anchor_sample {
	struct {
		uint16_t n;	/* kinds that have them */
		uint16_t last;	/* the last one that had */
		uint16_t usual; /* how often they stand in usual lines */
	} seen[2][1 << 17];	/* three bytes and four, folded, by their hash */
	uint16_t n;		/* kinds so far; the first one is 1 */
	size_t usual_len;	/* bytes of text that are usual lines */
	struct buf text;	/* all texts, each with a line end before it and behind */
	uint16_t *kind;		/* of each byte of text; 0: of a usual line */
	size_t kind_cap;
	uint32_t *places; /* where three bytes with hash h begin: from firsts[h] to firsts[h + 1] */
	uint32_t firsts[(1 << 15) + 1];
};

/* Zero-initialise.  Usual lines come first, before any kind. */
void anchor_sample_usual(struct anchor_sample *sample);
/* Texts that are added without a new kind between them are of one kind. */
void anchor_sample_kind(struct anchor_sample *sample);
void anchor_sample_add(struct anchor_sample *sample, const char *text, size_t len);
/* When all are added. */
void anchor_sample_finish(struct anchor_sample *sample);
void anchor_sample_fini(struct anchor_sample *sample);

/* The shapes borrow the pattern.  sample may be NULL: bytes are what logs look like. */
void anchors_derive(struct anchors *anchors_r, const struct pattern *pattern,
		    const struct anchor_sample *sample);
void anchors_fini(struct anchors *anchors);

/* For people: the n-th of its texts and shapes, the texts first, much as a pattern has it. */
void anchors_describe(const struct anchors *anchors, size_t n, struct buf *out);

/* How often a byte of set is to be expected, of 1. */
double anchor_frequency(const struct byte_set *set);

/* How often what node matches is to be expected at a byte, as far as room bytes tell. */
double anchor_rate(const struct pattern_node *node, unsigned room);

/* The bytes of set, folded, each once, into bytes (room for 128); returns how many. */
unsigned anchor_folded(const struct byte_set *set, unsigned char *bytes);

/* A window's sets, spelled out: the bytes of each, folded. */
struct anchor_spelling {
	unsigned len;
	unsigned char bytes[ANCHOR_WINDOW_MAX][128];
	unsigned n[ANCHOR_WINDOW_MAX];
	unsigned keys; /* combinations */
};

/* false: there are more than ANCHOR_KEYS_MAX. */
bool anchor_spell(struct anchor_spelling *spelling_r, const struct byte_set *sets, unsigned len);

/* All combinations (room for ANCHOR_KEYS_MAX), the first byte in the lowest place; 0 behind a short
 * one. */
void anchor_keys(const struct anchor_spelling *spelling, uint32_t *keys_r);

/* How often one of a window's spellings is to be expected at a byte, as the sample has it. */
double anchor_seen(const struct anchor_sample *sample, const struct anchor_spelling *spelling);

/*
 * Places of the sample's text where three bytes that are folded to key may begin, in
 * ascending order; none without a sample.  Borrowed from it.
 */
struct anchor_places {
	const uint32_t *at;
	size_t n;
};
struct anchor_places anchor_places(const struct anchor_sample *sample, uint32_t key);

/* The byte as windows are compared: letters in one case (and some others alike). */
static inline unsigned char anchor_fold(unsigned char c)
{
	return c | 0x20;
}

#endif
