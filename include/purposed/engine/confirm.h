/*
 * confirm: does this rule match here, really?
 *
 * The last word on a rule: its pattern (PCRE2), its keywords, its validators.
 * A finder says where to look; confirm says what is there.
 */
#ifndef PURPOSED_ENGINE_CONFIRM_H
#define PURPOSED_ENGINE_CONFIRM_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/base/mem.h>
#include <purposed/base/span.h>
#include <purposed/engine/head.h>
#include <purposed/engine/pattern_starts.h>
#include <purposed/engine/regex.h>
#include <purposed/engine/rules.h>
#include <purposed/engine/verdict.h>

/* A confirmed value, in bytes [start, end) of the text of a decoded layer. */
struct hit {
	size_t start;
	size_t end;
	uint16_t rule;	 /* index in the rule set */
	uint16_t target; /* index in the rule's targets */
	uint8_t layer;
};

/* Bytes [start, end) of a layer that a rule could not be looked for in. */
struct unsearched {
	size_t start;
	size_t end;
	enum reason reason; /* REASON_MATCH_LIMIT or REASON_ENGINE_ERROR */
	uint8_t layer;
};

/* What a record's search yields; one thread's, cleared for every record. */
struct hits {
	struct hit *hits;
	size_t n, cap;
	struct unsearched *unsearched;
	size_t n_unsearched, unsearched_cap;
	uint32_t kind_rule; /* lowest index of a rule that tells the kind, or UINT32_MAX */
	struct head head;   /* of the record at hand */
};

void hits_clear(struct hits *hits);
/*
 * The same, but what is known of heads is kept: for searches of several records in turn whose
 * bytes stand still meanwhile.
 */
void hits_clear_found(struct hits *hits);
void hits_fini(struct hits *hits);

static inline void hits_add(struct hits *hits, const struct hit *hit)
{
	if (hits->n == hits->cap)
		hits->hits = mem_grow(hits->hits, hits->n, &hits->cap, sizeof(*hits->hits));
	hits->hits[hits->n++] = *hit;
}

void hits_add_unsearched(struct hits *hits, const struct unsearched *unsearched);

/*
 * Adds every confirmed match of rule, which is number index of its set, that
 * starts at bytes [start, last] of text, the text of that layer (SIZE_MAX: to
 * its end), and only where starts allows it; NULL: everywhere.  Returns the byte
 * at which the search for the next one begins.
 */
size_t confirm_within(const struct rule *rule, uint16_t index, const struct pattern_starts *starts,
		      struct span text, uint8_t layer, size_t start, size_t last,
		      struct regex_scratch *scratch, struct hits *hits);

/* The same from byte start to the end of text. */
void confirm_rule(const struct rule *rule, uint16_t index, struct span text, uint8_t layer,
		  size_t start, struct regex_scratch *scratch, struct hits *hits);

#endif
