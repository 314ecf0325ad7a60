/*
 * setup_private: what the sources of a setup share.
 *
 * setup.c makes all of it, with setup_streams.c for the inputs and setup_outputs.c for the
 * outputs; setup_succeed.c takes over from another one, setup_spools.c their spools, and
 * setup_count.c counts.
 */
#ifndef PURPOSED_RUN_SETUP_PRIVATE_H
#define PURPOSED_RUN_SETUP_PRIVATE_H

#include <stdbool.h>

#include <purposed/run/setup.h>

/* Of an input; -1: described in e, the stream is there all the same. */
int setup_make_stream(struct setup *setup, const struct settings_input *input,
		      struct stream **stream_r, struct err *e);

/* With its sink, which opens what it writes to; -1: described in e. */
int setup_make_output(const struct setup *setup, const struct settings_output *from,
		      struct output *output, struct err *e);

/* Puts alert control before the sink. */
void setup_control_output(struct output *output, const struct settings_output *from);

/* Where the spool of a syslog output is; in path, whose storage it is. */
const char *setup_spool_path(struct buf *path, const struct settings *settings,
			     const struct settings_output *output);

/* The sink itself, behind alert control. */
struct sink **setup_sink(struct output *output);

/*
 * Index in before of the output that has changed names with `index`: each of the two receivers,
 * to which no other output sends, is now sent to under the other's name.  n_outputs: none has.
 */
size_t setup_swapped(const struct settings *settings, const struct settings *before, size_t index);

/*
 * Index of the output that goes on with what `index` of before has to write: one of its name
 * (or of that with which it changed names), or, of a receiver, the one that is new and sends there,
 * too.  n_outputs: there is none.
 */
size_t setup_successor(const struct settings *settings, const struct settings *before,
		       size_t index);

/*
 * The spools of old's outputs go to their successors, before these begin; where one cannot, e
 * says why.  What nobody will send is logged.
 */
void setup_pass_spools(const struct setup *setup, struct setup *old, struct err *e);

bool setup_has_windows(const struct setup *setup, size_t output);

#endif
