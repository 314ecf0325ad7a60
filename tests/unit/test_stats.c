/* What is counted, and the table that says it. */
#include "unit_run.h"

#include <purposed/run/stats.h>

static void count(struct stats *stats, struct unit_run *run, const char *text)
{
	stats_record(stats, unit_run_text(run, text), strlen(text), run->plan->set.n != 0);
}

static size_t cell(size_t row, enum reason reason)
{
	return row * REASON_COUNT + reason;
}

static void test_counts(void **state)
{
	struct unit_run web = unit_run_open("web", NULL);
	struct unit_run none = unit_run_open("", NULL);
	struct stats a;
	struct stats b;

	(void)state;
	stats_init(&a, 3);
	stats_init(&b, 3);
	count(&a, &web, "hello");
	count(&a, &web, "a@b.be c@d.be");
	count(&a, &web, "shoe=42 %2525252540");
	count(&b, &none, "hello you");
	count(&b, &none, "192.0.2.1");
	b.forged_tags = 2;
	assert_int_equal(a.records, 3);
	assert_int_equal(a.bytes, 5 + 13 + 19);
	assert_int_equal(a.undeclared, 0);
	assert_int_equal(a.verdicts[VERDICT_CLEAN], 1);
	assert_int_equal(a.verdicts[VERDICT_OUT_OF_PURPOSE], 2);
	assert_int_equal(a.findings[cell(0, REASON_NOT_PERMITTED)], 2);
	assert_int_equal(a.findings[cell(3, REASON_OUTSIDE_ANNEX)], 1);
	assert_int_equal(a.findings[cell(4, REASON_DECODE_LIMIT)], 1);
	for (int i = 0; i < 3; i++)
		stats_pass(&b, 10, false);
	stats_verdict(&b, VERDICT_PERMITTED, 2, false);
	assert_int_equal(b.bytes, 9 + 9 + 30 + 2);
	stats_add(&a, &b);
	assert_int_equal(a.records, 9);
	assert_int_equal(a.undeclared, 6);
	assert_int_equal(a.passed, 3);
	assert_int_equal(a.brief, 1);
	assert_int_equal(a.verdicts[VERDICT_PERMITTED], 1);
	assert_int_equal(a.forged_tags, 2);
	assert_int_equal(a.verdicts[VERDICT_GAP], 1);
	assert_int_equal(a.findings[cell(1, REASON_NO_PURPOSE)], 1);
	assert_int_equal(stats_flagged(&a), 3);
	stats_clear(&a);
	assert_int_equal(
		a.records + a.bytes + a.undeclared + a.passed + a.brief + stats_flagged(&a), 0);
	assert_int_equal(a.findings[cell(0, REASON_NOT_PERMITTED)], 0);
	assert_int_equal(a.n_categories, 3);
	stats_fini(&a);
	stats_fini(&b);
	unit_run_close(&web);
	unit_run_close(&none);
}

/* What stats_print writes, but for its padding. */
static void prints(const struct stats *stats, const struct unit_run *run, double seconds,
		   unsigned damaged, const char *wanted)
{
	const struct stats_input inputs[] = { { "damaged", damaged }, { "refused", 0 } };
	struct buf out = { 0 };
	char *bytes = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&bytes, &len);

	stats_print(stats, engine_policy(run->engine), seconds, inputs, COUNT(inputs), file);
	fclose(file);
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != ' ' || i == 0 || bytes[i - 1] != ' ')
			buf_add_char(&out, bytes[i]);
	}
	free(bytes);
	assert_string_equal(buf_str(&out), wanted);
	buf_fini(&out);
}

static void test_print(void **state)
{
	struct unit_run run = unit_run_open("", NULL);
	struct unit_run all = unit_run_open("all", NULL);
	struct stats stats;

	(void)state;
	stats_init(&stats, 3);
	prints(&stats, &run, 0, 0, "\n0 records, 0.0 MiB, in 0.0 s (0.0 MiB/s); 0 flagged\n");
	/* an input of which nothing could be read is a row all the same */
	prints(&stats, &run, 0, 1,
	       "\n0 records, 0.0 MiB, in 0.0 s (0.0 MiB/s); 0 flagged\n"
	       "findings by category and reason:\n"
	       " (not searched) damaged 1\n");
	count(&stats, &run, "a@b.be");
	count(&stats, &all, "a@b.be shoe=42");
	count(&stats, &all, "%2525252540 192.0.2.1");
	stats.bytes = 3 << 20;
	stats.forged_tags = 4;
	prints(&stats, &run, 2.0, 7,
	       "\n3 records, 3.0 MiB, in 2.0 s (1.5 MiB/s); 3 flagged\n"
	       "records by verdict:\n"
	       " out-of-purpose 1\n"
	       " unscanned 1\n"
	       " gap 1\n"
	       "findings by category and reason:\n"
	       " identification no-purpose 1\n"
	       " identification permitted 1\n"
	       " navigation permitted 1\n"
	       " outside-annex outside-annex 1\n"
	       " (not searched) decode-limit 1\n"
	       " (not searched) damaged 7\n"
	       "without a declared purpose: 1 (-p, see: purposed policy list)\n"
	       "forged tags taken out of records: 4\n");
	stats_fini(&stats);
	unit_run_close(&run);
	unit_run_close(&all);
}

/* What only flagged records are known of is said. */
static void test_print_flagged(void **state)
{
	struct unit_run all = unit_run_open("all", NULL);
	struct stats stats;

	(void)state;
	stats_init(&stats, 3);
	count(&stats, &all, "shoe=42");
	stats_pass(&stats, 3, true);
	stats_pass(&stats, 4, true);
	prints(&stats, &all, 1.0, 0,
	       "\n3 records, 0.0 MiB, in 1.0 s (0.0 MiB/s); 1 flagged\n"
	       "records by verdict:\n"
	       " out-of-purpose 1\n"
	       " not flagged 2\n"
	       "findings by category and reason, in flagged records:\n"
	       " outside-annex outside-annex 1\n");
	/* and so is what is known of others without their findings */
	stats_clear(&stats);
	stats_verdict(&stats, VERDICT_PERMITTED, 3, true);
	prints(&stats, &all, 1.0, 0,
	       "\n1 record, 0.0 MiB, in 1.0 s (0.0 MiB/s); 0 flagged\n"
	       "records by verdict:\n"
	       " permitted 1\n"
	       "findings by category and reason, in flagged records:\n");
	stats_fini(&stats);
	unit_run_close(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_print_flagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
