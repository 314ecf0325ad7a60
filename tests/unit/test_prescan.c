/*
 * The first look: what it lets pass would not have been flagged, and would have
 * had the categories that it says; what would have been flagged is named.
 *
 * The lines are the examples and counter-examples of all shipped rules, and
 * lines made from them; the judge is the full look of an engine that runs every
 * rule everywhere.
 */
#include "unit.h"

#include <purposed/engine/candidates.h>
#include <purposed/engine/classify.h>
#include <purposed/engine/prescan.h>

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

/* The lines of block as records, under plan; frees nothing: the caller does. */
static size_t cut(struct span block, const struct plan *plan, struct prescan_record **records_r)
{
	struct prescan_record *records = calloc(block.len + 1, sizeof(*records));
	size_t n = 0;

	assert_non_null(records);
	for (size_t at = 0; at < block.len;) {
		const char *lf = memchr(block.ptr + at, '\n', block.len - at);
		size_t stop = lf != NULL ? (size_t)(lf - block.ptr) : block.len;
		bool cr = lf != NULL && stop > at && block.ptr[stop - 1] == '\r';

		records[n++] = (struct prescan_record){
			.start = at, .end = cr ? stop - 1 : stop, .plan = plan, .named = true
		};
		at = stop + 1;
	}
	*records_r = records;
	return n;
}

/* What a first look must say of a record that it does not name; what the oracle says of it. */
static void judge(const struct prescan_record *record, const struct result *result,
		  enum prescan_depth depth)
{
	uint64_t categories = 0;

	assert_false(verdict_is_flagged(result->verdict));
	if (depth == PRESCAN_FLAGS)
		return;
	for (size_t i = 0; i < result->n; i++)
		categories |= UINT64_C(1) << result->findings[i].category;
	assert_int_equal(record->categories, categories);
	assert_int_equal(result->verdict, categories != 0 ? VERDICT_PERMITTED : VERDICT_CLEAN);
}

/* Looks at the lines of block at both depths; vain_r: records that each has named in vain. */
static void look(struct fixture *f, const char *purpose, const char *kind, struct span block,
		 size_t vain_r[PRESCAN_DEPTHS])
{
	struct plan *plan = plan_of(f->engine, purpose);
	struct plan *judges = plan_of(f->oracle, purpose);
	struct prescan *prescan = prescan_new(f->engine);
	struct classifier *classifier = classifier_new(f->oracle);
	struct prescan_record *records[PRESCAN_DEPTHS];
	size_t n = 0;

	for (int depth = 0; depth < PRESCAN_DEPTHS; depth++) {
		assert_non_null(plan_prescan(plan, (enum prescan_depth)depth));
		assert_true(f->oracle == f->engine ||
			    plan_prescan(judges, (enum prescan_depth)depth) == NULL);
		n = cut(block, plan, &records[depth]);
		prescan_run(prescan, plan, (enum prescan_depth)depth, block, records[depth], n,
			    kind);
		vain_r[depth] = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct span text = span_slice(block, records[0][i].start, records[0][i].end);
		const struct result *result =
			classify_run(classifier, judges, text, text.len, kind);

		for (int depth = 0; depth < PRESCAN_DEPTHS; depth++) {
			const struct prescan_record *record = &records[depth][i];

			if (!record->named)
				judge(record, result, (enum prescan_depth)depth);
			else
				vain_r[depth] += !verdict_is_flagged(result->verdict);
		}
	}
	for (int depth = 0; depth < PRESCAN_DEPTHS; depth++)
		free(records[depth]);
	prescan_free(&prescan);
	classifier_free(&classifier);
	plan_free(&plan);
	plan_free(&judges);
}

/* A look that names all is of no use. */
static void compare(struct fixture *f, const char *purpose, const char *kind, struct span block)
{
	size_t vain[PRESCAN_DEPTHS];
	size_t lines = 0;

	for (size_t i = 0; i < block.len; i++)
		lines += block.ptr[i] == '\n';
	look(f, purpose, kind, block, vain);
	assert_true(vain[PRESCAN_FLAGS] <= lines / 3 + 20);
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

	for (size_t i = 0; i < COUNT(purposes); i++)
		compare(f, purposes[i], NULL, buf_span(&f->block));
	/* Only there does the kind matter. */
	compare(f, "website-traffic-analysis", "web-traffic-log", buf_span(&f->block));
	compare(f, "website-traffic-analysis", "something-else", buf_span(&f->block));
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

/* Lines with one byte as an escape, each in turn: it stands at every distance from what is found.
 */
static void test_encoded_once(void **state)
{
	struct fixture *f = *state;
	const struct rules *rules = engine_rules(f->engine);
	struct buf block = { 0 };
	struct buf plain = { 0 };
	/* The full look is held against the oracle elsewhere; here that would take minutes. */
	struct fixture same = { .engine = f->engine, .oracle = f->engine };

	for (size_t i = 0; i < rules_count(rules); i++) {
		buf_clear(&plain);
		add_line(&plain, rules_at(rules, i)->examples[0], "");
		for (size_t k = 0; k < plain.len; k++) {
			buf_add_span(&block, span_slice(buf_span(&plain), 0, k));
			buf_printf(&block, k % 2 == 0 ? "%%%02x" : "&#%d;",
				   (unsigned char)plain.ptr[k]);
			buf_add_span(&block, span_slice(buf_span(&plain), k + 1, plain.len));
			buf_add_str(&block,
				    " and what else a line has so that it is long enough\n");
		}
	}
	for (size_t i = 1; i < 3; i++) {
		size_t vain[PRESCAN_DEPTHS];

		look(&same, purposes[i], NULL, buf_span(&block), vain);
	}
	buf_fini(&block);
	buf_fini(&plain);
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

/* Rules of a test's own, instead of the shipped ones; released with close_own. */
static struct fixture open_own(const char *rules)
{
	struct engine_options options = engine_defaults();
	struct fixture own = { 0 };
	struct err e = { 0 };
	char dir[32];
	char *path = unit_file(unit_directory(dir), "r.conf", rules);

	options.rules_path = dir;
	assert_int_equal(engine_load(&own.engine, &options, &e), 0);
	options.oracle = true;
	assert_int_equal(engine_load(&own.oracle, &options, &e), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	free(path);
	return own;
}

static void close_own(struct fixture *own)
{
	engine_unref(&own->engine);
	engine_unref(&own->oracle);
}

/*
 * A value does not always stand: what outranks it may take its bytes, and one that
 * an escape cuts short is none.  Then its category is not there.
 */
static void test_rivals(void **state)
{
	struct fixture own = open_own(

		"rules = ({ id = 'ip'; element = 'ipv4'; what = 'w'; rank = 80;"
		"  pattern = '[0-9]{2}[.][0-9]{4}(?![0-9])';"
		"  examples = [ '[[12.3456]]' ]; counter_examples = [ '12 zq' ]; },"
		"  { id = 'build'; element = 'none'; what = 'w'; rank = 90;"
		"  pattern = 'build=[0-9.]{4,9}';"
		"  examples = [ '[[build=1.23]]' ]; counter_examples = [ 'build' ]; },"
		"  { id = 'weak'; element = 'ipv6'; what = 'w'; rank = 40;"
		"  pattern = 'from::[0-9a-f]{4}';"
		"  examples = [ '[[from::12ab]]' ]; counter_examples = [ 'from' ]; },"
		"  { id = 'strong'; element = 'none'; what = 'w'; rank = 50;"
		"  pattern = 'route from::[0-9a-f]{4}';"
		"  examples = [ '[[route from::12ab]]' ]; counter_examples = [ 'r' ]; });");
	(void)state;
	compare(&own, "website-management", NULL,
		span_str("12.3456\nbuild=12.3456\nbuild=12.3456 12.3457\n12.3456%37\n12.3456%20\n"
			 "from::12ab\nroute from::12ab\nroute from::12ab 12.3456\nbuild=12.34567\n"
			 "%31%32.3456\n12.3456 build=1.23\n12.3456%2537\nx12.3456x\n"));
	close_own(&own);
}

/* Too many decoys outrank the value to make its category sure; it is, where none takes it. */
static void test_likely(void **state)
{
	struct buf rules = { 0 };
	struct fixture own;
	size_t vain[PRESCAN_DEPTHS];

	(void)state;
	buf_add_str(&rules, "rules = ({ id = 'weak'; element = 'ipv6'; what = 'w'; rank = 40;"
			    "  pattern = 'from::[0-9a-f]{4}';"
			    "  examples = [ '[[from::12ab]]' ]; counter_examples = [ 'from' ]; }");
	for (int i = 0; i < 14; i++)
		buf_printf(
			&rules,
			", { id = 'd%d'; element = 'none'; what = 'w'; rank = 90;"
			"  pattern = 'route%c (?:from::[0-9a-f]{4})?';"
			"  examples = [ '[[route%c from::12ab]]' ]; counter_examples = [ 'r' ]; }",
			i, 'a' + i, 'a' + i);
	buf_add_str(&rules,
		    ", { id = 'long'; element = 'none'; what = 'w'; rank = 90;"
		    "  pattern = 'long z+ from::[0-9a-f]{4}';"
		    "  examples = [ '[[long z from::12ab]]' ]; counter_examples = [ 'r' ]; });");
	own = open_own(buf_str(&rules));
	/* None of these is looked at in full: no decoy comes near. */
	look(&own, "website-management", NULL,
	     span_str(
		     "from::12ab\nroutea x here from::12ab\nfrom::12ab and from::12ac at routen x\n"
		     "from\nfrom::12ab a=%20c\nfrom::12ab x from::12%61d\n"),
	     vain);
	assert_int_equal(vain[PRESCAN_CATEGORIES], 0);
	look(&own, "website-management", NULL,
	     span_str("routea from::12ab\nroutea from::12ab from::12ac\nfrom::12%61b\n"
		      "from::12ab routen from::12ab\nfrom::12abrouted x\nroutee%20from::12ab\n"
		      "%72outee from::12ab\nrouteb %66rom::12ab\nrouteb%2520from::12ab\n"
		      "a%20b c from::12ab\nlong%20zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
		      "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz from::12ab\n"),
	     vain);
	close_own(&own);
	buf_fini(&rules);
}

/* Lines as access logs have them are not named: what is permitted is known without. */
static void test_access(void **state)
{
	struct fixture *f = *state;
	struct buf block = { 0 };
	size_t vain[PRESCAN_DEPTHS];

	for (int i = 0; i < 200; i++)
		buf_printf(&block,
			   "203.0.113.%d - %s [12/Mar/2024:08:01:02 +0100] \"GET /a?b=%%20c%d "
			   "HTTP/1.1\" 200 12 \"https://example.org/\" \"curl/8.%d\"\n",
			   i, i % 10 == 3 ? "jan" : "-", i, i);
	look(f, "website-management", NULL, buf_span(&block), vain);
	assert_int_equal(vain[PRESCAN_CATEGORIES], 0);
	look(f, "website-traffic-analysis", NULL, buf_span(&block), vain);
	assert_int_equal(vain[PRESCAN_CATEGORIES], 0);
	buf_fini(&block);
}

/* A sentence and an access line in turn, and the other way round in the same place. */
static void test_kinds(void **state)
{
	struct fixture *f = *state;
	struct plan *plan = plan_of(f->engine, "website-management");
	struct prescan *prescan = prescan_new(f->engine);
	static const char rest[] = " 203.0.113.9 - - [12/Mar/2024:08:01:02 +0100] \"GET /a "
				   "HTTP/1.1\" 200 12 \"-\" \"curl/8\"\n";
	struct buf block = { 0 };

	for (size_t i = 0; i < 8; i++) {
		const size_t wanted = i < 4 ? 1 : 4;
		struct prescan_record *records;
		size_t n;

		buf_clear(&block);
		for (size_t k = 0; k < wanted; k++)
			buf_printf(&block, "%s%s", (k + i) % 2 == 0 ? "so" : "--", rest);
		n = cut(buf_span(&block), plan, &records);
		assert_int_equal(n, wanted);
		prescan_run(prescan, plan, PRESCAN_CATEGORIES, buf_span(&block), records, n, NULL);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(records[k].kind, (k + i) % 2);
		free(records);
	}
	buf_fini(&block);
	prescan_free(&prescan);
	plan_free(&plan);
}

/* Records of several plans in one block, each judged by its own. */
static void test_plans(void **state)
{
	struct fixture *f = *state;
	struct plan *plans[] = { plan_of(f->engine, "website-management"),
				 plan_of(f->engine, "nis2-supervision"), plan_of(f->engine, NULL) };
	struct prescan *prescan = prescan_new(f->engine);
	struct span block = buf_span(&f->block);
	struct prescan_record *alone[COUNT(plans)];
	struct prescan_record *mixed;
	size_t n = cut(block, NULL, &mixed);

	for (size_t p = 0; p < COUNT(plans); p++) {
		cut(block, plans[p], &alone[p]);
		prescan_run(prescan, plans[p], PRESCAN_CATEGORIES, block, alone[p], n, NULL);
	}
	for (size_t i = 0; i < n; i++)
		mixed[i].plan = plans[i % COUNT(plans)];
	for (size_t p = 0; p < COUNT(plans); p++)
		prescan_run(prescan, plans[p], PRESCAN_CATEGORIES, block, mixed, n, NULL);
	for (size_t i = 0; i < n; i++) {
		const struct prescan_record *same = &alone[i % COUNT(plans)][i];

		assert_int_equal(mixed[i].named, same->named);
		assert_int_equal(mixed[i].named ? 0 : mixed[i].categories,
				 same->named ? 0 : same->categories);
	}
	for (size_t p = 0; p < COUNT(plans); p++) {
		free(alone[p]);
		plan_free(&plans[p]);
	}
	free(mixed);
	prescan_free(&prescan);
}

/* An anchor at a line's end is of no record: a line is named once. */
static void test_line_ends(void **state)
{
	struct fixture own =
		open_own("rules = ({ id = 'r'; element = 'email'; what = 'w';"
			 "  pattern = '[0-9]{3,}[\\n\\r ]{1,2}zq';"
			 "  examples = [ '[[123 zq]]' ]; counter_examples = [ '12 zq' ]; });");
	(void)state;
	compare(&own, NULL, NULL,
		span_str("123 zq 456\nzq 1\n123 zq 4567\r\nzq\r\n12\n4567\nzq\n\nzq"));
	close_own(&own);
}

#define TAIL "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"

/*
 * A record with more candidates than are gathered at a time, whose only escape comes in the second
 * round: those of the first one count in its layer, too.
 */
static void test_two_rounds(void **state)
{
	struct fixture own = open_own("rules = ({ id = 'far'; element = 'email'; what = 'w';"
				      "  pattern = 'zqzq [a-y]{80}!';"
				      "  examples = [ '[[zqzq " TAIL "!]]' ];"
				      "  counter_examples = [ 'zqzq !' ]; });");
	struct buf block = { 0 };

	(void)state;
	for (int before = CANDIDATES_MAX - 4; before < CANDIDATES_MAX + 4; before++) {
		size_t vain[PRESCAN_DEPTHS];

		buf_clear(&block);
		for (int i = 0; i < before; i++)
			buf_add_str(&block, "zqzq abcdefghij ");
		buf_add_str(&block, "zqzq " TAIL "%21 zqzq abcdefghij\n");
		look(&own, "website-management", NULL, buf_span(&block), vain);
		assert_int_equal(vain[PRESCAN_FLAGS], 0);
	}
	buf_fini(&block);
	close_own(&own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),     cmocka_unit_test(test_encoded),
		cmocka_unit_test(test_encoded_once), cmocka_unit_test(test_long),
		cmocka_unit_test(test_random),	     cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_access),	     cmocka_unit_test(test_plans),
		cmocka_unit_test(test_rivals),	     cmocka_unit_test(test_likely),
		cmocka_unit_test(test_kinds),	     cmocka_unit_test(test_two_rounds),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
