/*
 * process: the walk of the records of one batch, from bytes to output.
 */
#ifndef PURPOSED_RUN_PROCESS_H
#define PURPOSED_RUN_PROCESS_H

#include <purposed/engine/classify.h>
#include <purposed/engine/prescan.h>
#include <purposed/run/cuts.h>
#include <purposed/run/format_memo.h>
#include <purposed/run/pipeline.h>
#include <purposed/run/warm.h>

/* What a thread processes batches with.  All of it is borrowed. */
struct process_means {
	const struct output *outputs;
	size_t n_outputs;
	/* Of the batch's engine and of this thread. */
	struct classifier *classifier;
	struct prescan *prescan;
	struct format_memo *memo;
	struct warm *warm;
	struct cuts *cuts;
	/*
	 * Takes what stands in the buffer of one output, which is then empty, where that is
	 * more than so much.  What is said of a record can be fifty times as long as the
	 * record, and a batch with it: 256 KiB of addresses and nothing else are 15 MB of JSON.
	 */
	size_t drain_bytes;
	void (*drain)(void *context, struct batch *batch, size_t output);
	void *context;
};

/* How deep outputs want to know what is not flagged. */
enum prescan_depth process_depth(const struct output *outputs, size_t n);

/*
 * Fills batch->out and batch->stats.  Records of which the outputs want to know no
 * more than a first look (prescan.h) can tell are classified in full only where it
 * says so.  What an output's buffer holds beyond a measure is drained between two
 * records.
 */
void process_batch(struct batch *batch, const struct process_means *means);

#endif
