/*
 * Roads.  Each choice doubles them, while fewer than ANCHOR_WINDOW_MIN bytes
 * are fixed; behind that a road ends with the union of all that may stand at
 * each distance.
 *
 * What is still to be matched is a list on the stack: every function of the
 * walk does its node at distance len, and then walks the rest.  ahead is what
 * lookarounds have said of the next byte, or NULL.
 */
#include <purposed/engine/anchor_private.h>

/* More roads than that are no anchor. */
enum { ROADS_MAX = 400 };

struct walk {
	unsigned limit;
	struct byte_set sets[ANCHOR_TEXT_MAX];
	struct byte_set before;
	bool word_before; /* a word begins or ends at the cut */
	bool (*take)(void *to, const struct anchor_road *road);
	void *to;
	size_t n; /* roads so far */
	bool failed;
};

static void walk(struct walk *w, const struct pattern_node *node, const struct anchor_tail *rest,
		 unsigned len, const struct byte_set *ahead);

/* The road ends here, with len sets. */
static void emit(struct walk *w, unsigned len, const struct byte_set *ahead)
{
	struct anchor_road road = {
		.sets = w->sets, .len = len, .before = &w->before, .ahead = ahead
	};

	w->failed |= len < ANCHOR_WINDOW_MIN || ++w->n > ROADS_MAX || !w->take(w->to, &road);
}

static unsigned spread(const struct pattern_node *node, unsigned mask, struct byte_set *sets,
		       unsigned limit);

/* As spread, of one byte; distances from limit on do not matter. */
static unsigned spread_set(const struct byte_set *set, unsigned mask, struct byte_set *sets,
			   unsigned limit)
{
	for (unsigned left = mask; left != 0; left &= left - 1)
		byte_set_unite(&sets[__builtin_ctz(left)], set);
	return mask << 1 & ((1u << limit) - 1);
}

static unsigned spread_repeat(const struct pattern_node *node, unsigned mask, struct byte_set *sets,
			      unsigned limit)
{
	unsigned last; /* where the last turn may have ended, that was not known before */

	for (unsigned i = 0; i < node->min && i <= limit && mask != 0; i++)
		mask = spread(node->child, mask, sets, limit);
	last = mask;
	for (unsigned i = node->min; i < node->max && last != 0; i++) {
		last = spread(node->child, last, sets, limit) & ~mask;
		mask |= last;
	}
	return mask;
}

/*
 * Given the distances at which a node may start (bits of mask), adds to sets
 * what it may put at each distance below limit, and returns where it may end
 * there.
 */
static unsigned spread(const struct pattern_node *node, unsigned mask, struct byte_set *sets,
		       unsigned limit)
{
	unsigned out = 0;

	switch (node->op) {
	case PATTERN_SET: return spread_set(&node->set, mask, sets, limit);
	case PATTERN_CAT:
		for (const struct pattern_node *c = node->child; c != NULL && mask != 0;
		     c = c->next)
			mask = spread(c, mask, sets, limit);
		return mask;
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			out |= spread(c, mask, sets, limit);
		return out;
	case PATTERN_REPEAT: return spread_repeat(node, mask, sets, limit);
	default: return mask;
	}
}

/* As spread, of node (where there is one) and the rest. */
static unsigned spread_all(const struct pattern_node *node, const struct anchor_tail *rest,
			   unsigned mask, struct byte_set *sets, unsigned limit)
{
	if (node != NULL)
		mask = spread(node, mask, sets, limit);
	for (const struct anchor_tail *t = rest; t != NULL && mask != 0; t = t->next) {
		for (const struct pattern_node *n = t->node; n != NULL && mask != 0;
		     n = t->siblings ? n->next : NULL)
			mask = spread(n, mask, sets, limit);
	}
	return mask;
}

static void pass_end(const struct pattern_node *node, struct byte_set *set);

static void pass_ends(const struct pattern_node *node, bool siblings, struct byte_set *set)
{
	for (; node != NULL; node = siblings ? node->next : NULL)
		pass_end(node, set);
}

/* Moves behind node; set is what may stand next if the match ends there. */
static void pass_end(const struct pattern_node *node, struct byte_set *set)
{
	if (pattern_max(node) != 0)
		*set = byte_set_all;
	switch (node->op) {
	case PATTERN_AHEAD: byte_set_intersect(set, &node->set); break;
	case PATTERN_CAT: pass_ends(node->child, true, set); break;
	case PATTERN_ALT:
		if (node->child != NULL && node->child->next == NULL)
			pass_end(node->child, set);
		break;
	case PATTERN_REPEAT:
		if (node->min == 1 && node->max == 1)
			pass_end(node->child, set);
		break;
	default: break;
	}
}

/* What may stand behind the end of the match, by what lookarounds at its end say. */
static struct byte_set behind_end(const struct pattern_node *node, const struct anchor_tail *rest)
{
	struct byte_set set = byte_set_all;

	pass_ends(node, false, &set);
	for (; rest != NULL; rest = rest->next)
		pass_ends(rest->node, rest->siblings, &set);
	byte_set_unite(&set, &byte_set_ends);
	return set;
}

/* Ends the road with the union of all that may come. */
static void walk_union(struct walk *w, const struct pattern_node *node,
		       const struct anchor_tail *rest, unsigned len, const struct byte_set *ahead)
{
	unsigned mask = 1u << len;
	struct byte_set behind;

	for (unsigned i = len; i < w->limit; i++)
		w->sets[i] = (struct byte_set){ 0 };
	mask = spread_all(node, rest, mask, w->sets, w->limit);
	/* Behind the end of the match anything may stand, but for what it asks for there. */
	behind = behind_end(node, rest);
	for (unsigned i = len; i < w->limit; i++) {
		if ((mask >> i & 1) != 0)
			byte_set_unite(&w->sets[i], &behind);
		if ((mask & ((1u << i) - 1)) != 0)
			w->sets[i] = byte_set_all;
	}
	if (ahead != NULL && len < w->limit) {
		struct byte_set next = *ahead;

		byte_set_unite(&next, &byte_set_ends);
		byte_set_intersect(&w->sets[len], &next);
	}
	len = w->limit;
	while (len > ANCHOR_WINDOW_MIN && byte_set_holds(&w->sets[len - 1], &byte_set_all))
		len--;
	emit(w, len, NULL);
}

static void walk_rest(struct walk *w, const struct anchor_tail *rest, unsigned len,
		      const struct byte_set *ahead)
{
	struct anchor_tail sibling;

	if (rest == NULL) {
		emit(w, len, ahead);
		return;
	}
	if (rest->siblings && rest->node->next != NULL) {
		sibling = (struct anchor_tail){ rest->node->next, true, rest->next };
		walk(w, rest->node, &sibling, len, ahead);
	} else {
		walk(w, rest->node, rest->next, len, ahead);
	}
}

static void walk_set(struct walk *w, const struct pattern_node *node,
		     const struct anchor_tail *rest, unsigned len, const struct byte_set *ahead)
{
	struct byte_set before = w->before;

	w->sets[len] = node->set;
	if (ahead != NULL)
		byte_set_intersect(&w->sets[len], ahead);
	if (byte_set_is_empty(&w->sets[len]))
		return;
	if (len == 0 && w->word_before && byte_set_holds(&byte_set_word, &node->set))
		byte_set_intersect(&w->before, &byte_set_no_word);
	walk_rest(w, rest, len + 1, NULL);
	w->before = before;
}

static void walk_cat(struct walk *w, const struct pattern_node *node,
		     const struct anchor_tail *rest, unsigned len, const struct byte_set *ahead)
{
	struct anchor_tail siblings;

	if (node->child == NULL) {
		walk_rest(w, rest, len, ahead);
		return;
	}
	siblings = (struct anchor_tail){ node->child->next, true, rest };
	walk(w, node->child, node->child->next != NULL ? &siblings : rest, len, ahead);
}

static void walk_alt(struct walk *w, const struct pattern_node *node,
		     const struct anchor_tail *rest, unsigned len, const struct byte_set *ahead)
{
	/* A group without alternatives is one, too. */
	if (len >= ANCHOR_WINDOW_MIN && node->child != NULL && node->child->next != NULL) {
		walk_union(w, node, rest, len, ahead);
		return;
	}
	for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
		walk(w, c, rest, len, ahead);
}

static void walk_repeat(struct walk *w, const struct pattern_node *node,
			const struct anchor_tail *rest, unsigned len, const struct byte_set *ahead)
{
	struct pattern_node fewer = *node;
	struct anchor_tail again = { &fewer, false, rest };

	if (len >= ANCHOR_WINDOW_MIN && node->min != node->max) {
		walk_union(w, node, rest, len, ahead);
		return;
	}
	if (node->min == 0)
		walk_rest(w, rest, len, ahead);
	if (node->max == 0)
		return;
	if (node->max > 1 && pattern_min(node->child) == 0) {
		w->failed = true;
		return;
	}
	fewer.min -= node->min > 0;
	fewer.max -= node->max != PATTERN_UNBOUNDED;
	walk(w, node->child, fewer.max > 0 ? &again : rest, len, ahead);
}

static void walk_behind(struct walk *w, const struct pattern_node *node,
			const struct anchor_tail *rest, unsigned len, const struct byte_set *ahead)
{
	struct byte_set *set = len == 0 ? &w->before : &w->sets[len - 1];
	struct byte_set saved = *set;
	struct byte_set allowed = node->set;

	if (len == 0 && !node->must)
		byte_set_unite(&allowed, &byte_set_ends);
	byte_set_intersect(set, &allowed);
	walk_rest(w, rest, len, ahead);
	*set = saved;
}

static void walk_ahead(struct walk *w, const struct pattern_node *node,
		       const struct anchor_tail *rest, unsigned len, const struct byte_set *ahead)
{
	struct byte_set both = node->set;

	/* With nothing behind it, it is as if it was part of the match. */
	if (rest == NULL && pattern_asked(node) != NULL) {
		walk(w, node->child, NULL, len, ahead);
		return;
	}
	if (ahead != NULL)
		byte_set_intersect(&both, ahead);
	walk_rest(w, rest, len, &both);
}

static void walk_word(struct walk *w, const struct anchor_tail *rest, unsigned len,
		      const struct byte_set *ahead)
{
	bool word_before = w->word_before;

	w->word_before |= len == 0;
	walk_rest(w, rest, len, ahead);
	/* In another alternative no word need begin. */
	w->word_before = word_before;
}

static void walk(struct walk *w, const struct pattern_node *node, const struct anchor_tail *rest,
		 unsigned len, const struct byte_set *ahead)
{
	if (w->failed)
		return;
	if (len >= w->limit) {
		emit(w, len, NULL);
		return;
	}
	switch (node->op) {
	case PATTERN_SET: walk_set(w, node, rest, len, ahead); break;
	case PATTERN_CAT: walk_cat(w, node, rest, len, ahead); break;
	case PATTERN_ALT: walk_alt(w, node, rest, len, ahead); break;
	case PATTERN_REPEAT: walk_repeat(w, node, rest, len, ahead); break;
	case PATTERN_BEHIND: walk_behind(w, node, rest, len, ahead); break;
	case PATTERN_AHEAD: walk_ahead(w, node, rest, len, ahead); break;
	case PATTERN_WORD: walk_word(w, rest, len, ahead); break;
	default: walk_rest(w, rest, len, ahead); break;
	}
}

int anchor_walk(const struct anchor_cut *cut, unsigned limit,
		bool (*take)(void *to, const struct anchor_road *road), void *to)
{
	struct walk w = { .limit = limit, .before = cut->before, .take = take, .to = to };

	walk_rest(&w, cut->tail, 0, NULL);
	return w.failed || w.n == 0 ? -1 : 0;
}
