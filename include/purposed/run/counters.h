/*
 * counters: everything that the daemon counts, as plain numbers with names.
 *
 * Three structs (the daemon, an input, an output), and for each a table that says of
 * every field its name, its type and what it means: whoever writes them, as JSON here
 * or for a metrics endpoint, walks the tables.  What is counted by category, reason
 * and purpose is in struct stats, whose rows have the policy's names.
 */
#ifndef PURPOSED_RUN_COUNTERS_H
#define PURPOSED_RUN_COUNTERS_H

#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/engine/policy.h>
#include <purposed/run/stats.h>

struct counters_daemon {
	unsigned long long records, bytes, flagged, undeclared, forged_tags, passed;
	unsigned long long cut_messages, dropped_datagrams, refused_connections, connections;
	unsigned long long queued_batches, stalled, reloads, refused_reloads, uptime_s;
};

struct counters_input {
	const char *name;
	unsigned long long records, bytes, flagged, lag_ms;
	unsigned long long messages, cut, dropped, refused, connections;
	unsigned long long files, unread_bytes, ended;
};

struct counters_output {
	const char *name;
	unsigned long long bytes, held_bytes, grouped, held_back, waiting;
	unsigned long long sent, repeated, spooled, cut, connections, failures, spool_bytes,
		connected;
};

struct counters {
	struct counters_daemon daemon;
	struct counters_input *inputs; /* n_inputs; the names are borrowed */
	size_t n_inputs;
	struct counters_output *outputs;
	size_t n_outputs;
	struct stats stats; /* of the policy */
	const struct policy *policy;
};

enum counter_type {
	COUNTER_SUM,   /* since the start; never goes back */
	COUNTER_GAUGE, /* as it is now */
};

/* One row of a table; the field is an unsigned long long. */
struct counter {
	const char *name;
	enum counter_type type;
	size_t field; /* offset in its struct */
	const char *what;
};

extern const struct counter counters_of_daemon[], counters_of_input[], counters_of_output[];
extern const size_t counters_of_daemon_count, counters_of_input_count, counters_of_output_count;

/* Zeroes, and room for so many inputs and outputs. */
void counters_init(struct counters *counters, size_t n_inputs, size_t n_outputs,
		   const struct policy *policy);
void counters_fini(struct counters *counters);

/* The value of a row in a struct of its table. */
unsigned long long counter_value(const struct counter *row, const void *of);

/* Adds all of it as one line of JSON, with its line end. */
void counters_write(struct buf *out, const struct counters *counters);

#endif
