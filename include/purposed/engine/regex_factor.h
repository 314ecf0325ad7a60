/*
 * regex_factor: what alternatives of a pattern have in common, asked once.
 *
 * PCRE2 tries alternatives one after the other: (?:set|sent|user) at a "u" has
 * asked for an "s" twice before.  Rules have hundreds of words in a row.  So
 * those that begin with the same bytes are put together where the first of
 * them stands:
 *
 *	(?:set|user|sent|use)	(?:se(?:t|nt)|use(?:r|))
 *
 * Nothing else changes: of two alternatives that may match at one place the
 * earlier one stays the earlier one, groups keep their numbers, and what PCRE2
 * finds is the same.
 */
#ifndef PURPOSED_ENGINE_REGEX_FACTOR_H
#define PURPOSED_ENGINE_REGEX_FACTOR_H

#include <purposed/base/buf.h>

/* Adds the pattern to out; as it is, where its syntax is not one that rules use. */
void regex_factor(struct buf *out, const char *pattern);

#endif
