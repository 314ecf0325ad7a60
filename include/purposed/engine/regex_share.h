/*
 * regex_share: lookaheads that patterns have in common, compiled once for all of them.
 *
 * Dozens of rules ask of a value that it be none of the same thousand words.  In each
 * of their patterns that is most of what PCRE2 compiles and makes machine code of; and
 * most of it is never reached.  So a long lookahead becomes a pattern of its own, which
 * all patterns with the same text share, and leaves a callout (pcre2callout(3)) behind:
 *
 *	(?i)by (?!(?:the|...)\b)(?<value>\w+)
 *
 *	(?i)by (?=(?C1))(?<value>\w+)	1: (?i)(?!(?:the|...)\b)
 *
 * Whether the part matches where the callout stands is whether the lookahead holds: so
 * only one that catches nothing, and refers to nothing, is taken out.  What PCRE2 finds
 * is the same.
 */
#ifndef PURPOSED_ENGINE_REGEX_SHARE_H
#define PURPOSED_ENGINE_REGEX_SHARE_H

#include <stddef.h>

#include <purposed/base/buf.h>

struct regex;
struct regex_part;

/* What was taken out of a pattern: callout n stands for the one before number n. */
struct regex_parts {
	struct regex_part **parts;
	size_t n, cap;
};

/*
 * Adds the pattern to out, what is shared taken out of it into parts, which is empty; as
 * it is, where its syntax is not one that rules use.  how: of parts, as in regex.h.
 * Thread-safe.
 */
void regex_share(struct buf *out, const char *pattern, unsigned how, struct regex_parts *parts);

/* Adds what is known to be taken out. */
void regex_parts_add(struct regex_parts *parts, const char *pattern, unsigned how);

/* Lets go of them; the last one who does frees a part. */
void regex_parts_fini(struct regex_parts *parts);

/* Number n, from 1; at its place it matches or does not. */
const struct regex *regex_part(const struct regex_parts *parts, size_t n);

#endif
