/*
 * warm: makes in a thread of its own what a lone record should not wait for.
 *
 * Deriving anchors takes a tenth of a second, and machine code for all rules a
 * few hundredths.  A file's first block waits for the anchors, since without
 * them it would take longer.  But a stream whose records come one by one, each
 * of them awaited by somebody, is searched without until they are there.
 */
#ifndef PURPOSED_RUN_WARM_H
#define PURPOSED_RUN_WARM_H

#include <purposed/engine/engine.h>
#include <purposed/engine/plan.h>

struct warm;

struct warm *warm_new(void);

/* Waits for what is under way, not longer than it takes to derive anchors. */
void warm_free(struct warm **warm);

/*
 * Says that a small batch had to do without something; when some of them had, it
 * is made: the anchors of all rules, and the plan's look of that depth (plan
 * NULL or PRESCAN_DEPTHS: none).  Both are borrowed until warm_free.  Thread-safe.
 */
void warm_want(struct warm *warm, const struct engine *engine, const struct plan *plan,
	       enum prescan_depth depth);

/*
 * Begins at once, without a batch: the anchors, and what n plans look for at that depth.
 * The plans are borrowed until warm_free; before the first batch.
 */
void warm_begin(struct warm *warm, const struct engine *engine, const struct plan *const *plans,
		size_t n, enum prescan_depth depth);

/* Until that is there; as above. */
void warm_wait(struct warm *warm);

/* Whether what warm_begin makes is not all there yet: nobody is to wait for it.  Thread-safe. */
bool warm_has_begun(struct warm *warm);

#endif
