/*
 * batch_search: the search of many records at once, before they are classified.
 *
 * The finder is made for long texts, and the rules' machine code wants to be used
 * many times in a row (candidates.h).  All layers (decode.h) of the records are put
 * one behind the other, a line each, and searched in one go:
 *
 *	record 1 | record 2 with %40 | 2, layer 1 | record 3 | ...
 *
 * What was found is then given out record by record, as they come up.
 *
 * One thread's; kept for the next records.
 */
#ifndef PURPOSED_ENGINE_BATCH_SEARCH_H
#define PURPOSED_ENGINE_BATCH_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/span.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/finder.h>
#include <purposed/engine/rule_finders.h>
#include <purposed/engine/rules.h>

struct batch_search;

/* What a search takes. */
struct batch_search_means {
	const struct rules *rules;
	const struct rule_finders *finders;
	struct finder_scan *scan;
	struct regex_scratch *regex;
};

struct batch_search *batch_search_new(size_t n_rules);
void batch_search_free(struct batch_search **search);

/* Overwrites what it holds of records, and forgets them. */
void batch_search_wipe(struct batch_search *search);

/* Adds a record, which stays borrowed until it came up; decoded is scratch. */
void batch_search_add(struct batch_search *search, struct span record, struct decoded *decoded);

/* Searches all that were added for the finder's rules. */
void batch_search_run(struct batch_search *search, const struct batch_search_means *means);

/* Whether the next record is that one, at that place, and has no layer but itself. */
bool batch_search_is_plain(const struct batch_search *search, struct span record);

/*
 * Whether the next record is that one, at that place: then hits, which were cleared,
 * are those of all its layers, and the one behind it comes up.
 */
bool batch_search_take(struct batch_search *search, struct span record, struct hits *hits);

#endif
