/*
 * What a match may begin with is kept apart for two ways through the first choice of the
 * pattern, of those alternatives taken together that are most alike: in `user=|\d\d:` no
 * place is allowed for "us:".  Of a few choices that is taken which allows least.
 *
 * The tables are run over a text as all such automata of bits are: a byte moves what was
 * fitting so far on by one bit, and leaves what it fits itself.
 */
#include <purposed/engine/pattern_starts_private.h>

#include <math.h>
#include <string.h>

#include <purposed/engine/anchor.h>

enum { BYTES = PATTERN_STARTS_BYTES };

/* So many choices are tried. */
enum { CHOICES_TRIED = 4 };

/* So few are looked at one by one, which asks most of their bytes more than once. */
enum { FEW_PLACES = 4 };

/* So large a share of places is not few: PCRE2 tries them as fast by itself. */
static const double share_of_few = 0.2;

/* --- Ways --------------------------------------------------------------------- */

/* How large a share of places is allowed, as bytes alone tell. */
static double share(const struct pattern_starts_way *way)
{
	double share = 1;

	for (int i = 0; i < 3; i++)
		share *= anchor_frequency(&way->sets[i]);
	return share;
}

static struct pattern_starts_way both(const struct pattern_starts_way *a,
				      const struct pattern_starts_way *b)
{
	struct pattern_starts_way way = *a;

	for (int i = 0; i < BYTES; i++)
		byte_set_unite(&way.sets[i], &b->sets[i]);
	return way;
}

/* Makes two of those that are most alike one, until there are only so many as tables have. */
static void unite_ways(struct pattern_starts_way *ways, int n)
{
	for (; n > PATTERN_STARTS_WAYS; n--) {
		double least = HUGE_VAL;
		int a = 0;
		int b = 1;

		for (int i = 0; i < n; i++) {
			for (int k = i + 1; k < n; k++) {
				struct pattern_starts_way way = both(&ways[i], &ways[k]);
				double more = share(&way) - share(&ways[i]) - share(&ways[k]);

				if (more < least) {
					least = more;
					a = i;
					b = k;
				}
			}
		}
		ways[a] = both(&ways[a], &ways[b]);
		ways[b] = ways[n - 1];
	}
}

/* The ways through the choice that has `skipped` others before it; false: there is none. */
static bool derive_ways(struct pattern_starts_way *ways, const struct pattern_node *root,
			int skipped)
{
	struct pattern_starts_choice choice = { .taken = -1, .skipped = skipped };
	struct pattern_starts_way any;

	pattern_starts_walk(&any, root, &choice);
	if (choice.alt == NULL)
		return false;
	for (int i = 0; i < choice.n; i++) {
		choice.taken = i;
		choice.done = false;
		pattern_starts_walk(&ways[i], root, &choice);
	}
	unite_ways(ways, choice.n);
	return true;
}

static double share_of_all(const struct pattern_starts_way *ways)
{
	double all = 0;

	for (int i = 0; i < PATTERN_STARTS_WAYS; i++)
		all += share(&ways[i]);
	return all;
}

static void fill(struct pattern_starts *starts, const struct pattern_starts_way *ways)
{
	for (unsigned c = 0; c < 256; c++) {
		for (int bit = 0; bit < PATTERN_STARTS_WAYS * BYTES; bit++) {
			if (byte_set_has(&ways[bit / BYTES].sets[bit % BYTES], (unsigned char)c))
				starts->at[c] |= (uint16_t)(1u << bit);
		}
	}
}

void pattern_starts_derive(struct pattern_starts *starts_r, const struct pattern *pattern)
{
	const struct pattern_node *root = pattern_root(pattern);
	struct pattern_starts_way best[PATTERN_STARTS_WAYS] = { 0 };
	struct pattern_starts_way ways[PATTERN_STARTS_CHOICES];
	struct pattern_starts_choice none = { .taken = -1, .done = true };

	*starts_r = (struct pattern_starts){ .begins = pattern_starts_walk(&best[0], root, &none) };
	for (int skipped = 0; skipped < CHOICES_TRIED && derive_ways(ways, root, skipped);
	     skipped++) {
		if (share_of_all(ways) < share_of_all(best))
			memcpy(best, ways, sizeof(best));
	}
	starts_r->few = share_of_all(best) < share_of_few;
	fill(starts_r, best);
}

/* --- Places ------------------------------------------------------------------- */

/* Bits of the first and of the last byte of both ways. */
enum { FIRST = 1 | 1 << BYTES, LAST = FIRST << (BYTES - 1) };

/* Whether a match may start at this byte, where the one before it and enough behind it are text. */
static inline bool may_start(const struct pattern_starts *starts, const unsigned char *byte)
{
	unsigned fit = starts->at[byte[-1]] & starts->at[byte[0]] >> 1;

	if ((fit & FIRST) == 0)
		return false;
	for (int i = 2; i < BYTES; i++)
		fit &= (unsigned)starts->at[byte[i - 1]] >> i;
	return (fit & FIRST) != 0;
}

size_t pattern_starts_next(const struct pattern_starts *starts, struct span text, size_t from,
			   size_t last)
{
	/* Bit i of a way: the last i + 1 bytes may be the first ones, with the one before them. */
	unsigned fit = FIRST;
	size_t i;

	if (from == 0 && starts->begins)
		return 0;
	if (from != 0 && last - from < FEW_PLACES && last + BYTES - 1 <= text.len) {
		while (from <= last && !may_start(starts, (const unsigned char *)text.ptr + from))
			from++;
		return from;
	}
	if (from != 0)
		fit = starts->at[(unsigned char)text.ptr[from - 1]] & FIRST;
	for (i = from; i < text.len; i++) {
		fit = (fit << 1 | FIRST) & starts->at[(unsigned char)text.ptr[i]];
		if ((fit & LAST) != 0)
			return i - (BYTES - 2);
		if (i == last + BYTES - 2)
			return last + 1;
	}
	/* What would stand behind the end is not known: it may be anything. */
	for (; i <= last + BYTES - 2; i++) {
		fit = fit << 1 | FIRST;
		if ((fit & LAST) != 0)
			return i - (BYTES - 2);
	}
	return last + 1;
}
