#include <purposed/engine/lookout.h>

#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/engine/derived.h>

struct lookout {
	size_t n_rules;
	struct finder_parts *parts;
	uint16_t *slow_rules;
	size_t n_slow;
	struct finder *finder;
};

static struct finder_parts *make_parts(struct lookout *l, const struct rules *rules)
{
	struct derived *derived = derived_new(rules);
	struct finder_parts *parts = derived_parts(derived);

	for (size_t i = 0; i < l->n_rules; i++) {
		if (derived_anchors(derived, i)->everywhere)
			l->slow_rules[l->n_slow++] = (uint16_t)i;
	}
	derived_free(&derived);
	return parts;
}

struct lookout *lookout_new(const struct rules *rules, const struct sieve_level *level)
{
	struct lookout *l = mem_new(1, sizeof(*l));
	size_t n = rules_count(rules);
	uint16_t *anchored = mem_new(n + 1, sizeof(*anchored));
	size_t n_anchored = 0;

	l->n_rules = n;
	l->slow_rules = mem_new(n + 1, sizeof(*l->slow_rules));
	l->parts = make_parts(l, rules);
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
	finder_parts_free(&l->parts);
	free(l->slow_rules);
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
