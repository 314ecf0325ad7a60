#include <purposed/engine/rule_finders.h>

#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/engine/prepared.h>
#include <purposed/engine/rule_anchors.h>

struct rule_finders {
	size_t n_rules;
	const struct finder_parts *parts;
	const uint16_t *slow_rules;
	size_t n_slow;
	struct finder_parts *own_parts; /* the same, where nothing was prepared; or NULL */
	uint16_t *own_slow_rules;
	struct finder *finder;
};

static void derive(struct rule_finders *f, const struct rules *rules)
{
	struct rule_anchors *derived = rule_anchors_new(rules);

	f->own_parts = rule_anchors_parts(derived);
	f->own_slow_rules = mem_new(f->n_rules + 1, sizeof(*f->own_slow_rules));
	for (size_t i = 0; i < f->n_rules; i++) {
		if (rule_anchors_of(derived, i)->everywhere)
			f->own_slow_rules[f->n_slow++] = (uint16_t)i;
	}
	f->parts = f->own_parts;
	f->slow_rules = f->own_slow_rules;
	rule_anchors_free(&derived);
}

struct rule_finders *rule_finders_new(const struct rules *rules, const struct sieve_level *level)
{
	const struct prepared *known = rules_are_prepared(rules);
	struct rule_finders *f = mem_new(1, sizeof(*f));
	size_t n = rules_count(rules);
	uint16_t *anchored = mem_new(n + 1, sizeof(*anchored));
	size_t n_anchored = 0;

	f->n_rules = n;
	if (known != NULL) {
		f->parts = &known->parts;
		f->slow_rules = known->slow;
		f->n_slow = known->n_slow;
	} else {
		derive(f, rules);
	}
	for (size_t i = 0; i < n; i++) {
		if (!rule_finders_is_slow(f, i))
			anchored[n_anchored++] = (uint16_t)i;
	}
	f->finder = finder_new(f->parts, anchored, n_anchored, level);
	free(anchored);
	return f;
}

void rule_finders_free(struct rule_finders **finders)
{
	struct rule_finders *f;

	if (finders == NULL || *finders == NULL)
		return;
	f = *finders;
	*finders = NULL;
	finder_free(&f->finder);
	finder_parts_free(&f->own_parts);
	free(f->own_slow_rules);
	free(f);
}

const struct finder_parts *rule_finders_parts(const struct rule_finders *finders)
{
	return finders->parts;
}

const struct pattern_starts *rule_finders_starts(const struct rule_finders *finders, size_t rule)
{
	const struct pattern_starts *starts = &finders->parts->starts[rule];

	return starts->few ? starts : NULL;
}

size_t rule_finders_escapes(const struct rule_finders *finders)
{
	return finders->n_rules;
}

const struct finder *rule_finders_all(const struct rule_finders *finders)
{
	return finders->finder;
}

const uint16_t *rule_finders_slow_rules(const struct rule_finders *finders, size_t *n_r)
{
	*n_r = finders->n_slow;
	return finders->slow_rules;
}

bool rule_finders_is_slow(const struct rule_finders *finders, size_t rule)
{
	for (size_t i = 0; i < finders->n_slow; i++) {
		if (finders->slow_rules[i] == rule)
			return true;
	}
	return false;
}
