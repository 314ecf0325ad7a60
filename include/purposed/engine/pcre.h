/*
 * pcre: what the house uses of PCRE2, by our names; the only place that includes its header.
 *
 * Patterns are compiled in byte mode (no UTF, no locale: (?i) folds ASCII only).  A code is
 * never changed and can be shared; what a match needs to write is in a pcre_scratch, one per
 * thread.  What limits and answers are is said in regex.h.
 */
#ifndef PURPOSED_ENGINE_PCRE_H
#define PURPOSED_ENGINE_PCRE_H

#include <purposed/engine/regex.h>

/* --- Compiling ------------------------------------------------------------------ */

struct pcre_code;

/* How a pattern is compiled: any of these together. */
enum {
	PCRE_HERE = 1,	  /* to match where it is told to, or not; else at the first place */
	PCRE_CAREFUL = 2, /* so that machine code of it misses no match that there is (pcre.c) */
	PCRE_CHECK = 4,	  /* for its mistakes only: without what would make matching fast */
};

/* What is wrong with a pattern. */
struct pcre_error {
	int number; /* never 0 */
	size_t at;  /* byte of the pattern */
};

/* NULL: it cannot be compiled; error_r is set then only. */
struct pcre_code *pcre_compile(const char *pattern, unsigned how, struct pcre_error *error_r);
void pcre_free(struct pcre_code *code);

/*
 * A copy with machine code, which takes three times as long as compiling; NULL: there can be
 * none.
 */
struct pcre_code *pcre_make_machine(const struct pcre_code *code);

/* Bytes of what the interpreter reads. */
size_t pcre_size(const struct pcre_code *code);

/* How many groups catch something; the number of a named one, or -1. */
unsigned pcre_groups(const struct pcre_code *code);
int pcre_group(const struct pcre_code *code, const char *name);

/* Adds what an error is, in PCRE2's words. */
void pcre_error_text(int number, struct buf *out);
bool pcre_is_too_large(int number);

/* PCRE2's version in full ("10.42 2022-12-11"). */
void pcre_version(struct buf *version);

/* --- Matching ------------------------------------------------------------------- */

enum { PCRE_GROUPS_MAX = 64 }; /* with the whole match */

struct pcre_scratch;

/* A match has come to a callout of the pattern (pcre2callout(3)). */
struct pcre_callout {
	unsigned number;
	struct span text;
	size_t at;    /* where it is in the text */
	size_t start; /* where the match that is tried begins */
};

/*
 * ask: says whether a match may go on at a callout; REGEX_LIMIT and REGEX_ERROR end it, as its
 * answers.
 */
struct pcre_scratch *pcre_scratch_new(const struct regex_limits *limits,
				      enum regex_result (*ask)(void *asker,
							       const struct pcre_callout *callout),
				      void *asker);
void pcre_scratch_free(struct pcre_scratch **scratch);

/*
 * A match that starts at or behind byte start, and at byte last at the latest (SIZE_MAX:
 * anywhere; so always for what is compiled with PCRE_HERE).  is_machine: code is of
 * pcre_make_machine.
 */
enum regex_result pcre_match(const struct pcre_code *code, bool is_machine,
			     struct pcre_scratch *scratch, struct span text, size_t start,
			     size_t last);

/* As regex_matched. */
bool pcre_matched(const struct pcre_scratch *scratch, uint32_t group, size_t *start_r,
		  size_t *end_r);

#endif
