/*
 * What is prepared of the built-in rules when purposed is built is what reading their files,
 * and deriving, gives.
 */
#include "unit.h"

#include <purposed/engine/regex_made.h>
#include <purposed/engine/rule_anchors.h>
#include <purposed/engine/rule_finders.h>
#include <purposed/engine/rules_private.h>

struct fixture {
	struct rules *builtin;
	struct rules *read;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = { 0 };

	assert_non_null(f);
	assert_int_equal(rules_builtin(&f->builtin, true, &e), 0);
	assert_int_equal(rules_load(&f->read, "conf/rules.d", true, &e), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	rules_free(&f->builtin);
	rules_free(&f->read);
	free(f);
	return 0;
}

/* --- Rules -------------------------------------------------------------------- */

static void same_string(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a != NULL)
		assert_string_equal(a, b);
}

static void same_strings(const char *const *a, size_t n_a, const char *const *b, size_t n_b)
{
	assert_int_equal(n_a, n_b);
	for (size_t i = 0; i < n_a; i++)
		assert_string_equal(a[i], b[i]);
}

static void same_targets(const struct rule *a, const struct rule *b)
{
	assert_int_equal(a->n_targets, b->n_targets);
	for (size_t i = 0; i < a->n_targets; i++) {
		assert_int_equal(a->targets[i].group, b->targets[i].group);
		assert_int_equal(a->targets[i].element, b->targets[i].element);
		assert_int_equal(a->targets[i].rank, b->targets[i].rank);
		assert_int_equal(a->targets[i].container, b->targets[i].container);
		assert_ptr_equal(a->targets[i].validator, b->targets[i].validator);
		same_string(a->targets[i].group_name, b->targets[i].group_name);
	}
}

static void same_rule(const struct rule *a, const struct rule *b)
{
	assert_int_equal(a->index, b->index);
	same_string(a->id, b->id);
	same_string(a->what, b->what);
	same_string(a->written, b->written);
	same_string(a->pattern, b->pattern);
	same_string(a->file, b->file);
	assert_int_equal(a->line, b->line);
	same_string(a->kind, b->kind);
	assert_int_equal(a->opens, b->opens);
	same_string(regex_pattern(a->regex), regex_pattern(b->regex));
	assert_int_equal(a->keywords == NULL, b->keywords == NULL);
	if (a->keywords != NULL)
		same_string(regex_pattern(a->keywords), regex_pattern(b->keywords));
	assert_int_equal(a->window, b->window);
	same_strings(a->keyword_list, a->n_keywords, b->keyword_list, b->n_keywords);
	same_strings(a->examples, a->n_examples, b->examples, b->n_examples);
	same_strings(a->counter_examples, a->n_counter_examples, b->counter_examples,
		     b->n_counter_examples);
	same_targets(a, b);
}

static void test_rules(void **state)
{
	const struct fixture *f = *state;

	assert_true(rules_count(f->read) > 200);
	assert_int_equal(rules_count(f->builtin), rules_count(f->read));
	for (size_t i = 0; i < rules_count(f->read); i++)
		same_rule(rules_at(f->builtin, i), rules_at(f->read, i));
	assert_int_equal(rules_element_count(f->builtin), rules_element_count(f->read));
	for (size_t i = 0; i < rules_element_count(f->read); i++)
		assert_string_equal(rules_element(f->builtin, i), rules_element(f->read, i));
}

/* --- Patterns ----------------------------------------------------------------- */

/* What PCRE2 sees of a pattern, which is known, and of what it shares. */
static void same_pattern(const char *pattern, bool shares)
{
	struct regex_made known = { 0 };
	struct regex_made anew = { 0 };

	regex_make(&known, pattern, shares, REGEX_JIT);
	regex_make_anew(&anew, pattern, shares, REGEX_JIT);
	assert_null(known.own.ptr);
	assert_string_equal(known.text, anew.text);
	assert_int_equal(known.parts.n, anew.parts.n);
	assert_int_equal(known.words.n, anew.words.n);
	/* Those with the same words are one. */
	for (size_t i = 0; i < anew.words.n; i++)
		assert_ptr_equal(known.words.tables[i], anew.words.tables[i]);
	for (size_t i = 1; i <= anew.parts.n; i++) {
		assert_ptr_equal(regex_part(&known.parts, i), regex_part(&anew.parts, i));
		same_pattern(regex_pattern(regex_part(&anew.parts, i)), false);
	}
	regex_made_fini(&known);
	regex_made_fini(&anew);
}

static void test_patterns(void **state)
{
	const struct fixture *f = *state;

	for (size_t i = 0; i < rules_count(f->read); i++) {
		const struct rule *rule = rules_at(f->read, i);

		same_pattern(rule->pattern, true);
		if (rule->keywords != NULL)
			same_pattern(regex_pattern(rule->keywords), true);
	}
}

/* --- Parts -------------------------------------------------------------------- */

static void same_parts(const struct finder_parts *a, const struct finder_parts *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		assert_int_equal(a->parts[i].rule, b->parts[i].rule);
		assert_int_equal(a->parts[i].has_shape, b->parts[i].has_shape);
		assert_int_equal(a->parts[i].shape, b->parts[i].shape);
		assert_int_equal(a->parts[i].shape_before_min, b->parts[i].shape_before_min);
		assert_int_equal(a->parts[i].shape_before_max, b->parts[i].shape_before_max);
		assert_int_equal(a->parts[i].before_max, b->parts[i].before_max);
		assert_int_equal(a->parts[i].blanks_max, b->parts[i].blanks_max);
		assert_int_equal(a->starts[i].few, b->starts[i].few);
		assert_int_equal(a->starts[i].begins, b->starts[i].begins);
		assert_memory_equal(a->starts[i].at, b->starts[i].at, sizeof(a->starts[i].at));
	}
	assert_int_equal(a->n_sets, b->n_sets);
	assert_memory_equal(a->sets, b->sets, a->n_sets * sizeof(*a->sets));
}

static void same_texts(const struct finder_parts *a, const struct finder_parts *b)
{
	assert_int_equal(a->n_texts, b->n_texts);
	for (size_t i = 0; i < a->n_texts; i++) {
		const struct finder_text *x = &a->texts[i];
		const struct finder_text *y = &b->texts[i];

		assert_int_equal(x->part, y->part);
		assert_int_equal(x->window, y->window);
		assert_int_equal(x->before_min, y->before_min);
		assert_int_equal(x->before_max, y->before_max);
		assert_int_equal(x->n_checks, y->n_checks);
		for (unsigned k = 0; k < x->n_checks; k++) {
			assert_int_equal(x->checks[k].at, y->checks[k].at);
			assert_int_equal(x->checks[k].set, y->checks[k].set);
		}
	}
	assert_int_equal(a->n_spellings, b->n_spellings);
	for (size_t i = 0; i < a->n_spellings; i++) {
		assert_int_equal(a->spellings[i].mask, b->spellings[i].mask);
		assert_int_equal(a->spellings[i].bits, b->spellings[i].bits);
		assert_int_equal(a->spellings[i].key, b->spellings[i].key);
		assert_int_equal(a->spellings[i].text, b->spellings[i].text);
		assert_int_equal(a->spellings[i].fourth, b->spellings[i].fourth);
	}
}

static void same_values(const struct finder_parts *a, const struct finder_parts *b)
{
	assert_int_equal(a->n_values, b->n_values);
	for (size_t i = 0; i < a->n_values; i++) {
		const struct shape_value *x = &a->values[i];
		const struct shape_value *y = &b->values[i];

		assert_int_equal(x->is_class, y->is_class);
		assert_memory_equal(&x->set, &y->set, sizeof(x->set));
		assert_int_equal(x->kind, y->kind);
		assert_int_equal(x->shift, y->shift);
		assert_int_equal(x->a, y->a);
		assert_int_equal(x->b, y->b);
	}
}

static void test_parts(void **state)
{
	const struct fixture *f = *state;
	struct rule_anchors *derived = rule_anchors_new(f->read);
	struct finder_parts *parts = rule_anchors_parts(derived);

	assert_true(parts->n_texts > 1000 && parts->n_values > 100);
	same_parts(&prepared.parts, parts);
	same_texts(&prepared.parts, parts);
	same_values(&prepared.parts, parts);
	finder_parts_free(&parts);
	rule_anchors_free(&derived);
}

static void test_slow(void **state)
{
	const struct fixture *f = *state;
	const struct sieve_level *level = sieve_level_find("auto");
	struct rule_finders *known = rule_finders_new(f->builtin, level);
	struct rule_finders *made = rule_finders_new(f->read, level);
	size_t n_known;
	size_t n_made;
	const uint16_t *slow_known = rule_finders_slow_rules(known, &n_known);
	const uint16_t *slow_made = rule_finders_slow_rules(made, &n_made);

	assert_int_equal(n_known, n_made);
	for (size_t i = 0; i < n_made; i++)
		assert_int_equal(slow_known[i], slow_made[i]);
	rule_finders_free(&known);
	rule_finders_free(&made);
}

/* --- Another version of PCRE2 --------------------------------------------------- */

static void test_other_version(void **state)
{
	static const char *const examples[] = { "a" };
	static const struct prepared_target target = { .validator = -1 };
	struct prepared_rule rule = {
		.id = "r",
		.pattern = "a(",
		.keywords = "b)",
		.file = "r.conf",
		.line = 7,
		.targets = &target,
		.n_targets = 1,
		.examples = examples,
		.n_examples = 1,
	};
	struct prepared other = prepared;
	struct rules *rules = NULL;
	struct err e = { 0 };

	(void)state;
	other.rules = &rule;
	other.n_rules = 1;
	/* It is known that this one takes it: nobody looks. */
	assert_int_equal(rules_prepared(&rules, &other, true, &e), 0);
	rules_free(&rules);
	other.pcre2 = "10.1 1999-09-09";
	assert_int_equal(rules_prepared(&rules, &other, true, &e), -1);
	assert_null(rules);
	unit_said(&e, "r.conf:7: built-in rule 'r': missing closing parenthesis at byte 2 of the "
		      "pattern\n"
		      "r.conf:7: built-in rule 'r': unmatched closing parenthesis at byte 1 of the "
		      "pattern\n");
	rule.pattern = rule.keywords = "a";
	assert_int_equal(rules_prepared(&rules, &other, true, &e), 0);
	rules_free(&rules);
}

/* Of which patterns it is known that they were taken as a whole: of no others. */
static void test_taken(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < rules_count(f->read); i++)
		assert_true(regex_made_was_taken(rules_at(f->read, i)->pattern));
	assert_false(regex_made_was_taken("a("));
	assert_false(regex_made_was_taken(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),	      cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_parts),	      cmocka_unit_test(test_slow),
		cmocka_unit_test(test_other_version), cmocka_unit_test(test_taken),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
