/*
 * What a worker does: it searches a batch, and writes what is done, in order (pipeline.c
 * draws it).
 */
#include <purposed/run/pipeline_private.h>

#include <stdint.h>
#include <time.h>

#include <purposed/run/process.h>
#include <purposed/run/turn.h>

/*
 * What a batch has for an output is written when it is more than that: at once, where
 * nobody else writes, out of memory that the processor has near and that is kept; else
 * when the batches before it are written, for which a worker would have to wait.
 */
enum { DRAIN_ALONE = 256 * 1024, DRAIN_IN_TURN = 1024 * 1024 };

enum {
	LINGER_NS = 200 * 1000,	  /* a worker waits so long before it sleeps, */
	COMING_NS = 2 * LINGER_NS /* where no more than that lay between the last two batches */
};

void pipeline_prepare(struct worker *worker, const struct engine *engine)
{
	struct engine *shared = (struct engine *)(uintptr_t)engine;

	if (worker->classifier != NULL)
		return;
	worker->classifier = classifier_new(shared);
	worker->prescan = prescan_new(shared);
	worker->memo = format_memo_new();
}

void pipeline_worker_fini(struct worker *worker)
{
	classifier_free(&worker->classifier);
	prescan_free(&worker->prescan);
	format_memo_free(&worker->memo);
	cuts_fini(&worker->cuts);
}

/*
 * Lets go of the lock, and only then wakes the owner: he wants it, and is given a processor
 * at once.
 */
static void let_go(struct pipeline *p)
{
	bool due = p->owner_due;

	p->owner_due = false;
	pthread_mutex_unlock(&p->lock);
	if (due)
		pthread_cond_signal(&p->idle_or_done);
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
 * From here to end_writing the sinks are ours, and the lock is not; false: nothing is written
 * any more.  Under the lock.
 */
static bool begin_writing(struct pipeline *p)
{
	bool failed = err_any(&p->error) && !p->hold;

	p->writing = true;
	let_go(p);
	return !failed;
}

/* Takes the lock again, and notes what went wrong. */
static void end_writing(struct pipeline *p, struct err *error)
{
	pthread_mutex_lock(&p->lock);
	p->writing = false;
	if (err_any(error) && !err_any(&p->error))
		err_append(&p->error, error);
	err_fini(error);
	pipeline_note_held(p);
	pthread_cond_broadcast(&p->free_to_write);
}

/* What there is so far of one output of a batch that is being processed. */
static void drain_output(void *context, struct batch *batch, size_t output)
{
	struct pipeline *p = context;
	struct err error = { 0 };

	pthread_mutex_lock(&p->lock);
	while (p->n_threads != 0 && (p->writing || p->pending[p->pending_at] != batch))
		pthread_cond_wait(&p->free_to_write, &p->lock);
	if (begin_writing(p))
		write_output(p, batch, output, &error);
	end_writing(p, &error);
	pthread_mutex_unlock(&p->lock);
	outgoing_clear(&batch->out[output]);
}

void pipeline_work(struct worker *worker, struct batch *batch)
{
	struct pipeline *p = worker->pipeline;

	pipeline_prepare(worker, stream_engine(batch->stream));
	process_batch(batch, &(struct process_means){
				     .outputs = p->outputs,
				     .n_outputs = p->n_outputs,
				     .classifier = worker->classifier,
				     .prescan = worker->prescan,
				     .memo = worker->memo,
				     .warm = p->warm,
				     .cuts = &worker->cuts,
				     .drain_bytes = p->n_threads == 0 ? DRAIN_ALONE : DRAIN_IN_TURN,
				     .drain = drain_output,
				     .context = p,
			     });
}

void pipeline_rehearse(struct pipeline *p, struct stream *stream, struct span message)
{
	struct batch *batch = pipeline_take(p);

	batch->stream = stream_ref(stream);
	batch->framing = FRAMING_MESSAGES;
	batch->first_number = 1;
	clock_gettime(CLOCK_REALTIME, &batch->read_at);
	framing_add_message(&batch->bytes, message, message.len);
	pipeline_work(&p->own, batch);
	pipeline_return(p, batch);
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

/* Under the lock, which is let go for all that takes long. */
static void write_oldest(struct pipeline *p)
{
	struct batch *batch = p->pending[p->pending_at];
	size_t len = batch->bytes.len;
	struct err error = { 0 };
	bool written = begin_writing(p);

	for (size_t i = 0; i < p->n_outputs && written; i++)
		written = write_output(p, batch, i, &error);
	pipeline_batch_wipe(p, batch);
	end_writing(p, &error);
	if (written)
		count_batch(p, batch);
	p->pending_at = (p->pending_at + 1) % p->n_batches;
	p->pending_n--;
	p->pending_bytes -= len;
	pthread_cond_broadcast(&p->free_to_write);
	pipeline_batch_clear(p, batch);
	batch->next = p->idle;
	p->idle = batch;
	p->owner_due |= p->pending_n == 0 || p->pending_bytes <= p->awaited;
}

void pipeline_write_finished(struct pipeline *p)
{
	while (!p->writing && p->pending_n != 0 && p->pending[p->pending_at]->done)
		write_oldest(p);
}

struct worker *pipeline_find_worker(const struct pipeline *p, enum worker_state state)
{
	for (unsigned i = 0; i < p->n_workers; i++) {
		if (p->workers[i].state == state)
			return &p->workers[i];
	}
	return NULL;
}

/* Until its time is over, or it is called.  Under the lock, which is let go. */
static void linger(struct worker *worker)
{
	struct pipeline *p = worker->pipeline;
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LINGER_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	worker->state = WORKER_LINGERS;
	while (worker->state == WORKER_LINGERS && !p->closing &&
	       pthread_cond_timedwait(&worker->wanted, &p->lock, &until) == 0)
		continue;
}

/* Whether more is likely to come soon, and nobody else waits for that. */
static bool may_linger(const struct pipeline *p)
{
	return p->hold && p->gap_ns < COMING_NS && pipeline_find_worker(p, WORKER_LINGERS) == NULL;
}

/* The next batch; NULL: there will be none.  Under the lock, which is let go while it waits. */
static struct batch *next_batch(struct worker *worker)
{
	struct pipeline *p = worker->pipeline;
	struct batch *batch;
	bool lingered = false;

	while (p->queue_n == 0 && !p->closing) {
		if (p->owner_due) {
			let_go(p);
			pthread_mutex_lock(&p->lock);
			continue;
		}
		if (!lingered && may_linger(p)) {
			linger(worker);
		} else {
			worker->state = WORKER_SLEEPS;
			pthread_cond_wait(&worker->wanted, &p->lock);
		}
		/* It has come: because it was called, or by itself. */
		worker->state = WORKER_BUSY;
		lingered = true;
	}
	if (p->queue_n == 0)
		return NULL;
	batch = p->queue[p->queue_at];
	p->queue_at = (p->queue_at + 1) % p->n_batches;
	p->queue_n--;
	return batch;
}

void *pipeline_worker_main(void *arg)
{
	struct worker *worker = arg;
	struct pipeline *p = worker->pipeline;
	struct batch *batch;
	bool behind = false;

	pthread_mutex_lock(&p->lock);
	while ((batch = next_batch(worker)) != NULL) {
		let_go(p);
		/* A daemon works beside those who send; a command is waited for. */
		if (p->hold && !behind)
			turn_behind();
		behind = true;
		pipeline_work(worker, batch);
		pthread_mutex_lock(&p->lock);
		batch->done = true;
		pipeline_write_finished(p);
		/* One with nothing to do sleeps, and others go on anyway. */
		if (p->hold && p->queue_n != 0) {
			let_go(p);
			turn_over();
			pthread_mutex_lock(&p->lock);
		}
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}
