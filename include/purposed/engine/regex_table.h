/*
 * regex_table: a list of words, asked by one look instead of letter by letter.
 *
 * A table answers whether one of its words stands at a place of a text.  Patterns with
 * the same list share one.
 */
#ifndef PURPOSED_ENGINE_REGEX_TABLE_H
#define PURPOSED_ENGINE_REGEX_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/span.h>
#include <purposed/engine/byte_set.h>

enum {
	REGEX_TABLE_WORD_MAX = 63, /* bytes of a word */
	REGEX_TABLE_RUN = 1,	   /* in a shape: bytes of `run`, as many as there are */
};

struct regex_table;

/* How a table is asked. */
struct regex_table_form {
	bool folded;	     /* in any case of ASCII letters: the words have small ones */
	bool behind;	     /* they end where it is asked, and are given backwards */
	struct byte_set run; /* with both cases of a letter, where it is folded */
	/*
	 * All of its words have this shape: bytes that stand for themselves, and runs.  What is
	 * asked for is the one stretch of the text that has it, whose runs are as long as they
	 * can be.  Empty, as it is where they end there: any word.
	 */
	struct span shape;
};

/*
 * A table of n words, which stand one behind the other, each behind a byte that says how
 * long it is; none is empty, or has a byte 0 or 1.  Thread-safe.
 */
struct regex_table *regex_table_ref(const struct regex_table_form *form, struct span words,
				    size_t n);
void regex_table_unref(struct regex_table *table);

/* What it was made of; lives as long as the table.  Returns how many words there are. */
size_t regex_table_tell(const struct regex_table *table, struct regex_table_form *form_r,
			struct span *words_r);

/* Whether the text has a word at (or before) byte `at`, which is not behind its end. */
bool regex_table_has(const struct regex_table *table, struct span text, size_t at);

#endif
