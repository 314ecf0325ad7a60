/*
 * Which texts stand where the sieve has seen windows?
 *
 * Of ten windows that it sees, less than one is part of a text that stands.  Asking one
 * window after the other, the processor would guess wrongly at each of them how that
 * ends, and wait.  So they go through four steps, many at a time, and the first three do
 * not jump where they can count instead:
 *
 *	places	where the eight bytes around have the bits that all rows for the window's
 *		hash have in common
 *	rows	whose bits they have
 *	first	check of their texts, which refuses five of six
 *	texts	of these rows, compared set by set
 */
#include <purposed/engine/finder_private.h>

#include <string.h>

#include <purposed/base/mem.h>

/* So many hits at a time: what is kept of them stays near. */
enum { HITS = 512 };

/* A place, and a group whose bits stand there. */
struct found {
	uint16_t at;
	uint16_t group;
};

/* Notes the place, to be kept where the group's bits stand: returns whether. */
static bool note_found(const struct finder *f, uint64_t eight, uint16_t at, uint32_t hash,
		       struct found *found)
{
	uint16_t number = f->by_hash[hash];
	const struct finder_group *group = &f->groups[number];

	*found = (struct found){ at, number };
	return (eight & group->mask) == group->bits;
}

/* The places of hits where rows may agree; returns how many.  All their rows are counted. */
static size_t find_places(const struct finder *f, const unsigned char *bytes, const uint16_t *hits,
			  size_t n_hits, struct sieve_place *places, size_t *rows_r)
{
	struct found found[HITS + 1];
	size_t n = 0;
	size_t rows = 0;

	for (size_t i = 0; i < n_hits; i++) {
		uint64_t eight;
		uint32_t window;

		memcpy(&eight, bytes + hits[i] - FINDER_AHEAD, sizeof(eight));
		window = sieve_fold((uint32_t)(eight >> (8 * FINDER_AHEAD)));
		n += note_found(f, eight, hits[i], finder_hash(window), &found[n]);
	}
	for (size_t i = 0; i < n; i++) {
		const struct finder_group *group = &f->groups[found[i].group];

		places[i] = (struct sieve_place){ found[i].at, group->first, group->n };
		rows += group->n;
	}
	*rows_r = rows;
	return n;
}

static bool holds(const struct finder *f, struct finder_check check, const unsigned char *window)
{
	return byte_set_has(&f->sets[check.set], window[check.at]);
}

/* Leaves those whose first check holds. */
static void try_first(const struct finder *f, const unsigned char *bytes,
		      struct finder_matches *matches)
{
	size_t n = 0;

	for (size_t i = 0; i < matches->n; i++) {
		struct sieve_match match = matches->all[i];

		matches->all[n] = match;
		n += holds(f, f->texts[match.number].checks[0], bytes + match.at);
	}
	matches->n = n;
}

/* Whether the text stands whose window is at `at`, and has the bits of a row and the first check.
 */
static bool text_stands(const struct finder *f, const unsigned char *bytes, size_t base,
			struct sieve_match match)
{
	const struct finder_text *text = &f->texts[match.number];

	if ((long long)base + match.at < text->window)
		return false;
	for (unsigned i = 1; i < text->n_checks; i++) {
		if (!holds(f, text->checks[i], bytes + match.at))
			return false;
	}
	return true;
}

void finder_match(const struct finder *f, const unsigned char *bytes, size_t base,
		  const uint64_t *hits, size_t words, struct finder_matches *matches)
{
	uint16_t list[SIEVE_BYTES + SIEVE_MORE];
	struct sieve_place places[HITS + 1];
	size_t n_hits = f->level->list(hits, words, list);
	size_t stand = 0;

	matches->n = 0;
	for (size_t i = 0; i < n_hits; i += HITS) {
		size_t rows;
		size_t n = find_places(f, bytes, list + i, n_hits - i < HITS ? n_hits - i : HITS,
				       places, &rows);

		while (matches->cap < matches->n + rows + SIEVE_MORE)
			matches->all = mem_grow(matches->all, matches->cap, &matches->cap,
						sizeof(*matches->all));
		matches->n += f->level->compare(&f->rows, bytes - FINDER_AHEAD, places, n,
						matches->all + matches->n);
	}
	try_first(f, bytes, matches);
	for (size_t i = 0; i < matches->n; i++) {
		if (text_stands(f, bytes, base, matches->all[i]))
			matches->all[stand++] = matches->all[i];
	}
	matches->n = stand;
}
