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
 * written to that output later queues up behind it (pipeline_hold.c).
 *
 * With threads, too, the owner of a pipeline that holds searches a small batch himself
 * while nothing else is under way: a lone record waits for nobody to wake.
 *
 * The newest batch, while it is in the queue, can be taken back by the owner, who adds
 * to it: the longer the workers are busy, the more is searched at once.
 */
#include <purposed/run/pipeline_private.h>

#include <stdlib.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/run/process.h>

enum {
	LONE_BYTES = 32 * 1024, /* of a batch that its owner searches himself, if others idle */
};

/* --- Batches ---------------------------------------------------------------- */

static struct batch *batch_new(const struct pipeline *p)
{
	struct batch *batch = mem_new(1, sizeof(*batch));

	buf_reserve(&batch->bytes, p->batch_bytes);
	batch->out = mem_new(p->n_outputs, sizeof(*batch->out));
	stats_init(&batch->stats, p->n_categories);
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

static void worker_fini(struct worker *worker)
{
	classifier_free(&worker->classifier);
	glance_free(&worker->glance);
	cuts_fini(&worker->cuts);
}

/* All that a batch has for an output; whether the sink took it. */
static bool write_output(struct pipeline *p, const struct batch *batch, size_t output,
			 struct err *e)
{
	struct outgoing_walk walk = { 0 };
	struct span part;

	while (outgoing_next(&batch->out[output], &walk, &part)) {
		if (pipeline_offer(p, output, part, e) != SINK_ACCEPTED)
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
	pipeline_note_held(p);
	pthread_cond_broadcast(&p->free_to_write);
	return !failed;
}

/* What there is so far of one output of a batch that is being processed. */
static void drain_output(void *context, struct batch *batch, size_t output)
{
	struct pipeline *p = context;

	pthread_mutex_lock(&p->lock);
	while (p->n_threads != 0 && (p->writing || p->pending[p->pending_at] != batch))
		pthread_cond_wait(&p->free_to_write, &p->lock);
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
	p->pending_bytes -= batch->bytes.len;
	pthread_cond_broadcast(&p->free_to_write);
	batch_clear(p, batch);
	batch->next = p->idle;
	p->idle = batch;
	pthread_cond_signal(&p->idle_or_done);
}

void pipeline_write_finished(struct pipeline *p)
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

		p->n_waiting++;
		while (p->queue_n == 0 && !p->closing)
			pthread_cond_wait(&p->queued, &p->lock);
		p->n_waiting--;
		if (p->queue_n == 0)
			break;
		batch = p->queue[p->queue_at];
		p->queue_at = (p->queue_at + 1) % p->n_batches;
		p->queue_n--;
		pthread_mutex_unlock(&p->lock);
		work(worker, batch);
		pthread_mutex_lock(&p->lock);
		batch->done = true;
		pipeline_write_finished(p);
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

void pipeline_warm(struct pipeline *p, const struct engine *engine, const struct plan *const *plans,
		   size_t n)
{
	warm_begin(p->warm, engine, plans, n, process_depth(p->outputs, p->n_outputs));
}

void pipeline_wait_warm(struct pipeline *p)
{
	warm_wait(p->warm);
}

struct pipeline *pipeline_new(const struct output *outputs, size_t n_outputs, size_t n_categories,
			      unsigned workers, size_t batch_bytes)
{
	struct pipeline *p = mem_new(1, sizeof(*p));

	p->outputs = outputs;
	p->n_outputs = n_outputs;
	p->n_categories = n_categories;
	p->batch_bytes = batch_bytes;
	p->n_workers = workers != 0 ? workers : 1;
	p->own.pipeline = p;
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
	pthread_cond_init(&p->free_to_write, NULL);
	stats_init(&p->stats, n_categories);
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
	worker_fini(&p->own);
	for (unsigned i = 0; i < p->n_workers; i++)
		worker_fini(&p->workers[i]);
	warm_free(&p->warm);
	while (p->idle != NULL) {
		struct batch *batch = p->idle;

		p->idle = batch->next;
		batch_free(p, batch);
	}
	for (size_t i = 0; i < p->n_outputs; i++)
		buf_fini(&p->held[i].bytes);
	free(p->held);
	stats_fini(&p->stats);
	err_fini(&p->error);
	pthread_cond_destroy(&p->free_to_write);
	pthread_cond_destroy(&p->queued);
	pthread_cond_destroy(&p->idle_or_done);
	pthread_mutex_destroy(&p->lock);
	free(p->pending);
	free(p->queue);
	free(p->workers);
	free(p);
}

/* One that is free, or a new one; under the lock.  NULL: all are under way. */
static struct batch *take_idle(struct pipeline *p)
{
	struct batch *batch = p->idle;

	if (batch != NULL) {
		p->idle = batch->next;
	} else if (p->n_made < p->n_batches) {
		batch = batch_new(p);
		p->n_made++;
	}
	if (batch != NULL)
		batch->next = NULL;
	return batch;
}

struct batch *pipeline_take(struct pipeline *p)
{
	struct batch *batch;

	pthread_mutex_lock(&p->lock);
	while ((batch = take_idle(p)) == NULL)
		pthread_cond_wait(&p->idle_or_done, &p->lock);
	pthread_mutex_unlock(&p->lock);
	return batch;
}

struct batch *pipeline_take_again(struct pipeline *p, const struct stream *stream, size_t enough)
{
	struct batch *batch = NULL;

	pthread_mutex_lock(&p->lock);
	if (p->queue_n != 0)
		batch = p->queue[(p->queue_at + p->queue_n - 1) % p->n_batches];
	if (batch != NULL && (batch->stream != stream || batch->bytes.len >= enough))
		batch = NULL;
	if (batch != NULL) {
		p->queue_n--;
		p->pending_n--;
		p->pending_bytes -= batch->bytes.len;
	}
	pthread_mutex_unlock(&p->lock);
	return batch;
}

void pipeline_wait(struct pipeline *p, size_t bytes)
{
	pthread_mutex_lock(&p->lock);
	while (p->pending_n != 0 && p->pending_bytes > bytes)
		pthread_cond_wait(&p->idle_or_done, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

void pipeline_return(struct pipeline *p, struct batch *batch)
{
	pthread_mutex_lock(&p->lock);
	batch_clear(p, batch);
	batch->next = p->idle;
	p->idle = batch;
	pthread_mutex_unlock(&p->lock);
}

/* Whether the owner does the work: waking somebody else for so little takes longer. */
static bool is_for_owner(const struct pipeline *p, const struct batch *batch)
{
	return p->n_threads == 0 ||
	       (p->hold && p->pending_n == 0 && batch->bytes.len <= LONE_BYTES);
}

/*
 * Whether one worker more is to be woken.  While a daemon's workers come along, no more of
 * them than are needed are kept awake: each has to be given a processor in its turn, and
 * what is done waits, in order, for whoever was not.
 */
static bool is_more_wanted(const struct pipeline *p)
{
	bool idle = p->n_waiting == p->n_threads;

	return p->n_waiting != 0 && (!p->hold || idle || p->queue_n > 1);
}

int pipeline_submit(struct pipeline *p, struct batch *batch)
{
	bool ours;
	bool wake = false;
	bool stopped;

	pthread_mutex_lock(&p->lock);
	ours = is_for_owner(p, batch);
	p->pending[(p->pending_at + p->pending_n++) % p->n_batches] = batch;
	p->pending_bytes += batch->bytes.len;
	if (ours) {
		pthread_mutex_unlock(&p->lock);
		work(&p->own, batch);
		pthread_mutex_lock(&p->lock);
		batch->done = true;
		pipeline_write_finished(p);
	} else {
		p->queue[(p->queue_at + p->queue_n++) % p->n_batches] = batch;
		wake = is_more_wanted(p);
	}
	stopped = p->stopped;
	pthread_mutex_unlock(&p->lock);
	if (wake)
		pthread_cond_signal(&p->queued);
	return stopped ? -1 : 0;
}

int pipeline_drain(struct pipeline *p)
{
	bool stopped;

	pthread_mutex_lock(&p->lock);
	while (p->pending_n != 0)
		pthread_cond_wait(&p->idle_or_done, &p->lock);
	stopped = p->stopped;
	pthread_mutex_unlock(&p->lock);
	return stopped ? -1 : 0;
}

size_t pipeline_queued(struct pipeline *p)
{
	size_t n;

	pthread_mutex_lock(&p->lock);
	n = p->pending_n;
	pthread_mutex_unlock(&p->lock);
	return n;
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
	worker_follow(&p->own, engine);
	return p->own.classifier;
}

int pipeline_write(struct pipeline *p, size_t output, struct span bytes)
{
	enum sink_result result;

	if (err_any(&p->error) && !p->hold)
		return -1;
	result = pipeline_offer(p, output, bytes, &p->error);
	pthread_mutex_lock(&p->lock);
	pipeline_note_held(p);
	pthread_mutex_unlock(&p->lock);
	return result == SINK_ACCEPTED ? 0 : -1;
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
