/*
 * Building.  Every text gets a window: four bytes in a row that are narrow sets
 * and, with the bytes at their sides, rare.  Its folded spellings are keys of a
 * hash table; a bitmap of their hashes answers most look-ups in one load.
 * Windows share 16 buckets of the sieve, where each costs the others precision:
 * so a window goes where it widens the bucket's sets the least.
 *
 * Searching.  The sieve runs over a stretch of SIEVE_BYTES at a time, in the
 * text itself where it can be read beyond both ends, else in a copy.
 */
#include <purposed/engine/finder.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

enum {
	HEAD_BITS = 14,
	COPY_BEFORE = 64, /* bytes of text kept before a copied stretch; texts are shorter */
};

#define NO_ENTRY UINT32_MAX
/* What a bit of the sieve adds to the rate of places that are looked at: about its share. */
#define BIT_PRICE (0.5 / (1 << SIEVE_HASH_BITS))

struct text {
	uint16_t rule; /* index in the finder's rules */
	uint8_t len;
	uint8_t window; /* where its window starts */
	int before_min; /* from the window */
	struct byte_set before;
	struct byte_set sets[ANCHOR_TEXT_MAX];
};

struct entry {
	uint32_t key;
	uint32_t text;
	uint32_t next;
};

struct shape {
	uint16_t rule; /* index in the finder's rules */
	int before_min;
};

struct finder {
	const struct sieve_level *level;
	struct sieve sieve;
	struct finder_rule *rules;
	int *before_max; /* of each of them */
	size_t n_rules;
	struct text *texts;
	size_t n_texts, texts_cap;
	struct entry *entries;
	size_t n_entries, entries_cap;
	uint32_t heads[1 << HEAD_BITS];
	bool has_short;	      /* windows of three bytes */
	struct shape *shapes; /* by output of the sieve's program */
	size_t n_shapes;
};

/* --- Windows ---------------------------------------------------------------- */

static inline uint32_t key_at(const void *p)
{
	uint32_t key;

	memcpy(&key, p, sizeof(key));
	return sieve_fold(key);
}

/* Of a window of three bytes: the fourth is 0, which no folded byte is. */
static inline uint32_t short_key(uint32_t key)
{
	return key & UINT32_C(0xffffff);
}

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

static struct window window_at(const struct anchor_text *text, const struct anchor_sample *sample,
			       unsigned at)
{
	struct window w = { .at = at, .len = ANCHOR_WINDOW_MAX, .rate = 1 };
	struct anchor_spelling spelling;
	unsigned char fourth[128];
	unsigned bits = 1; /* for each spelling, in the sieve */

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
	w.rate = fmax(w.rate, anchor_seen(sample, &spelling)) + bits * spelling.keys * BIT_PRICE;
	return w;
}

static struct window best_window(const struct anchor_text *text, const struct anchor_sample *sample)
{
	struct window best = window_at(text, sample, 0);

	for (unsigned at = 1; at + ANCHOR_WINDOW_MIN <= text->len; at++) {
		struct window w = window_at(text, sample, at);

		/* Later ones make the search go further back. */
		if (w.rate < best.rate * 0.9)
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

static uint32_t head_of(uint32_t key)
{
	return key * UINT32_C(2654435761) >> (32 - HEAD_BITS);
}

static void add_key(struct finder *f, uint32_t key, uint32_t text)
{
	uint32_t *head = &f->heads[head_of(key)];

	f->entries = mem_grow(f->entries, f->n_entries, &f->entries_cap, sizeof(*f->entries));
	f->entries[f->n_entries] = (struct entry){ key, text, *head };
	*head = (uint32_t)f->n_entries++;
}

static void add_text(struct finder *f, uint16_t rule, const struct anchor_text *from,
		     const struct anchor_sample *sample)
{
	struct window window = best_window(from, sample);
	struct anchor_spelling spelling;
	int before_max;
	struct text text = {
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
	for (unsigned k = 0; k < spelling.keys; k++) {
		uint32_t key = anchor_key(&spelling, k);

		add_key(f, key, (uint32_t)f->n_texts);
		add_to_sieve(f, key, window.len,
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
		struct shape *shape = &f->shapes[f->n_shapes];

		if (anchors->n_shapes == 0)
			continue;
		*shape = (struct shape){ (uint16_t)r, anchors->shapes[0].before_min };
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
		f->heads[i] = NO_ENTRY;
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

/* --- Search ----------------------------------------------------------------- */

struct active {
	uint64_t places; /* in the word at hand */
	size_t shape;
};

struct finder_scan {
	const struct finder *finder;
	struct span text;
	/* The stretch at hand. */
	size_t base;		       /* byte of the text where it begins */
	size_t bytes;		       /* how many of it count */
	const unsigned char *bytes_at; /* of byte base */
	size_t resume;		       /* the next one begins here at the earliest */
	size_t word;		       /* the one that is looked at */
	uint64_t left;		       /* its places that are still to be looked at */
	/* The place at hand. */
	uint32_t key;	/* its bytes, folded */
	uint32_t entry; /* next one to compare, or NO_ENTRY */
	uint32_t then;	/* where to go on behind that: windows of three bytes */
	size_t shape;	/* next of the active ones to look at */
	unsigned bit;
	uint64_t hits[SIEVE_WORDS];
	uint64_t shapes[SIEVE_WORDS]; /* places of any shape */
	uint64_t any[SIEVE_WORDS];    /* of any shape or window */
	uint64_t *bitmaps;
	size_t bitmaps_cap;
	struct active *active; /* the shapes that have places in the word at hand */
	size_t n_active, active_cap;
	unsigned char copy[COPY_BEFORE + SIEVE_BYTES + SIEVE_READS];
};

struct finder_scan *finder_scan_new(void)
{
	return mem_new(1, sizeof(struct finder_scan));
}

void finder_scan_wipe(struct finder_scan *scan)
{
	mem_wipe(scan->copy, sizeof(scan->copy));
}

void finder_scan_free(struct finder_scan **scan)
{
	if (scan == NULL || *scan == NULL)
		return;
	free((*scan)->bitmaps);
	free((*scan)->active);
	mem_wipe((*scan)->copy, sizeof((*scan)->copy));
	free(*scan);
	*scan = NULL;
}

/* The stretch from base on, where it can be read a bit beyond its ends. */
static void place_stretch(struct finder_scan *s)
{
	size_t left = s->text.len - s->base;
	size_t before = s->base < COPY_BEFORE ? s->base : COPY_BEFORE;
	size_t padded;

	s->bytes = left < SIEVE_BYTES ? left : SIEVE_BYTES;
	padded = (s->bytes + 63) / 64 * 64 + SIEVE_READS;
	if (s->base > 0 && left >= SIEVE_BYTES + SIEVE_READS) {
		s->bytes_at = (const unsigned char *)s->text.ptr + s->base;
		return;
	}
	if (left > padded)
		left = padded;
	s->copy[COPY_BEFORE - 1] = '\n';
	if (before + left != 0)
		memcpy(s->copy + COPY_BEFORE - before, s->text.ptr + s->base - before,
		       before + left);
	if (left < padded)
		memset(s->copy + COPY_BEFORE + left, 0, padded - left);
	s->bytes_at = s->copy + COPY_BEFORE;
}

/* goes_on: the stretch begins where the last one ended. */
static void carry_classes(struct finder_scan *s, bool goes_on)
{
	for (size_t c = 0; c < s->finder->sieve.program.n_classes; c++) {
		uint64_t *bitmap = s->bitmaps + c * SIEVE_STRIDE;

		/* Where it is not known what stands before, it is what a rule wants to see. */
		bitmap[SIEVE_FIRST - 1] =
			goes_on ? bitmap[SIEVE_FIRST + SIEVE_WORDS - 1] : UINT64_MAX;
	}
}

static void sieve_stretch(struct finder_scan *s, bool goes_on)
{
	const struct finder *f = s->finder;
	size_t words = (s->bytes + 63) / 64;

	if (f->sieve.has_windows)
		f->level->windows(&f->sieve, s->bytes_at, words, s->hits);
	else
		memset(s->hits, 0, words * sizeof(s->hits[0]));
	memset(s->shapes, 0, words * sizeof(s->shapes[0]));
	if (f->n_shapes != 0) {
		carry_classes(s, goes_on);
		f->level->classes(&f->sieve, s->bytes_at, words, s->bitmaps);
		f->level->program(&f->sieve, words, s->bitmaps, s->shapes);
	}
	for (size_t w = 0; w < words; w++)
		s->any[w] = s->hits[w] | s->shapes[w];
	if (s->bytes % 64 != 0)
		s->any[words - 1] &= (UINT64_C(1) << (s->bytes % 64)) - 1;
	s->left = 0;
	s->word = (size_t)-1;
}

void finder_begin(struct finder_scan *s, const struct finder *finder, struct span text)
{
	size_t need = finder->sieve.program.n_values * SIEVE_STRIDE;

	if (s->bitmaps_cap < need) {
		free(s->bitmaps);
		s->bitmaps = mem_new(need, sizeof(*s->bitmaps));
		s->bitmaps_cap = need;
	}
	if (s->active_cap < finder->n_shapes) {
		s->active_cap = finder->n_shapes;
		s->active = mem_resize(s->active, s->active_cap, sizeof(*s->active));
	}
	s->finder = finder;
	s->text = text;
	s->base = 0;
	s->entry = NO_ENTRY;
	s->then = NO_ENTRY;
	s->n_active = 0;
	s->shape = 0;
	s->resume = 0;
	place_stretch(s);
	sieve_stretch(s, false);
}

static bool text_stands(const struct finder_scan *s, const struct text *text, size_t at)
{
	const unsigned char *start = s->bytes_at + at - text->window;

	if (s->base + at < text->window)
		return false;
	if (!byte_set_has(&text->before, s->base + at == text->window ? '\n' : start[-1]))
		return false;
	for (unsigned i = 0; i < text->len; i++) {
		if (!byte_set_has(&text->sets[i], start[i]))
			return false;
	}
	return true;
}

static void found(const struct finder_scan *s, uint16_t rule, int before_min, size_t at,
		  struct candidate *candidate_r)
{
	*candidate_r = (struct candidate){
		.rule = s->finder->rules[rule].rule,
		.at = s->base + at,
		.before_min = before_min,
		.before_max = s->finder->before_max[rule],
	};
}

/* The next candidate at the place at hand. */
static bool next_here(struct finder_scan *s, struct candidate *candidate_r)
{
	const struct finder *f = s->finder;
	size_t at = s->word * 64 + s->bit;

	while (s->entry != NO_ENTRY) {
		const struct entry *entry = &f->entries[s->entry];
		const struct text *text = &f->texts[entry->text];
		bool same = entry->key == s->key;

		s->entry = entry->next;
		if (s->entry == NO_ENTRY && s->then != NO_ENTRY) {
			s->entry = s->then;
			s->then = NO_ENTRY;
			s->key = short_key(s->key);
		}
		if (same && text_stands(s, text, at)) {
			found(s, text->rule, text->before_min, at, candidate_r);
			return true;
		}
	}
	while (s->shape < s->n_active) {
		const struct active *active = &s->active[s->shape++];
		size_t n = active->shape;

		if (active->places >> s->bit & 1) {
			found(s, f->shapes[n].rule, f->shapes[n].before_min, at, candidate_r);
			return true;
		}
	}
	return false;
}

/* Lists the shapes that have a place in the word at hand. */
static void list_active(struct finder_scan *s)
{
	const struct finder *f = s->finder;

	s->n_active = 0;
	if (s->shapes[s->word] == 0)
		return;
	for (size_t n = 0; n < f->n_shapes; n++) {
		uint64_t places = s->bitmaps[f->sieve.program.outputs[n] * SIEVE_STRIDE +
					     (size_t)SIEVE_FIRST + s->word];

		if (places != 0)
			s->active[s->n_active++] = (struct active){ places, n };
	}
}

static uint32_t entries_of(const struct finder *f, uint32_t key)
{
	return f->heads[head_of(key)];
}

/* Finds the entries for the key at hand. */
static void look_up(struct finder_scan *s)
{
	s->entry = entries_of(s->finder, s->key);
	s->then = s->finder->has_short ? entries_of(s->finder, short_key(s->key)) : NO_ENTRY;
	if (s->entry == NO_ENTRY && s->then != NO_ENTRY) {
		s->entry = s->then;
		s->then = NO_ENTRY;
		s->key = short_key(s->key);
	}
}

/* Moves to the next place where something may be; false: there is none in the stretch. */
static bool next_place(struct finder_scan *s)
{
	size_t words = (s->bytes + 63) / 64;

	for (;;) {
		uint64_t bit;

		while (s->left == 0) {
			if (++s->word >= words)
				return false;
			s->left = s->any[s->word];
			list_active(s);
		}
		s->bit = (unsigned)__builtin_ctzll(s->left);
		bit = s->left & -s->left;
		s->left ^= bit;
		s->shape = 0;
		if ((s->hits[s->word] & bit) != 0) {
			s->key = key_at(s->bytes_at + s->word * 64 + s->bit);
			look_up(s);
		}
		if (s->entry != NO_ENTRY || s->n_active != 0)
			return true;
	}
}

bool finder_next(struct finder_scan *s, struct candidate *candidate_r)
{
	for (;;) {
		size_t end;

		if (next_here(s, candidate_r))
			return true;
		if (next_place(s))
			continue;
		end = s->base + s->bytes;
		s->base = s->resume > end ? s->resume : end;
		if (s->base >= s->text.len) {
			s->base = end;
			return false;
		}
		place_stretch(s);
		sieve_stretch(s, s->base == end);
	}
}

bool candidate_reach(const struct candidate *c, size_t at, size_t *first_r, size_t *last_r)
{
	long long last = (long long)at - c->before_min;
	long long first = (long long)at - c->before_max;

	if (last < 0)
		return false;
	*first_r = c->before_max == ANCHOR_FAR || first < 0 ? 0 : (size_t)first;
	*last_r = (size_t)last;
	return true;
}

void finder_skip(struct finder_scan *s, size_t at)
{
	size_t word;

	s->entry = NO_ENTRY;
	s->then = NO_ENTRY;
	s->shape = s->n_active;
	if (at <= s->base)
		return;
	at -= s->base;
	word = at / 64;
	if (s->word != (size_t)-1 && word < s->word)
		return;
	if (at >= s->bytes) {
		s->resume = s->base + at;
		s->left = 0;
		s->word = SIEVE_WORDS;
		return;
	}
	if (s->word == (size_t)-1 || word > s->word) {
		s->word = word;
		s->left = s->any[word];
		list_active(s);
	}
	s->left &= ~UINT64_C(0) << (at % 64);
	/* Nothing is at hand before the next place. */
	s->shape = s->n_active;
}
