/*
 * The sieve runs over a stretch of SIEVE_BYTES or a bit less at a time, in the text itself
 * where it can be read beyond both ends, else over less, in a copy.  Texts are looked for in
 * all of it, then shapes, part by part: what either reads again and again does not fit the
 * nearest cache together with the other's, and so is brought there less often.  The bits are
 * gone through in order; finder_build.c makes what they are looked up in.
 */
#include <purposed/engine/finder_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/finder_cuts.h>

enum {
	COPY_BEFORE = 64, /* bytes of text kept before a copied stretch; texts are shorter */
	FINDERS_KEPT = 4, /* so many of those that a scan was last used with, at least */
};

#define NOWHERE SIZE_MAX

/* What is kept of a finder, for when it is used again. */
struct kept {
	uint64_t serial; /* the finder's; 0: none */
	struct finder_cuts *cuts;
};

struct finder_scan {
	const struct finder *finder;
	struct kept kept[FINDERS_KEPT];
	size_t next_kept;	  /* the one whose place is taken next */
	struct finder_cuts *cuts; /* the finder's, of kept */
	struct span text;
	/* The stretch at hand. */
	size_t part;		       /* bytes that a program is run for at most */
	size_t base;		       /* byte of the text where it begins */
	size_t bytes;		       /* how many of it count */
	const unsigned char *bytes_at; /* of byte base */
	size_t resume;		       /* the next one begins here at the earliest */
	size_t no_escapes;	       /* before this byte of the text none is asked for */
	size_t word;		       /* the one that is looked at */
	uint64_t left;		       /* its places that are still to be looked at */
	size_t at;		       /* the place at hand; or NOWHERE */
	size_t match;		       /* next of the stretch's to look at */
	size_t shape;		       /* next of the listed shapes to look at */
	size_t listed_word;	       /* the one whose shapes are listed; or NOWHERE */
	uint64_t hits[SIEVE_WORDS];
	uint64_t shapes[SIEVE_WORDS];  /* places of any shape but that of escapes, */
	uint64_t escapes[SIEVE_WORDS]; /* of that, */
	uint64_t any[SIEVE_WORDS];     /* and of any shape or text but that */
	uint64_t *bitmaps;
	size_t bitmaps_cap;
	struct sieve_gates gates;
	struct sieve_hit *stands; /* the shapes that stand somewhere in the stretch */
	size_t n_stands, stands_cap;
	size_t first_shape; /* of those that may stand in the listed word or later */
	uint32_t *listed;   /* of them, those that stand in it */
	size_t n_listed;
	struct finder_matches matches; /* the texts that do */
	unsigned char copy[COPY_BEFORE + 64 * SIEVE_RUN_WORDS + SIEVE_READS];
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
	for (size_t i = 0; i < FINDERS_KEPT; i++)
		finder_cuts_free(&(*scan)->kept[i].cuts);
	free((*scan)->bitmaps);
	free((*scan)->stands);
	free((*scan)->listed);
	free((*scan)->matches.all);
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

	if (s->base > 0 && left >= s->part + SIEVE_READS) {
		size_t parts = (left - SIEVE_READS) / s->part;
		size_t most = SIEVE_BYTES / s->part;

		s->bytes = (parts < most ? parts : most) * s->part;
		s->bytes_at = (const unsigned char *)s->text.ptr + s->base;
		return;
	}
	s->bytes = left < s->part ? left : s->part;
	padded = (s->bytes + 63) / 64 * 64 + SIEVE_READS;
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

/* The shapes in some words of the stretch. */
static void sieve_part(struct finder_scan *s, size_t first, size_t words)
{
	const struct sieve_level *level = s->finder->level;
	const struct sieve_shapes *shapes =
		finder_cuts_classes(s->cuts, s->bytes_at + 64 * first - 1, words, s->bitmaps);
	struct sieve_hit *hits = s->stands + s->n_stands;
	size_t n = level->program(shapes, words, s->bitmaps, &s->gates, hits);

	for (size_t i = 0; i < n; i++) {
		uint64_t *places = hits[i].shape == s->finder->escapes ? s->escapes : s->shapes;

		hits[i].first = first;
		hits[i].words = words;
		for (size_t w = 0; w < words; w++)
			places[first + w] |= hits[i].places[w];
	}
	s->n_stands += n;
}

static void sieve_shapes(struct finder_scan *s, size_t words)
{
	size_t most = s->finder->level->program_words;

	for (size_t first = 0; first < words; first += most)
		sieve_part(s, first, words - first < most ? words - first : most);
}

static void sieve_texts(struct finder_scan *s, size_t words)
{
	const struct finder *f = s->finder;

	f->level->windows(&f->sieve, s->bytes_at, words, s->hits);
	finder_match(f, s->bytes_at, s->base, s->hits, words, &s->matches);
	for (size_t i = 0; i < s->matches.n; i++)
		s->any[s->matches.all[i].at / 64] |= UINT64_C(1) << (s->matches.all[i].at % 64);
}

/* The bits of a word before that one. */
static uint64_t before_bit(size_t bit)
{
	return (UINT64_C(1) << bit) - 1;
}

static void sieve_stretch(struct finder_scan *s)
{
	const struct finder *f = s->finder;
	size_t words = (s->bytes + 63) / 64;

	memset(s->any, 0, words * sizeof(s->any[0]));
	memset(s->shapes, 0, words * sizeof(s->shapes[0]));
	memset(s->escapes, 0, words * sizeof(s->escapes[0]));
	s->matches.n = 0;
	s->n_stands = 0;
	if (f->sieve.has_windows)
		sieve_texts(s, words);
	if (f->n_shapes != 0)
		sieve_shapes(s, words);
	for (size_t w = 0; w < words; w++)
		s->any[w] |= s->shapes[w];
	if (s->bytes % 64 != 0) {
		s->any[words - 1] &= before_bit(s->bytes % 64);
		s->escapes[words - 1] &= before_bit(s->bytes % 64);
	}
	s->left = 0;
	s->word = (size_t)-1;
	s->at = NOWHERE;
	s->match = 0;
	s->shape = NOWHERE;
	s->listed_word = NOWHERE;
	s->first_shape = 0;
}

/* What is kept of the finder; of the one that is longest kept, no more. */
static struct finder_cuts *cuts_of(struct finder_scan *s, const struct finder *finder)
{
	struct kept *kept;

	for (size_t i = 0; i < FINDERS_KEPT; i++) {
		if (s->kept[i].serial == finder->serial)
			return s->kept[i].cuts;
	}
	kept = &s->kept[s->next_kept++ % FINDERS_KEPT];
	finder_cuts_free(&kept->cuts);
	kept->serial = finder->serial;
	kept->cuts = finder_cuts_new(&finder->sieve.shapes, finder->level);
	return kept->cuts;
}

/* Room for what the finder writes. */
static void make_room(struct finder_scan *s, const struct finder *finder)
{
	size_t most = finder->level->program_words;
	size_t parts = SIEVE_WORDS / most;
	/* A cut may have a group of classes more. */
	size_t need = (finder->sieve.shapes.program.n_values + SHAPE_GROUP) * (most + 1);

	if (s->bitmaps_cap < need) {
		free(s->bitmaps);
		s->bitmaps = mem_new_aligned(need, sizeof(*s->bitmaps));
		s->bitmaps_cap = need;
	}
	if (s->stands_cap < finder->n_shapes * parts) {
		s->stands_cap = finder->n_shapes * parts;
		s->stands = mem_resize(s->stands, s->stands_cap, sizeof(*s->stands));
		s->listed = mem_resize(s->listed, s->stands_cap, sizeof(*s->listed));
	}
	s->part = 64 * most;
}

void finder_begin(struct finder_scan *s, const struct finder *finder, struct span text)
{
	make_room(s, finder);
	if (s->finder != finder)
		memset(&s->gates, 0, sizeof(s->gates));
	s->finder = finder;
	s->cuts = cuts_of(s, finder);
	s->text = text;
	s->base = 0;
	s->resume = 0;
	s->no_escapes = 0;
	place_stretch(s);
	sieve_stretch(s);
}

/* --- The place at hand ------------------------------------------------------ */

static void found(const struct finder_scan *s, uint16_t part, int before_min, int before_max,
		  struct candidate *candidate_r)
{
	*candidate_r = (struct candidate){
		.rule = s->finder->parts[part].rule,
		.blanks_max = s->finder->parts[part].blanks_max,
		.at = s->base + s->at,
		.before_min = before_min,
		.before_max = before_max,
		.rule_max = s->finder->parts[part].before_max,
	};
}

static bool stands_at(const struct sieve_hit *hit, size_t at)
{
	return (hit->places[at / 64 - hit->first] >> (at % 64) & 1) != 0;
}

/* Whether a shape at the place at hand is one of escapes that nobody asks for. */
static bool is_skipped(const struct finder_scan *s, const struct sieve_hit *hit)
{
	return hit->shape == s->finder->escapes && s->base + s->at < s->no_escapes;
}

/* The next candidate at the place at hand. */
static bool next_here(struct finder_scan *s, struct candidate *candidate_r)
{
	const struct finder *f = s->finder;

	if (s->match < s->matches.n && s->matches.all[s->match].at == s->at) {
		const struct finder_text *text = &f->texts[s->matches.all[s->match++].number];

		found(s, text->part, text->before_min, text->before_max, candidate_r);
		return true;
	}
	while (s->shape < s->n_listed) {
		const struct sieve_hit *hit = &s->stands[s->listed[s->shape++]];
		const struct finder_shape *shape = &f->shapes[hit->shape];

		if (stands_at(hit, s->at) && !is_skipped(s, hit)) {
			found(s, shape->part, shape->before_min, shape->before_max, candidate_r);
			return true;
		}
	}
	return false;
}

/* --- The next place --------------------------------------------------------- */

/*
 * Lists the shapes that stand in the word at hand: few of those that stand in its part, which
 * all of its places would ask one by one.
 */
static void list_shapes(struct finder_scan *s)
{
	const struct sieve_hit *all = s->stands;
	size_t i = s->first_shape;
	size_t n = 0;

	/* They are in the order of their parts. */
	while (all[i].first + all[i].words <= s->word)
		i++;
	s->first_shape = i;
	for (; i < s->n_stands && all[i].first <= s->word; i++) {
		s->listed[n] = (uint32_t)i;
		n += all[i].places[s->word - all[i].first] != 0;
	}
	s->n_listed = n;
	s->listed_word = s->word;
}

/* The places of a word where something stands that is asked for. */
static uint64_t places_of(const struct finder_scan *s, size_t word)
{
	size_t start = s->base + 64 * word;
	uint64_t escapes = s->escapes[word];

	if (s->no_escapes >= start + 64)
		escapes = 0;
	else if (s->no_escapes > start)
		escapes &= ~before_bit(s->no_escapes - start);
	return s->any[word] | escapes;
}

/* Moves to the next place where something stands; false: there is none in the stretch. */
static bool next_place(struct finder_scan *s)
{
	size_t words = (s->bytes + 63) / 64;

	while (s->left == 0) {
		if (++s->word >= words)
			return false;
		s->left = places_of(s, s->word);
	}
	s->at = s->word * 64 + (unsigned)__builtin_ctzll(s->left);
	s->left &= s->left - 1;
	while (s->match < s->matches.n && s->matches.all[s->match].at < s->at)
		s->match++;
	s->shape = NOWHERE;
	if (((s->shapes[s->word] | s->escapes[s->word]) >> (s->at % 64) & 1) != 0) {
		if (s->listed_word != s->word)
			list_shapes(s);
		s->shape = 0;
	}
	return true;
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
		sieve_stretch(s);
	}
}

/* A few places are tried as fast as they are counted. */
enum { FEW_PLACES = 8 };

/*
 * Where, from byte from on, no more than max blanks are left before byte at.  Of later
 * anchors of the rule it is later: so what one reaches reaches none of theirs.
 */
static size_t behind_blanks(struct span text, size_t from, size_t at, int max)
{
	for (; max >= 0 && at > from; max--) {
		const char *blank = memrchr(text.ptr + from, ' ', at - from);

		if (blank == NULL)
			return from;
		at = (size_t)(blank - text.ptr);
	}
	return max < 0 ? at + 1 : from;
}

bool candidate_reach(const struct candidate *c, struct span text, size_t at, size_t *from,
		     size_t *last_r)
{
	long long last = (long long)at - c->before_min;
	long long first = (long long)at - c->before_max;

	if (last < 0)
		return false;
	if (c->before_max != ANCHOR_FAR && first > 0 && *from < (size_t)first)
		*from = (size_t)first;
	if (c->blanks_max != ANCHOR_FAR && at <= text.len && at > FEW_PLACES &&
	    *from < at - FEW_PLACES)
		*from = behind_blanks(text, *from, at, c->blanks_max);
	*last_r = (size_t)last;
	return *from <= *last_r;
}

void finder_skip(struct finder_scan *s, size_t at)
{
	size_t word;

	s->at = NOWHERE;
	s->shape = NOWHERE;
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
		s->left = places_of(s, word);
	}
	s->left &= ~before_bit(at % 64);
}

void finder_skip_escapes(struct finder_scan *s, size_t at)
{
	s->no_escapes = at;
	if (s->word < SIEVE_WORDS)
		s->left &= places_of(s, s->word);
}
