/* One record in, its findings and verdict out: layers, limits, kinds. */
#include "unit.h"

#include <purposed/engine/classify.h>

/* A plan of the purposes in words, a space between. */
static struct plan *plan_of(struct engine *engine, const char *words)
{
	const char *ids[8];
	char copy[64];
	char *rest = NULL;
	size_t n = 0;
	struct plan *plan = NULL;
	struct err e = { 0 };

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *id = strtok_r(copy, " ", &rest); id; id = strtok_r(NULL, " ", &rest))
		ids[n++] = id;
	if (plan_new(&plan, engine, ids, n, "here", &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	return plan;
}

/* Findings as "rule start-end verdict reason; ..." */
static void add_findings(struct buf *out, const struct engine *engine, const struct result *result)
{
	const struct rules *rules = engine_rules(engine);

	for (size_t i = 0; i < result->n; i++) {
		const struct finding *f = &result->findings[i];

		buf_printf(out, "%s%s %zu-%zu %s%s%s", i != 0 ? "; " : "",
			   f->rule != FINDING_NONE ? rules_at(rules, f->rule)->id : "-", f->start,
			   f->end, verdict_name(f->decision.verdict),
			   f->decision.reason != REASON_NONE ? " " : "",
			   reason_name(f->decision.reason));
	}
}

static void expect(struct engine *engine, const char *purposes, const char *text, const char *kind,
		   const char *findings, enum verdict verdict)
{
	struct plan *plan = plan_of(engine, purposes);
	struct classifier *classifier = classifier_new(engine);
	const struct result *result =
		classify_run(classifier, plan, span_str(text), strlen(text), kind);
	struct buf got = { 0 };

	add_findings(&got, engine, result);
	if (strcmp(buf_str(&got), findings) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", text, buf_str(&got), findings);
	assert_int_equal(result->verdict, verdict);
	buf_fini(&got);
	classifier_free(&classifier);
	plan_free(&plan);
}

/* --- Policy -------------------------------------------------------------------- */

static void test_verdicts(void **state)
{
	struct engine *engine = unit_engine(NULL, unit_two_rules, NULL);

	(void)state;
	expect(engine, "all", "nothing here", NULL, "", VERDICT_CLEAN);
	expect(engine, "", "nothing here", NULL, "", VERDICT_CLEAN);
	expect(engine, "all", "", NULL, "", VERDICT_CLEAN);
	expect(engine, "all", "a@b.be 192.0.2.1", NULL, "email 0-6 permitted; ip 7-16 permitted",
	       VERDICT_PERMITTED);
	expect(engine, "mail", "192.0.2.1 a@b.be", NULL,
	       "ip 0-9 out-of-purpose not-permitted; email 10-16 permitted",
	       VERDICT_OUT_OF_PURPOSE);
	expect(engine, "mail all", "192.0.2.1 a@b.be", NULL,
	       "ip 0-9 notice not-for-every-purpose; email 10-16 permitted", VERDICT_NOTICE);
	expect(engine, "", "a@b.be", NULL, "email 0-6 gap no-purpose", VERDICT_GAP);
	expect(engine, "part", "a@b.be", NULL, "email 0-6 out-of-purpose blank",
	       VERDICT_OUT_OF_PURPOSE);
	engine_unref(&engine);
}

/* What no category lists is outside, whatever is declared; a decoy is nothing at all. */
static void test_outside_and_decoy(void **state)
{
	struct engine *engine = unit_engine(
		NULL,
		"rules = (\n"
		"  { id = 'odd'; what = 'w'; element = 'shoe_size'; pattern = '[0-9]{2,6}';\n"
		"    examples = [ '[[42]]' ]; counter_examples = [ '-' ]; },\n"
		"  { id = 'decoy'; what = 'w'; element = 'none'; pattern = 'v[0-9]+'; rank = 90;\n"
		"    examples = [ '[[v42]]' ]; counter_examples = [ '-' ]; } );\n",
		NULL);

	(void)state;
	expect(engine, "all", "size 42", NULL, "odd 5-7 out-of-purpose outside-annex",
	       VERDICT_OUT_OF_PURPOSE);
	expect(engine, "all", "version v42", NULL, "", VERDICT_CLEAN);
	expect(engine, "all", "v42 42", NULL, "odd 4-6 out-of-purpose outside-annex",
	       VERDICT_OUT_OF_PURPOSE);
	assert_true(engine_category(engine, 0) == POLICY_OUTSIDE);
	engine_unref(&engine);
}

/* --- Layers ---------------------------------------------------------------------- */

static void test_layers(void **state)
{
	struct engine *engine = unit_engine(
		NULL,
		"rules = (\n"
		"  { id = 'email'; element = 'email'; what = 'w'; pattern = "
		"'[a-z0-9.]+@[a-z]+[.][a-z]+';\n"
		"    examples = [ '[[jan@example.be]]' ]; counter_examples = [ '-' ]; },\n"
		"  { id = 'four'; element = 'phone'; what = 'w'; pattern = '[0-9]{4}';\n"
		"    examples = [ '[[1234]]' ]; counter_examples = [ '-' ]; } );\n",
		NULL);

	(void)state;
	/* once for all the layers in which it is seen */
	expect(engine, "all", "jan@example.be%20", NULL, "email 0-14 permitted", VERDICT_PERMITTED);
	expect(engine, "all", "jan%40example.be", NULL, "email 0-16 permitted", VERDICT_PERMITTED);
	expect(engine, "all", "jan%2540example.be", NULL, "email 0-18 permitted",
	       VERDICT_PERMITTED);
	/* the deeper layer sees more of it */
	expect(engine, "all", "jan@example.%62e", NULL, "email 0-16 permitted", VERDICT_PERMITTED);
	expect(engine, "all", "j%61n@example.be", NULL, "email 0-16 permitted", VERDICT_PERMITTED);
	/* an edge inside an escape is an accident: %20 12 and not 2012 */
	expect(engine, "all", "%201234", NULL, "four 3-7 permitted", VERDICT_PERMITTED);
	expect(engine, "all", "%2012", NULL, "", VERDICT_CLEAN);
	engine_unref(&engine);
}

/* A bounded repeat that stops inside a character takes it whole. */
static void test_whole_characters(void **state)
{
	struct engine *engine = unit_engine(
		NULL,
		"rules = ( { id = 'three'; element = 'username'; what = 'w'; pattern = 'u=.{3}';\n"
		"    examples = [ '[[u=jan]]' ]; counter_examples = [ '-' ]; } );\n",
		NULL);

	(void)state;
	expect(engine, "all", "u=ab\xc3\xa9x", NULL, "three 0-6 permitted", VERDICT_PERMITTED);
	expect(engine, "all", "u=a\xe2\x82\xacx", NULL, "three 0-6 permitted", VERDICT_PERMITTED);
	expect(engine, "all", "u=ab\xf0\x9f\x98\x80x", NULL, "three 0-8 permitted",
	       VERDICT_PERMITTED);
	expect(engine, "all", "u=ab\xc3", NULL, "three 0-5 permitted", VERDICT_PERMITTED);
	engine_unref(&engine);
}

static void test_value(void **state)
{
	struct engine *engine = unit_engine(NULL, unit_two_rules, NULL);
	struct classifier *classifier = classifier_new(engine);
	struct plan *plan = plan_of(engine, "all");
	const char *text = "jan%2540example.be %2525252540";
	const struct result *result;

	(void)state;
	result = classify_run(classifier, plan, span_str(text), strlen(text), NULL);
	assert_int_equal(result->n, 2);
	assert_true(span_is(classify_value(classifier, &result->findings[0]), "jan@example.be"));
	assert_int_equal(classify_value(classifier, &result->findings[1]).len, 0);
	/* found in layer 0, but part of it is still encoded there */
	result = classify_run(classifier, plan, span_str("a.b@x.be"), 8, NULL);
	assert_true(span_is(classify_value(classifier, &result->findings[0]), "a.b@x.be"));
	plan_free(&plan);
	classifier_free(&classifier);
	classifier_free(&classifier);
	engine_unref(&engine);
}

/* --- Looking ahead --------------------------------------------------------------- */

/* What one classifier finds in records that it has looked over, another finds in each alone. */
static void expect_as_alone(struct engine *engine, const struct span *records, size_t n,
			    struct buf *all)
{
	struct plan *plan = plan_of(engine, "all");
	struct classifier *alone = classifier_new(engine);

	for (size_t skip = 0; skip <= n; skip++) {
		struct classifier *ahead = classifier_new(engine);

		classifier_look_ahead(ahead, records, n);
		for (size_t i = 0; i < n; i++) {
			struct buf want = { 0 };
			struct buf got = { 0 };

			if (i == skip)
				continue;
			add_findings(&want, engine,
				     classify_run(alone, plan, records[i], records[i].len, NULL));
			add_findings(&got, engine,
				     classify_run(ahead, plan, records[i], records[i].len, NULL));
			assert_string_equal(buf_str(&got), buf_str(&want));
			buf_add_span(all, buf_span(&want));
			buf_fini(&want);
			buf_fini(&got);
		}
		classifier_free(&ahead);
	}
	classifier_free(&alone);
	plan_free(&plan);
}

/*
 * Records that were looked over at once have the findings that they have one by one: with
 * layers and without, empty, too long, and where one is left out or comes in between.
 */
static void test_look_ahead(void **state)
{
	static const char *const texts[] = { "jan@example.be",
					     "",
					     "to a%40b.be and %2525252540",
					     "192.0.2.1 jan@exam",
					     "x%2540y.be",
					     "none",
					     "a longer one than is searched: a@b.be" };
	struct engine_options options = engine_defaults();
	struct engine *engine;
	struct span records[COUNT(texts)];
	struct buf all = { 0 };

	(void)state;
	options.record_max_bytes = 30;
	options.few_bytes = 1;
	engine = unit_engine(NULL, unit_two_rules, &options);
	for (size_t i = 0; i < COUNT(texts); i++)
		records[i] = span_str(texts[i]);
	expect_as_alone(engine, records, COUNT(texts), &all);
	buf_fini(&all);
	engine_unref(&engine);
}

/* Where there is nothing to look over, nothing is made to do it; what was, is forgotten. */
static void test_look_ahead_at_none(void **state)
{
	struct engine_options options = engine_defaults();
	struct span record = span_str("jan@example.be");
	struct classifier *classifier;
	struct engine *engine;
	struct plan *plan;

	(void)state;
	options.few_bytes = 0;
	engine = unit_engine(NULL, unit_two_rules, &options);
	plan = plan_of(engine, "all");
	classifier = classifier_new(engine);
	classifier_look_ahead(classifier, NULL, 0);
	assert_false(engine_has_finders(engine));
	classifier_look_ahead(classifier, &record, 1);
	assert_true(engine_has_finders(engine));
	classifier_look_ahead(classifier, NULL, 0);
	assert_int_equal(classify_run(classifier, plan, record, record.len, NULL)->n, 1);
	classifier_free(&classifier);
	plan_free(&plan);
	engine_unref(&engine);
}

/* --- Limits ---------------------------------------------------------------------- */

static void test_record_limit(void **state)
{
	struct engine_options options = engine_defaults();
	struct engine *engine;
	struct classifier *classifier;
	struct plan *plan;
	const struct result *result;

	(void)state;
	options.record_max_bytes = 10;
	engine = unit_engine(NULL, unit_two_rules, &options);
	expect(engine, "all", "ab a@b.be 192.0.2.1", NULL,
	       "email 3-9 permitted; - 10-19 unscanned record-limit", VERDICT_UNSCANNED);
	expect(engine, "mail", "192.0.2.1.", NULL, "", VERDICT_CLEAN);
	/* out-of-purpose is worse than not knowing */
	expect(engine, "mail", "192.0.2.1 x", NULL,
	       "ip 0-9 out-of-purpose not-permitted; - 10-11 unscanned record-limit",
	       VERDICT_OUT_OF_PURPOSE);
	/* a record of which only the first bytes are at hand */
	plan = plan_of(engine, "all");
	classifier = classifier_new(engine);
	result = classify_run(classifier, plan, span_str("0123456789"), 500, NULL);
	assert_int_equal(result->n, 1);
	assert_int_equal(result->findings[0].start, 10);
	assert_int_equal(result->findings[0].end, 500);
	assert_int_equal(result->findings[0].element, FINDING_NONE);
	assert_true(result->findings[0].category == POLICY_NONE);
	plan_free(&plan);
	classifier_free(&classifier);
	engine_unref(&engine);
}

static void test_match_limit(void **state)
{
	struct engine_options options = engine_defaults();
	struct engine *engine;
	char text[200] = "a@b.be ";

	(void)state;
	options.limits.match = 1000;
	engine = unit_engine(
		NULL,
		"rules = (\n"
		"  { id = 'slow'; element = 'phone'; what = 'w'; pattern = '(?:z|zz)+(?:b|dx)';\n"
		"    examples = [ '[[zb]]' ]; counter_examples = [ '-' ]; },\n"
		"  { id = 'slower'; element = 'phone'; what = 'w'; pattern = '(?:y|yy)+(?:b|dx)';\n"
		"    examples = [ '[[yb]]' ]; counter_examples = [ '-' ]; },\n"
		"  { id = 'email'; element = 'email'; what = 'w'; pattern = '[a-z]+@[a-z]+[.]be';\n"
		"    examples = [ '[[a@b.be]]' ]; counter_examples = [ '-' ]; } );\n",
		&options);
	memset(text + 7, 'z', 60);
	strcpy(text + 67, "d %41");
	/* every layer stopped: one finding for all, and what others found stands */
	expect(engine, "all", text, NULL, "- 0-72 unscanned match-limit; email 0-6 permitted",
	       VERDICT_UNSCANNED);
	/* found before the limit struck: searched from there on */
	memcpy(text, "zb     ", 7);
	expect(engine, "all", text, NULL, "slow 0-2 permitted; - 2-72 unscanned match-limit",
	       VERDICT_UNSCANNED);
	engine_unref(&engine);
}

/* Of records that are looked over at once each has what was not searched of it, and no more. */
static void test_match_limit_ahead(void **state)
{
	char slow[100] = "";
	char slower[100] = "a@b.be %41 ";
	struct span records[5] = {
		span_str("none"), { 0 }, span_str("zbehind"), { 0 }, span_str("none")
	};
	struct engine_options options = engine_defaults();
	struct engine *engine;
	struct buf all = { 0 };

	(void)state;
	memset(slow, 'z', 60);
	strcpy(slow + 60, "d zbehind");
	memset(slower + 11, 'z', 50);
	strcpy(slower + 61, "d zbehind");
	records[1] = span_str(slow);
	records[3] = span_str(slower);
	options.limits.match = 1000;
	options.few_bytes = 1;
	engine = unit_engine(
		NULL,
		"rules = ( { id = 'slow'; element = 'phone'; what = 'w';\n"
		"            pattern = '(?:z|zz)+(?:behind|dahead)';\n"
		"            examples = [ '[[zbehind]]' ]; counter_examples = [ '-' ]; } );\n",
		&options);
	expect_as_alone(engine, records, COUNT(records), &all);
	assert_non_null(strstr(buf_str(&all), "- 0-69 unscanned match-limit"));
	assert_non_null(strstr(buf_str(&all), "- 11-70 unscanned match-limit"));
	buf_fini(&all);
	engine_unref(&engine);
}

static void test_decode_limit(void **state)
{
	struct engine *engine = unit_engine(NULL, unit_two_rules, NULL);

	(void)state;
	expect(engine, "all", "x jan%2525252540example.be a@b.be", NULL,
	       "- 5-16 unscanned decode-limit; email 27-33 permitted", VERDICT_UNSCANNED);
	expect(engine, "all", "jan%25252540example.be", NULL, "email 0-22 permitted",
	       VERDICT_PERMITTED);
	engine_unref(&engine);
}

/* --- Kinds ----------------------------------------------------------------------- */

static void test_kinds(void **state)
{
	struct engine *engine = unit_engine(
		NULL,
		"rules = (\n"
		"  { id = 'web'; element = 'request_uri'; what = 'w'; kind = 'web-traffic-log';\n"
		"    pattern = 'GET (?<value>[^ ]+)'; container = true;\n"
		"    examples = [ 'GET [[/a]]' ]; counter_examples = [ '-' ]; },\n"
		"  { id = 'ip'; element = 'ipv4'; what = 'w'; pattern = '[0-9]+[.][0-9.]+';\n"
		"    examples = [ '[[1.2]]' ]; counter_examples = [ '-' ]; } );\n",
		NULL);
	struct classifier *classifier = classifier_new(engine);
	struct plan *plan = plan_of(engine, "web");
	const struct result *result;

	(void)state;
	result = classify_run(classifier, plan, span_str("192.0.2.1 GET /a"), 16, NULL);
	assert_int_equal(result->kind_source, KIND_RECOGNISED);
	assert_string_equal(result->kind, "web-traffic-log");
	assert_int_equal(result->verdict, VERDICT_PERMITTED);
	result = classify_run(classifier, plan, span_str("192.0.2.1 GET /a"), 16, "mail-log");
	assert_int_equal(result->kind_source, KIND_STATED);
	assert_string_equal(result->kind, "mail-log");
	assert_int_equal(result->verdict, VERDICT_OUT_OF_PURPOSE);
	assert_int_equal(result->findings[0].decision.reason, REASON_CONDITION);
	result = classify_run(classifier, plan, span_str("192.0.2.1"), 9, NULL);
	assert_int_equal(result->kind_source, KIND_NONE);
	assert_null(result->kind);
	assert_int_equal(result->verdict, VERDICT_OUT_OF_PURPOSE);
	result = classify_run(classifier, plan, span_str("192.0.2.1"), 9, "web-traffic-log");
	assert_int_equal(result->verdict, VERDICT_PERMITTED);
	plan_free(&plan);
	classifier_free(&classifier);
	engine_unref(&engine);
}

/* Whatever stood in a record's place before it, in its batch or in another, its own head counts. */
static void test_kinds_in_turn(void **state)
{
	static const char *const texts[] = { "so GET /a", "-- GET /a" };
	struct engine_options options = engine_defaults();
	struct engine *engine;
	struct plan *plan;

	(void)state;
	for (size_t few = 0; few < 2; few++) {
		struct classifier *classifier;
		char block[2][16];

		options.few_bytes = few == 0 ? 1 : SIZE_MAX;
		engine = unit_engine(
			NULL,
			"rules = ({ id = 'web'; element = 'request_uri'; what = 'w';\n"
			"  kind = 'web-traffic-log'; pattern = 'GET (?<value>[^ ]+)';\n"
			"  examples = [ 'GET [[/a]]' ]; counter_examples = [ '-' ]; });\n",
			&options);
		plan = plan_of(engine, "web");
		classifier = classifier_new(engine);
		for (size_t i = 0; i < 16; i++) {
			const size_t n = i % 8 < 4 ? 1 : 2;
			struct span records[2];

			for (size_t k = 0; k < n; k++) {
				strcpy(block[k], texts[(i + k) % 2]);
				records[k] = span_str(block[k]);
			}
			if (i < 8)
				classifier_look_ahead(classifier, records, n);
			for (size_t k = 0; k < n; k++) {
				const struct result *result = classify_run(
					classifier, plan, records[k], records[k].len, NULL);

				assert_int_equal(result->kind_source,
						 (i + k) % 2 == 0 ? KIND_NONE : KIND_RECOGNISED);
			}
		}
		classifier_free(&classifier);
		plan_free(&plan);
		engine_unref(&engine);
	}
}

/* --- Engine ----------------------------------------------------------------------- */

/* Mistakes of policy and rules are told together; an engine lives until its last user is gone. */
static void test_engine(void **state)
{
	char dir[32];
	char *policy = unit_file(unit_directory(dir), "p.conf", "version = 1;");
	char *rules = unit_file(dir, "r.conf", "rules = 'x';");
	struct engine_options options = engine_defaults();
	struct engine *engine = NULL;
	struct engine *second;
	struct classifier *classifier;
	struct err e = { 0 };

	(void)state;
	options.policy_path = policy;
	options.rules_path = rules;
	assert_int_equal(engine_load(&engine, &options, &e), -1);
	assert_null(engine);
	assert_non_null(strstr(buf_str(&e.text), "p.conf:1: 'version' must be a string"));
	assert_non_null(strstr(buf_str(&e.text), "r.conf:1: 'rules' must be a list"));
	err_fini(&e);
	unlink(policy);
	unlink(rules);
	rmdir(dir);
	free(policy);
	free(rules);
	engine = unit_engine(NULL, unit_two_rules, NULL);
	assert_null(engine_settings(engine)->policy_path);
	second = engine_ref(engine);
	classifier = classifier_new(engine);
	engine_unref(&engine);
	assert_null(engine);
	engine_unref(&second);
	engine_unref(&second);
	engine_unref(NULL);
	classifier_free(&classifier);
	classifier_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_outside_and_decoy),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_whole_characters),
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_look_ahead),
		cmocka_unit_test(test_look_ahead_at_none),
		cmocka_unit_test(test_record_limit),
		cmocka_unit_test(test_match_limit),
		cmocka_unit_test(test_match_limit_ahead),
		cmocka_unit_test(test_decode_limit),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_kinds_in_turn),
		cmocka_unit_test(test_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
