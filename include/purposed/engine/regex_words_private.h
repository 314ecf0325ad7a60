/*
 * regex_words_private: the steps from an alternation to tables.
 *
 *	regex_words		which alternations, and what follows them
 *	regex_words_behind	which lookbehinds
 *	regex_words_listing	all words that a part of a pattern stands for
 *	regex_words_plan	alternatives, one by one: words, and what is more than words
 *	regex_words_blocks	words by their shape, in an order that changes nothing
 *	regex_words_write	what is written for them
 */
#ifndef PURPOSED_ENGINE_REGEX_WORDS_PRIVATE_H
#define PURPOSED_ENGINE_REGEX_WORDS_PRIVATE_H

#include <purposed/base/buf.h>
#include <purposed/engine/pattern.h>
#include <purposed/engine/regex_copy.h>
#include <purposed/engine/regex_table.h>
#include <purposed/engine/regex_words.h>

/* A shorter list is as fast as it is written. */
enum { REGEX_WORDS_MIN = 24 };

/* Whether there may be a list between these bytes of the text: most groups are short. */
bool words_has_many(const char *text, size_t start, size_t end);

/* --- Listing -------------------------------------------------------------------- */

/* Words in the order in which PCRE2 tries them, in the form that regex_table takes. */
struct words_listing {
	struct buf bytes;
	size_t n;
};

/*
 * Adds to a listing all that node and its siblings match, each behind prefix; false: it is
 * more than words, or with them it has more than max, or one is too long.  A word may be empty.
 * folded: letters stand for both cases, small ones in the listing; else for themselves.  NULL:
 * nothing.
 */
bool words_listing_fill(struct words_listing *listing, struct span prefix,
			const struct pattern_node *node, bool folded, size_t max);

/* Turns each word around; false: one is empty. */
bool words_listing_mirror(struct words_listing *listing);

void words_listing_fini(struct words_listing *listing);

/* The word at *at, which goes to the next one; false: there is none. */
bool words_listing_next(const struct words_listing *listing, size_t *at, struct span *word_r);

/* --- Blocks --------------------------------------------------------------------- */

enum { WORDS_BLOCKS_MAX = 8 };

/* Words that one table takes; or, without a shape, that stay as they are. */
struct words_block {
	struct words_listing words;
	struct buf shape;
};

struct words_blocks {
	struct words_block blocks[WORDS_BLOCKS_MAX + 1];
	size_t n;
	struct byte_set run;
};

/*
 * Parts words among blocks, in the order in which they are to be tried; never: what does not
 * follow them.  NULL: there is no such order, or little for a table.
 */
struct words_blocks *words_blocks_new(const struct words_listing *words, bool folded,
				      const struct byte_set *never);
void words_blocks_free(struct words_blocks **blocks);

/* --- Plan ----------------------------------------------------------------------- */

/*
 * Words, and the alternatives that they are of, as these are written; or, if cat is not NULL, an
 * alternative that is more, and what is written before it.
 */
struct words_item {
	struct words_listing words;
	struct buf written;
	struct words_blocks *blocks; /* or NULL */
	const struct pattern_node *cat;
};

/* In the order in which they are to be tried. */
struct words_plan {
	struct words_item *items;
	size_t n, cap;
	const char *text; /* the pattern; borrowed */
	bool folded;
	bool any_order;		 /* it does not matter which one matches */
	size_t open;		 /* the item behind this one takes words, unless they begin as */
	struct byte_set barrier; /* what came behind it; 0: there is none */
};

/* The alternatives of alt; whatever of them can match at one place stays in its order. */
void words_plan_make(struct words_plan *plan, const struct pattern_node *alt);
void words_plan_fini(struct words_plan *plan);

/* --- Writing -------------------------------------------------------------------- */

struct words_writer {
	struct regex_copy copy;
	struct regex_words *words; /* tables so far */
};

/* Whether there is a number left for a callout. */
bool words_write_has_room(const struct words_writer *w);

/* A callout that asks for the words; there is room for it. */
void words_write_table(struct words_writer *w, const struct words_listing *words,
		       const struct regex_table_form *form);

/* Alternatives: a table, and the bytes that it tells of, or the words. */
void words_write_blocks(struct words_writer *w, const struct words_blocks *blocks, bool folded);

/* Where a lookaround ends: is one of the words there?  false: nothing was written. */
bool words_write_asked(struct words_writer *w, const struct words_listing *words, bool folded);

/* --- Lookbehinds ---------------------------------------------------------------- */

/*
 * Writes the lookbehind at node, if it asks for words, and those that it is asked together with;
 * returns the last of them.
 */
const struct pattern_node *words_write_behind(struct words_writer *w,
					      const struct pattern_node *node);

#endif
