/*
 * Every text gets a window: four bytes in a row that are narrow sets and, with
 * the bytes at their sides, rare.  In the sieve all windows share one bitmap of
 * hashes, where each costs the others precision: so the price of a place for a
 * window has the bits that it sets in it.
 */
#include <purposed/engine/finder_private.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* What a bit of the sieve adds to the rate of places that are looked at: about its share. */
#define BIT_PRICE (0.5 / (1 << SIEVE_HASH_BITS))

/* --- Windows ---------------------------------------------------------------- */

/* The byte at distance i from the text's start; -1 is the one before it. */
static const struct byte_set *text_set(const struct anchor_text *text, int i)
{
	if (i < 0)
		return &text->before;
	return i < (int)text->len ? &text->sets[i] : &byte_set_all;
}

/* A place for a window in a text: where, how long, and how often it is to be expected. */
struct window {
	unsigned at;
	unsigned len;
	double rate;
};

/* Its rate is exact where it is below enough; the sample is not asked otherwise. */
static struct window window_at(const struct anchor_text *text, const struct anchor_sample *sample,
			       unsigned at, double enough)
{
	struct window w = { .at = at, .len = ANCHOR_WINDOW_MAX, .rate = 1 };
	struct anchor_spelling spelling;
	unsigned char fourth[128];
	unsigned bits = 1; /* for each spelling, in the sieve */
	double price;

	if (at + ANCHOR_WINDOW_MAX > text->len ||
	    !anchor_spell(&spelling, text->sets + at, ANCHOR_WINDOW_MAX)) {
		w.len = ANCHOR_WINDOW_MIN;
		if (!anchor_spell(&spelling, text->sets + at, ANCHOR_WINDOW_MIN))
			return w;
	}
	for (unsigned i = 0; i < w.len; i++)
		w.rate *= anchor_frequency(text_set(text, (int)(at + i)));
	if (w.len < ANCHOR_WINDOW_MAX)
		bits *= anchor_folded(text_set(text, (int)(at + w.len)), fourth);
	price = bits * spelling.keys * BIT_PRICE;
	if (w.rate + price < enough)
		w.rate = fmax(w.rate, anchor_seen(sample, &spelling));
	w.rate += price;
	return w;
}

static struct window best_window(const struct anchor_text *text, const struct anchor_sample *sample)
{
	struct window best = window_at(text, sample, 0, HUGE_VAL);

	for (unsigned at = 1; at + ANCHOR_WINDOW_MIN <= text->len; at++) {
		/* Later ones make the search go further back. */
		double enough = best.rate * 0.9;
		struct window w = window_at(text, sample, at, enough);

		if (w.rate < enough)
			best = w;
	}
	return best;
}

/* In the sieve a window has four bytes: a short one is there with each fourth byte. */
static void add_to_sieve(struct finder *f, uint32_t key, unsigned len,
			 const struct byte_set *fourth)
{
	unsigned char bytes[128];
	unsigned n = len < ANCHOR_WINDOW_MAX ? anchor_folded(fourth, bytes) : 1;

	for (unsigned i = 0; i < n; i++) {
		uint32_t whole = len < ANCHOR_WINDOW_MAX ? key | (uint32_t)bytes[i] << 24 : key;
		uint32_t h = sieve_hash(whole);

		f->sieve.windows[h / 32] |= UINT32_C(1) << (h % 32);
	}
}

static void add_key(struct finder *f, uint32_t key, uint32_t text)
{
	uint32_t *head = &f->heads[finder_head(key)];

	f->entries = mem_grow(f->entries, f->n_entries, &f->entries_cap, sizeof(*f->entries));
	f->entries[f->n_entries] = (struct finder_entry){ key, text, *head };
	*head = (uint32_t)f->n_entries++;
}

static void add_text(struct finder *f, uint16_t rule, const struct anchor_text *from,
		     const struct anchor_sample *sample)
{
	struct window window = best_window(from, sample);
	struct anchor_spelling spelling;
	uint32_t keys[ANCHOR_KEYS_MAX];
	int before_max;
	struct finder_text text = {
		.rule = rule,
		.len = (uint8_t)from->len,
		.window = (uint8_t)window.at,
		.before_min = from->before_min + (int)window.at,
		.before = from->before,
	};

	memcpy(text.sets, from->sets, sizeof(text.sets));
	f->texts = mem_grow(f->texts, f->n_texts, &f->texts_cap, sizeof(*f->texts));
	f->texts[f->n_texts] = text;
	anchor_spell(&spelling, from->sets + window.at, window.len);
	anchor_keys(&spelling, keys);
	for (unsigned k = 0; k < spelling.keys; k++) {
		add_key(f, keys[k], (uint32_t)f->n_texts);
		add_to_sieve(f, keys[k], window.len,
			     text_set(from, (int)window.at + ANCHOR_WINDOW_MIN));
	}
	f->has_short |= window.len < ANCHOR_WINDOW_MAX;
	f->sieve.has_windows = true;
	f->n_texts++;
	before_max = f->rules[rule].anchors->before_max + (int)window.at;
	if (f->before_max[rule] < ANCHOR_FAR && before_max > f->before_max[rule])
		f->before_max[rule] = before_max;
}

/* --- Shapes ----------------------------------------------------------------- */

static void fill_class(struct sieve *sieve, size_t c, const struct byte_set *set)
{
	if (set->bits[2] == UINT64_MAX && set->bits[3] == UINT64_MAX)
		sieve->class_all_high[c] = UINT64_MAX;
	else
		sieve->class_some_high[c] = (set->bits[2] | set->bits[3]) != 0;
	for (int byte = 0; byte < 256; byte++) {
		uint8_t *rows = byte < 128 ? sieve->class_rows[c] : sieve->class_high_rows[c];

		if (byte_set_has(set, (unsigned char)byte))
			rows[byte & 15] |= (uint8_t)(1u << (byte >> 4 & 7));
	}
}

static void fill_shapes(struct finder *f)
{
	struct shape_builder *builder = shape_builder_new();
	struct shape_program *program = &f->sieve.program;

	f->shapes = mem_new(f->n_rules + 1, sizeof(*f->shapes));
	for (size_t r = 0; r < f->n_rules; r++) {
		const struct anchors *anchors = f->rules[r].anchors;
		struct finder_shape *shape = &f->shapes[f->n_shapes];

		if (anchors->n_shapes == 0)
			continue;
		*shape = (struct finder_shape){ (uint16_t)r, anchors->shapes[0].before_min };
		for (size_t i = 1; i < anchors->n_shapes; i++) {
			if (anchors->shapes[i].before_min < shape->before_min)
				shape->before_min = anchors->shapes[i].before_min;
		}
		shape_add(builder, anchors->shapes, anchors->n_shapes);
		f->n_shapes++;
	}
	shape_finish(&builder, program);
	for (size_t c = 0; c < program->n_classes; c++)
		fill_class(&f->sieve, c, &program->classes[c]);
}

struct finder *finder_new(const struct finder_rule *rules, size_t n,
			  const struct anchor_sample *sample, const struct sieve_level *level)
{
	struct finder *f = mem_new(1, sizeof(*f));

	f->level = level;
	f->n_rules = n;
	f->rules = mem_new(n + 1, sizeof(*f->rules));
	f->before_max = mem_new(n + 1, sizeof(*f->before_max));
	for (size_t i = 0; i < sizeof(f->heads) / sizeof(f->heads[0]); i++)
		f->heads[i] = FINDER_NO_ENTRY;
	for (size_t r = 0; r < n; r++) {
		f->rules[r] = rules[r];
		f->before_max[r] = rules[r].anchors->before_max;
		for (size_t i = 0; i < rules[r].anchors->n_texts; i++)
			add_text(f, (uint16_t)r, &rules[r].anchors->texts[i], sample);
	}
	fill_shapes(f);
	return f;
}

void finder_free(struct finder **finder)
{
	if (finder == NULL || *finder == NULL)
		return;
	free((*finder)->rules);
	free((*finder)->before_max);
	free((*finder)->texts);
	free((*finder)->entries);
	free((*finder)->shapes);
	shape_program_fini(&(*finder)->sieve.program);
	free(*finder);
	*finder = NULL;
}
