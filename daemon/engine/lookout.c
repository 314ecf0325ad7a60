#include <purposed/engine/lookout.h>

#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/engine/derived.h>
#include <purposed/engine/prepared.h>

struct lookout {
	size_t n_rules;
	const struct finder_parts *parts;
	const uint16_t *slow_rules;
	size_t n_slow;
	struct finder_parts *own_parts; /* the same, where nothing was prepared; or NULL */
	uint16_t *own_slow_rules;
	struct finder *finder;
};

static void derive(struct lookout *l, const struct rules *rules)
{
	struct derived *derived = derived_new(rules);

	l->own_parts = derived_parts(derived);
	l->own_slow_rules = mem_new(l->n_rules + 1, sizeof(*l->own_slow_rules));
	for (size_t i = 0; i < l->n_rules; i++) {
		if (derived_anchors(derived, i)->everywhere)
			l->own_slow_rules[l->n_slow++] = (uint16_t)i;
	}
	l->parts = l->own_parts;
	l->slow_rules = l->own_slow_rules;
	derived_free(&derived);
}

struct lookout *lookout_new(const struct rules *rules, const struct sieve_level *level)
{
	const struct prepared *known = rules_are_prepared(rules);
	struct lookout *l = mem_new(1, sizeof(*l));
	size_t n = rules_count(rules);
	uint16_t *anchored = mem_new(n + 1, sizeof(*anchored));
	size_t n_anchored = 0;

	l->n_rules = n;
	if (known != NULL) {
		l->parts = &known->parts;
		l->slow_rules = known->slow;
		l->n_slow = known->n_slow;
	} else {
		derive(l, rules);
	}
	for (size_t i = 0; i < n; i++) {
		if (!lookout_is_slow(l, i))
			anchored[n_anchored++] = (uint16_t)i;
	}
	l->finder = finder_new(l->parts, anchored, n_anchored, level);
	free(anchored);
	return l;
}

void lookout_free(struct lookout **lookout)
{
	struct lookout *l;

	if (lookout == NULL || *lookout == NULL)
		return;
	l = *lookout;
	*lookout = NULL;
	finder_free(&l->finder);
	finder_parts_free(&l->own_parts);
	free(l->own_slow_rules);
	free(l);
}

const struct finder_parts *lookout_parts(const struct lookout *lookout)
{
	return lookout->parts;
}

size_t lookout_escapes(const struct lookout *lookout)
{
	return lookout->n_rules;
}

const struct finder *lookout_finder(const struct lookout *lookout)
{
	return lookout->finder;
}

const uint16_t *lookout_slow_rules(const struct lookout *lookout, size_t *n_r)
{
	*n_r = lookout->n_slow;
	return lookout->slow_rules;
}

bool lookout_is_slow(const struct lookout *lookout, size_t rule)
{
	for (size_t i = 0; i < lookout->n_slow; i++) {
		if (lookout->slow_rules[i] == rule)
			return true;
	}
	return false;
}
