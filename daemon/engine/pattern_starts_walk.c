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
#include <purposed/engine/pattern_starts_private.h>

#include <stddef.h>

enum { BYTES = PATTERN_STARTS_BYTES, FAR = 1 << BYTES };

struct starts {
	struct pattern_starts_choice *choice;
	struct byte_set sets[BYTES];
	struct byte_set must[BYTES];
	bool word;   /* \b where the match starts */
	bool begins; /* there is a ^, be it on a way that is none */
};

static unsigned descend(const struct pattern_node *node, unsigned mask, struct starts *s);

static void clear(struct starts *s, struct pattern_starts_choice *choice)
{
	*s = (struct starts){ .choice = choice };
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

static int count_children(const struct pattern_node *alt)
{
	int n = 0;

	for (const struct pattern_node *c = alt->child; c != NULL; c = c->next)
		n++;
	return n;
}

/* The number of the alternative that is to be taken here; -1: any. */
static int choose(const struct pattern_node *alt, unsigned mask,
		  struct pattern_starts_choice *choice)
{
	if (choice->done || only_distance(mask) != 1)
		return -1;
	if (choice->alt == NULL) {
		choice->n = count_children(alt);
		if (choice->n >= 2 && choice->n <= PATTERN_STARTS_CHOICES && choice->skipped-- == 0)
			choice->alt = alt;
	}
	if (choice->alt != alt)
		return -1;
	choice->done = true;
	return choice->taken;
}

/* One of several ways, which must be initialised; returns where it ends. */
static unsigned descend_way(const struct pattern_node *node, unsigned mask, struct starts *s,
			    struct starts *way)
{
	unsigned end;

	clear(way, s->choice);
	end = descend(node, mask, way);
	s->begins |= way->begins;
	if (end != 0)
		unite(s, way);
	return end;
}

static unsigned descend_choice(const struct pattern_node *alt, unsigned mask, struct starts *s)
{
	struct byte_set must[BYTES] = { 0 };
	int taken = choose(alt, mask, s->choice);
	int number = 0;
	unsigned out = 0;
	bool word = true;

	for (const struct pattern_node *c = alt->child; c != NULL; c = c->next, number++) {
		struct starts way;
		unsigned end;

		if (taken >= 0 && number != taken)
			continue;
		end = descend_way(c, mask, s, &way);
		if (end == 0)
			continue;
		out |= end;
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

	return descend_way(node, mask, s, &way);
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
	clear(&way, s->choice);
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

	/* What is behind all that is looked at. */
	if (mask == FAR)
		return FAR;
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

bool pattern_starts_walk(struct pattern_starts_way *way_r, const struct pattern_node *root,
			 struct pattern_starts_choice *choice)
{
	struct starts s;
	unsigned end;

	clear(&s, choice);
	end = descend(root, 1u << 1, &s);
	if (end == 0) {
		*way_r = (struct pattern_starts_way){ 0 };
		return s.begins;
	}
	open_behind(&s, end);
	s.sets[0] = byte_set_all;
	for (int i = 0; i < BYTES; i++)
		byte_set_intersect(&s.sets[i], &s.must[i]);
	if (s.word && byte_set_holds(&byte_set_word, &s.sets[1]))
		byte_set_intersect(&s.sets[0], &byte_set_no_word);
	for (int i = 0; i < BYTES; i++)
		way_r->sets[i] = s.sets[i];
	return s.begins;
}
