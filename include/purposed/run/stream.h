/*
 * stream: what the records of one input have in common.
 *
 * Its name, its kind, and which plan its records stand under:
 * the first that there is of
 *
 *	a binding that fits         by what the record or its origin says
 *	the purpose it carries      where the input trusts it and allows that purpose
 *	the stream's own plan
 *
 * Counted, since batches of it may be in flight when its input is closed.
 * Immutable once it is in use, and for any thread.
 */
#ifndef PURPOSED_RUN_STREAM_H
#define PURPOSED_RUN_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/span.h>
#include <purposed/engine/plan.h>

struct stream;

/*
 * Which records a binding is for: those of which every field that is set fits.
 * A field is a glob (fnmatch(3)), or NULL: any.  What a record does not have fits
 * no glob, not even "*".
 */
struct stream_selector {
	const char *app; /* APP-NAME, the tag of RFC 3164, SYSLOG_IDENTIFIER */
	const char *host;
	const char *facility; /* by name ("auth") or number ("4") */
	const char *unit;     /* of systemd */
	const char *path;     /* of the file; '*' matches '/' too */
	const char *peer;     /* name in its certificate, or its address */
	const char *json;     /* "member=glob": a string in the object that is the record's text */
};

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
 * Records that selector fits stand under plan; the first binding that fits wins.
 * The globs are copied; plan as above.  Before the stream is in use.
 */
void stream_bind(struct stream *stream, const struct stream_selector *selector,
		 const struct plan *plan);

/*
 * Records may say themselves under which purpose they stand, as element
 * [purpose@ENTERPRISE_ID id="..."] and as carried.h says.  unknown: the plan of
 * those that name a purpose which the policy lacks; plans as above.  Before the
 * stream is in use.
 */
void stream_trust(struct stream *stream, unsigned enterprise_id, const struct plan *unknown);

/* That id (copied) is a purpose that a trusted record may name; plan is that of it. */
void stream_allow(struct stream *stream, const char *id, const struct plan *plan);

const char *stream_name(const struct stream *stream);
const char *stream_kind(const struct stream *stream); /* or NULL */
bool stream_has_offsets(const struct stream *stream);
const struct engine *stream_engine(const struct stream *stream);

/*
 * The plan for all records of that origin (written, see io/origin.h; or empty);
 * NULL: their bytes have a say.
 */
const struct plan *stream_only_plan(const struct stream *stream, struct span origin);

/* The plan for one record of the stream; written: its origin, as above. */
const struct plan *stream_plan(const struct stream *stream, struct span record,
			       struct span written);

/* What became of its records: those whose output was accepted, or is held. */
struct stream_counts {
	unsigned long long records, bytes, flagged;
	unsigned long long lag_ms; /* of the last batch: from reading to acceptance */
};

/* Adds counts, but for lag_ms, which it sets.  Thread-safe, as the next one. */
void stream_count(struct stream *stream, const struct stream_counts *counts);
struct stream_counts stream_counted(const struct stream *stream);

#endif
