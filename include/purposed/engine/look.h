/*
 * look: what a first look at records (glance.h) must look for under one plan.
 *
 * How deep it looks depends on what the outputs want to know of a record that
 * is not flagged: nothing, or the categories of what is in it.
 *
 *	LOOK_FLAGS	what may be flagged
 *	LOOK_CATEGORIES	all else, too, but in each category no more than shows
 *			that it is there
 *
 * That a value was found does not say that it stands: one of higher rank may
 * claim its bytes (claims.h).  But the claim that outranks all others in a
 * record always stands.  So each category has a threshold: a value of at least
 * that rank makes it sure, if in the record there is none of another category,
 * or of a decoy, with as high a rank.  Those are its rivals, and a record that
 * has any is looked at in full.
 *
 * A value of lower rank makes its category likely.  If nothing in the record is of
 * another category, only a decoy can take its bytes for good: so where none does, that
 * category is there, be it by this value or by one that outranks it.
 *
 * Immutable, and shared.
 */
#ifndef PURPOSED_ENGINE_LOOK_H
#define PURPOSED_ENGINE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/derived.h>
#include <purposed/engine/finder.h>

struct look;
struct plan;

enum look_depth { LOOK_FLAGS, LOOK_CATEGORIES, LOOK_DEPTHS };

/* What a value tells of its record, from the least on. */
enum look_need {
	LOOK_NOTHING,	  /* that is not known anyway */
	LOOK_CATEGORY,	  /* a category that is permitted */
	LOOK_UNLESS_KIND, /* the same if the record is of the kind that rules recognise, else NAMED
			   */
	LOOK_NAMED,	  /* it must be looked at in full */
};

struct look_target {
	enum look_need need;
	uint64_t category; /* its bit, for LOOK_CATEGORY and LOOK_UNLESS_KIND; 0 for LOOK_FLAGS */
	bool sure;	   /* its rank reaches the category's threshold */
};

struct look_rule {
	enum look_need worst; /* of its targets */
	bool tells_kind;      /* and the kind matters */
	uint64_t categories;  /* of its targets */
	uint64_t sure;	      /* those that a value of it can make sure */
	bool decoy; /* one of its targets is a decoy: it may take bytes of likely values */
	struct look_target *targets;
};

/* What a candidate has as its rule where an escape stands. */
enum { LOOK_ESCAPE = DERIVED_ESCAPE };

/*
 * NULL: no such look is to be had: every rule is to be run everywhere (the
 * oracle), one that matters has no anchor, or there are too many categories.
 */
struct look *look_new(const struct plan *plan, enum look_depth depth);
void look_free(struct look **look);

const struct look_rule *look_rule(const struct look *look, size_t rule);

/*
 * Of all records: for what names them, for what opens them (rules.h) and makes a
 * category or the kind sure, and for escapes (LOOK_ESCAPE).
 */
const struct finder *look_first(const struct look *look);

/* Of those that this leaves open: for the other rules that matter.  NULL: there are none. */
const struct finder *look_second(const struct look *look);

/* For LOOK_CATEGORIES, of those in which one is but likely: for decoys.  NULL: it stays so. */
const struct finder *look_decoys(const struct look *look);

/* What the second one's rules have to say. */
const struct look_rule *look_second_sum(const struct look *look);

/* Whether LOOK_UNLESS_KIND is not flagged in a record of that kind. */
bool look_kind_holds(const struct look *look, const char *kind);

#endif
