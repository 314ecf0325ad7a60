/*
 * Matches of one rule never overlap: behind one that yields a finding the
 * search goes on at its end.  Behind one that keywords or validators refuse
 * it goes on one byte further, since the refused match may hide a true one
 * (the pattern took a digit too many).
 */
#include <purposed/engine/confirm.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

void hits_clear_found(struct hits *hits)
{
	hits->n = 0;
	hits->n_unsearched = 0;
	hits->kind_rule = UINT32_MAX;
}

void hits_clear(struct hits *hits)
{
	hits_clear_found(hits);
	head_forget(&hits->head);
}

void hits_fini(struct hits *hits)
{
	free(hits->hits);
	free(hits->unsearched);
	head_fini(&hits->head);
	*hits = (struct hits){ 0 };
}

void hits_add_unsearched(struct hits *hits, const struct unsearched *unsearched)
{
	hits->unsearched = mem_grow(hits->unsearched, hits->n_unsearched, &hits->unsearched_cap,
				    sizeof(*hits->unsearched));
	hits->unsearched[hits->n_unsearched++] = *unsearched;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/*
 * Whether a keyword of rule stands as a whole word in the window before byte
 * at.  The pattern sees the text end there; so where a word goes on over that
 * place, the text ends for it before that word, which is none of the rule's.
 */
static enum regex_result has_keyword(const struct rule *rule, struct span text, size_t at,
				     struct regex_scratch *scratch)
{
	size_t from = at > rule->window ? at - rule->window : 0;
	size_t end = at;

	if (at < text.len && is_word(text.ptr[at])) {
		while (end > from && is_word(text.ptr[end - 1]))
			end--;
	}
	return regex_match(rule->keywords, scratch, span_slice(text, 0, end), from);
}

/* Whether a target took part in the last match, with something, and its validator takes that. */
static bool yields(const struct rule_target *target, struct span text,
		   const struct regex_scratch *scratch, size_t *start_r, size_t *end_r)
{
	return regex_matched(scratch, target->group, start_r, end_r) && *start_r < *end_r &&
	       (target->validator == NULL ||
		target->validator->valid(span_slice(text, *start_r, *end_r)));
}

static bool yields_any(const struct rule *rule, struct span text,
		       const struct regex_scratch *scratch)
{
	size_t start;
	size_t end;

	for (size_t i = 0; i < rule->n_targets; i++) {
		if (yields(&rule->targets[i], text, scratch, &start, &end))
			return true;
	}
	return false;
}

/* Adds what the last match yields; false where that is nothing. */
static bool add_hits(const struct rule *rule, uint16_t index, struct span text, uint8_t layer,
		     const struct regex_scratch *scratch, struct hits *hits)
{
	bool any = false;

	for (size_t i = 0; i < rule->n_targets; i++) {
		size_t start;
		size_t end;

		if (!yields(&rule->targets[i], text, scratch, &start, &end))
			continue;
		hits_add(hits, &(struct hit){ start, end, index, (uint16_t)i, layer });
		any = true;
	}
	return any;
}

/*
 * Looks at the match at byte at, which the search from byte start on gave.  Keywords
 * are looked for last: of numbers in logs one in a hundred has the right check digits.
 * That search reuses scratch, which holds the match: so that is repeated, from the same
 * start, since a pattern may look at what stands before its match.
 */
static enum regex_result accept(const struct rule *rule, uint16_t index, struct span text,
				uint8_t layer, size_t start, size_t at,
				struct regex_scratch *scratch, struct hits *hits)
{
	if (rule->keywords != NULL) {
		enum regex_result result = REGEX_NO_MATCH;

		if (rule->kind != NULL || yields_any(rule, text, scratch))
			result = has_keyword(rule, text, at, scratch);
		if (result == REGEX_MATCH)
			result = regex_match(rule->regex, scratch, text, start);
		if (result != REGEX_MATCH)
			return result;
	}
	if (rule->kind != NULL && layer == 0 && index < hits->kind_rule &&
	    head_ends_at(&hits->head, text, at))
		hits->kind_rule = index;
	return add_hits(rule, index, text, layer, scratch, hits) ? REGEX_MATCH : REGEX_NO_MATCH;
}

/* Up to so many places are tried one by one, which is faster than PCRE2's search. */
enum { FEW_PLACES = 4 };

/* The first match from *start on, where starts tells the places for one. */
static enum regex_result search_few(const struct rule *rule, const struct pattern_starts *starts,
				    struct span text, size_t *start, size_t last,
				    struct regex_scratch *scratch)
{
	enum regex_result result = REGEX_NO_MATCH;

	for (size_t at = *start; at <= last && result == REGEX_NO_MATCH; at++) {
		at = pattern_starts_next(starts, text, at, last);
		if (at > last)
			break;
		result = regex_match_at(rule->regex, scratch, text, at);
		*start = at;
	}
	return result;
}

/* The first match from *start on; *start becomes the place from which it was found. */
static enum regex_result search(const struct rule *rule, const struct pattern_starts *starts,
				struct span text, size_t *start, size_t last,
				struct regex_scratch *scratch)
{
	enum regex_result result = REGEX_NO_MATCH;

	if (starts != NULL)
		return search_few(rule, starts, text, start, last, scratch);
	if (last - *start >= FEW_PLACES)
		return regex_match_within(rule->regex, scratch, text, *start, last);
	for (size_t at = *start; at <= last && result == REGEX_NO_MATCH; at++) {
		result = regex_match_at(rule->regex, scratch, text, at);
		*start = at;
	}
	return result;
}

size_t confirm_within(const struct rule *rule, uint16_t index, const struct pattern_starts *starts,
		      struct span text, uint8_t layer, size_t start, size_t last,
		      struct regex_scratch *scratch, struct hits *hits)
{
	if (last > text.len)
		last = text.len;
	while (start <= last) {
		enum regex_result result = search(rule, starts, text, &start, last, scratch);
		size_t match_start = start;
		size_t match_end = start;

		if (result == REGEX_NO_MATCH)
			return last + 1;
		if (result == REGEX_MATCH) {
			/* \K in a lookahead can make a match that ends before it starts. */
			if (!regex_matched(scratch, 0, &match_start, &match_end) ||
			    match_start < start || match_end < match_start)
				result = REGEX_ERROR;
			else
				result = accept(rule, index, text, layer, start, match_start,
						scratch, hits);
		}
		if (result == REGEX_LIMIT || result == REGEX_ERROR) {
			hits_add_unsearched(hits,
					    &(struct unsearched){
						    start,
						    text.len,
						    result == REGEX_LIMIT ? REASON_MATCH_LIMIT
									  : REASON_ENGINE_ERROR,
						    layer,
					    });
			return SIZE_MAX;
		}
		start = result == REGEX_MATCH && match_end > match_start ? match_end
									 : match_start + 1;
	}
	return start;
}

void confirm_rule(const struct rule *rule, uint16_t index, struct span text, uint8_t layer,
		  size_t start, struct regex_scratch *scratch, struct hits *hits)
{
	confirm_within(rule, index, NULL, text, layer, start, SIZE_MAX, scratch, hits);
}
