/* Counters: every field has its row, and every row its number. */
#include "unit_run.h"

#include <purposed/run/counters.h>

static void check_table(const struct counter *rows, size_t n, size_t bytes)
{
	/* Each field of the struct is an unsigned long long, and has a row of its own. */
	assert_int_equal(n * sizeof(unsigned long long), bytes);
	for (size_t i = 0; i < n; i++) {
		assert_true(rows[i].name[0] != '\0');
		assert_true(rows[i].what[0] != '\0');
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(rows[i].name, rows[j].name);
			assert_int_not_equal(rows[i].field, rows[j].field);
		}
	}
}

static void test_tables(void **state)
{
	(void)state;
	check_table(counters_of_daemon, counters_of_daemon_count, sizeof(struct counters_daemon));
	check_table(counters_of_input, counters_of_input_count,
		    sizeof(struct counters_input) - sizeof(char *));
	check_table(counters_of_output, counters_of_output_count,
		    sizeof(struct counters_output) - sizeof(char *));
}

static void test_values(void **state)
{
	const struct counters_output output = { .name = "x", .connected = 7, .bytes = 9 };
	unsigned long long sum = 0;

	(void)state;
	for (size_t i = 0; i < counters_of_output_count; i++)
		sum += counter_value(&counters_of_output[i], &output);
	assert_int_equal(sum, 16);
}

static void test_written(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct counters c;
	struct buf out = { 0 };

	(void)state;
	counters_init(&c, 1, 1, engine_policy(run.engine));
	c.daemon.records = 2;
	c.inputs[0] = (struct counters_input){ .name = "in\"1", .lag_ms = 3 };
	c.outputs[0] = (struct counters_output){ .name = "o", .spool_bytes = 5 };
	stats_record(&c.stats, unit_run_text(&run, "jan@example.be %2525252540"), 9, true);
	stats_purposes(&c.stats, &run.plan->set, VERDICT_OUT_OF_PURPOSE);
	stats_purposes(&c.stats, &run.plan->set, VERDICT_COUNT);
	counters_write(&out, &c);
	assert_non_null(strstr(buf_str(&out), "{\"records\":2,\"bytes\":0,"));
	assert_non_null(strstr(buf_str(&out), "\"identification\":{\"not-permitted\":1}"));
	assert_non_null(strstr(buf_str(&out), "\"limits\":{\"decode-limit\":1}"));
	assert_non_null(strstr(buf_str(&out),
			       "\"purposes\":{\"web\":{\"out-of-purpose\":1,\"not-flagged\":1}}"));
	assert_non_null(strstr(buf_str(&out), "\"inputs\":[{\"name\":\"in\\\"1\",\"records\":0,"));
	assert_non_null(strstr(buf_str(&out), "\"lag_ms\":3"));
	assert_non_null(strstr(buf_str(&out), "\"spool_bytes\":5"));
	assert_int_equal(out.ptr[out.len - 1], '\n');
	counters_fini(&c);
	buf_fini(&out);
	unit_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
