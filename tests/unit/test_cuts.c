/* A batch in slices: every record once, where it stands, with what holds for it. */
#include "unit_run.h"

#include <purposed/io/origin.h>
#include <purposed/run/cuts.h>

/* A line as this one comes every so often; the others are empty. */
#define LINE "mail to a@b.be"

enum { EVERY = 1000 };

static void add_lines(struct batch *batch, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add_str(&batch->bytes, i % EVERY == EVERY - 1 ? LINE "\n" : "\n");
}

static struct span text_of(const struct cuts *cuts, const struct batch *batch, size_t i)
{
	return span_slice(buf_span(&batch->bytes), cuts->from + cuts->records[i].start,
			  cuts->from + cuts->records[i].end);
}

/* Goes through all slices; returns how many records they have. */
static size_t walk(struct cuts *cuts, const struct batch *batch)
{
	size_t n = 0;
	size_t at = 0;

	cuts_begin(cuts);
	while (cuts_next(cuts, batch)) {
		assert_true(cuts->n <= CUTS_MAX);
		assert_int_equal(cuts->from, at);
		for (size_t i = 0; i < cuts->n; i++) {
			struct span text = text_of(cuts, batch, i);

			assert_int_equal(cuts->cuts[i].at, at);
			assert_int_equal(text.len, cuts->cuts[i].frame.text.len);
			if (batch->framing == FRAMING_LINES) {
				assert_true(span_equal(
					text, span_str((n + i) % EVERY == EVERY - 1 ? LINE : "")));
				at += text.len + 1;
			} else {
				at = i + 1 < cuts->n ? cuts->cuts[i + 1].at : cuts->to;
				assert_true(cuts->cuts[i].frame.origin.len != 0);
			}
		}
		n += cuts->n;
		assert_int_equal(cuts->to, at);
	}
	assert_true(cuts->last);
	assert_int_equal(cuts->to, batch->bytes.len);
	return n;
}

static const size_t counts[] = {
	0, 1, CUTS_MAX - 1, CUTS_MAX, CUTS_MAX + 1, 2 * CUTS_MAX, 2 * CUTS_MAX + EVERY,
};

static void test_lines(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct batch batch = { .stream = stream_new("in", run.plan, NULL, true) };
	struct cuts cuts = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		buf_clear(&batch.bytes);
		add_lines(&batch, counts[i]);
		assert_int_equal(walk(&cuts, &batch), counts[i]);
	}
	cuts_fini(&cuts);
	buf_fini(&batch.bytes);
	stream_unref(&batch.stream);
	unit_run_close(&run);
}

/* An origin holds for all messages behind it, also for those of later slices. */
static void test_messages(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct batch batch = { .stream = stream_new("in", run.plan, NULL, false),
			       .framing = FRAMING_MESSAGES };
	const struct origin origin = { .peer = span_str("192.0.2.1") };
	struct cuts cuts = { 0 };

	(void)state;
	framing_add_origin(&batch.bytes, &origin);
	for (size_t i = 0; i < CUTS_MAX + EVERY; i++)
		framing_add_message(&batch.bytes, span_str(LINE), strlen(LINE));
	assert_int_equal(walk(&cuts, &batch), CUTS_MAX + EVERY);
	cuts_fini(&cuts);
	buf_fini(&batch.bytes);
	stream_unref(&batch.stream);
	unit_run_close(&run);
}

/* Where records are long, a slice has few of them. */
static void test_long(void **state)
{
	enum { RECORD_BYTES = 60000, RECORDS = 30 };
	struct unit_run run = unit_run_open("web", NULL);
	struct batch batch = { .stream = stream_new("in", run.plan, NULL, false),
			       .framing = FRAMING_MESSAGES };
	const struct origin origin = { .peer = span_str("192.0.2.1") };
	struct cuts cuts = { 0 };
	char *text = test_malloc(RECORD_BYTES);

	(void)state;
	memset(text, 'a', RECORD_BYTES);
	framing_add_origin(&batch.bytes, &origin);
	for (size_t i = 0; i < RECORDS; i++)
		framing_add_message(&batch.bytes, span_of(text, RECORD_BYTES), RECORD_BYTES);
	assert_int_equal(walk(&cuts, &batch), RECORDS);
	cuts_begin(&cuts);
	while (cuts_next(&cuts, &batch))
		assert_true(cuts.to - cuts.from < CUTS_BYTES + 2 * RECORD_BYTES);
	test_free(text);
	cuts_fini(&cuts);
	buf_fini(&batch.bytes);
	stream_unref(&batch.stream);
	unit_run_close(&run);
}

/* Of a batch that its input broke off only the last record is in doubt. */
static void test_torn(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct batch batch = { .stream = stream_new("in", run.plan, NULL, true), .torn = true };
	struct cuts cuts = { .seen = SIZE_MAX / 2 };
	struct prescan *prescan = prescan_new(run.plan->engine);
	size_t named = 0;

	(void)state;
	add_lines(&batch, 4 * CUTS_MAX);
	buf_add_str(&batch.bytes, "and");
	assert_non_null(plan_prescan(run.plan, PRESCAN_FLAGS));
	cuts_begin(&cuts);
	while (cuts_next(&cuts, &batch)) {
		cuts_look(&cuts, &batch, PRESCAN_FLAGS, prescan, false);
		for (size_t i = 0; i < cuts.n; i++) {
			if (cuts.records[i].named && text_of(&cuts, &batch, i).len <= 3)
				named++;
		}
	}
	assert_int_equal(named, 1);
	assert_true(cuts.records[cuts.n - 1].named);
	prescan_free(&prescan);
	cuts_fini(&cuts);
	buf_fini(&batch.bytes);
	stream_unref(&batch.stream);
	unit_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
