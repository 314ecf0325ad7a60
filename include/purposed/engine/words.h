/*
 * words: lists of words that several rules have in common.
 *
 * A rule file may name lists beside its rules, for itself and all other files:
 *
 *	words = {
 *	  article = [ "the", "an?", "het", "l[ae]s?" ];      // each a piece of PCRE2
 *	  no_name = [ "(?{article})", "null", "unknown" ];   // lists before it may be used
 *	};
 *
 * Where a pattern says (?{no_name}), which PCRE2 leaves to others, stands the
 * alternation of that list: (?:(?:the|an?|het|l[ae]s?)|null|unknown).
 */
#ifndef PURPOSED_ENGINE_WORDS_H
#define PURPOSED_ENGINE_WORDS_H

#include <purposed/base/buf.h>
#include <purposed/base/conf.h>
#include <purposed/base/err.h>

struct words;

struct words *words_new(void);
void words_free(struct words **words); /* accepts NULL and a pointer to NULL */

/* Adds the lists of the setting `words` of root, where it has one; every mistake is in e. */
int words_read(struct words *words, const struct conf_node *root, struct err *e);

/* Adds pattern to out with its lists put in; at is where it is written, for e. */
int words_expand(const struct words *words, const char *pattern, const struct conf_node *at,
		 struct buf *out, struct err *e);

#endif
