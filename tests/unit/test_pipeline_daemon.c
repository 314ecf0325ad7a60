/*
 * The pipeline of a daemon: it has threads and holds what a sink does not take, while the
 * owner receives.  Run under the thread sanitizer, too.
 */
#include "unit_sink.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>

#include <purposed/run/pipeline_private.h>

/* LARGE: so large that a worker searches it, even while all are idle. */
enum { BATCH_BYTES = 2048, ROUNDS = 300, LARGE = 40000 };

/* A pipeline with threads, one output, and what is submitted to it. */
struct daemon {
	struct unit_run run;
	struct unit_sink sink;
	struct output output;
	struct pipeline *pipeline;
	struct stream *stream;
	atomic_uint woken;
	sem_t entered, gate; /* a write posts the one and waits for the other */
};

static struct daemon *gated; /* whose sink is shut */

static enum sink_result write_at_gate(struct sink *sink, struct span *bytes, struct err *e)
{
	sem_post(&gated->entered);
	sem_wait(&gated->gate);
	return unit_sink_write(sink, bytes, e);
}

static void wake(void *context)
{
	struct daemon *d = context;

	atomic_fetch_add(&d->woken, 1);
}

static void open_daemon(struct daemon *d, unsigned workers, struct sink_ops *ops)
{
	d->run = unit_run_open("web", NULL);
	d->sink = unit_sink();
	if (ops != NULL) {
		*ops = *d->sink.sink.ops;
		ops->write = write_at_gate;
		d->sink.sink.ops = ops;
		gated = d;
	}
	sem_init(&d->entered, 0, 0);
	sem_init(&d->gate, 0, 0);
	d->output = unit_output("record", SELECT_ALL, &d->sink, &d->run);
	d->pipeline = pipeline_new(&d->output, 1, 3, workers, BATCH_BYTES);
	pipeline_hold(d->pipeline, wake, d);
	pipeline_apart(d->pipeline);
	d->stream = stream_new("in", d->run.plan, NULL, true);
}

/* Who was called comes, and all of them wait in the end. */
static void check_workers(struct pipeline *p)
{
	bool all = false;

	pipeline_drain(p);
	while (!all) {
		pthread_mutex_lock(&p->lock);
		all = pipeline_find_worker(p, WORKER_BUSY) == NULL &&
		      pipeline_find_worker(p, WORKER_CALLED) == NULL;
		pthread_mutex_unlock(&p->lock);
		sched_yield();
	}
}

static void close_daemon(struct daemon *d)
{
	check_workers(d->pipeline);
	stream_unref(&d->stream);
	pipeline_free(&d->pipeline);
	buf_fini(&d->sink.taken);
	sem_destroy(&d->entered);
	sem_destroy(&d->gate);
	unit_run_close(&d->run);
}

static void submit(struct daemon *d, const char *text)
{
	struct batch *batch = pipeline_take(d->pipeline);

	batch->stream = stream_ref(d->stream);
	buf_add_str(&batch->bytes, text);
	pipeline_submit(d->pipeline, batch);
}

/* A line of a large batch, or of a small one. */
static void make_line(char *line, const char *word, int number, bool large)
{
	int len = snprintf(line, LARGE + 64, "%s %d\n", word, number);

	if (!large)
		return;
	memset(line + len - 1, 'x', LARGE);
	strcpy(line + len - 1 + LARGE, "\n");
}

static bool has_taken(const struct daemon *d, const char *wanted)
{
	return span_is(buf_span(&d->sink.taken), wanted);
}

/* What no worker has begun can be added to, by its own stream and up to a measure. */
static void test_take_again(void **state)
{
	static char first[LARGE + 64];
	struct daemon d = { 0 };
	struct stream *other;
	struct batch *batch;
	struct sink_ops ops;

	(void)state;
	open_daemon(&d, 1, &ops);
	other = stream_new("other", d.run.plan, NULL, true);
	make_line(first, "first", 1, true);
	submit(&d, first);
	sem_wait(&d.entered);
	assert_null(pipeline_take_again(d.pipeline, d.stream, BATCH_BYTES));
	submit(&d, "two\n");
	assert_int_equal(pipeline_queued(d.pipeline), 2);
	assert_null(pipeline_take_again(d.pipeline, other, BATCH_BYTES));
	assert_null(pipeline_take_again(d.pipeline, d.stream, 4));
	batch = pipeline_take_again(d.pipeline, d.stream, 5);
	assert_non_null(batch);
	assert_int_equal(pipeline_queued(d.pipeline), 1);
	buf_add_str(&batch->bytes, "three\n");
	pipeline_submit(d.pipeline, batch);
	submit(&d, "four\n");
	/* no more than these three are under way: nothing to wait for */
	pipeline_wait(d.pipeline, strlen(first) + 15);
	for (int i = 0; i < 3; i++)
		sem_post(&d.gate);
	pipeline_wait(d.pipeline, 0);
	assert_int_equal(pipeline_drain(d.pipeline), 0);
	assert_int_equal(d.sink.taken.len, strlen(first) + 15);
	assert_memory_equal(d.sink.taken.ptr + strlen(first), "two\nthree\nfour\n", 15);
	assert_int_equal(d.sink.calls, 3);
	assert_int_equal(atomic_load(&d.woken), 0);
	stream_unref(&other);
	close_daemon(&d);
}

/* The owner is told of every batch that makes it as little as he waits for, and of no other. */
static void test_wait(void **state)
{
	static char first[LARGE + 64];
	struct daemon d = { 0 };
	struct sink_ops ops;

	(void)state;
	open_daemon(&d, 1, &ops);
	make_line(first, "first", 1, true);
	submit(&d, first);
	sem_wait(&d.entered);
	submit(&d, "two\n");
	submit(&d, "three\n");
	submit(&d, "four\n");
	sem_post(&d.gate);
	pipeline_wait(d.pipeline, 15);
	assert_int_equal(d.sink.taken.len, strlen(first));
	sem_post(&d.gate);
	sem_post(&d.gate);
	pipeline_wait(d.pipeline, 5);
	assert_int_equal(d.sink.taken.len, strlen(first) + 10);
	sem_post(&d.gate);
	assert_int_equal(pipeline_drain(d.pipeline), 0);
	assert_int_equal(d.sink.taken.len, strlen(first) + 15);
	close_daemon(&d);
}

/* A lone record is out when submit returns; nobody else was woken for it. */
static void test_lone(void **state)
{
	struct daemon d = { 0 };

	(void)state;
	open_daemon(&d, 2, NULL);
	submit(&d, "one\n");
	assert_int_equal(pipeline_queued(d.pipeline), 0);
	assert_true(has_taken(&d, "one\n"));
	close_daemon(&d);
}

/* What was rehearsed has been searched and has left no trace. */
static void test_rehearse(void **state)
{
	struct daemon d = { 0 };
	struct stats stats;

	(void)state;
	open_daemon(&d, 2, NULL);
	stats_init(&stats, 3);
	assert_null(d.pipeline->own.classifier);
	pipeline_rehearse(d.pipeline, d.stream, span_str("<14>jan.maes@example.org"));
	assert_non_null(d.pipeline->own.classifier);
	assert_true(d.pipeline->own.cuts.seen != 0);
	assert_int_equal(pipeline_drain(d.pipeline), 0);
	assert_int_equal(d.sink.calls, 0);
	submit(&d, "one\n");
	assert_int_equal(pipeline_drain(d.pipeline), 0);
	assert_true(has_taken(&d, "one\n"));
	pipeline_stats(d.pipeline, &stats);
	assert_int_equal(stats.records, 1);
	assert_int_equal(stream_counted(d.stream).records, 1);
	stats_fini(&stats);
	close_daemon(&d);
}

static atomic_uint by_owner; /* writes */
static pthread_t owner;

static enum sink_result write_noted(struct sink *sink, struct span *bytes, struct err *e)
{
	atomic_fetch_add(&by_owner, pthread_equal(pthread_self(), owner) != 0);
	return unit_sink_write(sink, bytes, e);
}

/* With two workers, and a sink that notes what the owner writes; ops must outlive it. */
static void open_noted(struct daemon *d, struct sink_ops *ops)
{
	open_daemon(d, 2, NULL);
	*ops = *d->sink.sink.ops;
	ops->write = write_noted;
	d->sink.sink.ops = ops;
	owner = pthread_self();
}

/*
 * What comes upon the heels of another is for workers: the owner goes on receiving.  Where
 * this test is not given a processor in between it is lone, so it is tried several times.
 */
static void test_busy(void **state)
{
	struct daemon d = { 0 };
	struct sink_ops ops;
	unsigned n = 0;

	(void)state;
	open_noted(&d, &ops);
	do {
		atomic_store(&by_owner, 0);
		nanosleep(&(struct timespec){ .tv_nsec = 3000000 }, NULL);
		submit(&d, "lone\n");
		assert_int_equal(atomic_load(&by_owner), 1);
		submit(&d, "behind it\n");
		pipeline_drain(d.pipeline);
	} while (atomic_load(&by_owner) != 1 && ++n < ROUNDS);
	assert_true(n < ROUNDS);
	close_daemon(&d);
}

/* Where more is lost while nobody receives the owner searches nothing, lone or not. */
static void test_lossy(void **state)
{
	struct daemon d = { 0 };
	struct sink_ops ops;

	(void)state;
	open_noted(&d, &ops);
	atomic_store(&by_owner, 0);
	for (unsigned i = 0; i < 10; i++) {
		struct batch *batch = pipeline_take(d.pipeline);

		batch->stream = stream_ref(d.stream);
		batch->lossy = true;
		buf_add_str(&batch->bytes, "lone\n");
		nanosleep(&(struct timespec){ .tv_nsec = 3000000 }, NULL);
		pipeline_submit(d.pipeline, batch);
		pipeline_drain(d.pipeline);
	}
	assert_int_equal(atomic_load(&by_owner), 0);
	assert_int_equal(d.sink.calls, 10);
	close_daemon(&d);
}

static bool somebody_lingers(struct daemon *d)
{
	bool lingers;

	pthread_mutex_lock(&d->pipeline->lock);
	lingers = pipeline_find_worker(d->pipeline, WORKER_LINGERS) != NULL;
	pthread_mutex_unlock(&d->pipeline->lock);
	return lingers;
}

/* Submits a line, which may be written at once, or later. */
static void submit_line(struct daemon *d, const char *line, size_t *len, bool at_once)
{
	*len += strlen(line);
	if (at_once)
		sem_post(&d->gate);
	submit(d, line);
}

/* Submits lines until the worker that is done with them lingers. */
static void submit_until_linger(struct daemon *d, size_t *len)
{
	unsigned n = 0;

	do {
		submit_line(d, "one\n", len, true);
		submit_line(d, "two\n", len, true);
		pipeline_drain(d->pipeline);
	} while (!somebody_lingers(d) && ++n < ROUNDS);
}

/*
 * A worker that lingers is not called for little, which it finds by itself; for much it is.
 * Where this test is not given a processor in between nobody lingers any more, so it is
 * tried several times.
 */
static void test_linger(void **state)
{
	static char large[LARGE + 64];
	struct daemon d = { 0 };
	struct sink_ops ops;
	bool uncalled = false;
	size_t len = 0;

	(void)state;
	open_daemon(&d, 1, &ops);
	make_line(large, "large", 1, true);
	for (unsigned i = 0; i < ROUNDS / 3; i++) {
		submit_until_linger(&d, &len);
		submit_line(&d, "little\n", &len, true);
		uncalled |= somebody_lingers(&d);
		assert_int_equal(pipeline_drain(d.pipeline), 0);
		submit_until_linger(&d, &len);
		submit_line(&d, large, &len, false);
		assert_false(somebody_lingers(&d));
		sem_post(&d.gate);
		assert_int_equal(pipeline_drain(d.pipeline), 0);
	}
	assert_true(uncalled);
	assert_int_equal(d.sink.taken.len, len);
	close_daemon(&d);
}

/* What searching takes comes by itself, and nobody waits for it; what is found is the same. */
static void test_warm(void **state)
{
	struct buf wanted = { 0 };
	struct daemon d = { 0 };
	unsigned n = 0;

	(void)state;
	open_daemon(&d, 2, NULL);
	d.output.select = SELECT_FLAGGED;
	pipeline_warm(d.pipeline, d.run.engine, &(const struct plan *){ d.run.plan }, 1);
	do {
		submit(&d, "to jan@example.be\nto nobody\n");
		buf_add_str(&wanted, "to jan@example.be\n");
		n++;
	} while (!plan_has_prescan(d.run.plan, PRESCAN_FLAGS) && n < 100);
	pipeline_wait_warm(d.pipeline);
	assert_true(plan_has_prescan(d.run.plan, PRESCAN_FLAGS));
	assert_true(engine_has_finders(d.run.engine));
	submit(&d, "to jan@example.be\nto nobody\n");
	buf_add_str(&wanted, "to jan@example.be\n");
	assert_int_equal(pipeline_drain(d.pipeline), 0);
	assert_true(span_equal(buf_span(&d.sink.taken), buf_span(&wanted)));
	buf_fini(&wanted);
	close_daemon(&d);
}

/* While the owner has the sinks nothing is written; then all of it, in order. */
static void test_seize(void **state)
{
	static char line[LARGE + 64];
	struct buf wanted = { 0 };
	struct daemon d = { 0 };

	(void)state;
	open_daemon(&d, 2, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		struct span ours = span_str("ours\n");
		struct err e = { 0 };

		make_line(line, "batch", i, i % 2 == 0);
		pipeline_seize(d.pipeline);
		submit(&d, line);
		assert_int_equal(sink_write(&d.sink.sink, &ours, &e), SINK_ACCEPTED);
		assert_int_equal(pipeline_queued(d.pipeline), 1);
		buf_add_str(&wanted, "ours\n");
		buf_add_str(&wanted, line);
		pipeline_release(d.pipeline);
		assert_int_equal(pipeline_drain(d.pipeline), 0);
	}
	assert_int_equal(d.sink.taken.len, wanted.len);
	assert_memory_equal(d.sink.taken.ptr, wanted.ptr, wanted.len);
	buf_fini(&wanted);
	close_daemon(&d);
}

/* A sink that takes a byte at a time: the owner is woken once for each time, and all is there. */
static void test_holding(void **state)
{
	static char line[LARGE + 64];
	struct buf wanted = { 0 };
	struct daemon d = { 0 };
	unsigned stalls = 0;

	(void)state;
	open_daemon(&d, 3, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		d.sink.full_every = i % 5 == 0 ? 3 : 0;
		for (int k = 0; k < 8; k++) {
			make_line(line, "batch", i * 8 + k, (i + k) % 3 != 0);
			buf_add_str(&wanted, line);
			submit(&d, line);
		}
		if (pipeline_drain(d.pipeline) == 0)
			continue;
		stalls++;
		assert_true(pipeline_stopped(d.pipeline));
		assert_int_equal(atomic_load(&d.woken), stalls);
		assert_true(pipeline_held(d.pipeline, 0) != 0);
		while (pipeline_retry(d.pipeline) != SINK_ACCEPTED)
			continue;
		assert_false(pipeline_stopped(d.pipeline));
	}
	assert_true(stalls > ROUNDS / 10);
	assert_int_equal(d.sink.taken.len, wanted.len);
	assert_memory_equal(d.sink.taken.ptr, wanted.ptr, wanted.len);
	buf_fini(&wanted);
	close_daemon(&d);
}

/* --- What is not done under the lock, where the others would wait for it ------------- */

static struct pipeline *watched; /* NULL: none */
static atomic_uint wiped, told;	 /* batches, and times that somebody was woken */
static atomic_uint locked;	 /* of both, under the lock */

/* Whoever asks may have it himself: then it never comes free. */
static void note(atomic_uint *what)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 2;
	atomic_fetch_add(what, 1);
	if (pthread_mutex_timedlock(&watched->lock, &until) == 0)
		pthread_mutex_unlock(&watched->lock);
	else
		atomic_fetch_add(&locked, 1);
}

void __real_pipeline_batch_wipe(const struct pipeline *p, struct batch *batch);
void __wrap_pipeline_batch_wipe(const struct pipeline *p, struct batch *batch);
int __real_pthread_cond_signal(pthread_cond_t *cond);
int __wrap_pthread_cond_signal(pthread_cond_t *cond);

void __wrap_pipeline_batch_wipe(const struct pipeline *p, struct batch *batch)
{
	if (p == watched)
		note(&wiped);
	__real_pipeline_batch_wipe(p, batch);
}

static bool is_of_worker(const struct pipeline *p, const pthread_cond_t *cond)
{
	bool is = false;

	for (unsigned i = 0; i < p->n_workers; i++)
		is |= cond == &p->workers[i].wanted;
	return is;
}

int __wrap_pthread_cond_signal(pthread_cond_t *cond)
{
	if (watched != NULL && (cond == &watched->idle_or_done || is_of_worker(watched, cond)))
		note(&told);
	return __real_pthread_cond_signal(cond);
}

static void test_unlocked(void **state)
{
	static char line[LARGE + 64];
	struct daemon d = { 0 };

	(void)state;
	open_daemon(&d, 2, NULL);
	make_line(line, "batch", 1, true);
	watched = d.pipeline;
	for (int i = 0; i < 10; i++) {
		submit(&d, line);
		pipeline_wait(d.pipeline, 0);
	}
	close_daemon(&d);
	watched = NULL;
	assert_int_equal(atomic_load(&wiped), 10);
	/* a worker and the owner for each, and at the end both workers */
	assert_in_range(atomic_load(&told), 10, 22);
	assert_int_equal(atomic_load(&locked), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take_again), cmocka_unit_test(test_wait),
		cmocka_unit_test(test_lone),	   cmocka_unit_test(test_rehearse),
		cmocka_unit_test(test_busy),	   cmocka_unit_test(test_lossy),
		cmocka_unit_test(test_warm),	   cmocka_unit_test(test_seize),
		cmocka_unit_test(test_holding),	   cmocka_unit_test(test_unlocked),
		cmocka_unit_test(test_linger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
