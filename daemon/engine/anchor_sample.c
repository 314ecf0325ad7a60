/*
 * Of each window that occurs, what is kept is a count by a hash of its bytes.
 * Two windows of one hash share their count: they look more frequent than they
 * are, and others are chosen.  What is longer than a window is looked for in the
 * texts themselves, at the places where its rarest three bytes stand.
 */
#include <purposed/engine/anchor_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* A key of up to so many kinds of record is what they are found by; a record has so many bytes. */
enum { KINDS_OWN = 3, RECORD_BYTES = 150 };

/* The first len bytes of key, folded, as a place in the sample. */
static unsigned sample_hash(uint32_t key, unsigned len)
{
	key |= UINT32_C(0x20202020);
	if (len < ANCHOR_WINDOW_MAX)
		key &= UINT32_C(0xffffff);
	return key * UINT32_C(2654435761) >> 15;
}

/* Likewise the first three, as a place in the index of places. */
static unsigned index_hash(uint32_t key)
{
	return sample_hash(key, ANCHOR_WINDOW_MIN) >> 2;
}

void anchor_sample_kind(struct anchor_sample *sample)
{
	sample->n++;
}

/* Of a text of the kind at hand; of usual lines before the first one. */
static void count_window(struct anchor_sample *sample, uint32_t key, unsigned len)
{
	unsigned h = sample_hash(key, len);

	if (sample->n == 0) {
		sample->seen[len - ANCHOR_WINDOW_MIN][h].usual++;
	} else if (sample->seen[len - ANCHOR_WINDOW_MIN][h].last != sample->n) {
		sample->seen[len - ANCHOR_WINDOW_MIN][h].last = sample->n;
		sample->seen[len - ANCHOR_WINDOW_MIN][h].n++;
	}
}

static void count_windows(struct anchor_sample *sample, const char *text, size_t len)
{
	for (size_t i = 0; i + ANCHOR_WINDOW_MAX <= len; i++) {
		uint32_t key;

		memcpy(&key, text + i, sizeof(key));
		for (unsigned n = ANCHOR_WINDOW_MIN; n <= ANCHOR_WINDOW_MAX; n++)
			count_window(sample, key, n);
	}
}

static void add_byte(struct anchor_sample *sample, char c)
{
	sample->kind =
		mem_grow(sample->kind, sample->text.len, &sample->kind_cap, sizeof(*sample->kind));
	sample->kind[sample->text.len] = sample->n;
	buf_add_char(&sample->text, c);
}

void anchor_sample_add(struct anchor_sample *sample, const char *text, size_t len)
{
	count_windows(sample, text, len);
	if (sample->text.len == 0)
		add_byte(sample, '\n');
	for (size_t i = 0; i < len; i++)
		add_byte(sample, text[i]);
	add_byte(sample, '\n');
}

void anchor_sample_usual(struct anchor_sample *sample)
{
	for (size_t i = 0; anchor_usual[i] != NULL; i++)
		anchor_sample_add(sample, anchor_usual[i], strlen(anchor_usual[i]));
	sample->usual_len = sample->text.len;
}

static unsigned hash_at(const struct anchor_sample *sample, size_t at)
{
	const unsigned char *p = (const unsigned char *)sample->text.ptr + at;

	return index_hash(p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16);
}

void anchor_sample_finish(struct anchor_sample *sample)
{
	size_t n =
		sample->text.len < ANCHOR_WINDOW_MIN ? 0 : sample->text.len - ANCHOR_WINDOW_MIN + 1;

	sample->places = mem_new(n + 1, sizeof(*sample->places));
	for (size_t i = 0; i < n; i++)
		sample->firsts[hash_at(sample, i) + 1]++;
	for (size_t h = 1; h <= 1 << 15; h++)
		sample->firsts[h] += sample->firsts[h - 1];
	/* Each start moves on as its places are filled in, and back in the end. */
	for (size_t i = 0; i < n; i++)
		sample->places[sample->firsts[hash_at(sample, i)]++] = (uint32_t)i;
	memmove(sample->firsts + 1, sample->firsts, (1 << 15) * sizeof(sample->firsts[0]));
	sample->firsts[0] = 0;
}

void anchor_sample_fini(struct anchor_sample *sample)
{
	buf_fini(&sample->text);
	free(sample->kind);
	free(sample->places);
}

/* --- How often ---------------------------------------------------------------- */

/* So many kinds, as a rate at a byte; a few are what a rule looks for.  And in usual lines. */
static double rate_of(const struct anchor_sample *sample, unsigned kinds, unsigned usual)
{
	return (kinds > KINDS_OWN ? kinds / (sample->n + 1.0) / RECORD_BYTES : 0) +
	       usual / ((double)sample->usual_len + 1);
}

/* Whether the road stands at byte at of the texts. */
static bool stands(const struct anchor_sample *sample, const struct anchor_road *road, size_t at)
{
	const unsigned char *text = (const unsigned char *)sample->text.ptr;

	if (at == 0 || at + road->len >= sample->text.len ||
	    !byte_set_has(road->before, text[at - 1]))
		return false;
	for (unsigned i = 0; i < road->len; i++) {
		if (!byte_set_has(&road->sets[i], text[at + i]))
			return false;
	}
	return true;
}

struct anchor_places anchor_places(const struct anchor_sample *sample, uint32_t key)
{
	unsigned h = index_hash(key);

	if (sample == NULL)
		return (struct anchor_places){ 0 };
	return (struct anchor_places){ sample->places + sample->firsts[h],
				       sample->firsts[h + 1] - sample->firsts[h] };
}

/* The distance of the road's three bytes that stand at the fewest places; -1: none can be spelt. */
static int rarest(const struct anchor_sample *sample, const struct anchor_road *road,
		  uint32_t *keys_r, unsigned *n_r)
{
	size_t fewest = SIZE_MAX;
	int best = -1;

	for (unsigned i = 0; i + ANCHOR_WINDOW_MIN <= road->len; i++) {
		struct anchor_spelling spelling;
		uint32_t keys[ANCHOR_KEYS_MAX];
		size_t n = 0;

		if (!anchor_spell(&spelling, road->sets + i, ANCHOR_WINDOW_MIN))
			continue;
		anchor_keys(&spelling, keys);
		for (unsigned k = 0; k < spelling.keys; k++)
			n += anchor_places(sample, keys[k]).n;
		if (n >= fewest)
			continue;
		fewest = n;
		best = (int)i;
		*n_r = spelling.keys;
		memcpy(keys_r, keys, sizeof(keys));
	}
	return best;
}

double anchor_seen_road(const struct anchor_sample *sample, const struct anchor_road *road)
{
	uint32_t keys[ANCHOR_KEYS_MAX];
	unsigned n_keys = 0;
	unsigned kinds = 0;
	unsigned usual = 0;
	int distance;

	if (sample == NULL)
		return 0;
	distance = rarest(sample, road, keys, &n_keys);
	if (distance < 0)
		return 1;
	for (unsigned k = 0; k < n_keys; k++) {
		struct anchor_places places = anchor_places(sample, keys[k]);
		uint16_t last = 0; /* kinds count from 1 */

		for (size_t i = 0; i < places.n; i++) {
			size_t at = places.at[i];

			if (at < (size_t)distance || (last != 0 && sample->kind[at] == last) ||
			    !stands(sample, road, at - (size_t)distance))
				continue;
			last = sample->kind[at];
			kinds += last != 0;
			usual += last == 0;
		}
	}
	return rate_of(sample, kinds, usual);
}

double anchor_seen(const struct anchor_sample *sample, const struct anchor_spelling *s)
{
	uint32_t keys[ANCHOR_KEYS_MAX];
	double seen = 0;

	if (sample == NULL)
		return 0;
	anchor_keys(s, keys);
	for (unsigned k = 0; k < s->keys; k++) {
		unsigned h = sample_hash(keys[k], s->len);

		seen += rate_of(sample, sample->seen[s->len - ANCHOR_WINDOW_MIN][h].n,
				sample->seen[s->len - ANCHOR_WINDOW_MIN][h].usual);
	}
	return seen;
}
