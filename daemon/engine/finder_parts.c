/* Of all anchors that rules have: texts, each with a window (finder_window.c), and shapes. */
#include <purposed/engine/finder_private.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/hash.h>
#include <purposed/base/mem.h>

/* --- Sets ------------------------------------------------------------------- */

enum { SET_HASHES = 4096 };

/* Parts in the making. */
struct maker {
	struct finder_text *texts;
	size_t n_texts, texts_cap;
	struct finder_spelling *spellings;
	size_t n_spellings, spellings_cap;
	struct byte_set *sets;
	size_t n_sets, sets_cap;
	/* Chains of the numbers of sets, by their hashes. */
	uint16_t sets_by_hash[SET_HASHES];
	uint16_t *sets_next;
	size_t sets_next_cap;
};

static uint16_t *chain_of(struct maker *m, const struct byte_set *set)
{
	return &m->sets_by_hash[hash_add(HASH_START, span_of((const char *)set, sizeof(*set))) %
				SET_HASHES];
}

/* The number that it has; FINDER_NO_SET: none yet. */
static uint16_t find_set(struct maker *m, const struct byte_set *set)
{
	uint16_t i = *chain_of(m, set);

	while (i != FINDER_NO_SET && memcmp(&m->sets[i], set, sizeof(*set)) != 0)
		i = m->sets_next[i];
	return i;
}

/*
 * A set has one number, however many texts have it.  The last number is that of all bytes,
 * which stand for every set that comes later: with them too much is found, never too little.
 */
static uint16_t number_of_set(struct maker *m, const struct byte_set *set)
{
	uint16_t known = find_set(m, set);
	uint16_t *first;

	if (known == FINDER_NO_SET && m->n_sets >= FINDER_NO_SET - 1) {
		set = &byte_set_all;
		known = find_set(m, set);
	}
	if (known != FINDER_NO_SET)
		return known;
	first = chain_of(m, set);
	m->sets = mem_grow(m->sets, m->n_sets, &m->sets_cap, sizeof(*m->sets));
	m->sets_next = mem_grow(m->sets_next, m->n_sets, &m->sets_next_cap, sizeof(*m->sets_next));
	m->sets[m->n_sets] = *set;
	m->sets_next[m->n_sets] = *first;
	*first = (uint16_t)m->n_sets;
	return (uint16_t)m->n_sets++;
}

/* --- Texts ------------------------------------------------------------------ */

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

/* Whether an entry's bits for byte i of the text are all that is to be said of it. */
static bool is_told(const struct anchor_text *from, const struct finder_window *window, int i)
{
	const struct byte_set *set = finder_text_set(from, i);
	int at = i - window->at;
	uint8_t mask;
	uint8_t bits;

	/* One spelling of a letter, or both: that is what bits can say. */
	if (at >= 0 && at < (int)window->len)
		return true;
	if (at < -FINDER_AHEAD || at >= (int)sizeof(uint64_t) - FINDER_AHEAD)
		return byte_set_holds(set, &byte_set_all);
	common_bits(set, -1, &mask, &bits);
	return byte_set_count(set) == 1u << (8 - __builtin_popcount(mask));
}

/* All of a text that its entries do not tell. */
static void add_checks(struct maker *m, struct finder_text *text, const struct anchor_text *from,
		       const struct finder_window *window)
{
	for (int i = -1; i < (int)from->len; i++) {
		if (!is_told(from, window, i))
			text->checks[text->n_checks++] =
				(struct finder_check){ (int8_t)(i - window->at),
						       number_of_set(m, finder_text_set(from, i)) };
	}
}

/* --- The order of checks ------------------------------------------------------ */

/* How often each check held, where the window stands in the sample. */
struct trial {
	unsigned held[ANCHOR_TEXT_MAX + 1];
};

static bool stands_in(const struct anchor_sample *sample, uint32_t key, unsigned len, size_t at)
{
	const unsigned char *text = (const unsigned char *)sample->text.ptr;

	for (unsigned i = 0; i < len; i++) {
		if (at + i >= sample->text.len ||
		    anchor_fold(text[at + i]) != (key >> (8 * i) & 255))
			return false;
	}
	return true;
}

static void try_checks(const struct maker *m, const struct finder_text *text,
		       const struct anchor_sample *sample, size_t at, struct trial *trial)
{
	const unsigned char *bytes = (const unsigned char *)sample->text.ptr;

	for (unsigned i = 0; i < text->n_checks; i++) {
		long long place = (long long)at + text->checks[i].at;

		trial->held[i] += place >= 0 && (size_t)place < sample->text.len &&
				  byte_set_has(&m->sets[text->checks[i].set], bytes[place]);
	}
}

/*
 * Most places where a window stands are not the text, and the first check should tell: that
 * which holds at the fewest of those in the sample; or whose bytes are the rarest.
 */
static void order_checks(const struct maker *m, struct finder_text *text, const struct trial *trial)
{
	double often[ANCHOR_TEXT_MAX + 1];

	for (unsigned i = 0; i < text->n_checks; i++) {
		struct finder_check check = text->checks[i];
		double this = trial->held[i] + anchor_frequency(&m->sets[check.set]);
		unsigned at = i;

		for (; at > 0 && often[at - 1] > this; at--) {
			often[at] = often[at - 1];
			text->checks[at] = text->checks[at - 1];
		}
		often[at] = this;
		text->checks[at] = check;
	}
}

/* The byte of a window at a distance from its first one, as key has it; -1: none of it is there. */
static int folded_at(uint32_t key, const struct finder_window *window, int at)
{
	if (at < 0 || at >= (int)window->len)
		return -1;
	return (int)(key >> (8 * (unsigned)at) & 0xff);
}

/* Of a text whose window begins at `at`, has len bytes, and is spelt like key. */
static void add_spelling(struct maker *m, uint32_t key, const struct anchor_text *text,
			 const struct finder_window *window, uint16_t fourth)
{
	struct finder_spelling s = { .key = key, .text = (uint32_t)m->n_texts, .fourth = fourth };

	for (int i = 0; i < (int)sizeof(s.mask); i++) {
		int at = i - FINDER_AHEAD;
		uint8_t mask;
		uint8_t bits;

		common_bits(finder_text_set(text, window->at + at), folded_at(key, window, at),
			    &mask, &bits);
		s.mask |= (uint64_t)mask << (8 * i);
		s.bits |= (uint64_t)bits << (8 * i);
	}
	m->spellings =
		mem_grow(m->spellings, m->n_spellings, &m->spellings_cap, sizeof(*m->spellings));
	m->spellings[m->n_spellings++] = s;
}

/* A text counts from its window, so that a match may begin further before it. */
static int farther(int before_max, int more)
{
	return before_max == ANCHOR_FAR ? ANCHOR_FAR : before_max + more;
}

/* Blanks that may stand in a text before its window. */
static int blanks_before(const struct anchor_text *text, const struct finder_window *window)
{
	int n = 0;

	for (int i = 0; i < (int)window->at; i++)
		n += byte_set_has(&text->sets[i], ' ');
	return n;
}

/* Returns how many blanks may stand between its beginning and where it counts from. */
static int add_text(struct maker *m, uint16_t part, const struct anchor_text *from,
		    const struct anchor_sample *sample)
{
	struct finder_window window = finder_window_best(from, sample);
	struct anchor_spelling spelling;
	uint32_t keys[ANCHOR_KEYS_MAX];
	uint16_t fourth = FINDER_NO_SET;
	struct trial trial = { 0 };
	struct finder_text text = {
		.part = part,
		.window = (int8_t)window.at,
		.before_min = from->before_min + window.at,
		.before_max = farther(from->before_max, window.at),
	};

	add_checks(m, &text, from, &window);
	finder_window_spell(&spelling, from, window.at, window.len);
	anchor_keys(&spelling, keys);
	if (window.len < ANCHOR_WINDOW_MAX)
		fourth = number_of_set(m, finder_text_set(from, window.at + ANCHOR_WINDOW_MIN));
	for (unsigned k = 0; k < spelling.keys; k++) {
		struct anchor_places places = anchor_places(sample, keys[k]);

		for (size_t i = 0; i < places.n; i++) {
			if (stands_in(sample, keys[k], window.len, places.at[i]))
				try_checks(m, &text, sample, places.at[i], &trial);
		}
		add_spelling(m, keys[k], from, &window, fourth);
	}
	order_checks(m, &text, &trial);
	m->texts = mem_grow(m->texts, m->n_texts, &m->texts_cap, sizeof(*m->texts));
	m->texts[m->n_texts++] = text;
	return blanks_before(from, &window);
}

/* --- Parts ------------------------------------------------------------------ */

static void add_shapes(struct shape_builder *builder, const struct anchors *anchors,
		       struct finder_part *part)
{
	if (anchors->n_shapes == 0)
		return;
	part->has_shape = true;
	part->shape = shape_add(builder, anchors->shapes, anchors->n_shapes);
	part->shape_before_min = INT_MAX;
	part->shape_before_max = INT_MIN;
	for (size_t i = 0; i < anchors->n_shapes; i++) {
		const struct anchor_shape *shape = &anchors->shapes[i];

		if (shape->before_min < part->shape_before_min)
			part->shape_before_min = shape->before_min;
		if (shape->before_max > part->shape_before_max)
			part->shape_before_max = shape->before_max;
	}
}

/* Of the part's shape, and of its texts, from the first one on. */
static int most_before(const struct maker *m, size_t first, const struct finder_part *part)
{
	int most = part->has_shape ? part->shape_before_max : INT_MIN;

	for (size_t i = first; i < m->n_texts; i++) {
		if (m->texts[i].before_max > most)
			most = m->texts[i].before_max;
	}
	return most;
}

struct finder_parts *finder_parts_new(const struct finder_rule *rules, size_t n,
				      const struct anchor_sample *sample)
{
	struct finder_parts *parts = mem_new(1, sizeof(*parts));
	struct finder_part *made = mem_new(n + 1, sizeof(*made));
	struct pattern_starts *starts = mem_new(n + 1, sizeof(*starts));
	struct shape_builder *builder = shape_builder_new();
	struct maker m = {
		.sets = mem_new(1, sizeof(*m.sets)),
		.sets_cap = 1,
		.sets_next = mem_new(1, sizeof(*m.sets_next)),
		.sets_next_cap = 1,
	};

	memset(m.sets_by_hash, 0xff, sizeof(m.sets_by_hash)); /* FINDER_NO_SET */
	number_of_set(&m, &byte_set_all);		      /* FINDER_ANY_SET */
	for (size_t i = 0; i < n; i++) {
		const struct anchors *anchors = rules[i].anchors;
		size_t first = m.n_texts;
		int blanks = 0;

		made[i].rule = rules[i].rule;
		if (rules[i].starts != NULL)
			starts[i] = *rules[i].starts;
		for (size_t k = 0; k < anchors->n_texts; k++) {
			int more = add_text(&m, (uint16_t)i, &anchors->texts[k], sample);

			blanks = more > blanks ? more : blanks;
		}
		add_shapes(builder, anchors, &made[i]);
		made[i].before_max = most_before(&m, first, &made[i]);
		made[i].blanks_max = farther(anchors->blanks_max, blanks);
	}
	free(m.sets_next);
	*parts = (struct finder_parts){
		.parts = made,
		.starts = starts,
		.n = n,
		.texts = m.texts,
		.n_texts = m.n_texts,
		.spellings = m.spellings,
		.n_spellings = m.n_spellings,
		.sets = m.sets,
		.n_sets = m.n_sets,
	};
	parts->values = shape_finish(&builder, &parts->n_values);
	return parts;
}

void finder_parts_free(struct finder_parts **parts)
{
	struct finder_parts *p;

	if (parts == NULL || *parts == NULL)
		return;
	p = *parts;
	*parts = NULL;
	free((void *)(uintptr_t)p->parts);
	free((void *)(uintptr_t)p->starts);
	free((void *)(uintptr_t)p->texts);
	free((void *)(uintptr_t)p->spellings);
	free((void *)(uintptr_t)p->sets);
	free((void *)(uintptr_t)p->values);
	free(p);
}
