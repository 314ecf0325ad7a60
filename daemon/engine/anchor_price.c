/*
 * A cut costs what its anchors cost: how often windows or shapes are hit, times
 * what is done then, and what they take by being there.
 */
#include <purposed/engine/anchor_private.h>

#include <math.h>

#include <purposed/engine/shape.h>

/* In nanoseconds, as all prices. */
static const double cost_window = 8;   /* a window that is hit, times how often */
static const double cost_confirm = 60; /* a pattern that is tried, and for each place more: */
static const double cost_place = 1;
static const double cost_key = 5e-6;   /* a spelling, by being there */
static const double cost_shape = 0.02; /* likewise a shape */
static const double cost_operation = 0.003;
/* Shapes are asked of digits and separators mostly, which stand together: they come more often than
 * their bytes alone would. */
static const double shape_doubt = 4;
static const double rate_rare = 1e-6; /* no window rarer than that is looked for */
static const double rate_max = 0.02;  /* of candidates in bytes: more often is "everywhere" */

enum { REACH_MAX = 300 };

/* What the roads of a cut have come to. */
struct bill {
	const struct anchor_sample *sample;
	double confirm;	  /* what a candidate costs */
	double bound;	  /* as much as that is too much */
	double rate;	  /* of windows */
	double rate_full; /* of all that was seen */
	size_t keys;	  /* spellings of windows */
};

static double total(const struct bill *bill)
{
	return bill->rate * cost_window + bill->rate_full * bill->confirm +
	       (double)bill->keys * cost_key;
}

/* --- Windows ---------------------------------------------------------------- */

/* Bytes of one kind stand together: a digit behind a digit is no surprise. */
static double set_frequency(const struct byte_set *set, const struct byte_set *previous)
{
	double f = anchor_frequency(set);

	if (previous != NULL && byte_set_holds(&byte_set_digit, set) &&
	    byte_set_holds(&byte_set_digit, previous))
		f *= 3;
	else if (previous != NULL && byte_set_holds(&byte_set_word, set) &&
		 byte_set_holds(&byte_set_word, previous))
		f *= 2;
	return f < 1 ? f : 1;
}

/* Spells the window at a place of the road; false: there is none. */
static bool spell_window(struct anchor_spelling *s, const struct anchor_road *road, unsigned at)
{
	return (at + ANCHOR_WINDOW_MAX <= road->len &&
		anchor_spell(s, road->sets + at, ANCHOR_WINDOW_MAX)) ||
	       anchor_spell(s, road->sets + at, ANCHOR_WINDOW_MIN);
}

/* How often its bytes are to be expected, as bytes alone tell. */
static double window_rate(const struct anchor_spelling *s, const struct byte_set *sets)
{
	double rate = set_frequency(&sets[0], NULL);

	for (unsigned i = 1; i < s->len; i++)
		rate *= set_frequency(&sets[i], &sets[i - 1]);
	return rate;
}

/*
 * What stands beside a window belongs to it and is no surprise; least of all
 * where a word goes on.
 */
static double beside_rate(const struct byte_set *set, const struct byte_set *neighbour)
{
	bool word =
		byte_set_holds(&byte_set_word, set) && byte_set_holds(&byte_set_word, neighbour);

	return word ? 1 : sqrt(anchor_frequency(set));
}

/* The rarest of the road's windows; 1: it has none. */
static double least_rate(const struct bill *bill, const struct anchor_road *road, unsigned *keys_r)
{
	double least = 1;

	*keys_r = 1;
	for (unsigned at = 0; at + ANCHOR_WINDOW_MIN <= road->len && least >= rate_rare; at++) {
		struct anchor_spelling s;
		double limit = least + *keys_r * cost_key;
		double rate;

		if (!spell_window(&s, road, at))
			continue;
		rate = window_rate(&s, road->sets + at);
		/* The sample can only make it more: not asked where it is too much already. */
		if (rate + s.keys * cost_key < limit)
			rate = fmax(rate, anchor_seen(bill->sample, &s));
		if (rate + s.keys * cost_key < limit) {
			least = rate;
			*keys_r = s.keys;
		}
	}
	return least;
}

/* How often all of the road is to be expected, as bytes alone tell. */
static double road_rate(const struct anchor_road *road)
{
	struct anchor_spelling s;
	double rate = 1;
	unsigned i = 0;

	if (spell_window(&s, road, 0)) {
		rate = window_rate(&s, road->sets);
		i = ANCHOR_WINDOW_MIN;
	}
	for (i = i > 0 ? i : 1; i < road->len; i++)
		rate *= beside_rate(&road->sets[i], &road->sets[i - 1]);
	return rate * beside_rate(road->before, &road->sets[0]);
}

/* Adds a road's rarest window, and all of it; false: it has none, or all is too much by now. */
static bool price(void *to, const struct anchor_road *road)
{
	struct bill *bill = to;
	unsigned keys;
	double least = least_rate(bill, road, &keys);
	double rate;

	if (least >= 1)
		return false;
	bill->rate += least;
	bill->keys += keys;
	rate = fmin(road_rate(road), least);
	/* The sample is asked last: that takes the longest. */
	if (bill->rate > rate_max || total(bill) + rate * bill->confirm >= bill->bound)
		return false;
	bill->rate_full += fmin(fmax(rate, anchor_seen_road(bill->sample, road)), least);
	return total(bill) < bill->bound;
}

/* --- Cuts ------------------------------------------------------------------- */

/* Of trying a pattern: a match may start at each of the places within reach. */
static double confirm_cost(const struct anchor_place *place)
{
	int reach = place->max - place->min;

	return cost_confirm + (reach < REACH_MAX ? reach : REACH_MAX) * cost_place;
}

static double text_cost(const struct anchor_cut *cut, const struct anchor_place *place,
			const struct anchor_sample *sample)
{
	struct bill bill = { .sample = sample,
			     .confirm = confirm_cost(place),
			     .bound = place->bound };

	return anchor_walk(cut, ANCHOR_PRICED_BYTES, price, &bill) == 0 ? total(&bill)
									: ANCHOR_PRICE_NEVER;
}

static double shape_cost(const struct anchor_cut *cut, const struct anchor_place *place,
			 const struct anchor_sample *sample)
{
	double rate;
	double present;
	double cost;

	if (cost_shape >= place->bound)
		return ANCHOR_PRICE_NEVER;
	rate = anchor_rate_tail(cut->tail, SHAPE_AHEAD_MAX);
	if (rate < 1)
		rate *= anchor_rate_set(&cut->before);
	if (rate > rate_max)
		return ANCHOR_PRICE_NEVER;
	present = cost_shape + anchor_rate_operations(cut->tail) * cost_operation;
	cost = present + rate * shape_doubt * confirm_cost(place);
	/* The sample is asked last: that takes the longest. */
	if (cost >= place->bound)
		return ANCHOR_PRICE_NEVER;
	rate = anchor_seen_tail(sample, &cut->before, cut->tail);
	cost = fmax(cost, present + rate * confirm_cost(place));
	return cost < place->bound ? cost : ANCHOR_PRICE_NEVER;
}

double anchor_price(struct anchor_cut *cut, const struct anchor_place *place,
		    const struct anchor_sample *sample)
{
	double text = text_cost(cut, place, sample);
	double shape;

	cut->is_text = true;
	if (text <= cost_shape)
		return text;
	shape = shape_cost(cut, place, sample);
	cut->is_text = text <= shape;
	return cut->is_text ? text : shape;
}
