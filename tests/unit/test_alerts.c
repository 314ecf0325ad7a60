/* Alerts that are grouped and limited on their way to a sink. */
#include "unit_clock.h"
#include "unit_sink.h"

#include <purposed/run/alerts.h>

struct control {
	struct unit_run run;
	struct unit_sink behind;
	struct output output;
	struct sink *alerts;
};

static void open_control(struct control *c, unsigned long long window_s,
			 unsigned long long rate_limit)
{
	c->run = unit_run_open("web", NULL);
	c->behind = unit_sink();
	c->output = unit_output("text", SELECT_ALL, &c->behind, &c->run);
	c->alerts = alerts_new(&c->behind.sink, &(struct alerts_settings){ "out", &c->output,
									   window_s, rate_limit });
	c->output.controlled = true;
}

static void close_control(struct control *c)
{
	sink_free(&c->alerts);
	buf_fini(&c->behind.taken);
	unit_run_close(&c->run);
}

/* A line as the pipeline makes it, of a record that was read at that second of 2026. */
static void add(struct control *c, struct buf *out, const char *input, const char *text,
		unsigned second)
{
	struct record record = { .text = span_str(text),
				 .len = strlen(text),
				 .number = 1,
				 .offset = -1,
				 .input = input,
				 .read_at = { .tv_sec = 1767603600 + second } };
	struct format_job job = { .record = &record,
				  .plan = c->run.plan,
				  .classifier = c->run.classifier,
				  .result = unit_run_text(&c->run, text) };

	output_write(&c->output, out, &job, span_of("\n", 1));
}

static enum sink_result offer(struct control *c, struct span *rest)
{
	struct err e = { 0 };
	enum sink_result result = sink_write(c->alerts, rest, &e);

	err_fini(&e);
	return result;
}

static void took(struct control *c, const char *wanted)
{
	assert_string_equal(buf_str(&c->behind.taken), wanted);
	buf_clear(&c->behind.taken);
}

#define A "in:1: out-of-purpose email  j***@e***.be"
#define OTHER "other:1: out-of-purpose email  j***@e***.be"
#define TIME(s) "2026-01-05T09:00:" s ".000Z"

/* Same input, purposes and rules: one, with a count and the times of the first and last. */
static void test_groups(void **state)
{
	struct control c;
	struct buf out = { 0 };
	struct span rest;
	struct err e = { 0 };
	struct alerts_counters counters;

	(void)state;
	open_control(&c, 3600, 0);
	add(&c, &out, "in", "jan@example.be", 5);
	add(&c, &out, "other", "jan@example.be", 6);
	add(&c, &out, "in", "x jan@example.be", 9);
	add(&c, &out, "in", "piet@example.be", 3);
	add(&c, &out, "in", "nothing", 7);
	rest = buf_span(&out);
	assert_int_equal(offer(&c, &rest), SINK_ACCEPTED);
	assert_int_equal(rest.len, 0);
	took(&c, "");
	assert_int_equal(alerts_tick(c.alerts, false, &e), SINK_ACCEPTED);
	took(&c, "");
	alerts_count(c.alerts, &counters);
	assert_int_equal(counters.waiting, 3);
	assert_int_equal(counters.grouped, 2);
	assert_int_equal(alerts_tick(c.alerts, true, &e), SINK_ACCEPTED);
	took(&c, A "  (3 times, " TIME("03") " to " TIME("09") ")\n" OTHER "  (1 time, " TIME(
			 "06") " to " TIME("06") ")\n"
						 "in:1: clean   nothing  (1 time, " TIME(
							 "07") " to " TIME("07") ")\n");
	close_control(&c);
	buf_fini(&out);
}

static void test_limit(void **state)
{
	struct control c;
	struct buf out = { 0 };
	struct span rest;
	struct err e = { 0 };

	(void)state;
	open_control(&c, 0, 2);
	for (unsigned i = 0; i < 4; i++)
		add(&c, &out, "in", "jan@example.be", i);
	add(&c, &out, "in", "nothing", 4);
	rest = buf_span(&out);
	assert_int_equal(offer(&c, &rest), SINK_ACCEPTED);
	took(&c, A "\n" A "\n");
	assert_int_equal(alerts_tick(c.alerts, true, &e), SINK_ACCEPTED);
	took(&c, "3 alerts were held back, " TIME("02") " to " TIME(
			 "04") ": 2 out-of-purpose, 1 clean\n");
	close_control(&c);
	buf_fini(&out);
}

/* The clock is set: no window ends before its time, or later, and no minute does. */
static void test_clock_step(void **state)
{
	static const long long steps_s[] = { 86400, -86400, 0 };
	struct control c;
	struct buf out = { 0 };
	struct span rest;
	struct err e = { 0 };

	(void)state;
	open_control(&c, 3600, 0);
	add(&c, &out, "in", "jan@example.be", 0);
	rest = buf_span(&out);
	assert_int_equal(offer(&c, &rest), SINK_ACCEPTED);
	for (size_t i = 0; i < COUNT(steps_s); i++) {
		unit_clock_ahead_s = steps_s[i];
		assert_int_equal(alerts_tick(c.alerts, false, &e), SINK_ACCEPTED);
		took(&c, "");
	}
	close_control(&c);
	buf_clear(&out);

	open_control(&c, 0, 1);
	for (size_t i = 0; i < COUNT(steps_s); i++) {
		unit_clock_ahead_s = steps_s[i];
		add(&c, &out, "in", "jan@example.be", (unsigned)i);
		rest = buf_span(&out);
		assert_int_equal(offer(&c, &rest), SINK_ACCEPTED);
		buf_clear(&out);
		assert_int_equal(alerts_tick(c.alerts, false, &e), SINK_ACCEPTED);
		took(&c, i == 0 ? A "\n" : "");
	}
	unit_clock_ahead_s = 0;
	close_control(&c);

	/* and one that is over ends it, though the clock was set back */
	open_control(&c, 1, 0);
	add(&c, &out, "in", "jan@example.be", 0);
	rest = buf_span(&out);
	assert_int_equal(offer(&c, &rest), SINK_ACCEPTED);
	unit_clock_ahead_s = -86400;
	for (int i = 0; i < 300 && c.behind.taken.len == 0; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
		assert_int_equal(alerts_tick(c.alerts, false, &e), SINK_ACCEPTED);
	}
	assert_int_not_equal(c.behind.taken.len, 0);
	unit_clock_ahead_s = 0;
	close_control(&c);
	buf_fini(&out);
}

/* A sink that takes a byte now and then, or fails: every line once, none counted twice. */
static void test_slow(void **state)
{
	struct control c;
	struct buf out = { 0 };
	struct span rest;
	enum sink_result result;

	(void)state;
	open_control(&c, 0, 3);
	c.behind.full_every = 7;
	for (unsigned i = 0; i < 4; i++)
		add(&c, &out, "in", "jan@example.be", i);
	rest = buf_span(&out);
	while ((result = offer(&c, &rest)) == SINK_FULL)
		assert_int_equal(rest.len, out.len);
	assert_int_equal(result, SINK_ACCEPTED);
	assert_int_equal(rest.len, 0);
	took(&c, A "\n" A "\n" A "\n");
	c.behind.full_every = 0;
	/* what is offered again may have more behind it */
	c.behind.fails_after = 1;
	buf_clear(&out);
	buf_add_str(&out, "without a mark\n");
	rest = buf_span(&out);
	assert_int_equal(offer(&c, &rest), SINK_ERROR);
	assert_int_equal(rest.len, out.len);
	buf_add_str(&out, "nor this\n");
	c.behind.fails_after = 0;
	rest = buf_span(&out);
	assert_int_equal(offer(&c, &rest), SINK_ACCEPTED);
	took(&c, "without a mark\nnor this\n");
	close_control(&c);
	buf_fini(&out);
}

/* A line of which the old file has a part goes to the new one whole. */
static void test_reopen(void **state)
{
	struct control c;
	struct buf out = { 0 };
	struct span rest;
	struct err e = { 0 };

	(void)state;
	open_control(&c, 0, 3);
	c.behind.full_every = 2;
	add(&c, &out, "in", "jan@example.be", 1);
	add(&c, &out, "other", "jan@example.be", 2);
	rest = buf_span(&out);
	assert_int_equal(offer(&c, &rest), SINK_FULL);
	took(&c, "i");
	assert_int_equal(sink_reopen(c.alerts, &e), 0);
	assert_int_equal(offer(&c, &rest), SINK_ACCEPTED);
	took(&c, A "\n" OTHER "\n");
	close_control(&c);
	buf_fini(&out);
}

/* Before a reload and after it. */
struct reload {
	struct control old, next;
	struct buf out;
	struct span rest;
};

/* The old one is offered one line. */
static enum sink_result open_reload(struct reload *r, unsigned long long window_s,
				    unsigned long long rate_limit, unsigned full_every)
{
	*r = (struct reload){ 0 };
	open_control(&r->old, window_s, rate_limit);
	open_control(&r->next, window_s, rate_limit);
	r->old.behind.full_every = full_every;
	add(&r->old, &r->out, "in", "jan@example.be", 5);
	r->rest = buf_span(&r->out);
	return offer(&r->old, &r->rest);
}

static void close_reload(struct reload *r)
{
	close_control(&r->old);
	close_control(&r->next);
	buf_fini(&r->out);
}

/* The same where the new file is that of a new setup. */
static void test_take_part(void **state)
{
	struct reload r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(open_reload(&r, 0, 3, 2), SINK_FULL);
	took(&r.old, "i");
	alerts_take(r.next.alerts, r.old.alerts);
	assert_int_equal(offer(&r.next, &r.rest), SINK_ACCEPTED);
	assert_int_equal(alerts_tick(r.next.alerts, true, &e), SINK_ACCEPTED);
	took(&r.next, A "\n");
	close_reload(&r);
}

/* A reload: what waits is not lost, and what was not taken goes on where it was. */
static void test_take(void **state)
{
	struct reload r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(open_reload(&r, 3600, 0, 0), SINK_ACCEPTED);
	alerts_take(r.next.alerts, r.old.alerts);
	assert_int_equal(alerts_tick(r.next.alerts, false, &e), SINK_ACCEPTED);
	took(&r.old, "");
	took(&r.next, A "  (1 time, " TIME("05") " to " TIME("05") ")\n");
	close_reload(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),	   cmocka_unit_test(test_limit),
		cmocka_unit_test(test_clock_step), cmocka_unit_test(test_slow),
		cmocka_unit_test(test_reopen),	   cmocka_unit_test(test_take),
		cmocka_unit_test(test_take_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
