/* From reads of any size to lines: the same lines, numbers and offsets every time. */
#include "unit_sink.h"

#include <purposed/run/feed.h>
#include <purposed/run/source_fd.h>

enum { BATCH_BYTES = 1024 };

/* A source that gives so many bytes a read, and fails or ends behind the last. */
struct chunks {
	struct span bytes;
	size_t at;
	size_t size;
	bool fails;
	bool waiting; /* whether more is said to be waiting */
};

static ssize_t chunks_read(void *context, char *bytes, size_t cap, struct err *e)
{
	struct chunks *c = context;
	size_t n = c->bytes.len - c->at;

	if (n == 0 && c->fails) {
		err_add(e, "the input broke");
		return -1;
	}
	if (n > c->size)
		n = c->size;
	if (n > cap)
		n = cap;
	if (n != 0)
		memcpy(bytes, c->bytes.ptr + c->at, n);
	c->at += n;
	return (ssize_t)n;
}

static bool chunks_ready(void *context)
{
	return ((struct chunks *)context)->waiting;
}

/* What comes out of a run, in two forms. */
struct fed {
	struct unit_sink records; /* format record, all */
	struct unit_sink places;  /* format json, flagged */
	struct stats stats;
	enum feed_result result;
	struct err e;
};

static void feed(struct fed *fed, struct chunks *chunks, const struct engine_options *options,
		 enum redact_mode redact)
{
	struct unit_run run = unit_run_open("web", options);
	struct output outputs[2];
	struct pipeline *pipeline;
	struct stream *stream = stream_new("in", run.plan, NULL, true);
	const struct source source = { chunks_read, chunks_ready, chunks };

	*fed = (struct fed){ .records = unit_sink(), .places = unit_sink() };
	outputs[0] = unit_output("record", SELECT_ALL, &fed->records, &run);
	outputs[0].options.redact = redact;
	outputs[1] = unit_output("json", SELECT_FLAGGED, &fed->places, &run);
	pipeline = pipeline_new(outputs, 2, 3, 1, BATCH_BYTES);
	fed->result = feed_run(pipeline, stream, &source, &fed->e);
	assert_int_equal(pipeline_drain(pipeline), 0);
	stats_init(&fed->stats, 3);
	pipeline_stats(pipeline, &fed->stats);
	stream_unref(&stream);
	pipeline_free(&pipeline);
	unit_run_close(&run);
}

static void fed_fini(struct fed *fed)
{
	buf_fini(&fed->records.taken);
	buf_fini(&fed->places.taken);
	stats_fini(&fed->stats);
	err_fini(&fed->e);
}

/* "record:offset " of every flagged record, from the JSON. */
static void add_places(struct buf *out, const struct fed *fed)
{
	const char *at = fed->places.taken.ptr;
	const char *end = at + fed->places.taken.len;

	while (at < end) {
		unsigned long long number;
		unsigned long long offset;

		assert_int_equal(sscanf(at, "{\"input\":\"in\",\"record\":%llu,\"offset\":%llu,",
					&number, &offset),
				 2);
		buf_printf(out, "%llu:%llu ", number, offset);
		at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
	}
}

/* Lines of every sort, many, with and without personal data; where the flagged ones start. */
static void make_lines(struct buf *text, struct buf *places, size_t longest)
{
	static const char *const ends[] = { "\n", "\r\n", "\n", "\r\r\n" };
	uint64_t dice = 314159265;

	for (unsigned number = 1; number <= 200; number++) {
		size_t start = text->len;
		size_t len = unit_below(&dice, 10) == 0 ? unit_below(&dice, longest) : 5;

		if (number % 5 == 0) {
			buf_add_str(text, "a@b.be ");
			buf_printf(places, "%u:%zu ", number, start);
		}
		for (size_t i = 0; i < len; i++)
			buf_add_char(text, (char)('a' + i % 26));
		buf_add_str(text, ends[unit_below(&dice, COUNT(ends))]);
	}
	buf_add_str(text, "a@b.be");
	buf_printf(places, "201:%zu ", text->len - 6);
}

static const size_t sizes[] = { 1, 2, 3, 7, 64, 1000, 1023, 1024, 1025, 100000 };

static void test_reads_of_any_size(void **state)
{
	struct buf text = { 0 };
	struct buf places = { 0 };

	(void)state;
	make_lines(&text, &places, 900);
	for (size_t i = 0; i < COUNT(sizes) * 2; i++) {
		struct chunks chunks = { .bytes = buf_span(&text),
					 .size = sizes[i / 2],
					 .waiting = i % 2 != 0 };
		struct buf got = { 0 };
		struct fed fed;

		feed(&fed, &chunks, NULL, REDACT_NONE);
		assert_int_equal(fed.result, FEED_DONE);
		assert_true(span_equal(buf_span(&fed.records.taken), buf_span(&text)));
		add_places(&got, &fed);
		assert_string_equal(buf_str(&got), buf_str(&places));
		assert_int_equal(fed.stats.records, 201);
		assert_int_equal(fed.stats.bytes, text.len);
		buf_fini(&got);
		fed_fini(&fed);
	}
	buf_fini(&text);
	buf_fini(&places);
}

/* What has come is out at once when nothing more is waiting. */
static void test_at_once(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct unit_sink sink = unit_sink();
	struct output output = unit_output("record", SELECT_ALL, &sink, &run);
	struct pipeline *pipeline = pipeline_new(&output, 1, 3, 1, 64 * 1024);
	struct stream *stream = stream_new("in", run.plan, NULL, true);
	struct chunks chunks = { .bytes = span_str("one\ntwo\nthr"), .size = 5 };
	const struct source source = { chunks_read, chunks_ready, &chunks };
	struct feed *f = feed_new(pipeline, stream, &source);
	struct err e = { 0 };

	(void)state;
	assert_int_equal(feed_step(f, &e), FEED_MORE);
	assert_true(span_is(buf_span(&sink.taken), "one\n"));
	/* more is waiting: collected */
	chunks.waiting = true;
	assert_int_equal(feed_step(f, &e), FEED_MORE);
	assert_true(span_is(buf_span(&sink.taken), "one\n"));
	chunks.waiting = false;
	assert_int_equal(feed_step(f, &e), FEED_MORE);
	assert_true(span_is(buf_span(&sink.taken), "one\ntwo\n"));
	assert_int_equal(feed_step(f, &e), FEED_DONE);
	assert_int_equal(feed_finish(f), 0);
	assert_true(span_is(buf_span(&sink.taken), "one\ntwo\nthr"));
	feed_free(&f);
	assert_null(f);
	feed_free(&f);
	stream_unref(&stream);
	pipeline_free(&pipeline);
	buf_fini(&sink.taken);
	unit_run_close(&run);
}

/* --- Moving ---------------------------------------------------------------------- */

struct moving {
	struct unit_run run;
	struct unit_sink sink;
	struct output output;
	struct pipeline *pipelines[2];
	struct stream *stream;
	struct feed *feed;
	int at; /* the pipeline that is fed */
};

static void moving_open(struct moving *m, struct chunks *chunks, const size_t batch_bytes[2])
{
	const struct source source = { chunks_read, chunks_ready, chunks };

	*m = (struct moving){ .run = unit_run_open("web", NULL), .sink = unit_sink() };
	m->output = unit_output("record", SELECT_ALL, &m->sink, &m->run);
	m->pipelines[0] = pipeline_new(&m->output, 1, 3, 1, batch_bytes[0]);
	m->pipelines[1] = pipeline_new(&m->output, 1, 3, 1, batch_bytes[1]);
	m->stream = stream_new("in", m->run.plan, NULL, true);
	m->feed = feed_new(m->pipelines[0], m->stream, &source);
}

static void moving_move(struct moving *m)
{
	if (feed_can_move(m->feed))
		feed_move(m->feed, m->pipelines[m->at ^= 1], m->stream);
}

/* Ends the feed, after whose last step all of text must have come out. */
static void moving_close(struct moving *m, struct span text)
{
	assert_int_equal(feed_finish(m->feed), 0);
	assert_true(span_equal(buf_span(&m->sink.taken), text));
	feed_free(&m->feed);
	stream_unref(&m->stream);
	pipeline_free(&m->pipelines[0]);
	pipeline_free(&m->pipelines[1]);
	unit_run_close(&m->run);
	buf_fini(&m->sink.taken);
}

/* A feed that moves between pipelines of different sizes, now and then or all the time. */
static void test_moves(void **state)
{
	static const size_t batches[][2] = {
		{ 1024, 1024 }, { 2048, 1024 }, { 1024, 4096 }, { 1024, 65536 }
	};
	struct buf text = { 0 };
	struct buf places = { 0 };

	(void)state;
	make_lines(&text, &places, 6000);
	for (size_t i = 0; i < COUNT(batches) * COUNT(sizes); i++) {
		struct chunks chunks = { .bytes = buf_span(&text),
					 .size = sizes[i % COUNT(sizes)] };
		struct moving m;
		struct err e = { 0 };
		enum feed_result result;

		moving_open(&m, &chunks, batches[i / COUNT(sizes)]);
		for (size_t n = 1; (result = feed_step(m.feed, &e)) == FEED_MORE; n++) {
			chunks.waiting = n % 5 != 0;
			if (n % (i % 4 + 1) == 0)
				moving_move(&m);
		}
		assert_int_equal(result, FEED_DONE);
		moving_close(&m, buf_span(&text));
	}
	buf_fini(&text);
	buf_fini(&places);
}

/* What is left of a batch fills the next one to the last byte: that is no end of the input. */
static void test_full_batch(void **state)
{
	static const size_t batches[2] = { 4096, 1024 };
	struct buf text = { 0 };
	struct chunks chunks = { .size = 1026 };
	struct moving m;
	struct err e = { 0 };

	(void)state;
	buf_add_str(&text, "a\n");
	for (size_t i = 0; i < 2048; i++)
		buf_add_char(&text, 'x');
	buf_add_str(&text, "\nlast\n");
	chunks.bytes = buf_span(&text);
	moving_open(&m, &chunks, batches);
	/* "a" goes out, 1024 bytes without a line end stay and move into a batch of 1024 */
	assert_int_equal(feed_step(m.feed, &e), FEED_MORE);
	moving_move(&m);
	while (chunks.at < text.len)
		assert_int_equal(feed_step(m.feed, &e), FEED_MORE);
	moving_close(&m, buf_span(&text));
	/* and the same within one pipeline, behind a move that left its batch with more room */
	chunks = (struct chunks){ .bytes = buf_span(&text), .size = 1 };
	moving_open(&m, &chunks, batches);
	assert_int_equal(feed_step(m.feed, &e), FEED_MORE);
	moving_move(&m);
	chunks.size = 1025;
	while (chunks.at < text.len)
		assert_int_equal(feed_step(m.feed, &e), FEED_MORE);
	moving_close(&m, buf_span(&text));
	buf_fini(&text);
}

static void test_nothing(void **state)
{
	struct chunks chunks = { .bytes = span_of(NULL, 0), .size = 1 };
	struct fed fed;

	(void)state;
	feed(&fed, &chunks, NULL, REDACT_NONE);
	assert_int_equal(fed.result, FEED_DONE);
	assert_int_equal(fed.records.taken.len, 0);
	assert_int_equal(fed.stats.records, 0);
	fed_fini(&fed);
}

/* An input that breaks: all that came before is out, the torn line, too, which is never clean. */
static void test_broken_input(void **state)
{
	struct buf text = { 0 };
	struct buf places = { 0 };

	(void)state;
	make_lines(&text, &places, 3000);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (size_t cut = 0; cut < text.len; cut += 997) {
			struct chunks chunks = { .bytes = span_of(text.ptr, cut),
						 .size = sizes[i],
						 .fails = true };
			struct fed fed;

			feed(&fed, &chunks, NULL, REDACT_NONE);
			assert_int_equal(fed.result, FEED_INPUT_FAILED);
			assert_true(span_equal(buf_span(&fed.records.taken), chunks.bytes));
			assert_int_equal(fed.stats.bytes, cut);
			assert_int_equal(fed.stats.records, framing_count_lines(chunks.bytes));
			assert_int_equal(fed.stats.findings[4 * REASON_COUNT + REASON_INPUT_ERROR],
					 cut != 0 && text.ptr[cut - 1] != '\n');
			unit_said(&fed.e, "the input broke\n");
			fed_fini(&fed);
		}
	}
	buf_fini(&text);
	buf_fini(&places);
}

/* --- Lines longer than a batch -------------------------------------------------- */

/* They come out whole, are unscanned, and what stands around them keeps its place. */
static void test_overlong(void **state)
{
	static const char *const ends[] = { "\n", "\r\n", "\r\r\n", "", "\r" };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes) * COUNT(ends); i++) {
		const char *end = ends[i % COUNT(ends)];
		struct chunks chunks = { .size = sizes[i / COUNT(ends)] };
		struct buf text = { 0 };
		struct buf got = { 0 };
		struct buf wanted = { 0 };
		struct fed fed;

		buf_add_str(&text, "a@b.be\n");
		for (int j = 0; j < 5000; j++)
			buf_add_char(&text, (char)(j % 512 == 0 ? '\r' : 'a' + j % 26));
		buf_add_str(&text, end);
		buf_printf(&wanted, "1:0 2:7 ");
		if (strchr(end, '\n') != NULL) {
			buf_printf(&wanted, "3:%zu ", text.len);
			buf_add_str(&text, "c@d.be\n");
		}
		chunks.bytes = buf_span(&text);
		feed(&fed, &chunks, NULL, REDACT_NONE);
		assert_int_equal(fed.result, FEED_DONE);
		assert_true(span_equal(buf_span(&fed.records.taken), buf_span(&text)));
		add_places(&got, &fed);
		assert_string_equal(buf_str(&got), buf_str(&wanted));
		assert_int_equal(fed.stats.bytes, text.len);
		assert_int_equal(fed.stats.verdicts[VERDICT_UNSCANNED], 1);
		buf_fini(&text);
		buf_fini(&got);
		buf_fini(&wanted);
		fed_fini(&fed);
	}
}

/* Redacting, what was not searched is not passed on, and that is marked. */
static void test_overlong_redacted(void **state)
{
	struct chunks chunks = { .size = 700 };
	struct buf text = { 0 };
	struct fed fed;

	(void)state;
	buf_add_str(&text, "a@b.be ");
	for (int i = 0; i < 5000; i++)
		buf_add_char(&text, 'x');
	buf_add_str(&text, " c@d.be\nnext\n");
	chunks.bytes = buf_span(&text);
	feed(&fed, &chunks, NULL, REDACT_ELEMENT);
	assert_string_equal(buf_str(&fed.records.taken), "<email> <unscanned>\nnext\n");
	assert_int_equal(fed.stats.records, 2);
	fed_fini(&fed);
	buf_fini(&text);
}

/* A line as long as a batch, to the byte, and its neighbours: none is lost or cut. */
static void test_around_a_batch(void **state)
{
	(void)state;
	for (size_t len = BATCH_BYTES - 3; len <= BATCH_BYTES + 3; len++) {
		for (size_t i = 0; i < COUNT(sizes); i++) {
			struct chunks chunks = { .size = sizes[i] };
			struct buf text = { 0 };
			struct fed fed;

			for (int line = 0; line < 3; line++) {
				for (size_t j = 0; j < len; j++)
					buf_add_char(&text, 'x');
				buf_add_str(&text, line == 1 ? "\r\n" : "\n");
			}
			chunks.bytes = buf_span(&text);
			feed(&fed, &chunks, NULL, REDACT_NONE);
			assert_true(span_equal(buf_span(&fed.records.taken), buf_span(&text)));
			assert_int_equal(fed.stats.records, 3);
			assert_int_equal(fed.stats.bytes, text.len);
			/* flagged records are those of which the count says so */
			assert_int_equal(framing_count_lines(buf_span(&fed.places.taken)),
					 stats_flagged(&fed.stats));
			buf_fini(&text);
			fed_fini(&fed);
		}
	}
}

/* --- Descriptors ---------------------------------------------------------------- */

static void test_descriptor(void **state)
{
	int fds[2];
	struct source_fd fd;
	struct source source;
	char bytes[8];
	struct err e = { 0 };

	(void)state;
	assert_int_equal(pipe(fds), 0);
	fd = (struct source_fd){ .fd = fds[0], .name = "the pipe" };
	source = source_of_fd(&fd);
	assert_false(source.ready(source.context));
	assert_int_equal(write(fds[1], "abc", 3), 3);
	assert_true(source.ready(source.context));
	assert_int_equal(source.read(source.context, bytes, sizeof(bytes), &e), 3);
	close(fds[1]);
	assert_int_equal(source.read(source.context, bytes, sizeof(bytes), &e), 0);
	close(fds[0]);
	fd.fd = -1;
	assert_int_equal(source.read(source.context, bytes, sizeof(bytes), &e), -1);
	unit_said(&e, "cannot read the pipe: Bad file descriptor\n");
}

/* More feeds than a pipeline has batches, each within a line now and again. */
static void test_parked(void **state)
{
	enum { FEEDS = 9 };
	static const char text[] = "first a@b.be\nsecond line\nthird a@b.be\n";
	struct unit_run run = unit_run_open("web", NULL);
	struct unit_sink records = unit_sink();
	struct output output = unit_output("record", SELECT_ALL, &records, &run);
	struct pipeline *pipeline = pipeline_new(&output, 1, 3, 1, BATCH_BYTES);
	struct stream *stream = stream_new("in", run.plan, NULL, true);
	struct chunks chunks[FEEDS];
	struct feed *feeds[FEEDS];
	struct stats stats;
	struct err e = { 0 };
	size_t done = 0;

	(void)state;
	for (size_t i = 0; i < FEEDS; i++) {
		const struct source source = { chunks_read, chunks_ready, &chunks[i] };

		chunks[i] = (struct chunks){ .bytes = span_str(text), .size = i + 1 };
		feeds[i] = feed_new(pipeline, stream, &source);
		feed_park(feeds[i]);
	}
	while (done < FEEDS) {
		for (size_t i = 0; i < FEEDS; i++) {
			if (feeds[i] == NULL)
				continue;
			if (feed_step(feeds[i], &e) == FEED_MORE) {
				feed_park(feeds[i]);
				feed_park(feeds[i]);
				continue;
			}
			assert_int_equal(feed_finish(feeds[i]), 0);
			feed_free(&feeds[i]);
			done++;
		}
	}
	stats_init(&stats, 3);
	pipeline_stats(pipeline, &stats);
	assert_int_equal(stats.records, 3 * FEEDS);
	assert_int_equal(records.taken.len, FEEDS * strlen(text));
	stats_fini(&stats);
	stream_unref(&stream);
	pipeline_free(&pipeline);
	buf_fini(&records.taken);
	unit_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_of_any_size),
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_broken_input),
		cmocka_unit_test(test_overlong),
		cmocka_unit_test(test_overlong_redacted),
		cmocka_unit_test(test_around_a_batch),
		cmocka_unit_test(test_descriptor),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_parked),
		cmocka_unit_test(test_full_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
