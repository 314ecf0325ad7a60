/*
 * port: one input at work: its descriptor in the loop, its records in the
 * pipeline.
 *
 * A port outlives a reload: its socket stays open, and what it reads goes to
 * the pipeline that it was last attached to.
 *
 * Some inputs have a position (a place in files, a cursor): what was read can be
 * read again.  Their port starts where the checkpoint of that input says, and
 * port_save writes a new one, once everything that was read is accepted.
 */
#ifndef PURPOSED_RUN_PORT_H
#define PURPOSED_RUN_PORT_H

#include <stdbool.h>

#include <purposed/base/err.h>
#include <purposed/io/input.h>
#include <purposed/io/state.h>
#include <purposed/run/loop.h>
#include <purposed/run/pipeline.h>
#include <purposed/run/settings.h>
#include <purposed/run/stream.h>

struct port;

/* Who is told that there is something to read. */
struct port_owner {
	struct loop *loop;
	void (*ready)(void *context, struct port *port);
	void *context;
};

enum port_result {
	PORT_MORE,   /* there may be more */
	PORT_EMPTY,  /* nothing more for now; for good, once the port was stopped */
	PORT_END,    /* nothing will come any more */
	PORT_FAILED, /* described in e; as PORT_END */
};

/*
 * Opens what the settings describe; still disabled.  owner is copied.  An input
 * with a position goes on from where `before` is, the port of an input of that name
 * and type, or else from its checkpoint in state; either may be NULL.
 */
int port_open(struct port **port_r, const struct settings_input *settings,
	      const struct port_owner *owner, const struct port *before, const struct state *state,
	      struct err *e);

/* Whether inputs of that type have a position. */
bool port_type_has_position(enum input_type type);

/* Whether port_save would write something. */
bool port_is_unsaved(const struct port *port, const struct state *state);

/*
 * Writes the checkpoint, if there is anything new to be said; to be called when all
 * that was read is accepted.  -1: described in e; the old one stands.
 */
int port_save(struct port *port, const struct state *state, struct err *e);

/* Whether what these settings describe is already open here, and senders can find it. */
bool port_serves(const struct port *port, const struct settings_input *settings);

/* Whether it may be attached anew just now: not within a line longer than a batch. */
bool port_can_move(const struct port *port);

/* What is read from now on goes to pipeline, as records of stream (a reference is taken). */
void port_attach(struct port *port, struct pipeline *pipeline, struct stream *stream);

void port_enable(struct port *port, bool on);

/*
 * Reads one batch and submits it; attached.  After PORT_MORE the pipeline may
 * hold: then not again before it holds nothing.
 */
enum port_result port_step(struct port *port, struct err *e);

/* Accepts nothing new; what was queued until now can be read, and then comes an end. */
void port_stop(struct port *port);

/* Takes over what has changed of the settings that it serves. */
void port_renew(struct port *port, const struct settings_input *settings);

/* What it has counted since it was opened. */
struct input_counts port_counts(struct port *port);

/* Before its pipeline.  Accepts a pointer to NULL; clears it. */
void port_free(struct port **port);

#endif
