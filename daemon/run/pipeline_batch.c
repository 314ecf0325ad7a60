/* A batch of records, and what it has for the outputs. */
#include <purposed/run/pipeline_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* Messages are whole: many long ones together make more of a batch than it has room for. */
enum { BATCHES_KEPT = 2 };

struct batch *pipeline_batch_new(const struct pipeline *p)
{
	struct batch *batch = mem_new(1, sizeof(*batch));

	buf_reserve(&batch->bytes, p->batch_bytes);
	batch->out = mem_new(p->n_outputs, sizeof(*batch->out));
	stats_init(&batch->stats, p->n_categories);
	return batch;
}

void pipeline_batch_wipe(const struct pipeline *p, struct batch *batch)
{
	/* Only what was used: wiping all of a large block for each lone record would show. */
	mem_wipe(batch->bytes.ptr, batch->bytes.len);
	buf_clear(&batch->bytes);
	buf_clear(&batch->origin);
	if (batch->bytes.cap > BATCHES_KEPT * p->batch_bytes) {
		buf_fini(&batch->bytes);
		buf_reserve(&batch->bytes, p->batch_bytes);
	}
	for (size_t i = 0; i < p->n_outputs; i++)
		outgoing_clear(&batch->out[i]);
}

void pipeline_batch_clear(const struct pipeline *p, struct batch *batch)
{
	pipeline_batch_wipe(p, batch);
	stream_unref(&batch->stream);
	stats_clear(&batch->stats);
	batch->framing = FRAMING_LINES;
	batch->torn = false;
	batch->lossy = false;
	batch->done = false;
}

void pipeline_batch_free(const struct pipeline *p, struct batch *batch)
{
	pipeline_batch_clear(p, batch);
	buf_fini(&batch->bytes);
	buf_fini(&batch->origin);
	for (size_t i = 0; i < p->n_outputs; i++)
		outgoing_fini(&batch->out[i]);
	free(batch->out);
	stats_fini(&batch->stats);
	free(batch);
}
