/* pattern_syntax: what single bytes are in a pattern, for all who read or write one. */
#ifndef PURPOSED_ENGINE_PATTERN_SYNTAX_H
#define PURPOSED_ENGINE_PATTERN_SYNTAX_H

#include <stdbool.h>

/* Of ASCII: the letters that (?i) folds. */
static inline bool pattern_is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool pattern_is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* The small one of a letter, and else c itself. */
static inline unsigned char pattern_small(unsigned char c)
{
	return pattern_is_letter(c) ? c | 0x20 : c;
}

/* Whether what stands before it may be asked for several times, or not at all. */
static inline bool pattern_is_quantifier(char c)
{
	return c == '?' || c == '*' || c == '+' || c == '{';
}

#endif
