/*
 * Gates.  What a value needs is a set of pairs: a class, and how far ahead of the
 * value's place a byte of it must stand.  Of a and b both, `a and b` needs all,
 * `a or b` what both need; and what stands in a class stands in any that holds it.
 */
#include <purposed/engine/shape_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* A term that would leave more than this of the places is none. */
#define SHARE_MAX 0.8

struct shape_needs {
	size_t n_classes;
	/* Of value i and class c, at i * n_classes + c: bit d is a distance of d. */
	uint64_t *pairs;
	double *rates;			/* of the classes, */
	const struct byte_set *classes; /* which are borrowed */
};

static uint64_t *pairs_of(const struct shape_needs *needs, size_t value)
{
	return needs->pairs + value * needs->n_classes;
}

/* That a byte of the class must stand at the value's place. */
static void need_class(const struct shape_needs *needs, uint64_t *pairs,
		       const struct byte_set *classes, uint16_t class)
{
	for (size_t c = 0; c < needs->n_classes; c++) {
		if (byte_set_holds(&classes[c], &classes[class]))
			pairs[c] |= 1;
	}
}

static void need_value(const struct shape_needs *needs, const struct shape_builder *b, size_t i,
		       const uint16_t *numbers, const struct byte_set *classes)
{
	const struct shape_value *v = &b->values[i];
	uint64_t *pairs = pairs_of(needs, i);

	if (v->is_class) {
		need_class(needs, pairs, classes, numbers[i]);
		return;
	}
	for (size_t c = 0; c < needs->n_classes; c++) {
		uint64_t of_a = pairs_of(needs, v->a)[c];
		uint64_t of_b = pairs_of(needs, v->b)[c];

		pairs[c] = v->kind == SHAPE_OR ? of_a & of_b : of_a | of_b << v->shift;
	}
}

struct shape_needs *shape_needs_new(const struct shape_builder *b, const uint16_t *numbers,
				    const struct byte_set *classes, size_t n_classes)
{
	struct shape_needs *needs = mem_new(1, sizeof(*needs));

	needs->n_classes = n_classes;
	needs->classes = classes;
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

/* A gate in the making. */
struct making {
	struct shape_gate gate;
	struct byte_set sets[64]; /* what its terms ask for, at each distance */
	uint64_t asked;		  /* bit d: something */
};

static struct byte_set both_of(const struct byte_set *x, const struct byte_set *y)
{
	struct byte_set both = *x;

	byte_set_intersect(&both, y);
	return both;
}

/* Of the places that are left, the share with a byte of set too, where something is asked. */
static double share_of(const struct making *m, const struct byte_set *set, unsigned ahead)
{
	struct byte_set both;

	if (byte_set_holds(set, &m->sets[ahead]))
		return 1;
	both = both_of(set, &m->sets[ahead]);
	return anchor_frequency(&both) / anchor_frequency(&m->sets[ahead]);
}

/* How far off the nearest distance is of which something is asked. */
static int alone(const struct making *m, unsigned ahead)
{
	uint64_t above = m->asked >> ahead;
	uint64_t below = m->asked << (63 - ahead);
	int up = above != 0 ? __builtin_ctzll(above) : 64;
	int down = below != 0 ? __builtin_clzll(below) : 64;

	return up < down ? up : down;
}

/* Bytes side by side are alike: so of these distances, the one that is most alone. */
static unsigned most_alone(const struct making *m, uint64_t distances)
{
	unsigned best = (unsigned)__builtin_ctzll(distances);

	for (uint64_t left = distances & (distances - 1); left != 0; left &= left - 1) {
		unsigned ahead = (unsigned)__builtin_ctzll(left);

		if (alone(m, ahead) > alone(m, best))
			best = ahead;
	}
	return best;
}

/* The term that leaves the fewest places; false: there is none. */
static bool rarest(const struct shape_needs *needs, const uint64_t *pairs, const struct making *m,
		   struct shape_term *term_r)
{
	double best = SHARE_MAX;

	for (size_t c = 0; c < needs->n_classes; c++) {
		uint64_t fresh = pairs[c] & ~m->asked;

		if (fresh != 0 && needs->rates[c] < best) {
			best = needs->rates[c];
			*term_r = (struct shape_term){ (uint16_t)c, (uint8_t)most_alone(m, fresh) };
		}
		for (uint64_t left = pairs[c] & m->asked; left != 0; left &= left - 1) {
			unsigned ahead = (unsigned)__builtin_ctzll(left);
			double share = share_of(m, &needs->classes[c], ahead);

			if (share >= best)
				continue;
			best = share;
			*term_r = (struct shape_term){ (uint16_t)c, (uint8_t)ahead };
		}
	}
	return best < SHARE_MAX;
}

struct shape_gate shape_needs_gate(const struct shape_needs *needs, uint16_t value)
{
	struct making m = { 0 };
	struct shape_term term = { 0 };

	while (m.gate.n < SHAPE_TERMS_MAX && rarest(needs, pairs_of(needs, value), &m, &term)) {
		const struct byte_set *set = &needs->classes[term.class];
		bool asked = (m.asked >> term.shift & 1) != 0;

		m.sets[term.shift] = asked ? both_of(&m.sets[term.shift], set) : *set;
		m.asked |= UINT64_C(1) << term.shift;
		m.gate.terms[m.gate.n++] = term;
	}
	return m.gate;
}
