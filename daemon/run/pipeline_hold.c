/*
 * What a sink did not take is kept, output by output, and offered again.
 *
 * It belongs to whoever is writing: a worker while it writes a batch, or the owner,
 * who seizes the sinks, or has drained the pipeline.  What others want to know of it,
 * whether anything is held at all, is noted under the lock.
 */
#include <purposed/run/pipeline_private.h>

#include <time.h>

#include <purposed/base/mem.h>

enum {
	FULL_WAIT_NS = 5 * 1000 * 1000, /* a sink that is full is asked again so often */
	DEEP_BATCHES = 8,
};

/* Wipes all of it, and lets go: what a sink holds up may be much. */
static void held_release(struct held *held)
{
	buf_fini(&held->bytes);
	held->at = 0;
}

enum sink_result pipeline_offer(struct pipeline *p, size_t output, struct span bytes, struct err *e)
{
	struct held *held = &p->held[output];
	struct span rest = bytes;
	enum sink_result result = SINK_FULL;

	/* Whoever may not hold what is left waits, and with it, in the end, the input. */
	while (held->bytes.len == 0 &&
	       (result = sink_write(p->outputs[output].sink, &rest, e)) == SINK_FULL && !p->hold)
		nanosleep(&(struct timespec){ .tv_nsec = FULL_WAIT_NS }, NULL);
	held->written += bytes.len - rest.len;
	if (result == SINK_ACCEPTED || !p->hold)
		return result;
	if (held->bytes.len == 0) {
		/* The line that was cut is kept whole, for pipeline_rewind. */
		size_t taken = bytes.len - rest.len;
		size_t start = span_line_start(bytes, taken);

		held->at = taken - start;
		rest = span_slice(bytes, start, bytes.len);
	}
	buf_add_span(&held->bytes, rest);
	return SINK_ACCEPTED;
}

void pipeline_note_held(struct pipeline *p)
{
	bool before = p->stopped;

	p->stopped = err_any(&p->error);
	for (size_t i = 0; i < p->n_outputs && !p->stopped; i++)
		p->stopped = p->held[i].bytes.len != 0;
	if (p->stopped && !before && p->wake != NULL)
		p->wake(p->wake_context);
}

/* --- The owner's side ------------------------------------------------------- */

void pipeline_hold(struct pipeline *p, void (*wake)(void *context), void *context)
{
	/* Workers are there already, and look on. */
	pthread_mutex_lock(&p->lock);
	p->n_batches += DEEP_BATCHES;
	p->queue = mem_resize(p->queue, p->n_batches, sizeof(struct batch *));
	p->pending = mem_resize(p->pending, p->n_batches, sizeof(struct batch *));
	p->hold = true;
	p->wake = wake;
	p->wake_context = context;
	pthread_mutex_unlock(&p->lock);
}

bool pipeline_stopped(struct pipeline *p)
{
	bool stopped;

	pthread_mutex_lock(&p->lock);
	stopped = p->stopped;
	pthread_mutex_unlock(&p->lock);
	return stopped;
}

const struct err *pipeline_error(const struct pipeline *p)
{
	return &p->error;
}

void pipeline_seize(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	while (p->writing)
		pthread_cond_wait(&p->free_to_write, &p->lock);
	p->writing = true;
	pthread_mutex_unlock(&p->lock);
}

void pipeline_release(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->writing = false;
	pthread_cond_broadcast(&p->free_to_write);
	pipeline_write_finished(p);
	pthread_mutex_unlock(&p->lock);
}

enum sink_result pipeline_retry(struct pipeline *p)
{
	enum sink_result worst = SINK_ACCEPTED;

	err_fini(&p->error);
	for (size_t i = 0; i < p->n_outputs; i++) {
		struct held *held = &p->held[i];
		struct span rest = span_slice(buf_span(&held->bytes), held->at, held->bytes.len);
		enum sink_result result = sink_write(p->outputs[i].sink, &rest, &p->error);

		held->written += held->bytes.len - held->at - rest.len;
		held->at = held->bytes.len - rest.len;
		if (result == SINK_ACCEPTED)
			held_release(held);
		if (result > worst)
			worst = result;
	}
	pthread_mutex_lock(&p->lock);
	pipeline_note_held(p);
	pthread_mutex_unlock(&p->lock);
	return worst;
}

size_t pipeline_held(const struct pipeline *p, size_t output)
{
	return p->held[output].bytes.len - p->held[output].at;
}

unsigned long long pipeline_written(const struct pipeline *p, size_t output)
{
	return p->held[output].written;
}

void pipeline_rewind(struct pipeline *p, size_t output)
{
	struct held *held = &p->held[output];

	if (sink_goes_on(p->outputs[output].sink))
		return;
	held->at = span_line_start(buf_span(&held->bytes), held->at);
}

void pipeline_move_held(struct pipeline *from, size_t output, struct pipeline *to, size_t to_output)
{
	struct held *old = &from->held[output];
	struct held *held = &to->held[to_output];

	held->written += old->written;
	held->at = old->at;
	buf_add_span(&held->bytes, buf_span(&old->bytes));
	if (!sink_goes_on(from->outputs[output].sink))
		held->at = span_line_start(buf_span(&held->bytes), held->at);
	pipeline_rewind(to, to_output);
	held_release(old);
	pthread_mutex_lock(&to->lock);
	pipeline_note_held(to);
	pthread_mutex_unlock(&to->lock);
}
