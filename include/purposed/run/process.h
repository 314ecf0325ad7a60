/*
 * process: the walk of the records of one batch, from bytes to output.
 */
#ifndef PURPOSED_RUN_PROCESS_H
#define PURPOSED_RUN_PROCESS_H

#include <purposed/engine/classify.h>
#include <purposed/run/pipeline.h>

/*
 * Classifies every record of batch and fills batch->out and batch->stats.
 * classifier is of the stream's engine and of this thread.
 */
void process_batch(struct batch *batch, const struct output *outputs, size_t n_outputs,
		   struct classifier *classifier);

#endif
