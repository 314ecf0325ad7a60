/*
 * regex_made: what PCRE2 is to see of a pattern: with what it shares with others taken out
 * (regex_share.h), its lists as tables (regex_words.h), and its alternatives put together
 * (regex_factor.h).
 *
 * Of the built-in rules' patterns that is known since purposed was built (prepared.h).
 */
#ifndef PURPOSED_ENGINE_REGEX_MADE_H
#define PURPOSED_ENGINE_REGEX_MADE_H

#include <stdbool.h>

#include <purposed/base/buf.h>
#include <purposed/engine/regex_share.h>
#include <purposed/engine/regex_words.h>

struct regex_made {
	const char *text; /* of the own, or of what was prepared */
	struct buf own;
	struct regex_parts parts;
	struct regex_words words;
};

/*
 * Fills an empty one.  shares: with other patterns; how: of parts, as in regex.h.  The second
 * one does not ask what was prepared.  Thread-safe.
 */
void regex_make(struct regex_made *made, const char *pattern, bool shares, unsigned how);
void regex_make_anew(struct regex_made *made, const char *pattern, bool shares, unsigned how);

/* Whether this version of PCRE2 took all of the pattern when purposed was built. */
bool regex_made_was_taken(const char *pattern);

void regex_made_fini(struct regex_made *made);

#endif
