/* Windows as keys: their bytes in one case, in all combinations. */
#include <purposed/engine/anchor.h>

/* As anchor_folded, but no more than max of them. */
static unsigned folded(const struct byte_set *set, unsigned char *bytes, unsigned max)
{
	unsigned n = 0;

	/* Bytes that differ in 0x20 only are 32 bits apart, and in one word. */
	for (int word = 0; word < 4; word++) {
		uint64_t both = (set->bits[word] | set->bits[word] << 32) >> 32;

		for (; both != 0 && n < max; both &= both - 1)
			bytes[n++] = (unsigned char)(word * 64 + 32 + __builtin_ctzll(both));
	}
	return n;
}

unsigned anchor_folded(const struct byte_set *set, unsigned char *bytes)
{
	return folded(set, bytes, 128);
}

bool anchor_spell(struct anchor_spelling *s, const struct byte_set *sets, unsigned len)
{
	s->len = len;
	s->keys = 1;
	for (unsigned i = 0; i < len; i++) {
		s->n[i] = folded(&sets[i], s->bytes[i], ANCHOR_KEYS_MAX + 1);
		s->keys *= s->n[i];
		if (s->keys > ANCHOR_KEYS_MAX)
			return false;
	}
	return true;
}

void anchor_keys(const struct anchor_spelling *s, uint32_t *keys_r)
{
	unsigned n = 1;

	keys_r[0] = 0;
	for (unsigned i = 0; i < s->len; i++) {
		/* What is there, with each of the bytes; the first one last, as it is what is
		 * copied. */
		for (unsigned b = s->n[i]; b-- > 0;) {
			for (unsigned k = 0; k < n; k++)
				keys_r[b * n + k] = keys_r[k] | (uint32_t)s->bytes[i][b] << (8 * i);
		}
		n *= s->n[i];
	}
}
