/* Which plan a record of a stream stands under. */
#include "unit_run.h"

#include <purposed/run/stream.h>

static const struct bind_case {
	const char *record;
	size_t plan; /* 0: the stream's own, 1: that of "nginx", 2: that of "ssh*" */
} cases[] = {
	{ "<134>1 - h nginx - - - x", 1 },
	{ "<134>Jan  5 10:00:00 h nginx[12]: x", 1 },
	{ "<134>nginx: x", 1 },
	{ "<134>1 - h sshd - - - x", 2 },
	{ "<134>1 - h ssh - - - x", 2 },
	{ "<134>1 - h openssh - - - x", 0 },
	{ "<134>1 - h Nginx - - - x", 0 },
	{ "<134>1 - h - - - - x", 0 },
	{ "<134>1 - nginx app - - - nginx: x", 0 },
	{ "nginx: x", 0 },
	{ "", 0 },
};

static void test_bindings(void **state)
{
	struct unit_run runs[] = { unit_run_open("web", NULL), unit_run_open("all", NULL),
				   unit_run_open("mail", NULL) };
	struct stream *stream = stream_new("in", runs[0].plan, NULL, false);
	struct buf long_name = { 0 };

	(void)state;
	/* without bindings all is the stream's own */
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_true(stream_plan(stream, span_str(cases[i].record)) == runs[0].plan);
	stream_bind(stream, "nginx", runs[1].plan);
	stream_bind(stream, "ssh*", runs[2].plan);
	/* the first that fits wins */
	stream_bind(stream, "*d", runs[1].plan);
	stream_bind(stream, "nginx", runs[2].plan);
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (stream_plan(stream, span_str(cases[i].record)) != runs[cases[i].plan].plan)
			fail_msg("%s", cases[i].record);
	}
	/* a name that no application has fits nothing */
	buf_add_str(&long_name, "<134>1 - h ssh");
	for (int i = 0; i < 200; i++)
		buf_add_char(&long_name, 'x');
	buf_add_str(&long_name, " - - - x");
	assert_true(stream_plan(stream, buf_span(&long_name)) == runs[0].plan);
	assert_true(stream_plan(stream, span_of("<134>1 - h ssh\0 - - - x", 23)) == runs[0].plan);
	buf_fini(&long_name);
	stream_unref(&stream);
	for (size_t i = 0; i < COUNT(runs); i++)
		unit_run_close(&runs[i]);
}

static void test_stream(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	char name[] = "in";
	char kind[] = "mail-log";
	struct stream *stream = stream_new(name, run.plan, kind, true);
	struct stream *again = stream_ref(stream);

	(void)state;
	/* both were copied */
	name[0] = kind[0] = 'X';
	assert_string_equal(stream_name(stream), "in");
	assert_string_equal(stream_kind(stream), "mail-log");
	assert_true(stream_has_offsets(stream));
	assert_true(stream_engine(stream) == run.engine);
	stream_unref(&stream);
	assert_null(stream);
	assert_string_equal(stream_name(again), "in");
	stream_unref(&again);
	stream_unref(&again);
	stream_unref(NULL);
	stream = stream_new("x", run.plan, NULL, false);
	assert_null(stream_kind(stream));
	assert_false(stream_has_offsets(stream));
	stream_unref(&stream);
	unit_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bindings),
		cmocka_unit_test(test_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
