/*
 * Of each window that occurs, what is kept is a count by a hash of its bytes.
 * Two windows of one hash share their count: they look more frequent than they
 * are, and others are chosen.
 */
#include <purposed/engine/anchor.h>

#include <string.h>

/* A key of up to so many kinds of record is what they are found by; a record has so many bytes. */
enum { KINDS_OWN = 3, RECORD_BYTES = 150 };

/* The first len bytes of key, folded, as a place in the sample. */
static unsigned sample_hash(uint32_t key, unsigned len)
{
	key |= UINT32_C(0x20202020);
	if (len < ANCHOR_WINDOW_MAX)
		key &= UINT32_C(0xffffff);
	return key * UINT32_C(2654435761) >> 17;
}

void anchor_sample_kind(struct anchor_sample *sample)
{
	sample->n++;
}

void anchor_sample_add(struct anchor_sample *sample, const char *text, size_t len)
{
	for (size_t i = 0; i + ANCHOR_WINDOW_MAX <= len; i++) {
		uint32_t key;

		memcpy(&key, text + i, sizeof(key));
		for (unsigned n = ANCHOR_WINDOW_MIN; n <= ANCHOR_WINDOW_MAX; n++) {
			unsigned h = sample_hash(key, n);

			if (sample->kinds[n - ANCHOR_WINDOW_MIN][h].last != sample->n) {
				sample->kinds[n - ANCHOR_WINDOW_MIN][h].last = sample->n;
				sample->kinds[n - ANCHOR_WINDOW_MIN][h].n++;
			}
		}
	}
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
		unsigned kinds = sample->kinds[s->len - ANCHOR_WINDOW_MIN][h].n;

		if (kinds > KINDS_OWN)
			seen += kinds;
	}
	return seen / (sample->n + 1.0) / RECORD_BYTES;
}
