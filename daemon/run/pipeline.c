/*
 * Batches move along three lists, all under one lock:
 *
 *	idle      free, or in the owner's hands
 *	queue     submitted, not yet taken by a worker
 *	pending   submitted, oldest first, until accepted by the sinks
 *
 * A batch enters queue and pending together.  A worker takes one from the
 * queue, processes it without the lock, marks it done, and then, if nobody is
 * writing, writes: as long as the oldest pending batch is done, it leaves
 * `pending`, goes to the sinks (without the lock, `writing` keeps the others
 * away), and returns to `idle`.
 *
 *	worker 1   [ process 1 ........ ][write 1][write 2]
 *	worker 2   [ process 2 ... ][ process 3 ........ ][write 3]
 *
 * A batch whose output grows beyond a measure writes what there is of it before
 * it is done: it waits until it is the oldest, with nobody writing, and then has
 * the sinks for itself.  Batches leave the queue in order, so the oldest one is
 * always in some worker's hands or done: nobody waits for ever.
 *
 * After a sink has failed batches are still passed along, unwritten, so that
 * nobody waits for ever; the owner learns it from the next submit or drain.
 *
 * Holding is done per output, behind the batches: what a sink did not take is
 * copied to the output's `held`, and the batch goes its way.  Whatever is
 * written to that output later queues up behind it.
 */
#include <purposed/run/pipeline.h>

#include <pthread.h>
#include <stdlib.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/run/process.h>

enum {
	FULL_WAIT_NS = 5 * 1000 * 1000, /* a sink that is full is asked again so often */
};

struct worker {
	struct pipeline *pipeline;
	pthread_t thread;
	struct classifier *classifier;
	struct glance *glance;
	struct cuts cuts;
	const struct engine *engine; /* of both */
};

/* What an output's sink has still to take. */
struct held {
	struct buf bytes;
	unsigned long long written; /* bytes that it has taken */
	size_t at;		    /* of the first byte that was not taken */
};

struct pipeline {
	const struct output *outputs;
	size_t n_outputs;
	size_t batch_bytes;
	struct worker *workers; /* the first is the owner's own, without a thread */
	unsigned n_workers;
	unsigned n_threads;
	unsigned n_batches;

	pthread_mutex_t lock;
	pthread_cond_t idle_or_done; /* for the owner */
	pthread_cond_t queued;	     /* for workers */
	pthread_cond_t oldest;	     /* for workers: another batch is the oldest one */
	struct batch *idle;
	struct batch **queue; /* a ring of n_batches */
	size_t queue_at, queue_n;
	struct batch **pending; /* a ring of n_batches, oldest at pending_at */
	size_t pending_at, pending_n;
	bool writing;
	bool closing;
	bool hold;
	bool no_threads;   /* more: they cannot be had, or are not to be */
	struct held *held; /* one per output */
	struct err error;
	struct stats stats;
	struct warm *warm;
};

/* --- Batches ---------------------------------------------------------------- */

static struct batch *batch_new(const struct pipeline *p, size_t n_categories)
{
	struct batch *batch = mem_new(1, sizeof(*batch));

	buf_reserve(&batch->bytes, p->batch_bytes);
	batch->out = mem_new(p->n_outputs, sizeof(*batch->out));
	stats_init(&batch->stats, n_categories);
	return batch;
}

static void batch_clear(const struct pipeline *p, struct batch *batch)
{
	stream_unref(&batch->stream);
	/* Only what was used: wiping all of a large block for each lone record would show. */
	mem_wipe(batch->bytes.ptr, batch->bytes.len);
	buf_clear(&batch->bytes);
	buf_clear(&batch->origin);
	for (size_t i = 0; i < p->n_outputs; i++)
		outgoing_clear(&batch->out[i]);
	stats_clear(&batch->stats);
	batch->framing = FRAMING_LINES;
	batch->torn = false;
	batch->done = false;
}

static void batch_free(const struct pipeline *p, struct batch *batch)
{
	batch_clear(p, batch);
	buf_fini(&batch->bytes);
	buf_fini(&batch->origin);
	for (size_t i = 0; i < p->n_outputs; i++)
		outgoing_fini(&batch->out[i]);
	free(batch->out);
	stats_fini(&batch->stats);
	free(batch);
}

/* Wipes all of it, and lets go: what a sink holds up may be much. */
static void held_release(struct held *held)
{
	buf_fini(&held->bytes);
	held->at = 0;
}

/* --- Work ------------------------------------------------------------------- */

/* After a reload batches of the new engine arrive: what is of the old one follows. */
static void worker_follow(struct worker *worker, const struct engine *engine)
{
	struct engine *shared = (struct engine *)(uintptr_t)engine;

	if (worker->engine == engine)
		return;
	classifier_free(&worker->classifier);
	glance_free(&worker->glance);
	worker->classifier = classifier_new(shared);
	worker->glance = glance_new(shared);
	worker->engine = engine;
}

/* Offers bytes to the sink of an output, and holds the rest if that is to be. */
static enum sink_result offer(struct pipeline *p, size_t output, struct span bytes, struct err *e)
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

/* All that a batch has for an output; whether the sink took it. */
static bool write_output(struct pipeline *p, const struct batch *batch, size_t output,
			 struct err *e)
{
	struct outgoing_walk walk = { 0 };
	struct span part;

	while (outgoing_next(&batch->out[output], &walk, &part)) {
		if (offer(p, output, part, e) != SINK_ACCEPTED)
			return false;
	}
	return true;
}

/*
 * Outputs [first, end) of the oldest batch to their sinks; false: nothing is
 * written any more.  Under the lock, which is let go while the sinks take it.
 */
static bool write_outputs(struct pipeline *p, const struct batch *batch, size_t first, size_t end)
{
	bool failed = err_any(&p->error) && !p->hold;
	struct err error = { 0 };

	p->writing = true;
	pthread_mutex_unlock(&p->lock);
	for (size_t i = first; i < end && !failed; i++)
		failed = !write_output(p, batch, i, &error);
	pthread_mutex_lock(&p->lock);
	p->writing = false;
	if (err_any(&error) && !err_any(&p->error))
		err_append(&p->error, &error);
	err_fini(&error);
	return !failed;
}

/* What there is so far of one output of a batch that is being processed. */
static void drain_output(void *context, struct batch *batch, size_t output)
{
	struct pipeline *p = context;

	pthread_mutex_lock(&p->lock);
	while (p->n_threads != 0 && (p->writing || p->pending[p->pending_at] != batch))
		pthread_cond_wait(&p->oldest, &p->lock);
	write_outputs(p, batch, output, output + 1);
	pthread_mutex_unlock(&p->lock);
	outgoing_clear(&batch->out[output]);
}

static void work(struct worker *worker, struct batch *batch)
{
	struct pipeline *p = worker->pipeline;

	worker_follow(worker, stream_engine(batch->stream));
	process_batch(batch, &(struct process_means){
				     .outputs = p->outputs,
				     .n_outputs = p->n_outputs,
				     .classifier = worker->classifier,
				     .glance = worker->glance,
				     .warm = p->warm,
				     .cuts = &worker->cuts,
				     .drain = drain_output,
				     .context = p,
			     });
}

/* How long ago that was; 0 where the clock was set back meanwhile. */
static unsigned long long ms_since(const struct timespec *then)
{
	struct timespec now;
	long long ms;

	clock_gettime(CLOCK_REALTIME, &now);
	ms = (long long)(now.tv_sec - then->tv_sec) * 1000 +
	     (now.tv_nsec - then->tv_nsec) / 1000000;
	return ms > 0 ? (unsigned long long)ms : 0;
}

static void count_batch(struct pipeline *p, const struct batch *batch)
{
	stats_add(&p->stats, &batch->stats);
	stream_count(batch->stream, &(struct stream_counts){
					    .records = batch->stats.records,
					    .bytes = batch->stats.bytes,
					    .flagged = stats_flagged(&batch->stats),
					    .lag_ms = ms_since(&batch->read_at),
				    });
}

/* Under the lock. */
static void write_oldest(struct pipeline *p)
{
	struct batch *batch = p->pending[p->pending_at];

	if (write_outputs(p, batch, 0, p->n_outputs))
		count_batch(p, batch);
	p->pending_at = (p->pending_at + 1) % p->n_batches;
	p->pending_n--;
	pthread_cond_broadcast(&p->oldest);
	batch_clear(p, batch);
	batch->next = p->idle;
	p->idle = batch;
	pthread_cond_signal(&p->idle_or_done);
}

static void write_finished(struct pipeline *p)
{
	while (!p->writing && p->pending_n != 0 && p->pending[p->pending_at]->done)
		write_oldest(p);
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	struct pipeline *p = worker->pipeline;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct batch *batch;

		while (p->queue_n == 0 && !p->closing)
			pthread_cond_wait(&p->queued, &p->lock);
		if (p->queue_n == 0)
			break;
		batch = p->queue[p->queue_at];
		p->queue_at = (p->queue_at + 1) % p->n_batches;
		p->queue_n--;
		pthread_mutex_unlock(&p->lock);
		work(worker, batch);
		pthread_mutex_lock(&p->lock);
		batch->done = true;
		write_finished(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* --- The owner's side ------------------------------------------------------- */

void pipeline_apart(struct pipeline *p)
{
	/* No thread is there yet: nobody looks on. */
	for (unsigned i = p->n_threads; i < p->n_workers && !p->no_threads; i++) {
		if (pthread_create(&p->workers[i].thread, NULL, worker_main, &p->workers[i]) != 0) {
			log_warning("cannot start worker thread %u; going on with %u", i + 1,
				    p->n_threads);
			p->no_threads = true;
			return;
		}
		p->n_threads++;
	}
}

struct pipeline *pipeline_new(const struct output *outputs, size_t n_outputs, size_t n_categories,
			      unsigned workers, size_t batch_bytes)
{
	struct pipeline *p = mem_new(1, sizeof(*p));

	p->outputs = outputs;
	p->n_outputs = n_outputs;
	p->batch_bytes = batch_bytes;
	p->n_workers = workers != 0 ? workers : 1;
	p->workers = mem_new(p->n_workers, sizeof(*p->workers));
	for (unsigned i = 0; i < p->n_workers; i++)
		p->workers[i].pipeline = p;
	/* One is being filled, one takes over its torn last line, and two per worker. */
	p->n_batches = 2 + 2 * p->n_workers;
	p->queue = mem_new(p->n_batches, sizeof(struct batch *));
	p->pending = mem_new(p->n_batches, sizeof(struct batch *));
	p->held = mem_new(n_outputs, sizeof(*p->held));
	p->warm = warm_new();
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->idle_or_done, NULL);
	pthread_cond_init(&p->queued, NULL);
	pthread_cond_init(&p->oldest, NULL);
	stats_init(&p->stats, n_categories);
	for (unsigned i = 0; i < p->n_batches; i++) {
		struct batch *batch = batch_new(p, n_categories);

		batch->next = p->idle;
		p->idle = batch;
	}
	if (p->n_workers > 1)
		pipeline_apart(p);
	return p;
}

void pipeline_free(struct pipeline **pipeline)
{
	struct pipeline *p;

	if (pipeline == NULL || *pipeline == NULL)
		return;
	p = *pipeline;
	*pipeline = NULL;
	pipeline_drain(p);
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	pthread_cond_broadcast(&p->queued);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_join(p->workers[i].thread, NULL);
	for (unsigned i = 0; i < p->n_workers; i++) {
		classifier_free(&p->workers[i].classifier);
		glance_free(&p->workers[i].glance);
		cuts_fini(&p->workers[i].cuts);
	}
	warm_free(&p->warm);
	while (p->idle != NULL) {
		struct batch *batch = p->idle;

		p->idle = batch->next;
		batch_free(p, batch);
	}
	for (size_t i = 0; i < p->n_outputs; i++) {
		held_release(&p->held[i]);
	}
	free(p->held);
	stats_fini(&p->stats);
	err_fini(&p->error);
	pthread_cond_destroy(&p->oldest);
	pthread_cond_destroy(&p->queued);
	pthread_cond_destroy(&p->idle_or_done);
	pthread_mutex_destroy(&p->lock);
	free(p->pending);
	free(p->queue);
	free(p->workers);
	free(p);
}

struct batch *pipeline_take(struct pipeline *p)
{
	struct batch *batch;

	pthread_mutex_lock(&p->lock);
	while (p->idle == NULL)
		pthread_cond_wait(&p->idle_or_done, &p->lock);
	batch = p->idle;
	p->idle = batch->next;
	batch->next = NULL;
	pthread_mutex_unlock(&p->lock);
	return batch;
}

void pipeline_return(struct pipeline *p, struct batch *batch)
{
	pthread_mutex_lock(&p->lock);
	batch_clear(p, batch);
	batch->next = p->idle;
	p->idle = batch;
	pthread_mutex_unlock(&p->lock);
}

int pipeline_submit(struct pipeline *p, struct batch *batch)
{
	bool failed;

	if (p->n_threads == 0) {
		work(&p->workers[0], batch);
		batch->done = true;
	}
	pthread_mutex_lock(&p->lock);
	p->pending[(p->pending_at + p->pending_n++) % p->n_batches] = batch;
	if (p->n_threads == 0) {
		write_finished(p);
	} else {
		p->queue[(p->queue_at + p->queue_n++) % p->n_batches] = batch;
		pthread_cond_signal(&p->queued);
	}
	failed = pipeline_stopped(p);
	pthread_mutex_unlock(&p->lock);
	return failed ? -1 : 0;
}

int pipeline_drain(struct pipeline *p)
{
	bool failed;

	pthread_mutex_lock(&p->lock);
	while (p->pending_n != 0)
		pthread_cond_wait(&p->idle_or_done, &p->lock);
	failed = pipeline_stopped(p);
	pthread_mutex_unlock(&p->lock);
	return failed ? -1 : 0;
}

const struct err *pipeline_error(const struct pipeline *p)
{
	return &p->error;
}

/* --- Holding ---------------------------------------------------------------- */

bool pipeline_stopped(const struct pipeline *p)
{
	bool stopped = err_any(&p->error);

	for (size_t i = 0; i < p->n_outputs && !stopped; i++)
		stopped = p->held[i].bytes.len != 0;
	return stopped;
}

void pipeline_hold(struct pipeline *p)
{
	p->hold = true;
	p->no_threads = true;
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

size_t pipeline_queued(struct pipeline *p)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = p->pending_n;
	pthread_mutex_unlock(&p->lock);
	return n;
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
}

/* --- Counters, and what overlong.c needs ------------------------------------ */

void pipeline_stats(struct pipeline *p, struct stats *stats_r)
{
	pthread_mutex_lock(&p->lock);
	stats_clear(stats_r);
	stats_add(stats_r, &p->stats);
	pthread_mutex_unlock(&p->lock);
}

const struct output *pipeline_outputs(const struct pipeline *p, size_t *n_r)
{
	*n_r = p->n_outputs;
	return p->outputs;
}

struct classifier *pipeline_classifier(struct pipeline *p, struct engine *engine)
{
	worker_follow(&p->workers[0], engine);
	return p->workers[0].classifier;
}

int pipeline_write(struct pipeline *p, size_t output, struct span bytes)
{
	if (err_any(&p->error) && !p->hold)
		return -1;
	return offer(p, output, bytes, &p->error) == SINK_ACCEPTED ? 0 : -1;
}

void pipeline_count(struct pipeline *p, struct stream *stream, const struct plan *plan,
		    const struct result *result, size_t len, unsigned forged)
{
	stats_record(&p->stats, result, len, plan->set.n != 0);
	stats_purposes(&p->stats, &plan->set, result->verdict);
	p->stats.forged_tags += forged;
	stream_count(stream, &(struct stream_counts){
				     .records = 1,
				     .bytes = len,
				     .flagged = verdict_is_flagged(result->verdict),
			     });
}
