/*
 * stream: what the records of one input have in common.
 *
 * Its name, its kind, and the plan under which its records stand; or, where
 * the input is bound by what a message says of itself, the bindings that
 * choose a plan for each record.  Counted, since batches of it may be in
 * flight when its input is closed.  Immutable once it is in use.
 */
#ifndef PURPOSED_RUN_STREAM_H
#define PURPOSED_RUN_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/span.h>
#include <purposed/engine/plan.h>

struct stream;

/*
 * name and kind (or NULL) are copied; plan is borrowed until the last
 * reference is gone.  has_offsets: records have a position in the input.
 */
struct stream *stream_new(const char *name, const struct plan *plan, const char *kind,
			  bool has_offsets);

/* Thread-safe. */
struct stream *stream_ref(struct stream *stream);
void stream_unref(struct stream **stream);

/*
 * Records of the input whose syslog application name is app stand under plan
 * instead; the first binding that fits wins.  app is a glob (fnmatch(3)) and
 * copied; plan as above.  Before the stream is in use.
 */
void stream_bind(struct stream *stream, const char *app, const struct plan *plan);

const char *stream_name(const struct stream *stream);
const char *stream_kind(const struct stream *stream); /* or NULL */
bool stream_has_offsets(const struct stream *stream);
const struct engine *stream_engine(const struct stream *stream);

/* The plan for all records of the stream; NULL: it is chosen for each. */
const struct plan *stream_only_plan(const struct stream *stream);

/* The plan for one record of the stream. */
const struct plan *stream_plan(const struct stream *stream, struct span record);

#endif
