/*
 * prescan_goal: what a first look at records (prescan.h) must look for under one plan.
 *
 * How deep it looks depends on what the outputs want to know of a record that
 * is not flagged: nothing, or the categories of what is in it.
 *
 *	PRESCAN_FLAGS		what may be flagged
 *	PRESCAN_CATEGORIES	all else, too, but in each category no more than shows
 *				that it is there
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
#ifndef PURPOSED_ENGINE_PRESCAN_GOAL_H
#define PURPOSED_ENGINE_PRESCAN_GOAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/finder.h>
#include <purposed/engine/rule_anchors.h>

struct prescan_goal;
struct plan;

enum prescan_depth { PRESCAN_FLAGS, PRESCAN_CATEGORIES, PRESCAN_DEPTHS };

/* What a value tells of its record, from the least on. */
enum prescan_need {
	PRESCAN_NOTHING,     /* that is not known anyway */
	PRESCAN_CATEGORY,    /* a category that is permitted */
	PRESCAN_UNLESS_KIND, /* the same if the record is of the kind that rules recognise, else
			      * NAMED
			      */
	PRESCAN_NAMED,	     /* it must be looked at in full */
};

struct prescan_target {
	enum prescan_need need;
	uint64_t category; /* its bit, for PRESCAN_CATEGORY and PRESCAN_UNLESS_KIND; 0 for
			      PRESCAN_FLAGS */
	bool sure;	   /* its rank reaches the category's threshold */
};

struct prescan_rule {
	enum prescan_need worst; /* of its targets */
	bool tells_kind;	 /* and the kind matters */
	uint64_t categories;	 /* of its targets */
	uint64_t sure;		 /* those that a value of it can make sure */
	bool decoy; /* one of its targets is a decoy: it may take bytes of likely values */
	struct prescan_target *targets;
};

/* What a candidate has as its rule where an escape stands. */
enum { PRESCAN_ESCAPE = RULE_ANCHORS_ESCAPE };

/*
 * NULL: no such look is to be had: every rule is to be run everywhere (the
 * oracle), one that matters has no anchor, or there are too many categories.
 */
struct prescan_goal *prescan_goal_new(const struct plan *plan, enum prescan_depth depth);
void prescan_goal_free(struct prescan_goal **goal);

const struct prescan_rule *prescan_goal_rule(const struct prescan_goal *goal, size_t rule);

/*
 * Of all records: for what names them, for what opens them (rules.h) and makes a
 * category or the kind sure, and for escapes (PRESCAN_ESCAPE).
 */
const struct finder *prescan_goal_first(const struct prescan_goal *goal);

/* Of those that this leaves open: for the other rules that matter.  NULL: there are none. */
const struct finder *prescan_goal_second(const struct prescan_goal *goal);

/* For PRESCAN_CATEGORIES, of those in which one is but likely: for decoys.  NULL: it stays so. */
const struct finder *prescan_goal_decoys(const struct prescan_goal *goal);

/* What the second one's rules have to say. */
const struct prescan_rule *prescan_goal_second_sum(const struct prescan_goal *goal);

/* Whether PRESCAN_UNLESS_KIND is not flagged in a record of that kind. */
bool prescan_goal_kind_holds(const struct prescan_goal *goal, const char *kind);

#endif
