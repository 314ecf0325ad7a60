/*
 * words: one of a few words, as options and settings name a choice.
 *
 * A table of words is NULL-terminated and in the order of its enum.
 */
#ifndef PURPOSED_BASE_WORDS_H
#define PURPOSED_BASE_WORDS_H

#include <purposed/base/buf.h>

/* The index of word in words, or -1. */
int words_find(const char *const words[], const char *word);

/* Adds all of them: "one, two, three". */
void words_add(struct buf *out, const char *const words[]);

/* How many bytes must be changed, added or left out to make b of a (Levenshtein). */
size_t words_distance(const char *a, const char *b);

#endif
