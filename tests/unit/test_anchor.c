/*
 * Anchors: whatever a rule matches has one of its anchors within reach.
 *
 * The strings are those that the shipped rules match in their own examples, and
 * those that are made from a pattern's tree at random.  That these checks can
 * fail is shown by taking an anchor away, and by moving one.
 */
#include "unit.h"
#include "unit_finder.h"
#include "unit_random.h"

#include <purposed/engine/anchor_private.h>
#include <purposed/engine/finder.h>
#include <purposed/engine/rule_anchors.h>

struct fixture {
	struct engine *engine;
	struct rule_anchors *derived;
	struct regex_scratch *scratch;
	struct finder_scan *scan;
};

static int set_up(void **state)
{
	const struct engine_options options = engine_defaults();
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = { 0 };

	assert_non_null(f);
	assert_int_equal(engine_load(&f->engine, &options, &e), 0);
	f->derived = rule_anchors_new(engine_rules(f->engine));
	f->scratch = regex_scratch_new(&options.limits);
	f->scan = finder_scan_new();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	rule_anchors_free(&f->derived);
	engine_unref(&f->engine);
	regex_scratch_free(&f->scratch);
	finder_scan_free(&f->scan);
	free(f);
	return 0;
}

static struct unit_finder finder_of(const struct anchors *anchors)
{
	const struct finder_rule rule = { .rule = 0, .anchors = anchors };

	return unit_finder(&rule, 1, sieve_level_find("auto"));
}

/* Whether a candidate reaches byte start of text. */
static bool reached(const struct fixture *f, const struct finder *finder, struct span text,
		    size_t start)
{
	struct candidate c;

	finder_begin(f->scan, finder, text);
	while (finder_next(f->scan, &c)) {
		size_t from = 0;
		size_t last;

		if (candidate_reach(&c, text, c.at, &from, &last) && start >= from && start <= last)
			return true;
	}
	return false;
}

/* An example's text without its marks. */
static void plain(const char *example, struct buf *text)
{
	buf_clear(text);
	for (const char *at = example; *at != '\0'; at++) {
		if (at[0] == '[' && at[1] == '[') {
			const char *colon =
				at + 2 + strspn(at + 2, "abcdefghijklmnopqrstuvwxyz0123456789_");

			at = *colon == ':' ? colon : at + 1;
		} else if (at[0] == ']' && at[1] == ']') {
			at++;
		} else {
			buf_add_char(text, *at);
		}
	}
}

/* How many matches of the rule in its own examples no candidate reaches. */
static size_t missed(struct fixture *f, const struct rule *rule, const struct anchors *anchors,
		     size_t *matches)
{
	struct unit_finder finder = finder_of(anchors);
	struct buf text = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < rule->n_examples; i++) {
		size_t at = 0;
		size_t start;
		size_t end;

		plain(rule->examples[i], &text);
		while (at <= text.len &&
		       regex_match(rule->regex, f->scratch, buf_span(&text), at) == REGEX_MATCH &&
		       regex_matched(f->scratch, 0, &start, &end)) {
			(*matches)++;
			n += !reached(f, finder.finder, buf_span(&text), start);
			at = start + 1;
		}
	}
	buf_fini(&text);
	unit_finder_free(&finder);
	return n;
}

static void test_examples(void **state)
{
	struct fixture *f = *state;
	const struct rules *rules = engine_rules(f->engine);
	size_t matches = 0;

	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct anchors *anchors = rule_anchors_of(f->derived, i);

		assert_false(anchors->everywhere);
		if (missed(f, rules_at(rules, i), anchors, &matches) != 0)
			fail_msg("rule '%s': a match without an anchor", rules_at(rules, i)->id);
	}
	assert_true(matches > rules_count(rules));
}

/* Take one of its anchors from every rule: most must now miss some of their examples. */
static void test_dropped(void **state)
{
	struct fixture *f = *state;
	const struct rules *rules = engine_rules(f->engine);
	size_t seen = 0;
	size_t n = 0;

	for (size_t i = 0; i < rules_count(rules); i++) {
		struct anchors less = *rule_anchors_of(f->derived, i);
		size_t matches = 0;

		if (less.n_texts + less.n_shapes != 1)
			continue;
		less.n_texts = 0;
		less.n_shapes = 0;
		seen += missed(f, rules_at(rules, i), &less, &matches) != 0;
		/* Some examples are matched behind escapes only. */
		n += matches != 0;
	}
	assert_true(n > 20);
	assert_int_equal(seen, n);
}

/* Whether all of its anchors are shapes that stand at one distance from where a match starts. */
static bool has_one_place(const struct anchors *anchors)
{
	for (size_t i = 0; i < anchors->n_shapes; i++) {
		if (anchors->shapes[i].before_min != anchors->shapes[0].before_min ||
		    anchors->shapes[i].before_max != anchors->shapes[0].before_min)
			return false;
	}
	return anchors->n_texts == 0;
}

/* Move all of a rule's anchors by a byte: rules whose anchors have one place must miss all. */
static void test_shifted(void **state)
{
	struct fixture *f = *state;
	const struct rules *rules = engine_rules(f->engine);
	size_t n = 0;

	for (size_t i = 0; i < rules_count(rules); i++) {
		struct anchors moved = *rule_anchors_of(f->derived, i);
		struct anchor_shape *shapes;
		size_t matches = 0;

		if (!has_one_place(&moved))
			continue;
		shapes = calloc(moved.n_shapes, sizeof(*shapes));
		assert_non_null(shapes);
		for (size_t k = 0; k < moved.n_shapes; k++) {
			shapes[k] = moved.shapes[k];
			shapes[k].before_min++;
			shapes[k].before_max++;
		}
		moved.shapes = shapes;
		if (missed(f, rules_at(rules, i), &moved, &matches) == 0)
			fail_msg("rule '%s': a shifted anchor was not noticed",
				 rules_at(rules, i)->id);
		free(shapes);
		n++;
	}
	assert_true(n > 5);
}

/* Behind what is asked for stands the end of a line, or of the text: whatever ends one for PCRE2.
 */
static void test_line_ends(void **state)
{
	static const char written[] = "@[a-z]{2,31}(?![a-z])(?=[;]|\\.(?![a-z])|$)";
	struct fixture *f = *state;
	struct pattern *pattern = NULL;
	struct regex *regex = NULL;
	struct anchors anchors;
	struct unit_finder finder;
	struct err e = { 0 };

	assert_int_equal(pattern_parse(&pattern, written, &e), 0);
	assert_int_equal(regex_compile(&regex, written, true, &e), 0);
	anchors_derive(&anchors, pattern, NULL);
	finder = finder_of(&anchors);
	for (int c = 0; c < 256; c++) {
		for (size_t behind = 0; behind < 4; behind++) {
			char text[] = "jan@pam_._";
			size_t len = sizeof("jan@pam") - 1 + behind;
			struct span span = span_of(text, len);

			text[7] = (char)c;
			text[9] = (char)c;
			if (regex_match(regex, f->scratch, span, 0) == REGEX_MATCH)
				assert_true(reached(f, finder.finder, span, 3));
		}
	}
	assert_false(reached(f, finder.finder, span_str("jan@example.be "), 3));
	unit_finder_free(&finder);
	anchors_fini(&anchors);
	regex_free(&regex);
	pattern_free(&pattern);
}

/* --- Strings made from a tree ------------------------------------------------- */

static void make(const struct pattern_node *node, struct buf *out)
{
	unsigned n = 0;
	unsigned times;

	switch (node->op) {
	case PATTERN_SET:
		n = random_below(byte_set_count(&node->set));
		for (int c = 0; c < 256; c++) {
			if (byte_set_has(&node->set, (unsigned char)c) && n-- == 0)
				buf_add_char(out, (char)c);
		}
		break;
	case PATTERN_CAT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			make(c, out);
		break;
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			n++;
		n = random_below(n);
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next) {
			if (n-- == 0)
				make(c, out);
		}
		break;
	case PATTERN_REPEAT:
		times = node->max - node->min;
		times = node->min + random_below(times < 4 ? times + 1 : 5);
		for (unsigned i = 0; i < times; i++)
			make(node->child, out);
		break;
	case PATTERN_AHEAD:
	case PATTERN_BEHIND:
		/* What a lookbehind asks for comes first; a lookahead's is left to chance. */
		if (node->op == PATTERN_BEHIND && node->child != NULL)
			make(node->child, out);
		break;
	default: break;
	}
}

/* Of the strings made, those that the rule really matches must be reached. */
static void test_made(void **state)
{
	struct fixture *f = *state;
	const struct rules *rules = engine_rules(f->engine);
	struct buf text = { 0 };
	size_t matches = 0;

	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);
		struct unit_finder finder = finder_of(rule_anchors_of(f->derived, i));
		struct pattern *pattern = NULL;
		struct err e = { 0 };

		assert_int_equal(pattern_parse(&pattern, rule->pattern, &e), 0);
		for (int n = 0; n < 60; n++) {
			size_t start;
			size_t end;

			buf_clear(&text);
			for (unsigned k = random_below(200); k > 0; k--)
				buf_add_char(&text, " .,:=\"a1/-"[random_below(10)]);
			make(pattern_root(pattern), &text);
			buf_add_char(&text, " \n.\"x"[random_below(5)]);
			if (regex_match(rule->regex, f->scratch, buf_span(&text), 0) !=
				    REGEX_MATCH ||
			    !regex_matched(f->scratch, 0, &start, &end))
				continue;
			matches++;
			if (!reached(f, finder.finder, buf_span(&text), start))
				fail_msg("rule '%s': no anchor for \"%s\"", rule->id,
					 buf_str(&text));
		}
		pattern_free(&pattern);
		unit_finder_free(&finder);
	}
	buf_fini(&text);
	assert_true(matches > 3000);
}

/* Patterns that are easily read as less than they are: each match has its anchor. */
static void test_odd(void **state)
{
	static const struct {
		const char *pattern;
		const char *text; /* with a match */
	} cases[] = {
		/* A reference has the case of its own place, and none of its group's surroundings.
		 */
		{ "(foo)(?i)-\\1", "foo-FOO" },
		{ "((?<=a)x)b\\1cd", "axbxcd" },
		{ "(\\bfoo)\\1-zq", "foofoo-zq" },
		/* A negative lookaround with more in it than a byte excludes no byte. */
		{ "foo(?![a-z]$)...", "fooxyz" },
		{ "foo(?!x\\B)x-?", "foox " },
		{ "(?<!^x)foobar", "axfoobar" },
		{ "::key=\\d(?!\\B[:=])", "::key=7:" },
		/* A word begins in one alternative only. */
		{ "(?:\\bfoo|bar){2}zq", "xbarbarzq" },
		/* A repeat of nothing behind the bytes that were priced. */
		{ "abcdefgh(?:x?){3}y", "abcdefghxxy" },
		{ "abcdefgh(?:x?){3}", "abcdefghxx" },
		{ "(?x) zqa? ?b", "zqb" },
		{ "foo[[:blank:][:word:]]zq", "foo\tzq" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pattern *pattern = NULL;
		struct anchors anchors;
		struct unit_finder finder;
		struct regex *regex;
		struct buf text = { 0 };
		struct err e = { 0 };
		size_t start;
		size_t end;

		buf_printf(&text, ". %s .", cases[i].text);
		assert_int_equal(regex_compile(&regex, cases[i].pattern, true, &e), 0);
		assert_int_equal(regex_match(regex, f->scratch, buf_span(&text), 0), REGEX_MATCH);
		assert_true(regex_matched(f->scratch, 0, &start, &end));
		assert_int_equal(pattern_parse(&pattern, cases[i].pattern, &e), 0);
		anchors_derive(&anchors, pattern, NULL);
		assert_false(anchors.everywhere);
		finder = finder_of(&anchors);
		if (!reached(f, finder.finder, buf_span(&text), start))
			fail_msg("no anchor of %s in \"%s\"", cases[i].pattern, cases[i].text);
		unit_finder_free(&finder);
		anchors_fini(&anchors);
		pattern_free(&pattern);
		regex_free(&regex);
		buf_fini(&text);
	}
}

/* Candidates must be few in what many rules do not match: prices are to do their work. */
static void test_rare(void **state)
{
	struct fixture *f = *state;
	const struct rules *rules = engine_rules(f->engine);
	struct buf text = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < rules_count(rules); i++) {
		for (size_t k = 0; k < rules_at(rules, i)->n_counter_examples; k++) {
			buf_add_str(&text, rules_at(rules, i)->counter_examples[k]);
			buf_add_char(&text, '\n');
		}
	}
	for (size_t i = 0; i < rules_count(rules); i++) {
		struct unit_finder finder = finder_of(rule_anchors_of(f->derived, i));
		struct candidate c;

		finder_begin(f->scan, finder.finder, buf_span(&text));
		while (finder_next(f->scan, &c))
			n++;
		unit_finder_free(&finder);
	}
	/* Every rule everywhere would be rules_count() for each byte. */
	assert_true(n < text.len);
	buf_fini(&text);
}

/* Patterns whose roads differ in what is known before them, or end behind what was priced. */
static void test_roads(void **state)
{
	static const struct {
		const char *pattern, *text;
		size_t start;
		bool none;
	} cases[] = {
		{ "(?:\\bfoo|bar){1,2}", "xbar", 1, false },
		{ "(?:\\bfoo|bar){1,2}", "x foo", 2, false },
		{ "abcdefgh(?:a?b?){3}", "abcdefghb", 0, false },
		{ "abcdefgh(?:a?b?){3}", "-abcdefgh", 1, false },
		/* What is asked for behind the end is so wherever a match may end. */
		{ "maes\\d{0,2}(?![\\w@])", "maes@x", 0, true },
		{ "maes\\d{0,2}(?![\\w@])", "maes12,", 0, false },
		{ "maes\\d{0,2}(?![\\w@])", "maes", 0, false },
		{ "ma(?:e(?:s|ne)|ra)(?:(?![@x])(?:|(?!-)))", "maes@", 0, true },
		{ "ma(?:e(?:s|ne)|ra)(?:(?![@x])(?:|(?!-)))", "maes-", 0, false },
		{ "ma(?:e(?:s|ne)|ra)(?:(?![@x])(?:|(?!-)))", "maene\n", 0, false },
		{ "maes(?:(?!@)|(?=@))z?", "maes@", 0, false },
		{ "maes(?!@)(?:@@)?(?:a|b?)", "maesa", 0, false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pattern *pattern = NULL;
		struct anchors anchors;
		struct unit_finder finder;
		struct err e = { 0 };

		assert_int_equal(pattern_parse(&pattern, cases[i].pattern, &e), 0);
		anchors_derive(&anchors, pattern, NULL);
		assert_false(anchors.everywhere);
		finder = finder_of(&anchors);
		if (reached(f, finder.finder, span_str(cases[i].text), cases[i].start) ==
		    cases[i].none)
			fail_msg("%s: %s anchor for %s", cases[i].pattern,
				 cases[i].none ? "an" : "no", cases[i].text);
		unit_finder_free(&finder);
		anchors_fini(&anchors);
		pattern_free(&pattern);
	}
}

/* The pattern's one anchor, so many texts and shapes, in words; NULL: there is none. */
static void check_described(const char *text, size_t n_texts, size_t n_shapes, const char *wanted)
{
	struct pattern *pattern = NULL;
	struct anchors anchors;
	struct buf out = { 0 };
	struct err e = { 0 };

	assert_int_equal(pattern_parse(&pattern, text, &e), 0);
	anchors_derive(&anchors, pattern, NULL);
	assert_int_equal(anchors.everywhere, wanted == NULL);
	if (wanted != NULL) {
		assert_int_equal(anchors.n_texts, n_texts);
		assert_int_equal(anchors.n_shapes, n_shapes);
		anchors_describe(&anchors, 0, &out);
		assert_string_equal(buf_str(&out), wanted);
	}
	anchors_fini(&anchors);
	pattern_free(&pattern);
	buf_fini(&out);
}

static void test_describe(void **state)
{
	(void)state;
	check_described("(?i)(?<![a-z])naam[:=] ?\\d", 1, 0, "naam[:=][ 0123456789]");
	check_described("(?<![\\d-])\\d{3}-\\d{7}-\\d{2}", 0, 1,
			"[0123456789]{7,7}-[0123456789]{2,2}");
	/* What a lookahead says of the next byte holds in a group, too. */
	check_described("qz# (?<u>(?!x)[w-y])", 1, 0, "qz# [wy]");
	check_described("\\w*", 0, 0, NULL);
}

static struct anchor_sample *usual_sample(void)
{
	struct anchor_sample *sample = calloc(1, sizeof(*sample));

	assert_non_null(sample);
	anchor_sample_usual(sample);
	anchor_sample_finish(sample);
	return sample;
}

/* What usual lines are full of is no anchor where there is something rarer. */
static void test_usual(void **state)
{
	struct anchor_sample *sample = usual_sample();
	struct pattern *pattern = NULL;
	struct buf out = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(pattern_parse(&pattern, "HTTP/1\\.1\" [^@]{1,50}pier 7", &e), 0);
	for (int i = 0; i < 2; i++) {
		struct anchors anchors;

		anchors_derive(&anchors, pattern, i == 0 ? NULL : sample);
		assert_int_equal(anchors.n_texts, 1);
		buf_clear(&out);
		anchors_describe(&anchors, 0, &out);
		assert_string_equal(buf_str(&out), i == 0 ? "HTTP/1.1\" .." : "pier 7");
		anchors_fini(&anchors);
	}
	pattern_free(&pattern);
	buf_fini(&out);
	anchor_sample_fini(sample);
	free(sample);
}

/* How often shapes stand in usual lines, with letters as wide as shapes have them. */
static void test_usual_shapes(void **state)
{
	static const struct {
		const char *pattern;
		bool usual;
	} cases[] = {
		{ "\\d\\d:\\d\\d:\\d\\d", true },
		{ "\\d\\d;\\d\\d", false },
		{ "(?:\\d{2}:){2,3}\\d\\d[ .]", true },
		{ "(?:\\d{2}:){5,9}", false },
		{ "(?:@@|\\]|##) \"(?:QXZ|~)", true },
		{ "(?:@@|##) \"(?:QXZ|~)", false },
		{ "\" \\d{3} \\d{1,9} \"-\" \"M[a-z]{2,60}/", true },
		{ "\" \\d{3} \\d{1,9} \"-\" \"M[a-z]{2,60}+;;~", true }, /* too far to be asked */
	};
	struct anchor_sample *sample = usual_sample();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pattern *pattern = NULL;
		struct anchor_tail tail = { 0 };
		struct err e = { 0 };
		double seen;

		assert_int_equal(pattern_parse(&pattern, cases[i].pattern, &e), 0);
		tail.node = pattern_root(pattern);
		seen = anchor_seen_tail(sample, &byte_set_all, &tail);
		if ((seen > 1e-5) != cases[i].usual)
			fail_msg("%s: %g", cases[i].pattern, seen);
		assert_true(seen < 0.05);
		tail.node = NULL;
		pattern_free(&pattern);
	}
	anchor_sample_fini(sample);
	free(sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples), cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_shifted),	 cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_made),	 cmocka_unit_test(test_rare),
		cmocka_unit_test(test_roads),	 cmocka_unit_test(test_describe),
		cmocka_unit_test(test_usual),	 cmocka_unit_test(test_usual_shapes),
		cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
