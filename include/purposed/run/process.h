/*
 * process: the walk of the records of one batch, from bytes to output.
 */
#ifndef PURPOSED_RUN_PROCESS_H
#define PURPOSED_RUN_PROCESS_H

#include <purposed/engine/classify.h>
#include <purposed/engine/glance.h>
#include <purposed/run/pipeline.h>

/* What a thread processes batches with.  All of it is borrowed. */
struct process_means {
	const struct output *outputs;
	size_t n_outputs;
	/* Of the batch's engine and of this thread. */
	struct classifier *classifier;
	struct glance *glance;
	/* Takes what stands in the buffer of one output; the buffer is then empty. */
	void (*drain)(void *context, struct batch *batch, size_t output);
	void *context;
};

/*
 * Classifies every record of batch and fills batch->out and batch->stats.  Where
 * all outputs want flagged records only, or the others as they came, these are
 * just counted and passed on, most of them after a first look (glance.h).  What
 * an output's buffer holds beyond a measure is drained between two records.
 */
void process_batch(struct batch *batch, const struct process_means *means);

#endif
