/*
 * setup_private: what the sources of a setup share.
 *
 * setup.c makes all of it, with setup_streams.c for the inputs and setup_outputs.c for the
 * outputs; setup_succeed.c takes over from another one, setup_heirs.c says which output from which,
 * setup_spools.c takes their spools, and setup_count.c counts.
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

/* The sink itself, behind alert control. */
struct sink **setup_sink(struct output *output);

/* Index of the output of that name, or n_outputs. */
size_t setup_find_output(const struct settings *settings, const char *name);

/*
 * For each output of before the index of the one that goes on with what it has to write, its
 * heir, which is no other one's; n_outputs: it has none.  The caller frees it.
 */
size_t *setup_heirs(const struct settings *settings, const struct settings *before);

/*
 * The spools of old's outputs go to their heirs, before these begin; where one cannot, e says
 * why.  What nobody will send is logged.
 */
void setup_pass_spools(const struct setup *setup, struct setup *old, const size_t *heirs,
		       struct err *e);

bool setup_has_windows(const struct setup *setup, size_t output);

#endif
