/*
 * glance: the fast first look, for outputs that want flagged records only.
 *
 * It goes over a block of lines and names those that must be classified in
 * full (classify.h); of the others it is sure that no declared purpose's policy
 * flags them.  It looks only for what the plan may flag, and in a line it stops
 * at the first such value, whatever may outrank it: what really stands is
 * settled by the full look.
 *
 *	block ─ finder over all lines at once
 *		│ a candidate: the line around it, PCRE2, keywords, validator
 *		│ an escape: the line decoded, and the finder over its layers
 *		▼ a value that may be flagged, or a limit: the line is named
 *
 * Whatever is in doubt is named: a line longer than records are searched, one
 * with escapes beyond the last layer, one in which a limit stopped the search.
 */
#ifndef PURPOSED_ENGINE_GLANCE_H
#define PURPOSED_ENGINE_GLANCE_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/span.h>
#include <purposed/engine/plan.h>

struct glance;

/* One thread's; holds a reference to the engine. */
struct glance *glance_new(struct engine *engine);
void glance_free(struct glance **glance);

/* Overwrites what it held of records. */
void glance_wipe(struct glance *glance);

/*
 * Begins with a block of lines, which is borrowed until the last glance_next.
 * plan is of the same engine and has a finder (plan_finder).
 * kind: what the stream is stated to carry, or NULL.
 */
void glance_begin(struct glance *glance, const struct plan *plan, struct span block,
		  const char *kind);

/*
 * The next line to classify, bytes [*start_r, *end_r) of the block, without its
 * line end; false: there is none left.
 */
bool glance_next(struct glance *glance, size_t *start_r, size_t *end_r);

#endif
