/*
 * plan: what a set of declared purposes compiles to.
 *
 * It names the purposes and the rules that must be looked for on their
 * account.  Today that is every rule, whatever the purposes; a plan is the
 * place where looking for less is decided.  Immutable; any thread may use it.
 */
#ifndef PURPOSED_ENGINE_PLAN_H
#define PURPOSED_ENGINE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/base/err.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/policy.h>

struct plan {
	struct engine *engine;	/* a reference */
	struct purpose_set set; /* the plan owns what it points to */
	uint16_t *rules;	/* n_rules indices, ascending */
	size_t n_rules;
};

/*
 * ids: n ids of purposes, in any order, twice or not; n may be 0 (none is
 * declared).  -1: the policy does not know one; each is named in e, behind
 * where (such as "file:line" or "-p"), with the nearest id there is.
 */
int plan_new(struct plan **plan_r, struct engine *engine, const char *const *ids, size_t n,
	     const char *where, struct err *e);
void plan_free(struct plan **plan);

#endif
