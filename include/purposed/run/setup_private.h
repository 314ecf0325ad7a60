/*
 * setup_private: what the sources of a setup share.
 *
 * setup.c makes all of it, with setup_streams.c for the inputs and setup_outputs.c for the
 * outputs; setup_succeed.c takes over from another one, setup_count.c counts.
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

bool setup_has_windows(const struct setup *setup, size_t output);

#endif
