/*
 * Slices around what decoding changed, and the candidates of the record elsewhere: together all
 * candidates of the layer.
 *
 * The lines are the examples of all shipped rules, each byte of them in turn as an escape: so
 * that what decoding changed stands at every distance from every anchor.
 */
#include "unit.h"

#include <purposed/engine/engine.h>
#include <purposed/engine/layer_near.h>

static uint64_t dice = 0x9e3779b97f4a7c15ULL;

struct fixture {
	struct engine *engine;
	struct finder_scan *scan;
	struct decoded decoded;
	struct layer_near near;
};

static int set_up(void **state)
{
	struct engine_options options = engine_defaults();
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = { 0 };

	assert_non_null(f);
	assert_int_equal(engine_load(&f->engine, &options, &e), 0);
	f->scan = finder_scan_new();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	engine_unref(&f->engine);
	finder_scan_free(&f->scan);
	decoded_fini(&f->decoded);
	layer_near_fini(&f->near);
	free(f);
	return 0;
}

/* --- Candidates ----------------------------------------------------------------- */

struct list {
	struct candidate all[4096];
	size_t n;
};

static void add(struct list *list, const struct candidate *c, size_t at)
{
	assert_true(list->n < COUNT(list->all));
	list->all[list->n] = *c;
	list->all[list->n++].at = at;
}

/* Of a text that is a line. */
static void find(struct fixture *f, struct span text, struct list *list)
{
	struct candidate c;

	finder_begin(f->scan, rule_finders_all(engine_finders(f->engine)), text);
	while (finder_next(f->scan, &c))
		add(list, &c, c.at);
}

/* Of slices, and of the record. */
static void find_near(struct fixture *f, const struct list *record, struct list *list)
{
	struct candidate c;
	size_t next = 0;
	size_t at;

	finder_begin(f->scan, rule_finders_all(engine_finders(f->engine)),
		     buf_span(&f->near.text.text));
	while (finder_next(f->scan, &c)) {
		const struct layer_line *slice = layer_lines_seek(&f->near.text, &next, c.at);

		if (slice != NULL)
			add(list, &c, f->near.slices[next].at + c.at - slice->start);
	}
	for (size_t i = 0; i < record->n; i++) {
		if (layer_near_map(&f->near, 0, record->all[i].at, &at))
			add(list, &record->all[i], at);
	}
}

static bool holds(const struct list *list, const struct candidate *c)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct candidate *other = &list->all[i];

		if (other->rule == c->rule && other->at == c->at &&
		    other->before_min == c->before_min && other->before_max == c->before_max)
			return true;
	}
	return false;
}

/* Whether a record's first layer has all its candidates; adds the bytes that were searched. */
static void check(struct fixture *f, struct span record, size_t *searched)
{
	static struct list of_record, of_layer, of_near;
	const struct decode_layer *layer = &f->decoded.layers[1];

	decode_run(&f->decoded, record);
	if (f->decoded.n < 2)
		return;
	of_record.n = of_layer.n = of_near.n = 0;
	layer_near_clear(&f->near);
	assert_int_equal(layer_near_add(&f->near, layer, 7, false), 0);
	find(f, record, &of_record);
	find(f, layer->text, &of_layer);
	find_near(f, &of_record, &of_near);
	for (size_t i = 0; i < of_layer.n; i++) {
		const struct candidate *c = &of_layer.all[i];

		if (!holds(&of_near, c))
			fail_msg("%s at %zu in %.*s",
				 rules_at(engine_rules(f->engine), c->rule)->id, c->at,
				 (int)record.len, record.ptr);
	}
	*searched += f->near.text.text.len;
}

/* --- Texts ------------------------------------------------------------------------ */

static const char padding[] = "of a line of a log that has so much text around it, on both sides, ";

/* The text, padded, byte `which` of it written as an escape of that kind. */
static void write_line(struct buf *line, struct span text, size_t which, unsigned kind)
{
	unsigned char byte = (unsigned char)text.ptr[which];

	buf_clear(line);
	buf_add_str(line, padding);
	buf_add_span(line, span_slice(text, 0, which));
	switch (kind) {
	case 0: buf_printf(line, "%%%02x", byte); break;
	case 1: buf_printf(line, "\\x%02x", byte); break;
	case 2: buf_printf(line, "&#%u;", byte); break;
	default: buf_printf(line, "\\u%04x", byte);
	}
	buf_add_span(line, span_slice(text, which + 1, text.len));
	buf_add_str(line, padding);
}

static void unmark(struct buf *plain, const char *example)
{
	buf_clear(plain);
	for (const char *at = example; *at != '\0'; at++) {
		if ((at[0] == '[' && at[1] == '[') || (at[0] == ']' && at[1] == ']'))
			at++;
		else
			buf_add_char(plain, *at == '\n' ? ' ' : *at);
	}
}

/* Adds the text with rows of its bytes written as escapes, one in so many bytes begins one. */
static void add_escaped(struct buf *line, struct span text, unsigned one_in)
{
	for (size_t i = 0, row = 0; i < text.len; i++) {
		if (row == 0 && unit_below(&dice, one_in) == 0)
			row = 1 + unit_below(&dice, 5);
		if (row != 0)
			buf_printf(line, "%%%02x", (unsigned char)text.ptr[i]);
		else
			buf_add_char(line, text.ptr[i]);
		row -= row != 0;
	}
}

/* Some examples behind one another, with few escapes or many. */
static void write_examples(struct buf *line, const struct rules *rules)
{
	static const unsigned one_in[] = { 2, 10, 60, 150 };
	unsigned often = one_in[unit_below(&dice, COUNT(one_in))];
	struct buf plain = { 0 };

	buf_clear(line);
	for (size_t n = 1 + unit_below(&dice, 6); n > 0; n--) {
		const struct rule *rule = rules_at(rules, unit_below(&dice, rules_count(rules)));

		if (rule->n_examples == 0)
			continue;
		unmark(&plain, rule->examples[unit_below(&dice, rule->n_examples)]);
		add_escaped(line, buf_span(&plain), often);
		for (size_t pad = unit_below(&dice, 120); pad > 0; pad--)
			buf_add_char(line, "x .9"[unit_below(&dice, 4)]);
	}
	buf_add_str(line, padding);
	buf_fini(&plain);
}

/* Of layers with several slices, too. */
static void test_many_changes(void **state)
{
	struct fixture *f = *state;
	struct buf line = { 0 };
	size_t searched = 0;
	size_t several = 0;

	for (int round = 0; round < 3000; round++) {
		write_examples(&line, engine_rules(f->engine));
		f->near.text.n = 0;
		check(f, buf_span(&line), &searched);
		several += f->near.text.n > 1;
	}
	assert_true(several > 500);
	buf_fini(&line);
}

/* All examples of the fixture's rules; returns how much of them was searched, of 1. */
static double check_examples(struct fixture *f)
{
	const struct rules *rules = engine_rules(f->engine);
	struct buf plain = { 0 };
	struct buf line = { 0 };
	size_t searched = 0;
	size_t bytes = 0;

	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		for (size_t k = 0; k < rule->n_examples; k++) {
			unmark(&plain, rule->examples[k]);
			for (size_t which = 0; which < plain.len; which++) {
				write_line(&line, buf_span(&plain), which, (unsigned)which % 4);
				check(f, buf_span(&line), &searched);
				bytes += line.len;
			}
		}
	}
	buf_fini(&plain);
	buf_fini(&line);
	return (double)searched / (double)bytes;
}

static void test_shipped_rules(void **state)
{
	struct fixture *f = *state;

	/* Else all would be searched. */
	assert_true(check_examples(f) < 0.75);
}

/* Anchors that look as far as any: shapes, and texts. */
static void test_far(void **state)
{
	static const char rules[] =
		"rules = ({ id = 'ahead'; element = 'a'; what = 'w';"
		"  pattern = '(?<![a-z0-9])[0-9][a-z0-9 ]{55}[0-9]';"
		"  examples = ["
		"   'x.[[7abc1 bcd1 cde1 def1 efg1 fgh1 ghi1 hij1 ijk1 jkl1 klm1 8]].y',"
		"   'x.[[7abc1dabc1dabc1dabc1dabc1dabc1dabc1dabc1dabc1dabc1dabc1d8]].y'];"
		"  counter_examples = ['0']; },"
		" { id = 'text'; element = 'a'; what = 'w';"
		"  pattern = '(?<![a-z])qzjxkvwyqzjx(?![a-z])';"
		"  examples = ['x [[qzjxkvwyqzjx]] y'];"
		"  counter_examples = ['0']; });";
	struct fixture own = { .scan = finder_scan_new() };
	struct engine_options options = engine_defaults();
	struct err e = { 0 };
	char dir[32];
	char *path = unit_file(unit_directory(dir), "r.conf", rules);

	(void)state;
	options.rules_path = dir;
	assert_int_equal(engine_load(&own.engine, &options, &e), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	free(path);
	check_examples(&own);
	engine_unref(&own.engine);
	finder_scan_free(&own.scan);
	decoded_fini(&own.decoded);
	layer_near_fini(&own.near);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped_rules),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_many_changes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
