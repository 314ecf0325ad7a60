/* Which plan a record of a stream stands under. */
#include "unit_run.h"

#include <purposed/io/origin.h>
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

static const struct plan *plan_of(const struct stream *stream, const char *record)
{
	return stream_plan(stream, span_str(record), span_of(NULL, 0));
}

static void bind_app(struct stream *stream, const char *app, const struct plan *plan)
{
	const struct stream_selector selector = { .app = app };

	stream_bind(stream, &selector, plan);
}

static void test_bindings(void **state)
{
	struct unit_run runs[] = { unit_run_open("web", NULL), unit_run_open("all", NULL),
				   unit_run_open("mail", NULL) };
	struct stream *stream = stream_new("in", runs[0].plan, NULL, false);
	struct buf long_name = { 0 };

	(void)state;
	/* without bindings all is the stream's own */
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_true(plan_of(stream, cases[i].record) == runs[0].plan);
	bind_app(stream, "nginx", runs[1].plan);
	bind_app(stream, "ssh*", runs[2].plan);
	/* the first that fits wins */
	bind_app(stream, "*d", runs[1].plan);
	bind_app(stream, "nginx", runs[2].plan);
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (plan_of(stream, cases[i].record) != runs[cases[i].plan].plan)
			fail_msg("%s", cases[i].record);
	}
	/* a name that no application has fits nothing */
	buf_add_str(&long_name, "<134>1 - h ssh");
	for (int i = 0; i < 5000; i++)
		buf_add_char(&long_name, 'x');
	buf_add_str(&long_name, " - - - x");
	assert_true(stream_plan(stream, buf_span(&long_name), span_of(NULL, 0)) == runs[0].plan);
	assert_true(stream_plan(stream, span_of("<134>1 - h ssh\0 - - - x", 23),
				span_of(NULL, 0)) == runs[0].plan);
	buf_fini(&long_name);
	stream_unref(&stream);
	for (size_t i = 0; i < COUNT(runs); i++)
		unit_run_close(&runs[i]);
}

#define NOWHERE                    \
	{                          \
		.app = { NULL, 0 } \
	}
#define S(text)                        \
	{                              \
		text, sizeof(text) - 1 \
	}

/* Every field, from the header or from the origin, which counts more. */
static const struct select_case {
	struct stream_selector selector;
	const char *record;
	struct origin origin;
	bool fits;
} select_cases[] = {
	{ { .host = "www*" }, "<134>1 - www1 a - - - x", NOWHERE, true },
	{ { .host = "www*" }, "<134>1 - mail a - - - x", NOWHERE, false },
	{ { .host = "*" }, "<134>1 - - a - - - x", NOWHERE, false },
	{ { .host = "h" }, "Jan  5 10:00:00 h a[1]: x", NOWHERE, true },
	{ { .app = "a", .host = "h" }, "<134>1 - h a - - - x", NOWHERE, true },
	{ { .app = "a", .host = "h" }, "<134>1 - h b - - - x", NOWHERE, false },
	{ { .app = "a", .host = "h" }, "<134>1 - i a - - - x", NOWHERE, false },
	{ { .facility = "local0" }, "<134>a: x", NOWHERE, true },
	{ { .facility = "local*" }, "<134>a: x", NOWHERE, true },
	{ { .facility = "16" }, "<134>a: x", NOWHERE, true },
	{ { .facility = "local1" }, "<134>a: x", NOWHERE, false },
	{ { .facility = "kern" }, "a: x", NOWHERE, false },
	{ { .facility = "kern" }, "", { .facility = S("0") }, true },
	{ { .app = "a" }, "x", { .app = S("a") }, true },
	{ { .app = "b" }, "<134>b: x", { .app = S("a") }, false },
	{ { .unit = "*.service" }, "", { .unit = S("nginx.service") }, true },
	{ { .unit = "*.service" }, "", { .path = S("nginx.service") }, false },
	{ { .path = "/var/log/*.log" }, "", { .path = S("/var/log/a/b.log") }, true },
	{ { .path = "/var/log/*.log" }, "", { .path = S("/var/log/a/b.txt") }, false },
	{ { .peer = "10.*" }, "", { .peer = S("10.1.2.3") }, true },
	{ { .peer = "10.*" }, "<134>1 - 10.1.2.3 10.1.2.3 - - - x", NOWHERE, false },
	{ { .peer = "a", .unit = "b" }, "", { .peer = S("a"), .unit = S("b") }, true },
	{ { .json = "service=shop*" }, "{\"a\":[{}],\"service\": \"shop-7\"}", NOWHERE, true },
	{ { .json = "service=shop*" }, "<134>a: {\"service\":\"shop\"}", NOWHERE, true },
	{ { .json = "service=shop*" }, "{\"service\":\"mail\"}", NOWHERE, false },
	{ { .json = "service=*" }, "{\"service\":7}", NOWHERE, false },
	{ { .json = "service=*" }, "{\"service\":\"\"}", NOWHERE, false },
	{ { .json = "service=*" }, "{\"x\":{\"service\":\"shop\"}}", NOWHERE, false },
	{ { .json = "service=*" }, "{\"x\":\"\\\"service\\\":\\\"shop\\\"\"}", NOWHERE, false },
	{ { .json = "service=*" }, "{\"service\":\"a\",\"service\":\"b\"}", NOWHERE, false },
	{ { .json = "service=*" }, "{\"service\":\"a\"} more", NOWHERE, false },
	{ { .json = "service=*" }, "service=shop", NOWHERE, false },
	{ { .json = "q=a=b" }, "{\"q\":\"a=b\"}", NOWHERE, true },
	{ { .json = "s=a", .app = "x" }, "<134>x: {\"s\":\"a\"}", NOWHERE, true },
	{ { .json = "s=a", .app = "y" }, "<134>x: {\"s\":\"a\"}", NOWHERE, false },
};

static void test_selectors(void **state)
{
	struct unit_run runs[] = { unit_run_open("web", NULL), unit_run_open("all", NULL) };

	(void)state;
	for (size_t i = 0; i < COUNT(select_cases); i++) {
		const struct select_case *c = &select_cases[i];
		struct stream *stream = stream_new("in", runs[0].plan, NULL, false);
		struct buf origin = { 0 };
		const struct plan *plan;
		const struct plan *only;

		stream_bind(stream, &c->selector, runs[1].plan);
		origin_write(&origin, &c->origin);
		plan = stream_plan(stream, span_str(c->record), buf_span(&origin));
		if ((plan == runs[1].plan) != c->fits)
			fail_msg("case %zu: '%s'", i, c->record);
		/* What only the origin decides is known for all its records. */
		only = stream_only_plan(stream, buf_span(&origin));
		if (c->selector.app != NULL || c->selector.host != NULL ||
		    c->selector.facility != NULL || c->selector.json != NULL)
			assert_null(only);
		else
			assert_true(only == plan);
		stream_unref(&stream);
		buf_fini(&origin);
	}
	for (size_t i = 0; i < COUNT(runs); i++)
		unit_run_close(&runs[i]);
}

/* What a record says of its purpose; only a trusted one is listened to. */
static const struct carry_case {
	const char *record;
	size_t plan; /* 0: the stream's own, 1: that of "web", 2: unknown */
} carry_cases[] = {
	{ "<134>1 - h a - - [purpose@32473 id=\"web\"] x", 1 },
	{ "<134>1 - h a - - [x@1 id=\"all\"][purpose@32473 k=\"v\" id=\"web\"] x", 1 },
	{ "<134>1 - h a - - [purpose@32474 id=\"web\"] x", 0 },
	{ "<134>1 - h a - - [purpose@32473 id=\"nobody-knows\"] x", 2 },
	{ "<134>1 - h a - - [purpose@32473 id=\"\"] x", 2 },
	{ "<134>1 - h a - - [purpose@32473] x", 2 },
	{ "<134>1 - h a - - [purpose@32473 id=\"web\" id=\"web\"] x", 2 },
	{ "<134>1 - h a - - [purpose@32473 id=\"web\"][purpose@32473 id=\"web\"] x", 2 },
	/* one that the policy knows, but that is not allowed here, has no say */
	{ "<134>1 - h a - - [purpose@32473 id=\"mail\"] x", 0 },
	/* a binding comes first */
	{ "<134>1 - h bound - - [purpose@32473 id=\"nobody-knows\"] x", 0 },
	{ "<134>a: {\"k\": [1, {\"purpose\": \"mail\"}], \"purpose\": \"web\"}", 1 },
	{ "{\"purpose\":\"web\",\"k\":\"}\\\"\"}", 1 },
	{ " { \"purpose\" : \"web\" } ", 1 },
	{ "{\"k\": {\"purpose\": \"web\"}}", 0 },
	{ "{\"purpose\": \"web\", \"purpose\": \"web\"}", 2 },
	{ "{\"purpose\": \"web\", \"\\u0070urpose\": \"all\"}", 2 },
	{ "{\"purpose\": [\"web\"]}", 2 },
	{ "{\"purpose\": null}", 2 },
	{ "{\"purpose\": \"web\"", 0 },
	{ "{\"purpose\": \"web\"} trailing", 0 },
	{ "{\"purpose\": \"web\", \"k\": \"v}", 0 },
	{ "text {\"purpose\": \"web\"}", 0 },
	{ "level=info purpose=web msg=\"all is well\"", 1 },
	{ "level=info purpose=\"web\"", 1 },
	{ "<134>1 - h a - - - level=info purpose=web", 1 },
	{ "purpose=web purpose=web", 2 },
	{ "purpose=", 2 },
	{ "purpose=web and more", 0 },
	{ "level=info msg=\"x purpose=web y\"", 0 },
	{ "level=info msg=\"x\\\" purpose=web\" k=v", 0 },
	/* an access log, with a visitor who calls his browser so */
	{ "192.0.2.1 - - [x] \"GET / HTTP/1.1\" 200 1 \"-\" \"a purpose=web b\"", 0 },
	{ "xpurpose=web", 0 },
	{ "purpose", 0 },
	{ "", 0 },
};

static void test_carried(void **state)
{
	struct unit_run runs[] = { unit_run_open("all", NULL), unit_run_open("web", NULL),
				   unit_run_open("mail", NULL) };
	struct stream *trusting = stream_new("in", runs[0].plan, NULL, false);
	struct stream *careful = stream_new("in", runs[0].plan, NULL, false);
	const struct origin named = { .purpose = S("web") };
	struct buf origin = { 0 };

	(void)state;
	bind_app(trusting, "bound", runs[0].plan);
	stream_trust(trusting, 32473, runs[2].plan);
	stream_allow(trusting, "web", runs[1].plan);
	for (size_t i = 0; i < COUNT(carry_cases); i++) {
		if (plan_of(trusting, carry_cases[i].record) != runs[carry_cases[i].plan].plan)
			fail_msg("%s", carry_cases[i].record);
		if (plan_of(careful, carry_cases[i].record) != runs[0].plan)
			fail_msg("believed: %s", carry_cases[i].record);
	}
	assert_null(stream_only_plan(trusting, span_of(NULL, 0)));
	origin_write(&origin, &named);
	assert_true(stream_plan(trusting, span_str("x"), buf_span(&origin)) == runs[1].plan);
	assert_true(stream_plan(careful, span_str("x"), buf_span(&origin)) == runs[0].plan);
	buf_fini(&origin);
	stream_unref(&trusting);
	stream_unref(&careful);
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
		cmocka_unit_test(test_selectors),
		cmocka_unit_test(test_carried),
		cmocka_unit_test(test_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
