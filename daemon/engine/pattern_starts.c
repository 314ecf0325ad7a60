/*
 * A descent over the tree with what may stand at each of the first bytes:
 *
 *	sets	all that the ways through a part may put there, taken together
 *	must	what has to stand there, whichever way was taken: what lookarounds ask for
 *
 * A part begins and ends at some of these distances, which are bits of a mask; FAR is any
 * that is farther than they reach, and an empty mask means that no match goes this way.
 * Distance 0 is the byte before the match, which starts at 1.
 *
 * No match goes through a ^: where there is one, the beginning of the text is always a
 * place, and what is told here is told of the others.
 */
#include <purposed/engine/pattern_starts.h>

#include <purposed/engine/anchor.h>

enum { BYTES = PATTERN_STARTS_BYTES, FAR = 1 << BYTES };

/* So few are looked at one by one, which asks most of their bytes more than once. */
enum { FEW_PLACES = 4 };

/* So large a share of places is not few: PCRE2 tries them as fast by itself. */
static const double share_of_few = 0.2;

struct starts {
	struct byte_set sets[BYTES];
	struct byte_set must[BYTES];
	bool word;   /* \b where the match starts */
	bool begins; /* there is a ^, be it on a way that is none */
};

static unsigned descend(const struct pattern_node *node, unsigned mask, struct starts *s);

static void clear(struct starts *s)
{
	*s = (struct starts){ .word = false };
	for (int i = 0; i < BYTES; i++)
		s->must[i] = byte_set_all;
}

/* Adds what stands there on one of several ways. */
static void unite(struct starts *s, struct starts *way)
{
	for (int i = 0; i < BYTES; i++) {
		byte_set_intersect(&way->sets[i], &way->must[i]);
		byte_set_unite(&s->sets[i], &way->sets[i]);
	}
}

/* The only distance of a mask; 0: there are several, or it is far. */
static int only_distance(unsigned mask)
{
	return (mask & (mask - 1)) == 0 && mask != FAR ? __builtin_ctz(mask) : 0;
}

static void demand(struct starts *s, int distance, const struct byte_set *set)
{
	byte_set_intersect(&s->must[distance], set);
}

/* Behind what ends at distances of the mask anything may stand. */
static void open_behind(struct starts *s, unsigned mask)
{
	for (int i = 0; i < BYTES; i++) {
		if ((mask & ((2u << i) - 1)) != 0)
			s->sets[i] = byte_set_all;
	}
}

static unsigned descend_set(const struct byte_set *set, unsigned mask, struct starts *s)
{
	for (int i = 0; i < BYTES; i++) {
		if ((mask >> i & 1) != 0)
			byte_set_unite(&s->sets[i], set);
	}
	return ((mask << 1) & (2 * FAR - 1)) | (mask & FAR);
}

static unsigned descend_choice(const struct pattern_node *alt, unsigned mask, struct starts *s)
{
	struct byte_set must[BYTES] = { 0 };
	unsigned out = 0;
	bool word = true;

	for (const struct pattern_node *c = alt->child; c != NULL; c = c->next) {
		struct starts way;
		unsigned end;

		clear(&way);
		end = descend(c, mask, &way);
		s->begins |= way.begins;
		if (end == 0)
			continue;
		out |= end;
		unite(s, &way);
		word &= way.word;
		for (int i = 0; i < BYTES; i++)
			byte_set_unite(&must[i], &way.must[i]);
	}
	for (int i = 0; i < BYTES; i++)
		demand(s, i, &must[i]);
	s->word |= word;
	return out;
}

/* Once more, where that need not be, or not from the same distance. */
static unsigned descend_again(const struct pattern_node *node, unsigned mask, struct starts *s)
{
	struct starts way;
	unsigned end;

	clear(&way);
	end = descend(node, mask, &way);
	s->begins |= way.begins;
	if (end != 0)
		unite(s, &way);
	return end;
}

static unsigned descend_repeat(const struct pattern_node *node, unsigned mask, struct starts *s)
{
	unsigned last;

	if (node->max == 0)
		return mask;
	if (node->min > 0)
		mask = descend(node->child, mask, s);
	for (unsigned i = 1; i < node->min && i < BYTES && mask != 0; i++)
		mask = descend_again(node->child, mask, s);
	last = mask;
	for (unsigned i = node->min > 0 ? node->min : 0; i < node->max && last != 0; i++) {
		last = descend_again(node->child, last, s) & ~mask;
		mask |= last;
	}
	return mask;
}

/* What is asked for ahead stands there as if it was part of the match. */
static unsigned descend_ahead(const struct pattern_node *node, unsigned mask, struct starts *s)
{
	const struct pattern_node *asked = pattern_asked(node);
	int distance = only_distance(mask);
	struct starts way;
	unsigned end;

	if (distance == 0)
		return mask;
	demand(s, distance, &node->set);
	if (asked == NULL)
		return mask;
	clear(&way);
	end = descend(asked, mask, &way);
	s->begins |= way.begins;
	if (end == 0)
		return 0;
	open_behind(&way, end);
	for (int i = distance; i < BYTES; i++)
		demand(s, i, &way.sets[i]);
	for (int i = 0; i < BYTES; i++)
		demand(s, i, &way.must[i]);
	return mask;
}

static unsigned descend_sequence(const struct pattern_node *child, unsigned mask, struct starts *s)
{
	for (; child != NULL && mask != 0; child = child->next)
		mask = descend(child, mask, s);
	return mask;
}

/* Returns where the node may end that begins at distances of the mask. */
static unsigned descend(const struct pattern_node *node, unsigned mask, struct starts *s)
{
	int distance = only_distance(mask);

	switch (node->op) {
	case PATTERN_SET: return descend_set(&node->set, mask, s);
	case PATTERN_CAT: return descend_sequence(node->child, mask, s);
	case PATTERN_ALT: return descend_choice(node, mask, s);
	case PATTERN_REPEAT: return descend_repeat(node, mask, s);
	case PATTERN_AHEAD: return descend_ahead(node, mask, s);
	case PATTERN_BEHIND:
		if (distance > 0)
			demand(s, distance - 1, &node->set);
		return mask;
	case PATTERN_WORD: s->word |= distance == 1; return mask;
	case PATTERN_PLACE: s->begins |= node->must; return node->must ? 0 : mask;
	default: return mask;
	}
}

/* How large a share of places is allowed, as bytes alone tell. */
static double share(const struct starts *s)
{
	double share = 1;

	for (int i = 0; i < 3; i++)
		share *= anchor_frequency(&s->sets[i]);
	return share;
}

void pattern_starts_derive(struct pattern_starts *starts_r, const struct pattern *pattern)
{
	struct starts s;
	unsigned end;

	clear(&s);
	end = descend(pattern_root(pattern), 1u << 1, &s);
	open_behind(&s, end);
	s.sets[0] = byte_set_all;
	for (int i = 0; i < BYTES; i++)
		byte_set_intersect(&s.sets[i], &s.must[i]);
	if (s.word && byte_set_holds(&byte_set_word, &s.sets[1]))
		byte_set_intersect(&s.sets[0], &byte_set_no_word);
	*starts_r = (struct pattern_starts){ .few = share(&s) < share_of_few, .begins = s.begins };
	for (unsigned c = 0; c < 256; c++) {
		for (int i = 0; i < BYTES; i++) {
			if (byte_set_has(&s.sets[i], (unsigned char)c))
				starts_r->at[c] |= (uint8_t)(1u << i);
		}
	}
}

/* Whether a match may start at this byte, where the one before it and enough behind it are text. */
static inline bool may_start(const struct pattern_starts *starts, const unsigned char *byte)
{
	unsigned fit = starts->at[byte[-1]] & starts->at[byte[0]] >> 1;

	if ((fit & 1) == 0)
		return false;
	for (int i = 2; i < BYTES; i++)
		fit &= (unsigned)starts->at[byte[i - 1]] >> i;
	return (fit & 1) != 0;
}

size_t pattern_starts_next(const struct pattern_starts *starts, struct span text, size_t from,
			   size_t last)
{
	/* Bit i: the last i + 1 bytes may be the first ones, with the one before them. */
	unsigned fit = 1;
	size_t i;

	if (from == 0 && starts->begins)
		return 0;
	if (from != 0 && last - from < FEW_PLACES && last + BYTES - 1 <= text.len) {
		while (from <= last && !may_start(starts, (const unsigned char *)text.ptr + from))
			from++;
		return from;
	}
	if (from != 0)
		fit = starts->at[(unsigned char)text.ptr[from - 1]] & 1;
	for (i = from; i < text.len; i++) {
		fit = (fit << 1 | 1) & starts->at[(unsigned char)text.ptr[i]];
		if ((fit >> (BYTES - 1) & 1) != 0)
			return i - (BYTES - 2);
		if (i == last + BYTES - 2)
			return last + 1;
	}
	/* What would stand behind the end is not known: it may be anything. */
	for (; i <= last + BYTES - 2; i++) {
		fit = fit << 1 | 1;
		if ((fit >> (BYTES - 1) & 1) != 0)
			return i - (BYTES - 2);
	}
	return last + 1;
}
