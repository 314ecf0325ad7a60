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
 * while nothing else is under way: a lone record waits for nobody to wake.  Not so where
 * records come one upon the other: while he searches nobody receives, and who computes
 * for long is not given a processor at once when something comes.
 *
 * The newest batch, while it is in the queue, can be taken back by the owner, who adds
 * to it: the longer the workers are busy, the more is searched at once.
 *
 * A worker that would sleep lingers before it does, where batches come one upon the other:
 * it looks again by itself, and is called only for much.  What little comes meanwhile is
 * searched together.  A batch of ten messages takes three times as long for each of them as
 * one of a hundred: the search begins anew, out of caches that others have used since, and a
 * thread is woken, which costs both sides.
 *
 * Workers that wait are called by name, the first of them first, since its caches are the
 * warmest; and one for each batch: what is added to a batch for which somebody is on his way
 * needs nobody else.
 */
#include <purposed/run/pipeline_private.h>

#include <stdint.h>
#include <stdlib.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/run/process.h>

enum {
	LONE_BYTES = 8 * 1024,	/* of a batch that its owner searches himself, if others idle */
	LONE_REST_NS = 1000000, /* and nothing came before it for so long */
	MUCH_BYTES = 8 * 1024,	/* that wait are worth a worker who sleeps, or another one */
	MUCH_LOSSY = 16 * 1024, /* of datagrams, for which the owner is woken most often */
};

void pipeline_apart(struct pipeline *p)
{
	/* No thread is there yet: nobody looks on. */
	for (unsigned i = p->n_threads; i < p->n_workers && !p->no_threads; i++) {
		if (pthread_create(&p->workers[i].thread, NULL, pipeline_worker_main,
				   &p->workers[i]) != 0) {
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
	pthread_condattr_t attr;

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
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	for (unsigned i = 0; i < p->n_workers; i++)
		pthread_cond_init(&p->workers[i].wanted, &attr);
	pthread_condattr_destroy(&attr);
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
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_cond_signal(&p->workers[i].wanted);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_join(p->workers[i].thread, NULL);
	pipeline_worker_fini(&p->own);
	for (unsigned i = 0; i < p->n_workers; i++)
		pipeline_worker_fini(&p->workers[i]);
	warm_free(&p->warm);
	while (p->idle != NULL) {
		struct batch *batch = p->idle;

		p->idle = batch->next;
		pipeline_batch_free(p, batch);
	}
	for (size_t i = 0; i < p->n_outputs; i++)
		buf_fini(&p->held[i].bytes);
	free(p->held);
	stats_fini(&p->stats);
	err_fini(&p->error);
	pthread_cond_destroy(&p->free_to_write);
	for (unsigned i = 0; i < p->n_workers; i++)
		pthread_cond_destroy(&p->workers[i].wanted);
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
		batch = pipeline_batch_new(p);
		p->n_made++;
	}
	if (batch != NULL)
		batch->next = NULL;
	return batch;
}

/* Until a batch is accepted, and not more than so many bytes are left; under the lock. */
static void await(struct pipeline *p, size_t bytes)
{
	p->awaited = bytes;
	pthread_cond_wait(&p->idle_or_done, &p->lock);
}

struct batch *pipeline_take(struct pipeline *p)
{
	struct batch *batch;

	pthread_mutex_lock(&p->lock);
	while ((batch = take_idle(p)) == NULL)
		await(p, SIZE_MAX);
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
		await(p, bytes);
	pthread_mutex_unlock(&p->lock);
}

void pipeline_return(struct pipeline *p, struct batch *batch)
{
	pthread_mutex_lock(&p->lock);
	pipeline_batch_clear(p, batch);
	batch->next = p->idle;
	p->idle = batch;
	pthread_mutex_unlock(&p->lock);
}

/* Notes how long nothing was submitted; to be called at every submit of a daemon. */
static void note_gap(struct pipeline *p)
{
	struct timespec t;
	long long now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (long long)t.tv_sec * 1000000000 + t.tv_nsec;
	p->gap_ns = now - p->submitted_ns;
	p->submitted_ns = now;
}

/* Whether the owner does the work: waking somebody else for so little takes longer. */
static bool is_for_owner(struct pipeline *p, const struct batch *batch)
{
	if (p->n_threads == 0 || !p->hold)
		return p->n_threads == 0;
	note_gap(p);
	return p->gap_ns >= LONE_REST_NS && p->pending_n == 0 && batch->bytes.len <= LONE_BYTES &&
	       !batch->lossy;
}

/*
 * Whether a worker is to be called for the batch that was queued last: not for what was added
 * to one for which somebody is called already, and has not come.
 */
static bool is_one_wanted(const struct pipeline *p, const struct batch *batch)
{
	bool much = p->queue_n > 1 || batch->bytes.len >= (batch->lossy ? MUCH_LOSSY : MUCH_BYTES);
	unsigned n[WORKER_STATES] = { 0 };

	for (unsigned i = 0; i < p->n_threads; i++)
		n[p->workers[i].state]++;
	return n[WORKER_CALLED] < p->queue_n &&
	       (!p->hold || much || n[WORKER_SLEEPS] == p->n_threads);
}

/*
 * Calls a worker for the batch that was queued last, or none: NULL.  While a daemon's workers
 * come along with what little there is, no more of them are kept awake than are needed: each
 * has to be given a processor in its turn, and what is done waits, in order, for whoever was
 * not.  One that lingers comes by itself, unless it is much.
 */
static struct worker *call_worker(struct pipeline *p, const struct batch *batch)
{
	struct worker *worker = pipeline_find_worker(p, WORKER_LINGERS);

	if (worker == NULL)
		worker = pipeline_find_worker(p, WORKER_SLEEPS);
	if (worker == NULL || !is_one_wanted(p, batch))
		return NULL;
	worker->state = WORKER_CALLED;
	return worker;
}

int pipeline_submit(struct pipeline *p, struct batch *batch)
{
	struct worker *called = NULL;
	bool ours;
	bool stopped;

	pthread_mutex_lock(&p->lock);
	ours = is_for_owner(p, batch);
	p->pending[(p->pending_at + p->pending_n++) % p->n_batches] = batch;
	p->pending_bytes += batch->bytes.len;
	if (ours) {
		pthread_mutex_unlock(&p->lock);
		pipeline_work(&p->own, batch);
		pthread_mutex_lock(&p->lock);
		batch->done = true;
		pipeline_write_finished(p);
	} else {
		p->queue[(p->queue_at + p->queue_n++) % p->n_batches] = batch;
		called = call_worker(p, batch);
	}
	stopped = p->stopped;
	pthread_mutex_unlock(&p->lock);
	if (called != NULL)
		pthread_cond_signal(&called->wanted);
	return stopped ? -1 : 0;
}

int pipeline_drain(struct pipeline *p)
{
	bool stopped;

	pthread_mutex_lock(&p->lock);
	while (p->pending_n != 0)
		await(p, 0);
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
	pipeline_prepare(&p->own, engine);
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
