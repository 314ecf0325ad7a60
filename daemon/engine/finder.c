/*
 * The sieve runs over a stretch of SIEVE_BYTES at a time, in the text itself
 * where it can be read beyond both ends, else in a copy.  Its bits are gone
 * through in order; finder_build.c makes what they are looked up in.
 */
#include <purposed/engine/finder_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* Bytes of text kept before a copied stretch; texts are shorter. */
enum { COPY_BEFORE = 64 };

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
	uint64_t eight;		    /* its bytes, the first one lowest */
	uint32_t entry, last_entry; /* of those to compare the next one, and the end */
	size_t shape;		    /* next of the active ones to look at */
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
	mem_wipe(&scan->eight, sizeof(scan->eight));
}

void finder_scan_free(struct finder_scan **scan)
{
	if (scan == NULL || *scan == NULL)
		return;
	free((*scan)->bitmaps);
	free((*scan)->active);
	finder_scan_wipe(*scan);
	free(*scan);
	*scan = NULL;
}

/* --- Stretches -------------------------------------------------------------- */

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
	size_t need = (finder->sieve.program.n_values + SIEVE_GROUP) * SIEVE_STRIDE;

	if (s->bitmaps_cap < need) {
		free(s->bitmaps);
		s->bitmaps = mem_new_aligned(need, sizeof(*s->bitmaps));
		s->bitmaps_cap = need;
	}
	if (s->active_cap < finder->n_shapes) {
		s->active_cap = finder->n_shapes;
		s->active = mem_resize(s->active, s->active_cap, sizeof(*s->active));
	}
	s->finder = finder;
	s->text = text;
	s->base = 0;
	s->entry = s->last_entry = 0;
	s->n_active = 0;
	s->shape = 0;
	s->resume = 0;
	place_stretch(s);
	sieve_stretch(s, false);
}

/* --- The place at hand ------------------------------------------------------ */

/* Whether the text stands whose window is at `at`, and has the bits of an entry. */
static bool text_stands(const struct finder_scan *s, const struct finder_text *text, size_t at)
{
	const unsigned char *window = s->bytes_at + at;
	size_t start = s->base + at;

	if (start < text->window)
		return false;
	start -= text->window;
	for (unsigned i = 0; i < text->n_checks; i++) {
		struct finder_check check = text->checks[i];
		bool outside = start == 0 && check.at < -(int)text->window;

		if (!byte_set_has(&s->finder->sets[check.set], outside ? '\n' : window[check.at]))
			return false;
	}
	return true;
}

static void found(const struct finder_scan *s, uint16_t part, int before_min, int before_max,
		  size_t at, struct candidate *candidate_r)
{
	*candidate_r = (struct candidate){
		.rule = s->finder->parts[part].rule,
		.at = s->base + at,
		.before_min = before_min,
		.before_max = before_max,
		.rule_max = s->finder->parts[part].before_max,
	};
}

/* The next candidate at the place at hand. */
static bool next_here(struct finder_scan *s, struct candidate *candidate_r)
{
	const struct finder *f = s->finder;
	size_t at = s->word * 64 + s->bit;

	while (s->entry < s->last_entry) {
		const struct finder_entry *entry = &f->entries[s->entry++];
		const struct finder_text *text;

		if ((s->eight & entry->mask) != entry->bits)
			continue;
		text = &f->texts[entry->text];
		if (text_stands(s, text, at)) {
			found(s, text->part, text->before_min, text->before_max, at, candidate_r);
			return true;
		}
	}
	while (s->shape < s->n_active) {
		const struct active *active = &s->active[s->shape++];
		size_t n = active->shape;

		if (active->places >> s->bit & 1) {
			found(s, f->shapes[n].part, f->shapes[n].before_min,
			      f->shapes[n].before_max, at, candidate_r);
			return true;
		}
	}
	return false;
}

/* --- The next place --------------------------------------------------------- */

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

/* Finds the entries for the window at p. */
static void look_up(struct finder_scan *s, const unsigned char *p)
{
	uint32_t hash;

	memcpy(&s->eight, p, sizeof(s->eight));
	hash = finder_hash((uint32_t)s->eight);
	s->entry = s->finder->firsts[hash];
	s->last_entry = s->finder->firsts[hash + 1];
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
		if ((s->hits[s->word] & bit) != 0)
			look_up(s, s->bytes_at + s->word * 64 + s->bit);
		if (s->entry < s->last_entry || s->n_active != 0)
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

bool candidate_reach(const struct candidate *c, size_t at, size_t *from, size_t *last_r)
{
	long long last = (long long)at - c->before_min;
	long long first = (long long)at - c->before_max;

	if (last < 0)
		return false;
	if (c->before_max != ANCHOR_FAR && first > 0 && *from < (size_t)first)
		*from = (size_t)first;
	*last_r = (size_t)last;
	return *from <= *last_r;
}

void finder_skip(struct finder_scan *s, size_t at)
{
	size_t word;

	s->entry = s->last_entry = 0;
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
