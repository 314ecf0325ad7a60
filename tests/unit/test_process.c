/* What becomes of the records of a batch: messages, lines, purposes, what is not copied. */
#include "unit_sink.h"

#include <purposed/run/cuts.h>

enum { BATCH_BYTES = 2048 };

static void test_messages(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct unit_sink records = unit_sink();
	struct unit_sink json = unit_sink();
	struct unit_sink personal = unit_sink();
	struct output outputs[] = { unit_output("record", SELECT_ALL, &records, &run),
				    unit_output("json", SELECT_FLAGGED, &json, &run),
				    unit_output("record", SELECT_PERSONAL, &personal, &run) };
	struct pipeline *pipeline = pipeline_new(outputs, 3, 3, 1, BATCH_BYTES);
	struct batch *batch = pipeline_take(pipeline);

	(void)state;
	batch->stream = stream_new("in", run.plan, "web-traffic-log", false);
	batch->framing = FRAMING_MESSAGES;
	batch->first_number = 7;
	framing_add_message(&batch->bytes, span_str("one\r\ntwo"), 8);
	framing_add_message(&batch->bytes, span_str(""), 0);
	framing_add_message(&batch->bytes, span_str("192.0.2.1\n"), 10);
	framing_add_message(&batch->bytes, span_str("a@b.be"), 6);
	assert_int_equal(pipeline_submit(pipeline, batch), 0);
	/* a message is one line of output, and has no offset */
	assert_true(span_is(buf_span(&records.taken), "one#015#012two\n\n192.0.2.1#012\na@b.be\n"));
	assert_true(span_is(buf_span(&personal.taken), "192.0.2.1#012\na@b.be\n"));
	assert_true(
		span_starts(buf_span(&json.taken), "{\"input\":\"in\",\"record\":10,\"time\":"));
	assert_int_equal(framing_count_lines(buf_span(&json.taken)), 1);
	pipeline_free(&pipeline);
	buf_fini(&records.taken);
	buf_fini(&json.taken);
	buf_fini(&personal.taken);
	unit_run_close(&run);
}

/* What a message has lost was not searched, however little the outputs want to know. */
static void test_cut_messages(void **state)
{
	static const struct {
		const char *format;
		enum select select;
	} wants[] = { { "json", SELECT_ALL }, { "json", SELECT_FLAGGED }, { "tag", SELECT_ALL } };

	(void)state;
	for (size_t i = 0; i < COUNT(wants); i++) {
		struct unit_run run = unit_run_open("all", NULL);
		struct unit_sink sink = unit_sink();
		struct output output = unit_output(wants[i].format, wants[i].select, &sink, &run);
		struct pipeline *pipeline = pipeline_new(&output, 1, 3, 1, BATCH_BYTES);
		struct batch *batch = pipeline_take(pipeline);
		struct stats stats;

		batch->stream = stream_new("in", run.plan, NULL, false);
		batch->framing = FRAMING_MESSAGES;
		framing_add_message(&batch->bytes, span_str("nothing"), 7);
		framing_add_message(&batch->bytes, span_str("nothing yet"), 12);
		framing_add_message(&batch->bytes, span_str(""), 1);
		assert_int_equal(pipeline_submit(pipeline, batch), 0);
		stats_init(&stats, 3);
		pipeline_stats(pipeline, &stats);
		assert_int_equal(stats.records, 3);
		assert_int_equal(stats.verdicts[VERDICT_UNSCANNED], 2);
		stats_fini(&stats);
		pipeline_free(&pipeline);
		buf_fini(&sink.taken);
		unit_run_close(&run);
	}
}

/* Of every purpose it is counted what became of its records, also where nothing is written of them.
 */
static void test_purposes(void **state)
{
	static const enum select selects[] = { SELECT_FLAGGED, SELECT_ALL };

	(void)state;
	for (size_t i = 0; i < COUNT(selects); i++) {
		struct unit_run run = unit_run_open("web", NULL);
		struct unit_sink sink = unit_sink();
		struct output output = unit_output("record", selects[i], &sink, &run);
		struct pipeline *pipeline = pipeline_new(&output, 1, 3, 1, BATCH_BYTES);
		const unsigned long long *row;
		struct stats stats;

		unit_submit_text(pipeline, run.plan, "nothing\nto jan@example.be\nnor here\n", 0);
		stats_init(&stats, 3);
		pipeline_stats(pipeline, &stats);
		assert_int_equal(stats.n_purposes, run.plan->set.purposes[0] + 1);
		row = stats.purposes + run.plan->set.purposes[0] * STATS_VERDICTS;
		assert_int_equal(row[VERDICT_OUT_OF_PURPOSE], 1);
		assert_int_equal(row[VERDICT_COUNT], 2);
		stats_fini(&stats);
		pipeline_free(&pipeline);
		buf_fini(&sink.taken);
		unit_run_close(&run);
	}
}

/* What is redacted is redacted in a header that is written anew, too. */
static void test_redacted_header(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct unit_sink sink = unit_sink();
	struct output output = unit_output("record", SELECT_ALL, &sink, &run);
	struct pipeline *pipeline = pipeline_new(&output, 1, 3, 1, BATCH_BYTES);

	(void)state;
	output.envelope = &envelope_syslog;
	output.options.redact = REDACT_ELEMENT;
	output.options.host = "here";
	unit_submit_text(pipeline, run.plan,
			 "<13>Jan  5 10:00:00 www jan@example.be: to piet@example.be\n", 0);
	assert_non_null(strstr(buf_str(&sink.taken), " www <email> - - [purposed@32473 "));
	assert_non_null(strstr(buf_str(&sink.taken), "] to <email>\n"));
	assert_null(strstr(buf_str(&sink.taken), "example"));
	pipeline_free(&pipeline);
	buf_fini(&sink.taken);
	unit_run_close(&run);
}

static unsigned turns_over;

void __wrap_turn_over(void);

void __wrap_turn_over(void)
{
	turns_over++;
}

/* Where messages are lost while their receiver waits, he is let in between them; else nobody is. */
static void test_others_let_in(void **state)
{
	enum { SLICES = 3 };
	static const bool lossy[] = { true, false };

	(void)state;
	for (size_t i = 0; i < COUNT(lossy); i++) {
		struct unit_run run = unit_run_open("web", NULL);
		struct unit_sink sink = unit_sink();
		struct output output = unit_output("tag", SELECT_ALL, &sink, &run);
		struct pipeline *pipeline = pipeline_new(&output, 1, 3, 1, BATCH_BYTES);
		struct batch *batch = pipeline_take(pipeline);

		size_t n;

		turns_over = 0;
		batch->stream = stream_new("in", run.plan, NULL, false);
		batch->framing = FRAMING_MESSAGES;
		batch->lossy = lossy[i];
		framing_add_message(&batch->bytes, span_str("nothing"), 7);
		framing_add_message(&batch->bytes, span_str("192.0.2.1"), 9);
		for (size_t k = 0; k < SLICES * CUTS_BYTES_LOSSY / 7; k++)
			framing_add_message(&batch->bytes, span_str("nothing"), 7);
		assert_int_equal(pipeline_submit(pipeline, batch), 0);
		n = framing_count_lines(buf_span(&sink.taken));
		assert_int_equal(turns_over, lossy[i] ? n - 1 : 0);
		/* A batch is as new when it is taken again. */
		batch = pipeline_take(pipeline);
		assert_false(batch->lossy);
		pipeline_return(pipeline, batch);
		pipeline_free(&pipeline);
		buf_fini(&sink.taken);
		unit_run_close(&run);
	}
}

/* Long runs of clean lines, and between them, at the edges too, lines of which something is said.
 */
static void fill_runs(struct buf *lines, struct buf *redacted, uint64_t *dice)
{
	buf_clear(lines);
	buf_clear(redacted);
	while (lines->len < 200000) {
		size_t run =
			unit_below(dice, 3) == 0 ? unit_below(dice, 9000) : unit_below(dice, 3);

		for (size_t i = 0; i < run; i++) {
			buf_add_str(lines, "nothing\r\n");
			buf_add_str(redacted, "nothing\r\n");
		}
		buf_add_str(lines, "to jan@example.be\n");
		buf_add_str(redacted, "to <email>\n");
	}
	if (unit_below(dice, 2) == 0) {
		buf_add_str(lines, "no end");
		buf_add_str(redacted, "no end");
	}
}

/* Lines that are not flagged leave as they came, also beside those that are redacted. */
static void test_passages(void **state)
{
	static const unsigned workers[] = { 1, 3 };
	uint64_t dice = 88172645463325252;

	(void)state;
	for (size_t w = 0; w < COUNT(workers); w++) {
		struct unit_run run = unit_run_open("web", NULL);
		struct unit_sink kept = unit_sink();
		struct unit_sink redacted = unit_sink();
		struct output outputs[] = { unit_output("record", SELECT_ALL, &kept, &run),
					    unit_output("record", SELECT_ALL, &redacted, &run) };
		struct pipeline *pipeline;
		struct buf lines[2] = { { 0 } };
		struct buf wanted[2] = { { 0 } };
		struct stats stats;

		outputs[1].options.redact = REDACT_ELEMENT;
		redacted.full_every = 2;
		pipeline = pipeline_new(outputs, 2, 3, workers[w], 1 << 18);
		for (size_t i = 0; i < 20; i++) {
			struct batch *batch = pipeline_take(pipeline);

			fill_runs(&lines[0], &lines[1], &dice);
			batch->stream = stream_new("in", run.plan, NULL, true);
			buf_add_span(&batch->bytes, buf_span(&lines[0]));
			buf_add_span(&wanted[0], buf_span(&lines[0]));
			buf_add_span(&wanted[1], buf_span(&lines[1]));
			assert_int_equal(pipeline_submit(pipeline, batch), 0);
		}
		assert_int_equal(pipeline_drain(pipeline), 0);
		assert_true(span_equal(buf_span(&kept.taken), buf_span(&wanted[0])));
		assert_true(span_equal(buf_span(&redacted.taken), buf_span(&wanted[1])));
		/* a batch that leaves as it came does so at once */
		assert_int_equal(kept.calls, 20);
		stats_init(&stats, 3);
		pipeline_stats(pipeline, &stats);
		assert_int_equal(stats.bytes, wanted[0].len);
		stats_fini(&stats);
		pipeline_free(&pipeline);
		for (size_t i = 0; i < COUNT(lines); i++)
			buf_fini(&lines[i]);
		buf_fini(&wanted[0]);
		buf_fini(&wanted[1]);
		buf_fini(&kept.taken);
		buf_fini(&redacted.taken);
		unit_run_close(&run);
	}
}

/* Lines keep their ends, whatever these are; numbers and offsets count in the input. */
static void test_lines(void **state)
{
	struct unit_run run = unit_run_open("all", NULL);
	struct unit_sink tags = unit_sink();
	struct unit_sink json = unit_sink();
	struct output outputs[] = { unit_output("tag", SELECT_PERSONAL, &tags, &run),
				    unit_output("json", SELECT_PERSONAL, &json, &run) };
	struct pipeline *pipeline = pipeline_new(outputs, 2, 3, 1, BATCH_BYTES);
	struct batch *batch = pipeline_take(pipeline);

	(void)state;
	batch->stream = stream_new("in", run.plan, NULL, true);
	batch->first_number = 5;
	batch->offset = 1000;
	buf_add_str(&batch->bytes, "x\na@b.be\r\nc@d.be");
	assert_int_equal(pipeline_submit(pipeline, batch), 0);
	assert_true(span_is(buf_span(&tags.taken),
			    "a@b.be [purposed@32473 verdict=\"permitted\" purpose=\"all\" "
			    "categories=\"identification\" elements=\"\"]\r\n"
			    "c@d.be [purposed@32473 verdict=\"permitted\" purpose=\"all\" "
			    "categories=\"identification\" elements=\"\"]"));
	assert_non_null(strstr(buf_str(&json.taken), "\"record\":6,\"offset\":1002,"));
	assert_non_null(strstr(buf_str(&json.taken), "\"record\":7,\"offset\":1010,"));
	pipeline_free(&pipeline);
	buf_fini(&tags.taken);
	buf_fini(&json.taken);
	unit_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),      cmocka_unit_test(test_cut_messages),
		cmocka_unit_test(test_purposes),      cmocka_unit_test(test_redacted_header),
		cmocka_unit_test(test_others_let_in), cmocka_unit_test(test_passages),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
