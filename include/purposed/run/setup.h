/*
 * setup: everything that a configuration builds, except the inputs themselves.
 *
 * A reload opens a second setup beside the one at work; what is at work never
 * changes.  Inputs are port.h's, since they outlive a reload.
 */
#ifndef PURPOSED_RUN_SETUP_H
#define PURPOSED_RUN_SETUP_H

#include <stddef.h>

#include <purposed/base/err.h>
#include <purposed/engine/plan.h>
#include <purposed/io/state.h>
#include <purposed/run/counters.h>
#include <purposed/run/pipeline.h>
#include <purposed/run/session.h>
#include <purposed/run/stream.h>

struct setup {
	struct session session;
	struct plan **plans; /* of inputs and their bindings */
	size_t n_plans, plans_cap;
	struct stream **streams;   /* one per input of the settings, in their order */
	struct output *outputs;	   /* one per output of the settings, with its sink */
	struct pipeline *pipeline; /* holds */
	char host[256];		   /* our name, for messages */
};

/*
 * -1: every mistake is in e; output files that were opened stay as they were.
 * wake: see pipeline_hold.
 */
int setup_open(struct setup **setup_r, const struct session_request *request,
	       void (*wake)(void *context), void *context, struct err *e);

/* After everything that uses its pipeline.  Accepts a pointer to NULL; clears it. */
void setup_free(struct setup **setup);

/*
 * Makes setup the successor of old, which is drained: it takes what old's
 * outputs still hold, output by output of the same receiver (or name), their spools,
 * connections to receivers that stay the same, what inputs of the same name counted, and old's
 * random pseudonym key where neither configuration names one.  What is held for an output that is
 * no more is dropped, and what its spool holds is left there, or set aside where another output
 * now has that name, which is logged; a spool that cannot be taken is described in e.
 */
void setup_succeed(struct setup *setup, struct setup *old, struct err *e);

/* Makes the first record as quick as those behind it (pipeline_rehearse); before setup_start. */
void setup_rehearse(struct setup *setup);

/* Says which spools in the state folder, which no other process has, belong to no output. */
void setup_say_spools(const struct setup *setup);

/* Begins with what its outputs still have from before; once nobody else has their spools. */
void setup_start(struct setup *setup);

/* Whether there may be any: an output has windows, or a rate. */
bool setup_ticks(const struct setup *setup);

/*
 * Writes the alerts that are due, or all; to be called every second, and at the end.
 * SINK_ACCEPTED when nothing that is due is left; else as sink_write.
 */
enum sink_result setup_tick(struct setup *setup, bool all, struct err *e);

/* What outputs keep on disk for later is there for good.  -1: described in e. */
int setup_sync(struct setup *setup, struct err *e);

/* What waits in windows, to and from the state folder.  -1: described in e. */
int setup_save_alerts(struct setup *setup, const struct state *state, struct err *e);
int setup_load_alerts(struct setup *setup, const struct state *state, struct err *e);

/* Takes out of the folder what `old` saved of outputs that setup does not have, or not in windows.
 */
void setup_forget_alerts(const struct setup *setup, struct setup *old, const struct state *state);

/*
 * Fills in what its inputs, its outputs and its pipeline have counted; names are borrowed.
 * The sinks must be seized, as for the three above.
 */
void setup_count(struct setup *setup, struct counters *counters);

/* Opens the output files anew, once drained, for log rotation; -1: some stay as they are, described
 * in e. */
int setup_reopen(struct setup *setup, struct err *e);

#endif
