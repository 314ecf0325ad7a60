/*
 * plan: what a set of declared purposes compiles to.
 *
 * It names the purposes, and says which rules a first look (glance.h) must look
 * for on their account: those of which some value may be flagged.  A full look
 * is for every rule, whatever the purposes.  Immutable; any thread may use it.
 */
#ifndef PURPOSED_ENGINE_PLAN_H
#define PURPOSED_ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/err.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/policy.h>

/* What the policy makes of a value. */
enum plan_need {
	PLAN_PERMITTED,		  /* it is not flagged */
	PLAN_FLAGGED_UNLESS_KIND, /* it is, but in records of the kind that the rules recognise */
	PLAN_FLAGGED,
};

/* What a first look needs to know of a rule. */
struct plan_rule {
	enum plan_need worst;	 /* of its values */
	enum plan_need *targets; /* by target */
	bool tells_kind;	 /* and the kind matters */
};

struct plan {
	struct engine *engine;	 /* a reference */
	struct purpose_set set;	 /* the plan owns what it points to */
	struct plan_rule *rules; /* by rule */
	const char *kind;	 /* the one that the rules recognise, or NULL: none, or several */
	struct plan_look *look;	 /* what plan_finder has made */
};

/* What a first look's candidates have as their rule where an escape stands. */
enum { PLAN_ESCAPE = UINT16_MAX };

/*
 * ids: n ids of purposes, in any order, twice or not; n may be 0 (none is
 * declared).  -1: the policy does not know one; each is named in e, behind
 * where (such as "file:line" or "-p"), with the nearest id there is.
 */
int plan_new(struct plan **plan_r, struct engine *engine, const char *const *ids, size_t n,
	     const char *where, struct err *e);
void plan_free(struct plan **plan);

/* --- For a first look --------------------------------------------------------- */

/*
 * Looks for the rules that matter, and for escapes (PLAN_ESCAPE).  NULL: no
 * first look is to be had: every rule is to be run everywhere (the oracle), or
 * one that matters has no anchor.  Made by the first call.  Thread-safe.
 */
const struct finder *plan_finder(const struct plan *plan);

const struct plan_rule *plan_rule(const struct plan *plan, size_t rule);

/* Whether PLAN_FLAGGED_UNLESS_KIND is not flagged in a record of that kind. */
bool plan_kind_holds(const struct plan *plan, const char *kind);

#endif
