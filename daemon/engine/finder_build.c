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

#include <purposed/base/hash.h>
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

/* An entry on its way to its place. */
struct keyed {
	uint32_t hash;
	struct finder_entry entry;
};

enum { SET_HASHES = 4096, NO_SET = UINT16_MAX };

struct builder {
	struct finder *finder;
	struct keyed *keyed;
	size_t n, cap;
	/* Chains of the numbers of the finder's sets, by their hashes. */
	uint16_t sets_by_hash[SET_HASHES];
	uint16_t *sets_next;
	size_t sets_next_cap;
};

/* What all bytes of a set, or those that are folded to `folded`, have in common. */
static void common_bits(const struct byte_set *set, int folded, uint8_t *mask_r, uint8_t *bits_r)
{
	uint8_t all = 0xff;
	uint8_t any = 0;

	for (int word = 0; word < 4; word++) {
		for (uint64_t left = set->bits[word]; left != 0; left &= left - 1) {
			uint8_t byte = (uint8_t)(64 * word + __builtin_ctzll(left));

			if (folded >= 0 && anchor_fold(byte) != folded)
				continue;
			all &= byte;
			any |= byte;
			if (all == 0 && any == 0xff) {
				*mask_r = *bits_r = 0;
				return;
			}
		}
	}
	*mask_r = (uint8_t) ~(all ^ any);
	*bits_r = all & *mask_r;
}

/* Of a text whose window begins at `at`, has len bytes, and is spelt like key. */
static void add_entry(struct builder *b, uint32_t key, const struct anchor_text *text,
		      const struct window *window)
{
	struct finder_entry entry = { .text = (uint32_t)b->finder->n_texts };

	for (unsigned i = 0; i < sizeof(entry.mask) && window->at + i < text->len; i++) {
		int folded = i < window->len ? (int)(key >> (8 * i) & 0xff) : -1;
		uint8_t mask;
		uint8_t bits;

		common_bits(&text->sets[window->at + i], folded, &mask, &bits);
		entry.mask |= (uint64_t)mask << (8 * i);
		entry.bits |= (uint64_t)bits << (8 * i);
	}
	b->keyed = mem_grow(b->keyed, b->n, &b->cap, sizeof(*b->keyed));
	b->keyed[b->n++] = (struct keyed){ finder_hash(key), entry };
}

/* Puts the entries into their order; equal hashes keep theirs. */
static void place_entries(struct builder *b)
{
	struct finder *f = b->finder;

	f->entries = mem_new(b->n + 1, sizeof(*f->entries));
	f->n_entries = b->n;
	for (size_t i = 0; i < b->n; i++)
		f->firsts[b->keyed[i].hash + 1]++;
	for (size_t h = 1; h <= 1 << FINDER_HASH_BITS; h++)
		f->firsts[h] += f->firsts[h - 1];
	/* Each place moves on as it is filled: firsts[h] ends where h's entries do. */
	for (size_t i = 0; i < b->n; i++)
		f->entries[f->firsts[b->keyed[i].hash]++] = b->keyed[i].entry;
	memmove(f->firsts + 1, f->firsts, sizeof(f->firsts) - sizeof(f->firsts[0]));
	f->firsts[0] = 0;
	free(b->keyed);
}

/* A set has one number, however many texts have it. */
static uint16_t number_of_set(struct builder *b, const struct byte_set *set)
{
	struct finder *f = b->finder;
	uint16_t *first =
		&b->sets_by_hash[hash_add(HASH_START, span_of((const char *)set, sizeof(*set))) %
				 SET_HASHES];

	for (uint16_t i = *first; i != NO_SET; i = b->sets_next[i]) {
		if (memcmp(&f->sets[i], set, sizeof(*set)) == 0)
			return i;
	}
	f->sets = mem_grow(f->sets, f->n_sets, &f->sets_cap, sizeof(*f->sets));
	b->sets_next = mem_grow(b->sets_next, f->n_sets, &b->sets_next_cap, sizeof(*b->sets_next));
	f->sets[f->n_sets] = *set;
	b->sets_next[f->n_sets] = *first;
	*first = (uint16_t)f->n_sets;
	return (uint16_t)f->n_sets++;
}

/* Whether an entry's bits for byte i of the text are all that is to be said of it. */
static bool is_told(const struct anchor_text *from, const struct window *window, unsigned i)
{
	uint8_t mask;
	uint8_t bits;

	/* One spelling of a letter, or both: that is what bits can say. */
	if (i >= window->at && i < window->at + window->len)
		return true;
	if (i < window->at || i >= window->at + sizeof(uint64_t))
		return byte_set_holds(&from->sets[i], &byte_set_all);
	common_bits(&from->sets[i], -1, &mask, &bits);
	return byte_set_count(&from->sets[i]) == 1u << (8 - __builtin_popcount(mask));
}

static void add_check(struct builder *b, struct finder_text *text, int at,
		      const struct byte_set *set)
{
	text->checks[text->n_checks++] = (struct finder_check){ (int8_t)at, number_of_set(b, set) };
}

/* All of a text that its entries do not tell. */
static void add_checks(struct builder *b, struct finder_text *text, const struct anchor_text *from,
		       const struct window *window)
{
	if (!byte_set_holds(&from->before, &byte_set_all))
		add_check(b, text, -(int)window->at - 1, &from->before);
	for (unsigned i = 0; i < from->len; i++) {
		if (!is_told(from, window, i))
			add_check(b, text, (int)i - (int)window->at, &from->sets[i]);
	}
}

static void add_text(struct builder *b, uint16_t rule, const struct anchor_text *from,
		     const struct anchor_sample *sample)
{
	struct finder *f = b->finder;
	struct window window = best_window(from, sample);
	struct anchor_spelling spelling;
	uint32_t keys[ANCHOR_KEYS_MAX];
	int before_max;
	struct finder_text text = {
		.rule = rule,
		.window = (uint8_t)window.at,
		.before_min = from->before_min + (int)window.at,
	};

	add_checks(b, &text, from, &window);
	f->texts = mem_grow(f->texts, f->n_texts, &f->texts_cap, sizeof(*f->texts));
	f->texts[f->n_texts] = text;
	anchor_spell(&spelling, from->sets + window.at, window.len);
	anchor_keys(&spelling, keys);
	for (unsigned k = 0; k < spelling.keys; k++) {
		add_entry(b, keys[k], from, &window);
		add_to_sieve(f, keys[k], window.len,
			     text_set(from, (int)window.at + ANCHOR_WINDOW_MIN));
	}
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
	struct builder b = {
		.finder = f,
		.sets_next = mem_new(1, sizeof(*b.sets_next)),
		.sets_next_cap = 1,
	};

	memset(b.sets_by_hash, 0xff, sizeof(b.sets_by_hash)); /* NO_SET */
	f->level = level;
	f->n_rules = n;
	f->rules = mem_new(n + 1, sizeof(*f->rules));
	f->before_max = mem_new(n + 1, sizeof(*f->before_max));
	for (size_t r = 0; r < n; r++) {
		f->rules[r] = rules[r];
		f->before_max[r] = rules[r].anchors->before_max;
		for (size_t i = 0; i < rules[r].anchors->n_texts; i++)
			add_text(&b, (uint16_t)r, &rules[r].anchors->texts[i], sample);
	}
	place_entries(&b);
	free(b.sets_next);
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
	free((*finder)->sets);
	free((*finder)->entries);
	free((*finder)->shapes);
	shape_program_fini(&(*finder)->sieve.program);
	free(*finder);
	*finder = NULL;
}
