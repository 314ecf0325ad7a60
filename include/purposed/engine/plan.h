/*
 * plan: what a set of declared purposes compiles to.
 *
 * It names the purposes, and has what a first look must look for on their
 * account (look.h).  A full look is for every rule, whatever the purposes.
 * Immutable; any thread may use it.
 */
#ifndef PURPOSED_ENGINE_PLAN_H
#define PURPOSED_ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/err.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/look.h>
#include <purposed/engine/policy.h>

struct plan {
	unsigned long long serial; /* from 1; no other plan of the process has it */
	struct engine *engine;	   /* a reference */
	struct purpose_set set;	   /* the plan owns what it points to */
	struct plan_looks *looks;  /* what plan_look has made */
};

/*
 * ids: n ids of purposes, in any order, twice or not; n may be 0 (none is
 * declared).  -1: the policy does not know one; each is named in e, behind
 * where (such as "file:line" or "-p"), with the nearest id there is.
 */
int plan_new(struct plan **plan_r, struct engine *engine, const char *const *ids, size_t n,
	     const char *where, struct err *e);
void plan_free(struct plan **plan);

/* NULL: no such look is to be had (look_new).  Made by the first call.  Thread-safe. */
const struct look *plan_look(const struct plan *plan, enum look_depth depth);

/* Whether plan_look has nothing left to make.  Thread-safe. */
bool plan_has_look(const struct plan *plan, enum look_depth depth);

#endif
