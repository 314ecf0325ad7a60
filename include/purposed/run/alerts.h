/*
 * alerts: a sink before a sink, that says the same thing once.
 *
 *	lines, each behind its mark --> groups --> rate limit --> the sink itself
 *
 * Grouping: alerts about the same input, purposes and rules, within a window that
 * begins with the first of them, become that first one, with a count and the times
 * of the first and the last; it is written when the window is over.  Rate limit: so
 * many lines in a minute; what is held back is said in a line of its own when the
 * minute is over.
 *
 * A mark (alerts_add_mark) says what a line is about; it is taken off here.
 * Thread-safe, since times are looked at by another thread than writes.
 */
#ifndef PURPOSED_RUN_ALERTS_H
#define PURPOSED_RUN_ALERTS_H

#include <stdint.h>

#include <purposed/base/err.h>
#include <purposed/io/sink.h>
#include <purposed/io/state.h>
#include <purposed/run/output.h>

struct alerts_settings {
	const char *name;	       /* of the output */
	const struct output *output;   /* its format, envelope and options */
	unsigned long long window_s;   /* 0: no grouping */
	unsigned long long rate_limit; /* lines a minute; 0: none */
};

/* What it has counted. */
struct alerts_counters {
	unsigned long long grouped;   /* records that went into an alert with others */
	unsigned long long held_back; /* alerts that the limit kept from the output */
	unsigned long long waiting;   /* alerts in their windows now */
};

/* Takes over to, its sink.  The settings are borrowed until it is freed. */
struct sink *alerts_new(struct sink *to, const struct alerts_settings *settings);

/* Adds what a line of that record begins with. */
void alerts_add_mark(struct buf *out, const struct format_job *job);

/*
 * Writes what is due; all: everything, now.  As sink_write: SINK_ACCEPTED when nothing
 * that is due is left.
 */
enum sink_result alerts_tick(struct sink *sink, bool all, struct err *e);

/* What old_sink has not written becomes that of sink; both are of the same output. */
void alerts_take(struct sink *sink, struct sink *old_sink);

/* The name that what waits in windows has in the state: none of an input. */
void alerts_add_state_name(struct buf *out, const char *output);

/*
 * What waits in windows outlives the process: saved when it has changed, and loaded
 * once, before the first line.  -1: described in e.
 */
int alerts_save(struct sink *sink, const struct state *state, struct err *e);
int alerts_load(struct sink *sink, const struct state *state, struct err *e);

/* Its output is no more: what was saved would be sent again, should one of its name come back. */
void alerts_forget(struct sink *sink, const struct state *state);

/* The sink behind it, for who moves that to another one. */
struct sink **alerts_sink(struct sink *sink);

void alerts_count(struct sink *sink, struct alerts_counters *counters_r);

#endif
