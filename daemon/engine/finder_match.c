/*
 * Which texts stand where the sieve has seen windows?
 *
 * Of ten windows that it sees, one or two are part of a text that stands.  Asking one
 * window after the other, the processor would guess wrongly at each of them how that
 * ends, and wait.  So they go through three steps, many at a time, and none of them
 * jumps where it can count instead:
 *
 *	places	where the eight bytes around have the bits that all entries for the
 *		window's hash have in common
 *	entries	whose bits they have
 *	texts	of these entries, compared set by set
 */
#include <purposed/engine/finder_private.h>

#include <string.h>

#include <purposed/base/mem.h>

/* So many words of hits at a time: what is kept of them stays near. */
enum { WORDS = 8 };

struct place {
	uint64_t eight; /* its bytes, the first one lowest */
	uint32_t first; /* entry */
	uint32_t n;
	uint32_t at;
};

/* Notes the place, to be kept where the group's bits stand: returns whether. */
static bool note_place(struct place *place, uint64_t eight, size_t at,
		       const struct finder_group *group)
{
	*place = (struct place){ eight, group->first, group->n, (uint32_t)at };
	return (eight & group->mask) == group->bits;
}

/* The places of hits among up to WORDS words where entries may stand; returns how many. */
static size_t find_places(const struct finder *f, const unsigned char *bytes, const uint64_t *hits,
			  size_t words, struct place *places)
{
	size_t n = 0;

	for (size_t w = 0; w < words; w++) {
		for (uint64_t left = hits[w]; left != 0; left &= left - 1) {
			size_t at = w * 64 + (unsigned)__builtin_ctzll(left);
			uint64_t eight;
			uint32_t window;

			memcpy(&eight, bytes + at - FINDER_AHEAD, sizeof(eight));
			window = sieve_fold((uint32_t)(eight >> (8 * FINDER_AHEAD)));
			n += note_place(&places[n], eight, at,
					&f->groups[f->fours[finder_hash_four(window)]]);
			n += note_place(&places[n], eight, at,
					&f->groups[f->threes[finder_hash_three(window)]]);
		}
	}
	return n;
}

/* Adds what may stand there, `from` bytes behind the stretch's start. */
static void add_matches(const struct finder *f, const struct place *place, size_t from,
			struct finder_matches *matches)
{
	const struct finder_entry *entry = &f->entries[place->first];

	while (matches->cap < matches->n + place->n)
		matches->all =
			mem_grow(matches->all, matches->cap, &matches->cap, sizeof(*matches->all));
	for (size_t i = 0; i < place->n; i++, entry++) {
		matches->all[matches->n] =
			(struct finder_match){ (uint32_t)(from + place->at), entry->text };
		matches->n += (place->eight & entry->mask) == entry->bits;
	}
}

/* Whether the text stands whose window is at `at`, and has the bits of an entry. */
static bool text_stands(const struct finder *f, const unsigned char *bytes, size_t base,
			struct finder_match match)
{
	const struct finder_text *text = &f->texts[match.text];
	const unsigned char *window = bytes + match.at;
	size_t start = base + match.at;

	if (start < text->window)
		return false;
	start -= text->window;
	for (unsigned i = 0; i < text->n_checks; i++) {
		struct finder_check check = text->checks[i];
		bool outside = start == 0 && check.at < -(int)text->window;

		if (!byte_set_has(&f->sets[check.set], outside ? '\n' : window[check.at]))
			return false;
	}
	return true;
}

void finder_match(const struct finder *f, const unsigned char *bytes, size_t base,
		  const uint64_t *hits, size_t words, struct finder_matches *matches)
{
	struct place places[2 * WORDS * 64 + 1];
	size_t stand = 0;

	matches->n = 0;
	for (size_t w = 0; w < words; w += WORDS) {
		size_t n = find_places(f, bytes + 64 * w, hits + w,
				       words - w < WORDS ? words - w : WORDS, places);

		for (size_t i = 0; i < n; i++)
			add_matches(f, &places[i], 64 * w, matches);
	}
	for (size_t i = 0; i < matches->n; i++) {
		if (text_stands(f, bytes, base, matches->all[i]))
			matches->all[stand++] = matches->all[i];
	}
	matches->n = stand;
}
