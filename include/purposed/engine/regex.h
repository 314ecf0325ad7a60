/*
 * regex: a pattern, and where it matches.
 *
 * Patterns are PCRE2's (pcre.h), in byte mode (no UTF, no locale: (?i) folds
 * ASCII only).  Where wanted and allowed, machine code is made of one when it
 * has much to do.  A compiled regex gives the same answers for ever and is shared;
 * what a match needs to write is in a regex_scratch, one per thread.
 */
#ifndef PURPOSED_ENGINE_REGEX_H
#define PURPOSED_ENGINE_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/base/span.h>

struct regex;
struct regex_scratch;

enum regex_result {
	REGEX_NO_MATCH,
	REGEX_MATCH,
	REGEX_LIMIT, /* a match, depth, heap or stack limit: nothing is known */
	REGEX_ERROR, /* any other failure of the engine: nothing is known */
};

struct regex_limits {
	uint32_t match;	   /* PCRE2's match limit */
	uint32_t depth;	   /* its backtracking depth limit (interpreter) */
	uint32_t heap_kib; /* its heap limit in KiB (interpreter); the JIT stack's size as well */
};

/* How a pattern is compiled: any of these together. */
enum {
	REGEX_JIT = 1, /* want machine code */
	/* Not factored (regex_factor.h), nothing of it shared or made a table (regex_words.h). */
	REGEX_AS_WRITTEN = 2,
	REGEX_UNSHARED = 4, /* what it has in common with others stays in it (regex_share.h) */
};

/* -1: the pattern is wrong; e says what and at which byte. */
int regex_compile(struct regex **regex_r, const char *pattern, unsigned how, struct err *e);
void regex_free(struct regex **regex);

/*
 * The same for a pattern that this version of PCRE2 is known to take; it is borrowed, and
 * compiled when it is needed first.  Where that fails (there is no memory) every match is
 * REGEX_ERROR.
 */
struct regex *regex_known(const char *pattern, unsigned how);

const char *regex_pattern(const struct regex *regex);

/*
 * Makes machine code now, and says whether there is any (false where memory may
 * not be made executable).
 */
bool regex_has_jit(const struct regex *regex);

/* Makes everything that matching may need, so that no match waits for it. */
void regex_prepare(const struct regex *regex);

/* Whether this process may make machine code at all. */
bool regex_may_have_jit(void);

/* Number of the named group, or -1. */
int regex_group(const struct regex *regex, const char *name);

struct regex_scratch *regex_scratch_new(const struct regex_limits *limits);
void regex_scratch_free(struct regex_scratch **scratch);

/*
 * Looks for the first match in text that starts at or behind byte start;
 * lookbehind sees the bytes before it.  On REGEX_MATCH the groups can be read
 * from scratch until its next use.
 */
enum regex_result regex_match(const struct regex *regex, struct regex_scratch *scratch,
			      struct span text, size_t start);

/*
 * As regex_match, but the match starts at byte last at the latest (and at or
 * behind start).  SIZE_MAX: anywhere.
 */
enum regex_result regex_match_within(const struct regex *regex, struct regex_scratch *scratch,
				     struct span text, size_t start, size_t last);

/* As regex_match, but the match starts at byte at; faster where only that is in question. */
enum regex_result regex_match_at(const struct regex *regex, struct regex_scratch *scratch,
				 struct span text, size_t at);

/* Bytes [*start_r, *end_r) of the last match's group; false where it took no part. */
bool regex_matched(const struct regex_scratch *scratch, uint32_t group, size_t *start_r,
		   size_t *end_r);

#endif
