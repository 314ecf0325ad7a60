/*
 * unit_finder: a finder for rules that are given by their anchors.  The parts that it
 * borrows are released with it.
 */
#ifndef PURPOSED_TESTS_UNIT_FINDER_H
#define PURPOSED_TESTS_UNIT_FINDER_H

#include <purposed/engine/finder.h>
#include <purposed/engine/finder_parts.h>

struct unit_finder {
	struct finder_parts *parts;
	struct finder *finder;
};

static inline struct unit_finder unit_finder(const struct finder_rule *rules, size_t n,
					     const struct sieve_level *level)
{
	struct unit_finder f = { .parts = finder_parts_new(rules, n, NULL) };
	uint16_t *all = calloc(n + 1, sizeof(*all));

	assert_non_null(all);
	for (size_t i = 0; i < n; i++)
		all[i] = (uint16_t)i;
	f.finder = finder_new(f.parts, all, n, level);
	free(all);
	return f;
}

static inline void unit_finder_free(struct unit_finder *f)
{
	finder_free(&f->finder);
	finder_parts_free(&f->parts);
}

#endif
