/*
 * Fewer classes.  Two that become one make every shape that asks for either
 * more frequent; those that cost the fewest candidates are united first.
 */
#include <purposed/engine/shape_private.h>

#include <math.h>
#include <stdlib.h>

#include <purposed/base/mem.h>

struct partner {
	size_t with; /* a class of lower number */
	double cost; /* of the two being one */
};

/*
 * What a class is worth.  A shape's rate is about the product of those of its
 * classes; so a class that becomes r times as frequent, and is a factor of it
 * `depth` times, makes it r ** depth times as frequent.
 */
struct worth {
	double rate;  /* the sum of those of the shapes that ask for it */
	double depth; /* how often they do, on average */
};

static double value_rate(const struct shape_builder *b, const double *rates, uint16_t i)
{
	const struct shape_value *v = &b->values[i];

	switch (v->kind) {
	case SHAPE_OR: return fmin(1, rates[v->a] + rates[v->b]);
	default: return rates[v->a] * rates[v->b];
	}
}

/* Adds, for one output, how many times each class is a factor of it. */
static void add_worth(const struct shape_builder *b, uint16_t output, const double *rates,
		      double *share, struct worth *worth)
{
	for (size_t i = 0; i <= output; i++)
		share[i] = 0;
	share[output] = 1;
	for (size_t i = (size_t)output + 1; i-- > 0;) {
		const struct shape_value *v = &b->values[i];

		if (share[i] == 0)
			continue;
		if (v->is_class) {
			worth[i].rate += rates[output];
			worth[i].depth += rates[output] * share[i];
		} else if (v->kind == SHAPE_OR) {
			double sum = rates[v->a] + rates[v->b];

			share[v->a] += share[i] * rates[v->a] / sum;
			share[v->b] += share[i] * rates[v->b] / sum;
		} else {
			share[v->a] += share[i];
			share[v->b] += share[i];
		}
	}
}

static void find_worth(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
		       struct worth *worth)
{
	double *rates = mem_new(b->n + 1, sizeof(*rates));
	double *share = mem_new(b->n + 1, sizeof(*share));

	for (size_t i = 0; i < b->n; i++)
		rates[i] = b->values[i].is_class ? anchor_frequency(&b->values[i].set)
						 : value_rate(b, rates, (uint16_t)i);
	for (size_t i = 0; i < n_outputs; i++) {
		if (outputs[i] < SHAPE_NEVER)
			add_worth(b, outputs[i], rates, share, worth);
	}
	for (size_t i = 0; i < b->n; i++) {
		if (worth[i].rate > 0)
			worth[i].depth /= worth[i].rate;
	}
	free(rates);
	free(share);
}

/* Candidates for each byte that are there in addition when a class grows from rate to larger. */
static double growth_cost(const struct worth *worth, double rate, double larger)
{
	return worth->rate * (pow(larger / rate, worth->depth) - 1);
}

/*
 * At least so many, which is quickly said: with r = larger / rate, r ** depth - 1 is at least
 * depth * (r - 1) where depth is 1 or more (Bernoulli's inequality), and depth * log(r), which
 * is at least depth * (1 - 1 / r), in any case.
 */
static double growth_least(const struct worth *worth, double rate, double larger)
{
	double growth = worth->depth >= 1 ? larger / rate - 1 : 1 - rate / larger;

	return worth->rate * worth->depth * growth;
}

static struct partner nearest(const struct byte_set *classes, const double *rates,
			      const struct worth *worth, size_t i)
{
	struct partner best = { 0, HUGE_VAL };

	for (size_t k = 0; k < i; k++) {
		struct byte_set both = classes[i];
		double rate = fmax(rates[i], rates[k]); /* of both, at least */
		double cost;

		cost = growth_least(&worth[i], rates[i], rate) +
		       growth_least(&worth[k], rates[k], rate);
		if (cost >= best.cost)
			continue;
		byte_set_unite(&both, &classes[k]);
		rate = anchor_frequency(&both);
		cost = growth_least(&worth[i], rates[i], rate) +
		       growth_least(&worth[k], rates[k], rate);
		if (cost >= best.cost)
			continue;
		cost = growth_cost(&worth[i], rates[i], rate) +
		       growth_cost(&worth[k], rates[k], rate);
		if (cost < best.cost)
			best = (struct partner){ k, cost };
	}
	return best;
}

/* Both are one class of that rate now. */
static void unite_worth(struct worth *into, double rate_into, const struct worth *from,
			double rate_from, double rate)
{
	double a = into->rate + growth_cost(into, rate_into, rate);
	double b = from->rate + growth_cost(from, rate_from, rate);

	if (a + b > 0)
		into->depth = (a * into->depth + b * from->depth) / (a + b);
	into->rate = a + b;
}

struct uniting {
	struct byte_set *classes;
	struct worth *worth;
	double *rates;
	struct partner *partners;
	size_t n;	    /* classes that are left */
	uint16_t *class_of; /* where each of n_all has gone */
	size_t n_all;
};

/* The class that is cheapest to unite with its partner. */
static size_t cheapest(const struct uniting *u)
{
	size_t gone = 1;

	for (size_t i = 2; i < u->n; i++) {
		if (u->partners[i].cost < u->partners[gone].cost)
			gone = i;
	}
	return gone;
}

/* One of the two grows, and the last class takes the other's place. */
static void unite_two(struct uniting *u, size_t kept, size_t gone)
{
	double rate;

	byte_set_unite(&u->classes[kept], &u->classes[gone]);
	rate = anchor_frequency(&u->classes[kept]);
	unite_worth(&u->worth[kept], u->rates[kept], &u->worth[gone], u->rates[gone], rate);
	u->rates[kept] = rate;
	u->n--;
	u->classes[gone] = u->classes[u->n];
	u->worth[gone] = u->worth[u->n];
	u->rates[gone] = u->rates[u->n];
	for (size_t i = 0; i < u->n_all; i++) {
		if (u->class_of[i] == gone)
			u->class_of[i] = (uint16_t)kept;
		else if (u->class_of[i] == u->n)
			u->class_of[i] = (uint16_t)gone;
	}
}

/* Partners that the two had, or that have another number now, are looked for again. */
static void find_partners(struct uniting *u, size_t kept, size_t gone)
{
	for (size_t i = 1; i < u->n; i++) {
		size_t with = u->partners[i].with;

		if (i == kept || i == gone || with == kept || with == gone || with == u->n)
			u->partners[i] = nearest(u->classes, u->rates, u->worth, i);
	}
}

/* Unites classes until few are left; where each of n has gone is in class_of. */
static size_t unite(struct byte_set *classes, struct worth *worth, size_t n, uint16_t *class_of)
{
	struct uniting u = {
		.classes = classes,
		.worth = worth,
		.rates = mem_new(n + 1, sizeof(*u.rates)),
		.partners = mem_new(n + 1, sizeof(*u.partners)),
		.n = n,
		.class_of = class_of,
		.n_all = n,
	};

	for (size_t i = 0; i < n; i++) {
		class_of[i] = (uint16_t)i;
		u.rates[i] = anchor_frequency(&classes[i]);
		u.partners[i] = nearest(classes, u.rates, worth, i);
	}
	/* Two places are kept for outputs that are always or never. */
	while (u.n > SHAPE_CLASSES_MAX - 2) {
		size_t gone = cheapest(&u);
		size_t kept = u.partners[gone].with;

		unite_two(&u, kept, gone);
		find_partners(&u, kept, gone);
	}
	free(u.rates);
	free(u.partners);
	return u.n;
}

size_t shape_classes_unite(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
			   uint16_t *class_of, struct byte_set *classes)
{
	uint16_t *gone_to = mem_new(b->n + 1, sizeof(*gone_to));
	struct worth *worth = mem_new(b->n + 1, sizeof(*worth));
	size_t n = 0;

	find_worth(b, outputs, n_outputs, worth);
	for (size_t i = 0; i < b->n; i++) {
		if (b->values[i].is_class) {
			worth[n] = worth[i];
			classes[n++] = b->values[i].set;
		}
	}
	n = unite(classes, worth, n, gone_to);
	free(worth);
	for (size_t i = 0, k = 0; i < b->n; i++) {
		if (b->values[i].is_class)
			class_of[i] = gone_to[k++];
	}
	free(gone_to);
	return n;
}
