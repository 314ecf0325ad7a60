/*
 * The first look: what it lets pass would not have been flagged, and what would
 * have been flagged is named.
 *
 * The lines are the examples and counter-examples of all shipped rules, and
 * lines made from them; the judge is the full look of an engine that runs every
 * rule everywhere.
 */
#include "unit.h"

#include <purposed/engine/classify.h>
#include <purposed/engine/glance.h>

struct fixture {
	struct engine *engine;
	struct engine *oracle;
	struct buf block;
};

static void add_line(struct buf *block, const char *text, const char *end)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (at[0] == '[' && at[1] == '[')
			at++;
		else if (at[0] == ']' && at[1] == ']')
			at++;
		else if (*at != '\n')
			buf_add_char(block, *at);
	}
	buf_add_str(block, end);
}

static int set_up(void **state)
{
	struct engine_options options = engine_defaults();
	struct fixture *f = calloc(1, sizeof(*f));
	const struct rules *rules;
	struct err e = { 0 };

	assert_non_null(f);
	options.record_max_bytes = 1000;
	assert_int_equal(engine_load(&f->engine, &options, &e), 0);
	options.oracle = true;
	assert_int_equal(engine_load(&f->oracle, &options, &e), 0);
	rules = engine_rules(f->engine);
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		for (size_t k = 0; k < rule->n_examples; k++)
			add_line(&f->block, rule->examples[k], k % 2 == 0 ? "\n" : "\r\n");
		for (size_t k = 0; k < rule->n_counter_examples; k++)
			add_line(&f->block, rule->counter_examples[k], k % 5 == 0 ? "\n\n" : "\n");
	}
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	engine_unref(&f->engine);
	engine_unref(&f->oracle);
	buf_fini(&f->block);
	free(f);
	return 0;
}

static struct plan *plan_of(struct engine *engine, const char *purpose)
{
	struct plan *plan = NULL;
	struct err e = { 0 };

	assert_int_equal(plan_new(&plan, engine, &purpose, purpose != NULL, "-p", &e), 0);
	return plan;
}

/* Each line of block: flagged by the oracle, and named by the first look? */
static void compare(struct fixture *f, const char *purpose, const char *kind, struct span block)
{
	struct plan *plan = plan_of(f->engine, purpose);
	struct plan *judge = plan_of(f->oracle, purpose);
	struct glance *glance = glance_new(f->engine);
	struct classifier *classifier = classifier_new(f->oracle);
	size_t start = SIZE_MAX;
	size_t end = 0;
	size_t flagged = 0;
	size_t named = 0;
	bool more;

	assert_non_null(plan_finder(plan));
	assert_null(plan_finder(judge));
	glance_begin(glance, plan, block, kind);
	more = glance_next(glance, &start, &end);
	for (size_t at = 0; at < block.len;) {
		const char *lf = memchr(block.ptr + at, '\n', block.len - at);
		size_t stop = lf != NULL ? (size_t)(lf - block.ptr) : block.len;
		size_t len = stop - at;
		bool is_named = more && start == at;
		const struct result *result;

		if (lf != NULL && len > 0 && block.ptr[stop - 1] == '\r')
			len--;
		result =
			classify_run(classifier, judge, span_slice(block, at, at + len), len, kind);
		if (verdict_is_flagged(result->verdict) && !is_named)
			fail_msg("%s: not named: %.*s", purpose != NULL ? purpose : "none",
				 (int)len, block.ptr + at);
		flagged += verdict_is_flagged(result->verdict);
		named += is_named;
		if (is_named) {
			assert_true(end == at + len || end == at + len + 1);
			more = glance_next(glance, &start, &end);
		}
		at = stop + 1;
	}
	assert_false(more);
	/* The names that were in vain are few, or a first look is of no use. */
	assert_true(named <= flagged + flagged / 2 + 20);
	glance_free(&glance);
	classifier_free(&classifier);
	plan_free(&plan);
	plan_free(&judge);
}

static const char *const purposes[] = {
	NULL,
	"website-management",
	"website-traffic-analysis",
	"service-statistics",
	"phishing-site-takedown",
	"nis2-supervision",
};

static void test_examples(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(purposes); i++) {
		compare(f, purposes[i], NULL, buf_span(&f->block));
		compare(f, purposes[i], "web-traffic-log", buf_span(&f->block));
		compare(f, purposes[i], "something-else", buf_span(&f->block));
	}
}

/* The same in escapes, so that it is found in a decoded layer only. */
static void test_encoded(void **state)
{
	struct fixture *f = *state;
	struct buf encoded = { 0 };

	for (size_t i = 0; i < f->block.len; i++) {
		char c = f->block.ptr[i];
		bool plain = c == '\n' || c == '\r' || i % 3 != 0;

		buf_printf(&encoded,
			   plain	? "%c"
			   : i % 2 == 0 ? "%%%02x"
					: "%%25%02X",
			   plain ? c : (unsigned char)c);
	}
	compare(f, "website-management", NULL, buf_span(&encoded));
	compare(f, "website-traffic-analysis", NULL, buf_span(&encoded));
	buf_fini(&encoded);
}

/* Lines longer than records are searched, at the start, between others, and at the end. */
static void test_long(void **state)
{
	struct fixture *f = *state;
	struct buf block = { 0 };

	for (int i = 0; i < 12; i++) {
		for (int k = 0; k < (i % 3 == 0 ? 130 : 12); k++)
			buf_add_str(&block, i % 2 == 0 ? "nothing " : "a@b.be  ");
		buf_add_str(&block, i == 11 ? "" : i % 4 == 0 ? "\r\n" : "\n");
	}
	compare(f, "website-management", NULL, buf_span(&block));
	compare(f, "nis2-supervision", NULL, buf_span(&block));
	for (size_t cut = 1; cut < block.len; cut += 97)
		compare(f, "website-management", NULL,
			span_slice(buf_span(&block), cut, block.len));
	buf_fini(&block);
}

/* Bytes of any kind, and none. */
static void test_random(void **state)
{
	struct fixture *f = *state;
	static char text[20000];
	unsigned seed = 3;

	for (size_t i = 0; i < sizeof(text); i++) {
		seed = seed * 1664525 + 1013904223;
		text[i] = (char)(seed >> 24);
	}
	compare(f, "website-management", NULL, span_of(text, sizeof(text)));
	compare(f, "website-management", NULL, span_of(NULL, 0));
	compare(f, "website-management", NULL, span_str("\n"));
	compare(f, "website-management", NULL, span_str("\r\n\r\n"));
}

/* An anchor at a line's end is of no record: a line is named once. */
static void test_line_ends(void **state)
{
	struct engine_options options = engine_defaults();
	struct fixture own = { 0 };
	struct err e = { 0 };
	char dir[32];
	char *path;

	(void)state;
	path = unit_file(unit_directory(dir), "r.conf",
			 "rules = ({ id = 'r'; element = 'email'; what = 'w';"
			 "  pattern = '[0-9]{3,}[\\n\\r ]{1,2}zq';"
			 "  examples = [ '[[123 zq]]' ]; counter_examples = [ '12 zq' ]; });");
	options.rules_path = dir;
	assert_int_equal(engine_load(&own.engine, &options, &e), 0);
	options.oracle = true;
	assert_int_equal(engine_load(&own.oracle, &options, &e), 0);
	compare(&own, NULL, NULL,
		span_str("123 zq 456\nzq 1\n123 zq 4567\r\nzq\r\n12\n4567\nzq\n\nzq"));
	engine_unref(&own.engine);
	engine_unref(&own.oracle);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),  cmocka_unit_test(test_encoded),
		cmocka_unit_test(test_long),	  cmocka_unit_test(test_random),
		cmocka_unit_test(test_line_ends),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
