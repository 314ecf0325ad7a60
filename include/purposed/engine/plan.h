/*
 * plan: what a set of declared purposes compiles to.
 *
 * It names the purposes, and has what a first look must look for on their
 * account (prescan_goal.h).  A full look is for every rule, whatever the purposes.
 * Immutable; any thread may use it.
 */
#ifndef PURPOSED_ENGINE_PLAN_H
#define PURPOSED_ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/err.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/policy.h>
#include <purposed/engine/prescan_goal.h>

struct plan {
	unsigned long long serial;	/* from 1; no other plan of the process has it */
	struct engine *engine;		/* a reference */
	struct purpose_set set;		/* the plan owns what it points to */
	struct plan_prescans *prescans; /* what plan_prescan has made */
};

/*
 * ids: n ids of purposes, in any order, twice or not; n may be 0 (none is
 * declared).  -1: the policy does not know one; each is named in e, behind
 * where (such as "file:line" or "-p"), with the nearest id there is.
 */
int plan_new(struct plan **plan_r, struct engine *engine, const char *const *ids, size_t n,
	     const char *where, struct err *e);
void plan_free(struct plan **plan);

/* NULL: there is none to be had (prescan_goal_new).  Made by the first call.  Thread-safe. */
const struct prescan_goal *plan_prescan(const struct plan *plan, enum prescan_depth depth);

/* Whether plan_prescan has nothing left to make.  Thread-safe. */
bool plan_has_prescan(const struct plan *plan, enum prescan_depth depth);

#endif
