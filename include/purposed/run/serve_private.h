/*
 * serve_private: what the sources of the daemon's core share.
 *
 * serve.c has the loop, serve_counters.c and serve_status.c tell how it is,
 * serve_flow.c says who is read, serve_checkpoint.c writes positions, serve_carry.c
 * those of inputs that a reload renames, serve_stop.c ends, serve_reload.c builds and
 * changes the whole.  All of it is for the thread of the loop.
 */
#ifndef PURPOSED_RUN_SERVE_PRIVATE_H
#define PURPOSED_RUN_SERVE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <purposed/run/loop.h>
#include <purposed/run/port.h>
#include <purposed/run/serve.h>
#include <purposed/run/setup.h>

enum {
	SERVE_SIGNALS = 4,
	SERVE_COMPLAIN_S = 60, /* what goes on failing is mentioned that often */
};

struct serve {
	const struct session_request *request;
	struct loop *loop;
	struct loop_source *signals[SERVE_SIGNALS];
	struct loop_source *held; /* woken when an output does not take all */
	struct loop_source *retry;
	struct loop_source *status;
	struct loop_source *checkpoint;
	struct loop_source *tick;
	struct loop_source *stats;
	struct state *state; /* NULL: no input has a position */
	struct setup *setup;
	struct port **ports; /* one per input of the settings; NULL: ended */
	size_t n_ports;
	struct port *in_line;	  /* it is within a line longer than a batch; NULL: none is */
	struct stats before;	  /* of the setups before this one; findings are not kept */
	struct input_counts gone; /* of ports that are no more */
	unsigned long long reloads, refused_reloads;
	time_t started;
	struct {
		time_t at;
		unsigned long long records, flagged;
	} said;		    /* with the last status */
	time_t complained;  /* when the failing sink was last mentioned; 0: it does not fail */
	time_t unsaved;	    /* the same of checkpoints that cannot be written */
	time_t tick_failed; /* the same of alerts that are due */
	bool checkpoint_due;
	bool checkpoint_missed; /* it was due while an output did not take all */
	unsigned checkpoints;	/* written, or tried, since the start */
	time_t give_up;		/* stopping: when */
	bool stalled;
	bool stopping;
	bool reload_due; /* as soon as every port can move */
	bool stdin_ended;
	bool failed;
	bool interpreted; /* patterns run without machine code */
};

/* Seconds of the monotonic clock. */
time_t serve_now(void);

/* Logs every message of e, and empties it. */
void serve_complain(struct err *e);

/* Logs how many inputs and outputs it has, behind what it does. */
void serve_say_size(const struct serve *s, const char *what);

/* --- serve.c: what the loop calls --------------------------------------------- */

void serve_on_ready(void *context, struct port *port);

/* --- serve_counters.c ------------------------------------------------------------ */

/* Everything since the start, without findings. */
struct stats serve_totals(struct serve *s);
void serve_add_counts(struct input_counts *into, struct input_counts from);

/* Prints them; now, and every stats_interval from the call of serve_plan_stats on. */
void serve_on_counters(void *context);
void serve_on_stats(void *context);
void serve_plan_stats(struct serve *s);

/* --- serve_status.c ---------------------------------------------------------------- */

void serve_on_status(void *context);

/* --- serve_flow.c ---------------------------------------------------------------- */

/* Reads them, or not; within a long line only the port that is in it. */
void serve_enable_ports(struct serve *s, bool on);

/* The port that is within a line longer than a batch, or NULL. */
struct port *serve_find_in_line(const struct serve *s);

/* After a port was stepped: who is in line may have changed. */
void serve_follow_lines(struct serve *s);

/* After whatever may have written; false: nothing is to be read for now. */
bool serve_may_go_on(struct serve *s);
void serve_on_held(void *context);
void serve_on_retry(void *context);

/* --- serve_checkpoint.c ------------------------------------------------------------- */

/* Of all ports, or of one; not while something is held. */
void serve_save(struct serve *s, struct port *only);
int serve_save_alerts(struct serve *s, struct err *e);

/* A checkpoint that is not written now will be in a while. */
void serve_plan_checkpoint(struct serve *s);
void serve_on_checkpoint(void *context);

/* --- serve_carry.c ------------------------------------------------------------------ */

/*
 * What the checkpoints say of inputs that get another name, or another state folder: the
 * same under that.  before: by input of settings, what it was; NULL: it is new.
 */
void serve_carry(struct serve *s, const struct settings *settings,
		 const struct settings_input *const *before, const struct state *state);

/* --- serve_stop.c --------------------------------------------------------------------- */

void serve_close_port(struct serve *s, size_t i, enum port_result result, struct err *e);

/* Everything that the stopped ports still have, then the end; again after a stall. */
void serve_drain(struct serve *s);
void serve_stop(struct serve *s);
void serve_give_up(struct serve *s);
void serve_on_stop(void *context);

/* --- serve_reload.c ------------------------------------------------------------------- */

/* Builds what the configuration says, and changes to it; -1: described in e, nothing changed. */
int serve_build(struct serve *s, struct err *e);
void serve_reload(struct serve *s);
void serve_on_reload(void *context);

#endif
