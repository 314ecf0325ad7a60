/*
 * Batches in, accepted output out: in order, all of it, whatever the workers
 * and the sinks do.  Run under the thread sanitizer, too.
 */
#include "unit_sink.h"

enum { BATCHES = 2000, BATCH_BYTES = 2048 };

/* Fills a batch with lines, numbered on, up to about max bytes; wanted gets them, too. */
static void fill(struct batch *batch, unsigned long long *number, size_t max, struct buf *wanted)
{
	size_t start = wanted->len;

	batch->first_number = *number;
	batch->offset = (long long)start;
	do {
		buf_printf(wanted, "%llu %s\n", *number,
			   *number % 7 == 0 ? "to jan@example.be" : "nothing");
		++*number;
	} while (wanted->len - start < max);
	buf_add(&batch->bytes, wanted->ptr + start, wanted->len - start);
}

/* Submits so many batches of random sizes; stops where a sink has failed. */
static unsigned submit_many(struct pipeline *pipeline, struct stream *stream, struct buf *wanted,
			    unsigned n)
{
	uint64_t dice = 521288629;
	unsigned long long number = 1;

	for (unsigned i = 0; i < n; i++) {
		struct batch *batch = pipeline_take(pipeline);

		assert_int_equal(batch->bytes.len, 0);
		batch->stream = stream_ref(stream);
		fill(batch, &number, unit_below(&dice, BATCH_BYTES), wanted);
		if (pipeline_submit(pipeline, batch) != 0)
			return i + 1;
	}
	return n;
}

/* A pipeline with one output, of all records, and what is submitted to it. */
struct single {
	struct unit_run run;
	struct unit_sink sink;
	struct output output;
	struct pipeline *pipeline;
	struct stream *stream;
	struct buf wanted;
};

static void open_single(struct single *s, const char *format, unsigned workers)
{
	*s = (struct single){ .run = unit_run_open("web", NULL), .sink = unit_sink() };
	s->output = unit_output(format, SELECT_ALL, &s->sink, &s->run);
	s->pipeline = pipeline_new(&s->output, 1, 3, workers, BATCH_BYTES);
	s->stream = stream_new("in", s->run.plan, NULL, true);
}

static void close_single(struct single *s)
{
	stream_unref(&s->stream);
	pipeline_free(&s->pipeline);
	buf_fini(&s->wanted);
	buf_fini(&s->sink.taken);
	unit_run_close(&s->run);
}

static void test_order(void **state)
{
	static const unsigned workers[] = { 1, 1, 2, 4 };

	(void)state;
	for (size_t w = 0; w < COUNT(workers); w++) {
		struct unit_run run = unit_run_open("web", NULL);
		struct unit_sink all = unit_sink();
		struct unit_sink flagged = unit_sink();
		struct output outputs[] = { unit_output("record", SELECT_ALL, &all, &run),
					    unit_output("record", SELECT_FLAGGED, &flagged, &run) };
		struct pipeline *pipeline = pipeline_new(outputs, 2, 3, workers[w], BATCH_BYTES);
		struct stream *stream = stream_new("in", run.plan, NULL, true);
		struct buf wanted = { 0 };
		struct stats stats;
		size_t lines;

		/* one worker in this thread, then one in its own */
		if (w != 0)
			pipeline_apart(pipeline);
		assert_int_equal(submit_many(pipeline, stream, &wanted, BATCHES), BATCHES);
		assert_int_equal(pipeline_drain(pipeline), 0);
		assert_false(err_any(pipeline_error(pipeline)));
		assert_true(span_equal(buf_span(&all.taken), buf_span(&wanted)));
		lines = framing_count_lines(buf_span(&wanted));
		stats_init(&stats, 3);
		pipeline_stats(pipeline, &stats);
		assert_int_equal(stats.records, lines);
		assert_int_equal(stats.bytes, wanted.len);
		assert_int_equal(stats_flagged(&stats),
				 framing_count_lines(buf_span(&flagged.taken)));
		assert_int_equal(stats.verdicts[VERDICT_OUT_OF_PURPOSE], lines / 7);
		stats_fini(&stats);
		stream_unref(&stream);
		pipeline_free(&pipeline);
		assert_null(pipeline);
		pipeline_free(&pipeline);
		buf_fini(&wanted);
		buf_fini(&all.taken);
		buf_fini(&flagged.taken);
		unit_run_close(&run);
	}
}

/* Ten batches of addresses, 200 lines or one; those behind a failure are not taken. */
static int submit_addresses(struct pipeline *pipeline, struct stream *stream)
{
	int result = 0;

	for (unsigned i = 0; i < 10; i++) {
		struct batch *batch = pipeline_take(pipeline);

		batch->stream = stream_ref(stream);
		batch->first_number = 200 * i + 1;
		for (size_t line = 0; line < (i % 2 == 0 ? 200 : 1); line++) {
			for (int j = 0; j < 40; j++)
				buf_add_str(&batch->bytes, "a@b.be ");
			buf_add_str(&batch->bytes, "\n");
		}
		result |= pipeline_submit(pipeline, batch);
	}
	return result;
}

/*
 * Batches of which there is much more to say than they hold: a batch does not keep
 * it all to itself until it is done, and order and bytes are as ever.
 */
static void test_much_output(void **state)
{
	static const unsigned workers[] = { 1, 2, 5 };
	struct buf first = { 0 };

	(void)state;
	for (size_t w = 0; w < COUNT(workers); w++) {
		struct unit_run run = unit_run_open("web", NULL);
		struct unit_sink sinks[2] = { unit_sink(), unit_sink() };
		struct output outputs[2] = { unit_output("json", SELECT_ALL, &sinks[0], &run),
					     unit_output("record", SELECT_ALL, &sinks[1], &run) };
		struct pipeline *pipeline = pipeline_new(outputs, 2, 3, workers[w], BATCH_BYTES);
		struct stream *stream = stream_new("in", run.plan, NULL, true);

		sinks[0].full_every = 3;
		assert_int_equal(submit_addresses(pipeline, stream), 0);
		assert_int_equal(pipeline_drain(pipeline), 0);
		assert_int_equal(framing_count_lines(buf_span(&sinks[0].taken)), 5 * 201);
		assert_int_equal(framing_count_lines(buf_span(&sinks[1].taken)), 5 * 201);
		/* 200 lines are more than 2 MB of JSON, of which 1 MiB and a record are kept */
		assert_true(sinks[0].taken.len > 5 * 2000000);
		assert_true(sinks[0].largest < (1 << 20) + 100000);
		/* everything but the time of reading */
		for (char *at = sinks[0].taken.ptr;
		     (at = memmem(at, (size_t)(sinks[0].taken.ptr + sinks[0].taken.len - at),
				  "\"time\":\"", 8)) != NULL;
		     at += 8)
			memset(at + 8, '0', 24);
		if (first.len == 0)
			buf_add_span(&first, buf_span(&sinks[0].taken));
		assert_true(span_equal(buf_span(&first), buf_span(&sinks[0].taken)));
		stream_unref(&stream);
		pipeline_free(&pipeline);
		buf_fini(&sinks[0].taken);
		buf_fini(&sinks[1].taken);
		unit_run_close(&run);
	}
	buf_fini(&first);
}

/* A sink that fails in the middle of such a batch: all go on to the end, and the owner is told. */
static void test_much_output_fails(void **state)
{
	static const unsigned workers[] = { 1, 3 };

	(void)state;
	for (size_t w = 0; w < COUNT(workers); w++) {
		struct single s;

		open_single(&s, "json", workers[w]);
		s.sink.fails_after = 2;
		submit_addresses(s.pipeline, s.stream);
		assert_int_equal(pipeline_drain(s.pipeline), -1);
		assert_int_equal(s.sink.calls, 2);
		close_single(&s);
	}
}

/* A sink that fails holds nobody up: the owner is told, and what came before stands. */
static void test_failing_sink(void **state)
{
	static const unsigned workers[] = { 1, 4 };

	(void)state;
	for (size_t w = 0; w < COUNT(workers); w++) {
		struct single s;
		struct stats stats;

		open_single(&s, "record", workers[w]);
		s.sink.fails_after = 50;
		assert_true(submit_many(s.pipeline, s.stream, &s.wanted, BATCHES) < BATCHES);
		/* also to go on regardless ends */
		submit_many(s.pipeline, s.stream, &s.wanted, 20);
		assert_int_equal(pipeline_drain(s.pipeline), -1);
		assert_string_equal(
			buf_str((struct buf *)(uintptr_t)&pipeline_error(s.pipeline)->text),
			"the sink is broken\n");
		/* not asked again, and only what it took is counted */
		assert_int_equal(s.sink.calls, 50);
		assert_true(span_equal(buf_span(&s.sink.taken),
				       span_of(s.wanted.ptr, s.sink.taken.len)));
		stats_init(&stats, 3);
		pipeline_stats(s.pipeline, &stats);
		assert_int_equal(stats.bytes, s.sink.taken.len);
		assert_int_equal(pipeline_write(s.pipeline, 0, span_str("more")), -1);
		stats_fini(&stats);
		close_single(&s);
	}
}

/* A sink that is full now and then gets everything all the same, each byte once. */
static void test_full_sink(void **state)
{
	struct single s;

	(void)state;
	open_single(&s, "record", 2);
	s.sink.full_every = 3;
	assert_int_equal(submit_many(s.pipeline, s.stream, &s.wanted, 30), 30);
	assert_int_equal(pipeline_drain(s.pipeline), 0);
	assert_true(span_equal(buf_span(&s.sink.taken), buf_span(&s.wanted)));
	assert_int_equal(pipeline_write(s.pipeline, 0, span_str("more\n")), 0);
	assert_true(span_is(span_of(s.sink.taken.ptr + s.wanted.len, 5), "more\n"));
	close_single(&s);
}

/* Holding: what a full sink leaves is kept, in order, and offered again when asked. */
static void test_holding(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct unit_sink sink = unit_sink();
	struct unit_sink other = unit_sink();
	struct output outputs[] = { unit_output("record", SELECT_ALL, &sink, &run),
				    unit_output("record", SELECT_ALL, &other, &run) };
	struct pipeline *pipeline = pipeline_new(outputs, 2, 3, 1, BATCH_BYTES);
	enum sink_result result;

	(void)state;
	pipeline_hold(pipeline, NULL, NULL);
	sink.full_every = 3;
	unit_submit_text(pipeline, run.plan, "one\n", -1);
	assert_true(pipeline_stopped(pipeline));
	assert_true(span_is(buf_span(&sink.taken), "o"));
	/* what comes meanwhile waits behind it; the other output has it all */
	unit_submit_text(pipeline, run.plan, "two\n", -1);
	assert_true(span_is(buf_span(&sink.taken), "o"));
	assert_true(span_is(buf_span(&other.taken), "one\ntwo\n"));
	assert_int_equal(pipeline_held(pipeline, 1), 0);
	assert_true(pipeline_held(pipeline, 0) > 0);
	while ((result = pipeline_retry(pipeline)) == SINK_FULL)
		continue;
	assert_int_equal(result, SINK_ACCEPTED);
	assert_true(span_is(buf_span(&sink.taken), "one\ntwo\n"));
	assert_int_equal(pipeline_held(pipeline, 0), 0);
	assert_false(pipeline_stopped(pipeline));
	pipeline_free(&pipeline);
	buf_fini(&sink.taken);
	buf_fini(&other.taken);
	unit_run_close(&run);
}

/* A line of which the old file has a part goes to the new one whole. */
static void test_rewind(void **state)
{
	struct single s;

	(void)state;
	open_single(&s, "record", 1);
	pipeline_hold(s.pipeline, NULL, NULL);
	s.sink.full_every = 2;
	unit_submit_text(s.pipeline, s.run.plan, "one\ntwo\n", -1);
	assert_true(span_is(buf_span(&s.sink.taken), "o"));
	buf_clear(&s.sink.taken);
	pipeline_rewind(s.pipeline, 0);
	assert_int_equal(pipeline_retry(s.pipeline), SINK_ACCEPTED);
	assert_true(span_is(buf_span(&s.sink.taken), "one\ntwo\n"));
	close_single(&s);
}

static bool goes_on(const struct sink *sink)
{
	(void)sink;
	return true;
}

/* But not where the old one and the new one are the same: there it goes on. */
static void test_rewind_same(void **state)
{
	static const struct sink_ops ops = { .write = unit_sink_write,
					     .reopen = unit_sink_reopen,
					     .free = unit_sink_free,
					     .goes_on = goes_on };
	struct unit_run run = unit_run_open("web", NULL);
	struct unit_sink sink = unit_sink();
	struct unit_sink other = unit_sink();
	struct output output = unit_output("record", SELECT_ALL, &sink, &run);
	struct output another = unit_output("record", SELECT_ALL, &other, &run);
	struct pipeline *pipeline = pipeline_new(&output, 1, 3, 1, BATCH_BYTES);
	struct pipeline *next = pipeline_new(&output, 1, 3, 1, BATCH_BYTES);
	struct pipeline *elsewhere = pipeline_new(&another, 1, 3, 1, BATCH_BYTES);

	(void)state;
	sink.sink.ops = &ops;
	pipeline_hold(pipeline, NULL, NULL);
	sink.full_every = 5;
	unit_submit_text(pipeline, run.plan, "one\ntwo\n", -1);
	pipeline_rewind(pipeline, 0);
	assert_int_equal(pipeline_retry(pipeline), SINK_FULL);
	assert_true(span_is(buf_span(&sink.taken), "on"));
	pipeline_move_held(pipeline, 0, next, 0);
	assert_int_equal(pipeline_held(pipeline, 0), 0);
	assert_int_equal(pipeline_retry(next), SINK_FULL);
	assert_true(span_is(buf_span(&sink.taken), "one"));
	/* what is another gets the line whole */
	pipeline_move_held(next, 0, elsewhere, 0);
	assert_int_equal(pipeline_retry(elsewhere), SINK_ACCEPTED);
	assert_true(span_is(buf_span(&other.taken), "one\ntwo\n"));
	pipeline_free(&pipeline);
	pipeline_free(&next);
	pipeline_free(&elsewhere);
	buf_fini(&sink.taken);
	buf_fini(&other.taken);
	unit_run_close(&run);
}

/* What was begun in the owner's thread goes on beside it, in order; asking twice is once. */
static void test_apart(void **state)
{
	struct single s;

	(void)state;
	open_single(&s, "record", 1);
	assert_int_equal(submit_many(s.pipeline, s.stream, &s.wanted, 10), 10);
	assert_true(span_equal(buf_span(&s.sink.taken), buf_span(&s.wanted)));
	pipeline_apart(s.pipeline);
	pipeline_apart(s.pipeline);
	assert_int_equal(submit_many(s.pipeline, s.stream, &s.wanted, 100), 100);
	assert_int_equal(pipeline_drain(s.pipeline), 0);
	assert_true(span_equal(buf_span(&s.sink.taken), buf_span(&s.wanted)));
	close_single(&s);
}

/* Without threads a record is out when submit returns: nobody waits for company. */
static void test_alone(void **state)
{
	struct single s;
	struct batch *batch;
	struct batch *unused;

	(void)state;
	open_single(&s, "record", 1);
	batch = pipeline_take(s.pipeline);
	unused = pipeline_take(s.pipeline);
	batch->stream = stream_ref(s.stream);
	buf_add_str(&batch->bytes, "hello\n");
	pipeline_return(s.pipeline, unused);
	assert_int_equal(pipeline_submit(s.pipeline, batch), 0);
	assert_true(span_is(buf_span(&s.sink.taken), "hello\n"));
	close_single(&s);
}

/*
 * Records that come one by one wait for nothing that takes long: it is made beside
 * them, and nothing changes when it is there.
 */
static void test_warm(void **state)
{
	static const unsigned workers[] = { 1, 3 };

	(void)state;
	for (size_t w = 0; w < COUNT(workers); w++) {
		struct engine_options options = engine_defaults();
		struct unit_run run;
		struct unit_sink sink = unit_sink();
		struct output output;
		struct pipeline *pipeline;
		struct buf wanted = { 0 };
		bool had = false;
		bool has = false;

		options.few_bytes = 1000;
		run = unit_run_open("web", &options);
		output = unit_output("record", SELECT_FLAGGED, &sink, &run);
		pipeline = pipeline_new(&output, 1, 3, workers[w], BATCH_BYTES);
		assert_false(engine_has_finders(run.engine));
		for (unsigned i = 0; i < 20000 && !(had && i % 100 == 0); i++) {
			had = has;
			unit_submit_text(pipeline, run.plan, "to jan@example.be, or\nto nobody\n",
					 0);
			buf_add_str(&wanted, "to jan@example.be, or\n");
			has = engine_has_finders(run.engine) &&
			      plan_has_prescan(run.plan, PRESCAN_FLAGS);
			if (i > 100)
				nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
		}
		assert_true(had);
		assert_int_equal(pipeline_drain(pipeline), 0);
		assert_true(span_equal(buf_span(&sink.taken), buf_span(&wanted)));
		pipeline_free(&pipeline);
		buf_fini(&wanted);
		buf_fini(&sink.taken);
		unit_run_close(&run);
	}
}

/* For the built-in rules nothing is derived: what is left to make is made when it pays. */
static void test_builtin(void **state)
{
	struct unit_run run = { 0 };
	struct unit_sink sink = unit_sink();
	struct engine_options options = engine_defaults();
	const char *purpose = "website-management";
	struct output output;
	struct pipeline *pipeline;
	struct err e = { 0 };
	size_t sent = 0;

	(void)state;
	options.few_bytes = 1000;
	assert_int_equal(engine_load(&run.engine, &options, &e), 0);
	assert_int_equal(plan_new(&run.plan, run.engine, &purpose, 1, "-p", &e), 0);
	output = unit_output("record", SELECT_FLAGGED, &sink, &run);
	pipeline = pipeline_new(&output, 1, 3, 1, BATCH_BYTES);
	while (sent < options.few_bytes) {
		const char *text = "mail to jan@example.be\nto nobody\n";

		assert_false(plan_has_prescan(run.plan, PRESCAN_FLAGS));
		unit_submit_text(pipeline, run.plan, text, 0);
		sent += strlen(text);
	}
	unit_submit_text(pipeline, run.plan, "to nobody\n", 0);
	assert_true(plan_has_prescan(run.plan, PRESCAN_FLAGS));
	pipeline_free(&pipeline);
	assert_int_equal(framing_count_lines(buf_span(&sink.taken)), sent / 33);
	buf_fini(&sink.taken);
	plan_free(&run.plan);
	engine_unref(&run.engine);
}

/* A few records make nothing that they have no use for. */
static void test_not_warm(void **state)
{
	struct engine_options options = engine_defaults();
	struct unit_run run;
	struct unit_sink sink = unit_sink();
	struct output output;
	struct pipeline *pipeline;

	(void)state;
	options.few_bytes = 1000;
	run = unit_run_open("web", &options);
	output = unit_output("record", SELECT_FLAGGED, &sink, &run);
	pipeline = pipeline_new(&output, 1, 3, 1, BATCH_BYTES);
	for (int i = 0; i < 10; i++)
		unit_submit_text(pipeline, run.plan, "to jan@example.be\n", 0);
	pipeline_free(&pipeline);
	assert_false(engine_has_finders(run.engine));
	assert_int_equal(framing_count_lines(buf_span(&sink.taken)), 10);
	buf_fini(&sink.taken);
	unit_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_much_output),
		cmocka_unit_test(test_much_output_fails),
		cmocka_unit_test(test_failing_sink),
		cmocka_unit_test(test_full_sink),
		cmocka_unit_test(test_holding),
		cmocka_unit_test(test_rewind),
		cmocka_unit_test(test_rewind_same),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_warm),
		cmocka_unit_test(test_not_warm),
		cmocka_unit_test(test_builtin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
