/*
 * regex_words: long lists of words within patterns, asked by one look into a table.
 *
 * Of an alternation of a thousand names PCRE2 makes 100 KB of machine code, in 20 ms, and runs
 * through a part of it wherever a name might stand.  A callout (pcre2callout(3)) that looks into
 * a table (regex_table) takes the place of the names:
 *
 *	\b(?:adams|aerts|...|wouters)\d	\b(?:(?C128)[a-z]++)\d
 *
 * What PCRE2 finds is the same, because what follows in the pattern never begins with a byte of
 * the class: only all the bytes of it that stand there can be the word.  Where the pattern does
 * not say so, the names stay; but at the end of a lookaround no more is asked than whether one
 * of them stands there, whatever follows:
 *
 *	(?!adams|aerts|...|wouters)	(?!(?=(?C128)))
 *
 * and a lookbehind that asks for nothing but words asks whether one of them ends there:
 *
 *	(?<!(?i)host=|node=|...|zone=)	(?!(?=(?C128)))
 */
#ifndef PURPOSED_ENGINE_REGEX_WORDS_H
#define PURPOSED_ENGINE_REGEX_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>
#include <purposed/engine/regex_table.h>

/* The numbers that its callouts have; regex_share has those below. */
enum { REGEX_WORDS_FIRST = 128, REGEX_WORDS_LAST = 255 };

/* What was taken out of a pattern. */
struct regex_words {
	struct regex_table **tables; /* of callout REGEX_WORDS_FIRST and on */
	size_t n, cap;
};

/*
 * Adds the pattern to out, its lists put into words, which is empty; as it is, where its syntax
 * is not one that rules use.  The pattern's callouts, if any, have numbers below
 * REGEX_WORDS_FIRST.  Thread-safe.
 */
void regex_words(struct buf *out, const char *pattern, struct regex_words *words);

/* Adds a table that is known to be one: n words, as regex_table_ref takes them. */
void regex_words_add(struct regex_words *words, const struct regex_table_form *form,
		     struct span list, size_t n);
void regex_words_fini(struct regex_words *words);

/* What that callout asks: whether a word of its list begins, or ends, at byte `at` of the text. */
bool regex_words_hold(const struct regex_words *words, unsigned callout, struct span text,
		      size_t at);

#endif
