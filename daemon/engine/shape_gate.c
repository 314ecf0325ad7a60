/*
 * Gates.  What a value needs is a set of pairs: a class, and how far ahead of the
 * value's place a byte of it must stand.  Of a and b both, `a and b` needs all,
 * `a or b` what both need; and what stands in a class stands in any that holds it.
 */
#include <purposed/engine/shape_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* A gate that would be open more often, as far as can be told, is none. */
#define RATE_MAX 1e-3

struct shape_needs {
	size_t n_classes;
	/* Of value i and class c, at i * n_classes + c: bit d + 1 is a distance of d. */
	uint64_t *pairs;
	double *rates; /* of the classes */
};

static uint64_t *pairs_of(const struct shape_needs *needs, size_t value)
{
	return needs->pairs + value * needs->n_classes;
}

/* That a byte of the class must stand at a distance of bit - 1. */
static void need_class(const struct shape_needs *needs, uint64_t *pairs,
		       const struct byte_set *classes, uint16_t class, unsigned bit)
{
	for (size_t c = 0; c < needs->n_classes; c++) {
		if (byte_set_holds(&classes[c], &classes[class]))
			pairs[c] |= UINT64_C(1) << bit;
	}
}

static void need_value(const struct shape_needs *needs, const struct shape_builder *b, size_t i,
		       const uint16_t *numbers, const struct byte_set *classes)
{
	const struct shape_value *v = &b->values[i];
	uint64_t *pairs = pairs_of(needs, i);

	if (v->is_class) {
		need_class(needs, pairs, classes, numbers[i], 1);
		return;
	}
	for (size_t c = 0; c < needs->n_classes; c++) {
		uint64_t of_a = pairs_of(needs, v->a)[c];
		uint64_t of_b = pairs_of(needs, v->b)[c];

		switch (v->kind) {
		case SHAPE_AND: pairs[c] = of_a | of_b << v->shift; break;
		case SHAPE_OR: pairs[c] = of_a & of_b; break;
		default: pairs[c] = of_a;
		}
	}
	/* A class that no shape needs has no number: then none needs this value, either. */
	if (v->kind == SHAPE_BEHIND && numbers[v->b] != SHAPE_NEVER)
		need_class(needs, pairs, classes, numbers[v->b], 0);
}

struct shape_needs *shape_needs_new(const struct shape_builder *b, const uint16_t *numbers,
				    const struct byte_set *classes, size_t n_classes)
{
	struct shape_needs *needs = mem_new(1, sizeof(*needs));

	needs->n_classes = n_classes;
	needs->pairs = mem_new(b->n * n_classes + 1, sizeof(*needs->pairs));
	needs->rates = mem_new(n_classes + 1, sizeof(*needs->rates));
	for (size_t c = 0; c < n_classes; c++)
		needs->rates[c] = anchor_frequency(&classes[c]);
	for (size_t i = 0; i < b->n; i++) {
		if (!b->values[i].is_class || numbers[i] != SHAPE_NEVER)
			need_value(needs, b, i, numbers, classes);
	}
	return needs;
}

void shape_needs_free(struct shape_needs **needs)
{
	free((*needs)->pairs);
	free((*needs)->rates);
	free(*needs);
	*needs = NULL;
}

/* Of a class's pairs, the one furthest from those that were taken: bytes side by side are alike. */
static int furthest(uint64_t pairs, const struct shape_need *taken, size_t n, int *distance_r)
{
	int best = -1;

	*distance_r = -1;
	for (uint64_t left = pairs; left != 0; left &= left - 1) {
		int ahead = __builtin_ctzll(left) - 1;
		int distance = 64;

		for (size_t i = 0; i < n; i++) {
			int d = abs(taken[i].ahead - ahead);

			distance = d < distance ? d : distance;
		}
		if (distance > *distance_r) {
			*distance_r = distance;
			best = ahead;
		}
	}
	return best;
}

/* The rarest pair that adds to those taken; false: there is none. */
static bool rarest(const struct shape_needs *needs, const uint64_t *pairs,
		   const struct shape_need *taken, size_t n, struct shape_need *need_r)
{
	double best = 1;
	int best_distance = 0;

	for (size_t c = 0; c < needs->n_classes; c++) {
		int distance;
		int ahead = furthest(pairs[c], taken, n, &distance);
		double rate = needs->rates[c];

		/* At a place that is taken something as rare is asked for already. */
		if (distance <= 0 || rate > best || (rate == best && distance <= best_distance))
			continue;
		best = rate;
		best_distance = distance;
		*need_r = (struct shape_need){ (uint16_t)c, ahead };
	}
	return best < 1;
}

size_t shape_needs_common(const struct shape_needs *needs, const uint16_t *values, size_t n,
			  struct shape_need rare_r[SHAPE_TERMS_MAX])
{
	uint64_t *pairs = mem_new(needs->n_classes + 1, sizeof(*pairs));
	double rate = 1;
	size_t n_rare = 0;

	for (size_t c = 0; c < needs->n_classes; c++) {
		pairs[c] = UINT64_MAX;
		for (size_t i = 0; i < n; i++)
			pairs[c] &= pairs_of(needs, values[i])[c];
	}
	while (n_rare < SHAPE_TERMS_MAX && rarest(needs, pairs, rare_r, n_rare, &rare_r[n_rare]))
		rate *= needs->rates[rare_r[n_rare++].class];
	free(pairs);
	return rate < RATE_MAX ? n_rare : 0;
}
