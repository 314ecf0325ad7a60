/*
 * Every text gets a window: four bytes in a row that are narrow sets and, with
 * the bytes at their sides, rare.  It may begin with the byte before the text,
 * where something must stand there.  In the sieve all windows share one table,
 * where each costs the others precision: so the price of a place for a window
 * has how many it takes there.
 */
#include <purposed/engine/finder_private.h>

#include <math.h>

/* What a window in the sieve adds to the rate of places that are looked at, about. */
#define KEY_PRICE (0.2 / (1 << SIEVE_WINDOWS_BITS))

const struct byte_set *finder_text_set(const struct anchor_text *text, int i)
{
	if (i < 0)
		return i == -1 ? &text->before : &byte_set_all;
	return i < (int)text->len ? &text->sets[i] : &byte_set_all;
}

bool finder_window_spell(struct anchor_spelling *spelling_r, const struct anchor_text *text, int at,
			 unsigned len)
{
	struct byte_set sets[ANCHOR_WINDOW_MAX];

	for (unsigned i = 0; i < len; i++)
		sets[i] = *finder_text_set(text, at + (int)i);
	return anchor_spell(spelling_r, sets, len);
}

/* Its rate is exact where it is below enough; the sample is not asked otherwise. */
static struct finder_window window_at(const struct anchor_text *text,
				      const struct anchor_sample *sample, int at, double enough)
{
	struct finder_window w = { .at = at, .len = ANCHOR_WINDOW_MAX, .rate = 1 };
	struct anchor_spelling spelling;
	unsigned char fourth[128];
	unsigned fourths = 1;
	double price;

	if (at + ANCHOR_WINDOW_MAX > (int)text->len ||
	    !finder_window_spell(&spelling, text, at, ANCHOR_WINDOW_MAX)) {
		w.len = ANCHOR_WINDOW_MIN;
		if (!finder_window_spell(&spelling, text, at, ANCHOR_WINDOW_MIN))
			return w;
	}
	for (unsigned i = 0; i < w.len; i++)
		w.rate *= anchor_frequency(finder_text_set(text, at + (int)i));
	if (w.len < ANCHOR_WINDOW_MAX)
		fourths = anchor_folded(finder_text_set(text, at + (int)w.len), fourth);
	price = fourths * spelling.keys * KEY_PRICE;
	if (w.rate + price < enough)
		w.rate = fmax(w.rate, anchor_seen(sample, &spelling));
	w.rate += price;
	return w;
}

struct finder_window finder_window_best(const struct anchor_text *text,
					const struct anchor_sample *sample)
{
	struct finder_window best = window_at(text, sample, 0, HUGE_VAL);
	int first = byte_set_has(&text->before, '\n') ? 1 : -1;

	for (int at = first; at + ANCHOR_WINDOW_MIN <= (int)text->len; at++) {
		/* Later ones make the search go further back. */
		double enough = best.rate * 0.9;
		struct finder_window w = window_at(text, sample, at, enough);

		if (w.rate < enough)
			best = w;
	}
	return best;
}
