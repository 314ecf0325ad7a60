/*
 * process: the walk of the records of one batch, from bytes to output.
 */
#ifndef PURPOSED_RUN_PROCESS_H
#define PURPOSED_RUN_PROCESS_H

#include <purposed/engine/classify.h>
#include <purposed/run/pipeline.h>

/* Takes what stands in the buffer of one output, and empties that. */
struct process_drain {
	void (*drain)(void *context, struct batch *batch, size_t output);
	void *context;
};

/*
 * Classifies every record of batch and fills batch->out and batch->stats.
 * classifier is of the stream's engine and of this thread.  What an output's
 * buffer holds beyond a measure is drained between two records.
 */
void process_batch(struct batch *batch, const struct output *outputs, size_t n_outputs,
		   struct classifier *classifier, const struct process_drain *drain);

#endif
