/*
 * All words that a part of a pattern stands for: see regex_words_private.h.
 *
 * The tree is walked as PCRE2 would try it, on a text that goes on with whatever is asked for; each
 * end that is reached is a word.  What is still to be matched is a list on the stack.
 */
#include <purposed/engine/regex_words_private.h>

#include <string.h>

#include <purposed/engine/pattern_syntax.h>

enum { MEMBERS_MAX = 8, TIMES_MAX = 4 };

void words_listing_fini(struct words_listing *listing)
{
	buf_fini(&listing->bytes);
	listing->n = 0;
}

bool words_listing_next(const struct words_listing *listing, size_t *at, struct span *word_r)
{
	const char *word = listing->bytes.ptr + *at;

	if (*at == listing->bytes.len)
		return false;
	*word_r = span_of(word + 1, (unsigned char)*word);
	*at += 1 + word_r->len;
	return true;
}

bool words_listing_mirror(struct words_listing *listing)
{
	struct span word;

	for (size_t at = 0; words_listing_next(listing, &at, &word);) {
		char *bytes = listing->bytes.ptr + (at - word.len);

		if (word.len == 0)
			return false;
		for (size_t i = 0; i < word.len / 2; i++) {
			char c = bytes[i];

			bytes[i] = bytes[word.len - 1 - i];
			bytes[word.len - 1 - i] = c;
		}
	}
	return true;
}

/* On its way through the tree. */
struct lister {
	struct words_listing *listing;
	size_t max;
	bool folded;
	unsigned char word[1 + REGEX_TABLE_WORD_MAX]; /* so far, behind its length */
};

/* What comes then: a node and its siblings, or a repeated one up to `max` times more. */
struct tail {
	const struct pattern_node *node;
	bool repeats;
	unsigned min, max;
	const struct tail *next;
};

static bool list_all(struct lister *l, const struct pattern_node *node, const struct tail *tail);

static bool end_word(struct lister *l)
{
	if (l->listing->n == l->max)
		return false;
	buf_add(&l->listing->bytes, l->word, 1 + (size_t)l->word[0]);
	l->listing->n++;
	return true;
}

/* node, which is repeated: as often as it can be, and then less often. */
static bool list_times(struct lister *l, const struct pattern_node *node, unsigned min,
		       unsigned max, const struct tail *tail)
{
	const struct tail again = { node, true, min > 0 ? min - 1 : 0, max - 1, tail };

	if (max > 0 && !list_all(l, node, &again))
		return false;
	return min > 0 || list_all(l, NULL, tail);
}

static bool list_tail(struct lister *l, const struct tail *tail)
{
	if (tail == NULL)
		return end_word(l);
	if (tail->repeats)
		return list_times(l, tail->node, tail->min, tail->max, tail->next);
	return list_all(l, tail->node, tail->next);
}

/* One of the bytes of a set; of letters in both cases, where it is folded, the small one. */
static bool list_byte(struct lister *l, const struct pattern_node *node, unsigned c,
		      const struct tail *tail)
{
	if (l->folded && pattern_is_letter((int)c)) {
		if (!byte_set_has(&node->set, (unsigned char)(c ^ 0x20)))
			return false;
		if ((c & 0x20) == 0)
			return true;
	}
	if (c <= REGEX_TABLE_RUN || l->word[0] == REGEX_TABLE_WORD_MAX)
		return false;
	l->word[++l->word[0]] = (unsigned char)c;
	if (!list_all(l, node->next, tail))
		return false;
	l->word[0]--;
	return true;
}

static bool list_set(struct lister *l, const struct pattern_node *node, const struct tail *tail)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 4; i++) {
		for (uint64_t left = node->set.bits[i]; left != 0; left &= left - 1) {
			if (n++ == MEMBERS_MAX ||
			    !list_byte(l, node, 64 * i + (unsigned)__builtin_ctzll(left), tail))
				return false;
		}
	}
	return true;
}

static bool list_choice(struct lister *l, const struct pattern_node *alt, const struct tail *tail)
{
	if ((alt->how & (PATTERN_CAUGHT | PATTERN_ATOMIC | PATTERN_FIXED)) != 0 ||
	    alt->start == PATTERN_NOWHERE)
		return false;
	for (const struct pattern_node *c = alt->child; c != NULL; c = c->next) {
		if (!list_all(l, c->child, tail))
			return false;
	}
	return true;
}

static bool list_repeat(struct lister *l, const struct pattern_node *node, const struct tail *tail)
{
	if ((node->how & (PATTERN_ATOMIC | PATTERN_LAZY)) != 0 || node->max > TIMES_MAX)
		return false;
	/* An empty turn ends it: of that nothing is known here. */
	if (node->max > 1 && pattern_min(node->child) == 0)
		return false;
	return list_times(l, node->child, node->min, node->max, tail);
}

/* node and its siblings, and what comes then. */
static bool list_all(struct lister *l, const struct pattern_node *node, const struct tail *tail)
{
	struct tail siblings = { .next = tail };

	if (node == NULL)
		return list_tail(l, tail);
	if (node->op == PATTERN_SET)
		return list_set(l, node, tail);
	siblings.node = node->next;
	tail = node->next != NULL ? &siblings : tail;
	switch (node->op) {
	case PATTERN_ALT: return list_choice(l, node, tail);
	case PATTERN_REPEAT: return list_repeat(l, node, tail);
	default: return false;
	}
}

bool words_listing_fill(struct words_listing *listing, struct span prefix,
			const struct pattern_node *node, bool folded, size_t max)
{
	struct lister l = { .listing = listing, .max = max, .folded = folded };

	l.word[0] = (unsigned char)prefix.len;
	memcpy(l.word + 1, prefix.ptr, prefix.len);
	return list_all(&l, node, NULL);
}
