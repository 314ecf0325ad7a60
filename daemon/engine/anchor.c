/* See anchor.h for the method. */
#include <purposed/engine/anchor.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/shape.h>

/*
 * What is to be matched: node, then, where siblings is set, those behind it,
 * then next.  Lists live on the stack of the walk that made them, or in the
 * deriver's cells.
 */
struct tail {
	const struct pattern_node *node;
	bool siblings;
	const struct tail *next;
};

/* A place where an anchor may begin. */
struct cut {
	struct byte_set before; /* what stands before it, if anything does */
	const struct tail *tail;
	int before_min;
	bool is_text;
};

struct cells {
	struct cells *next;
	size_t n;
	struct tail cells[128];
};

struct deriver {
	struct cells *cells;
	struct cut *cuts;
	size_t n_cuts, cuts_cap;
	int before_max;
	const struct anchor_sample *sample;
};

/* Prices, in nanoseconds for each byte of log; only their order matters. */
static const double cost_window = 8;   /* a window that is hit, times how often */
static const double cost_confirm = 60; /* a pattern that is tried, and for each place more: */
static const double cost_place = 1;
static const double cost_key = 5e-6;   /* a spelling, by being there */
static const double cost_shape = 0.02; /* likewise a shape */
static const double cost_operation = 0.003;
static const double rate_rare = 1e-6;	/* no window rarer than that is looked for */
static const double cost_enough = 5e-5; /* so cheap is cheap enough: no other cut is tried */
static const double cost_never = 1e9;
static const double rate_max = 0.02; /* of candidates in bytes: more often is "everywhere" */

enum { TEXTS_MAX = 400, REACH_MAX = 300, SIZE_ENOUGH = 100 };

/* A key of up to so many kinds of record is what they are found by; a record has so many bytes. */
enum { KINDS_OWN = 3, RECORD_BYTES = 150, PRICED_BYTES = 8, DESCRIBED_BYTES = 60 };

/* --- Roads ------------------------------------------------------------------ */

/* Follows every road from a cut on, up to limit bytes, and tells what it saw. */
struct walk {
	unsigned limit;
	struct byte_set sets[ANCHOR_TEXT_MAX];
	struct byte_set before;
	bool word_before;    /* a word begins or ends at the cut */
	struct anchors *out; /* texts go there; NULL: only count */
	const struct anchor_sample *sample;
	int before_min;
	double rate;	  /* of windows */
	double rate_full; /* of all that was seen */
	size_t n;
	size_t keys; /* spellings of windows */
	bool failed;
};

static void walk(struct walk *w, const struct pattern_node *node, const struct tail *rest,
		 unsigned len, const struct byte_set *ahead);

static const struct byte_set set_ends = { { UINT64_C(1) | 1u << '\n' | 1u << '\r', 0, 0, 0 } };

unsigned anchor_folded(const struct byte_set *set, unsigned char *bytes)
{
	unsigned n = 0;

	/* Bytes that differ in 0x20 only are 32 bits apart, and in one word. */
	for (int word = 0; word < 4; word++) {
		uint64_t both = (set->bits[word] | set->bits[word] << 32) >> 32;

		for (; both != 0; both &= both - 1)
			bytes[n++] = (unsigned char)(word * 64 + 32 + __builtin_ctzll(both));
	}
	return n;
}

static bool only_digits(const struct byte_set *set)
{
	return set->bits[1] == 0 && set->bits[2] == 0 && set->bits[3] == 0 &&
	       (set->bits[0] & ~UINT64_C(0x03ff000000000000)) == 0;
}

/* Bytes of one kind stand together: a digit behind a digit is no surprise. */
static double set_frequency(const struct byte_set *set, const struct byte_set *previous)
{
	double f = anchor_frequency(set);

	if (previous != NULL && only_digits(set) && only_digits(previous))
		f *= 3;
	else if (previous != NULL && byte_set_holds(&byte_set_word, set) &&
		 byte_set_holds(&byte_set_word, previous))
		f *= 2;
	return f < 1 ? f : 1;
}

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

bool anchor_spell(struct anchor_spelling *s, const struct byte_set *sets, unsigned len)
{
	s->len = len;
	s->keys = 1;
	for (unsigned i = 0; i < len; i++) {
		s->n[i] = anchor_folded(&sets[i], s->bytes[i]);
		s->keys *= s->n[i];
		if (s->keys > ANCHOR_KEYS_MAX)
			return false;
	}
	return true;
}

uint32_t anchor_key(const struct anchor_spelling *s, unsigned number)
{
	uint32_t key = 0;

	for (unsigned i = 0; i < s->len; i++) {
		key |= (uint32_t)s->bytes[i][number % s->n[i]] << (8 * i);
		number /= s->n[i];
	}
	return key;
}

/* How often one of a window's spellings stands in the sample. */
double anchor_seen(const struct anchor_sample *sample, const struct anchor_spelling *s)
{
	double seen = 0;

	if (sample == NULL)
		return 0;
	for (unsigned k = 0; k < s->keys; k++) {
		unsigned h = sample_hash(anchor_key(s, k), s->len);
		unsigned kinds = sample->kinds[s->len - ANCHOR_WINDOW_MIN][h].n;

		if (kinds > KINDS_OWN)
			seen += kinds;
	}
	return seen / (sample->n + 1.0) / RECORD_BYTES;
}

/* How often the window at a place of the road is to be expected; 1: it is none. */
static double window_rate(const struct walk *w, unsigned at, unsigned len, unsigned *keys_r)
{
	struct anchor_spelling s;
	double rate = 1;
	double seen;

	if (!(at + ANCHOR_WINDOW_MAX <= len && anchor_spell(&s, w->sets + at, ANCHOR_WINDOW_MAX)) &&
	    !anchor_spell(&s, w->sets + at, ANCHOR_WINDOW_MIN))
		return 1;
	for (unsigned i = 0; i < s.len; i++)
		rate *= set_frequency(&w->sets[at + i], i > 0 ? &w->sets[at + i - 1] : NULL);
	*keys_r = s.keys;
	seen = anchor_seen(w->sample, &s);
	return seen > rate ? seen : rate;
}

/*
 * What stands beside a window belongs to it and is no surprise; least of all
 * where a word goes on.
 */
static double beside_rate(const struct byte_set *set, const struct byte_set *neighbour)
{
	bool word =
		byte_set_holds(&byte_set_word, set) && byte_set_holds(&byte_set_word, neighbour);

	return word ? 1 : sqrt(anchor_frequency(set));
}

/* Prices the road: its rarest window, and all of it. */
static void price(struct walk *w, unsigned len)
{
	double least = 1;
	double rate = 1;
	unsigned least_keys = 1;

	for (unsigned at = 0; at + ANCHOR_WINDOW_MIN <= len; at++) {
		unsigned keys = 1;
		double other = window_rate(w, at, len, &keys);

		if (other + keys * cost_key < least + least_keys * cost_key) {
			least = other;
			least_keys = keys;
		}
		if (at == 0)
			rate = other;
		if (least < rate_rare)
			break;
	}
	w->failed |= least >= 1;
	w->rate += least;
	w->keys += least_keys;
	for (unsigned i = ANCHOR_WINDOW_MIN; i < len; i++)
		rate *= beside_rate(&w->sets[i], &w->sets[i - 1]);
	w->rate_full += fmin(rate * beside_rate(&w->before, &w->sets[0]), least);
}

/* The road ends here, with len sets. */
static void emit(struct walk *w, unsigned len, const struct byte_set *ahead)
{
	if (len < ANCHOR_WINDOW_MIN || ++w->n > TEXTS_MAX) {
		w->failed = true;
		return;
	}
	if (w->out == NULL) {
		price(w, len);
		return;
	}
	if (ahead != NULL && len < w->limit) {
		w->sets[len] = *ahead;
		byte_set_unite(&w->sets[len++], &set_ends);
	}
	w->out->texts = mem_grow(w->out->texts, w->out->n_texts, &w->out->texts_cap,
				 sizeof(*w->out->texts));
	w->out->texts[w->out->n_texts] = (struct anchor_text){
		.len = len,
		.before = w->before,
		.before_min = w->before_min,
	};
	for (unsigned i = 0; i < len; i++)
		w->out->texts[w->out->n_texts].sets[i] = w->sets[i];
	w->out->n_texts++;
}

/*
 * Given the distances at which a node may start (bits of mask), adds to sets
 * what it may put at each distance, and returns where it may end.
 */
static unsigned spread(const struct pattern_node *node, unsigned mask, struct byte_set *sets,
		       unsigned limit)
{
	unsigned out = 0;

	switch (node->op) {
	case PATTERN_SET:
		for (unsigned i = 0; i < limit; i++) {
			if (mask >> i & 1)
				byte_set_unite(&sets[i], &node->set);
		}
		return mask << 1 & ((2u << limit) - 1);
	case PATTERN_CAT:
		for (const struct pattern_node *c = node->child; c != NULL && mask != 0;
		     c = c->next)
			mask = spread(c, mask, sets, limit);
		return mask;
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			out |= spread(c, mask, sets, limit);
		return out;
	case PATTERN_REPEAT:
		for (unsigned i = 0; i < node->min && i <= limit && mask != 0; i++)
			mask = spread(node->child, mask, sets, limit);
		for (unsigned i = node->min; i < node->max && i <= node->min + limit; i++) {
			unsigned more = mask | spread(node->child, mask, sets, limit);

			if (more == mask)
				break;
			mask = more;
		}
		return mask;
	default: return mask;
	}
}

/* Ends the road with the union of all that may come. */
static void walk_union(struct walk *w, const struct pattern_node *node, const struct tail *rest,
		       unsigned len, const struct byte_set *ahead)
{
	unsigned mask = 1u << len;

	for (unsigned i = len; i < w->limit; i++)
		w->sets[i] = (struct byte_set){ 0 };
	if (node != NULL)
		mask = spread(node, mask, w->sets, w->limit);
	for (const struct tail *t = rest; t != NULL && mask != 0; t = t->next) {
		for (const struct pattern_node *n = t->node; n != NULL && mask != 0;
		     n = t->siblings ? n->next : NULL)
			mask = spread(n, mask, w->sets, w->limit);
	}
	/* Behind the end of the match anything may stand. */
	for (unsigned i = len; i < w->limit; i++) {
		if ((mask & ((2u << i) - 1)) != 0)
			w->sets[i] = byte_set_all;
	}
	if (ahead != NULL && len < w->limit) {
		struct byte_set next = *ahead;

		byte_set_unite(&next, &set_ends);
		byte_set_intersect(&w->sets[len], &next);
	}
	len = w->limit;
	while (len > ANCHOR_WINDOW_MIN && byte_set_holds(&w->sets[len - 1], &byte_set_all))
		len--;
	emit(w, len, NULL);
}

static void walk_rest(struct walk *w, const struct tail *rest, unsigned len,
		      const struct byte_set *ahead)
{
	struct tail sibling;

	if (rest == NULL) {
		emit(w, len, ahead);
		return;
	}
	if (rest->siblings && rest->node->next != NULL) {
		sibling = (struct tail){ rest->node->next, true, rest->next };
		walk(w, rest->node, &sibling, len, ahead);
	} else {
		walk(w, rest->node, rest->next, len, ahead);
	}
}

static void walk_set(struct walk *w, const struct pattern_node *node, const struct tail *rest,
		     unsigned len, const struct byte_set *ahead)
{
	struct byte_set before = w->before;

	w->sets[len] = node->set;
	if (ahead != NULL)
		byte_set_intersect(&w->sets[len], ahead);
	if (byte_set_count(&w->sets[len]) == 0)
		return;
	if (len == 0 && w->word_before && byte_set_holds(&byte_set_word, &node->set)) {
		struct byte_set no_word = byte_set_word;

		byte_set_invert(&no_word);
		byte_set_intersect(&w->before, &no_word);
	}
	walk_rest(w, rest, len + 1, NULL);
	w->before = before;
}

static void walk_repeat(struct walk *w, const struct pattern_node *node, const struct tail *rest,
			unsigned len, const struct byte_set *ahead)
{
	struct pattern_node fewer = *node;
	struct tail again = { &fewer, false, rest };

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

static void walk_behind(struct walk *w, const struct pattern_node *node, const struct tail *rest,
			unsigned len, const struct byte_set *ahead)
{
	struct byte_set *set = len == 0 ? &w->before : &w->sets[len - 1];
	struct byte_set saved = *set;
	struct byte_set allowed = node->set;

	if (len == 0 && !node->must)
		byte_set_unite(&allowed, &set_ends);
	byte_set_intersect(set, &allowed);
	walk_rest(w, rest, len, ahead);
	*set = saved;
}

static void walk(struct walk *w, const struct pattern_node *node, const struct tail *rest,
		 unsigned len, const struct byte_set *ahead)
{
	struct tail siblings;
	struct byte_set both;

	if (w->failed)
		return;
	if (len >= w->limit) {
		emit(w, len, NULL);
		return;
	}
	switch (node->op) {
	case PATTERN_SET: walk_set(w, node, rest, len, ahead); break;
	case PATTERN_CAT:
		if (node->child == NULL) {
			walk_rest(w, rest, len, ahead);
			break;
		}
		siblings = (struct tail){ node->child->next, true, rest };
		walk(w, node->child, node->child->next != NULL ? &siblings : rest, len, ahead);
		break;
	case PATTERN_ALT:
		if (len >= ANCHOR_WINDOW_MIN) {
			walk_union(w, node, rest, len, ahead);
			break;
		}
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			walk(w, c, rest, len, ahead);
		break;
	case PATTERN_REPEAT:
		if (len >= ANCHOR_WINDOW_MIN && node->min != node->max)
			walk_union(w, node, rest, len, ahead);
		else
			walk_repeat(w, node, rest, len, ahead);
		break;
	case PATTERN_BEHIND: walk_behind(w, node, rest, len, ahead); break;
	case PATTERN_AHEAD:
		/* With nothing behind it, it is as if it was part of the match. */
		if (rest == NULL && node->child != NULL) {
			walk(w, node->child, NULL, len, ahead);
			break;
		}
		both = node->set;
		if (ahead != NULL)
			byte_set_intersect(&both, ahead);
		walk_rest(w, rest, len, &both);
		break;
	case PATTERN_WORD:
		w->word_before |= len == 0;
		walk_rest(w, rest, len, ahead);
		break;
	default: walk_rest(w, rest, len, ahead); break;
	}
}

static void walk_from(struct walk *w, const struct cut *cut)
{
	w->before = cut->before;
	w->before_min = cut->before_min;
	walk_rest(w, cut->tail, 0, NULL);
}

struct place {
	struct byte_set before; /* bytes that may stand before it */
	bool word;		/* a word begins or ends here */
	const struct tail *rest;
	int min, max; /* bytes of the match before it; below 0: it stands before the match */
};

/* --- Prices ----------------------------------------------------------------- */

/* Of trying a pattern: a match may start at each of the places within reach. */
static double confirm_cost(const struct place *place)
{
	int reach = place->max - place->min;

	return cost_confirm + (reach < REACH_MAX ? reach : REACH_MAX) * cost_place;
}

static double text_cost(const struct deriver *d, const struct cut *cut, const struct place *place)
{
	struct walk w = { .limit = PRICED_BYTES, .sample = d->sample };

	walk_from(&w, cut);
	if (w.failed || w.n == 0 || w.rate > rate_max)
		return cost_never;
	return w.rate * cost_window + w.rate_full * confirm_cost(place) + (double)w.keys * cost_key;
}

/*
 * How often a shape is to be expected: as shape.c builds it, with the same
 * limits, only that it is the rates that are combined.  x is that of what
 * comes next; 1 where nothing is asked.
 */
static double node_rate(const struct pattern_node *node, double x, unsigned room);
static double sequence_rate(const struct pattern_node *node, double x, unsigned room);

static double set_rate(const struct byte_set *set)
{
	struct byte_set wide = shape_widen(set);

	/* Digits stand together: where one is, there are more. */
	return only_digits(&wide) ? sqrt(anchor_frequency(&wide)) : anchor_frequency(&wide);
}

static double repeat_rate(const struct pattern_node *node, double x, unsigned room)
{
	unsigned one = pattern_max(node->child);
	unsigned more = node->max - node->min;
	bool is_set = node->child->op == PATTERN_SET;

	if (one == 0)
		return x;
	if (one >= room || node->max > room / one || (!is_set && more > SHAPE_OPTIONAL_MAX))
		x = 1;
	for (unsigned i = 0; i < more && x < 1; i++)
		x += node_rate(node->child, x, room);
	if (x > 1)
		x = 1;
	for (unsigned i = 0; i < node->min && i * one < room; i++)
		x = node_rate(node->child, x, room - i * one);
	return x;
}

static double node_rate(const struct pattern_node *node, double x, unsigned room)
{
	double sum = 0;

	if (room == 0)
		return 1;
	switch (node->op) {
	case PATTERN_SET: return set_rate(&node->set) * x;
	case PATTERN_CAT: return sequence_rate(node->child, x, room);
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			sum += node_rate(c, x, room);
		return sum < 1 ? sum : 1;
	case PATTERN_REPEAT: return repeat_rate(node, x, room);
	case PATTERN_AHEAD:
		if (x >= 1 && node->child != NULL)
			return node_rate(node->child, x, room);
		return x * anchor_frequency(&node->set);
	case PATTERN_BEHIND: return x < 1 ? x * anchor_frequency(&node->set) : x;
	default: return x;
	}
}

static double sequence_rate(const struct pattern_node *node, double x, unsigned room)
{
	unsigned max;

	if (node == NULL)
		return x;
	max = pattern_max(node);
	if (node->next != NULL)
		x = max < room ? sequence_rate(node->next, x, room - max) : 1;
	else if (max >= room)
		x = 1;
	return node_rate(node, x, room);
}

double anchor_rate(const struct pattern_node *node, unsigned room)
{
	return node_rate(node, 1, room);
}

static double tail_rate(const struct tail *tail, unsigned room)
{
	double x = 1;
	unsigned max = 0;

	if (tail == NULL)
		return 1;
	for (const struct pattern_node *n = tail->node; n != NULL && max < room;
	     n = tail->siblings ? n->next : NULL) {
		unsigned more = pattern_max(n);

		max = more < room - max ? max + more : room;
	}
	if (max < room)
		x = tail_rate(tail->next, room - max);
	return tail->siblings ? sequence_rate(tail->node, x, room) : node_rate(tail->node, x, room);
}

/* Operations that a shape of the node takes, about. */
static double node_size(const struct pattern_node *node)
{
	double sum = 0;
	unsigned min;

	switch (node->op) {
	case PATTERN_SET:
	case PATTERN_BEHIND:
	case PATTERN_AHEAD: return 1;
	case PATTERN_CAT:
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			sum += node_size(c);
		return sum;
	case PATTERN_REPEAT:
		min = node->min > 0 ? node->min : 1;
		if (node->child->op == PATTERN_SET)
			min = 2 + min / 4;
		return min * node_size(node->child);
	default: return 0;
	}
}

static double tail_size(const struct tail *tail)
{
	double sum = 0;
	double rate = 1;

	for (const struct tail *t = tail; t != NULL; t = t->next) {
		for (const struct pattern_node *n = t->node; n != NULL && rate >= SHAPE_RATE_ENOUGH;
		     n = t->siblings ? n->next : NULL) {
			sum += node_size(n);
			rate *= anchor_rate(n, SHAPE_AHEAD_MAX);
		}
	}
	return sum < SIZE_ENOUGH ? sum : SIZE_ENOUGH;
}

static double shape_cost(const struct cut *cut, const struct place *place)
{
	double rate = tail_rate(cut->tail, SHAPE_AHEAD_MAX);

	if (rate < 1)
		rate *= set_rate(&cut->before);
	if (rate > rate_max)
		return cost_never;
	return rate * confirm_cost(place) + cost_shape + tail_size(cut->tail) * cost_operation;
}

/* --- Cuts ------------------------------------------------------------------- */

static const struct tail *cell_new(struct deriver *d, const struct pattern_node *node,
				   bool siblings, const struct tail *next)
{
	if (d->cells == NULL || d->cells->n == sizeof(d->cells->cells) / sizeof(struct tail)) {
		struct cells *cells = mem_new(1, sizeof(*cells));

		cells->next = d->cells;
		d->cells = cells;
	}
	d->cells->cells[d->cells->n] = (struct tail){ node, siblings, next };
	return &d->cells->cells[d->cells->n++];
}

static double best(struct deriver *d, const struct pattern_node *node, const struct place *place);

static const struct byte_set set_no_word = {
	{ ~UINT64_C(0x03ff000000000000), ~UINT64_C(0x07fffffe87fffffe), UINT64_MAX, UINT64_MAX }
};

static bool first_is_word(const struct pattern_node *node)
{
	while (node->op == PATTERN_REPEAT && node->min > 0)
		node = node->child;
	return node->op == PATTERN_SET && byte_set_holds(&byte_set_word, &node->set);
}

static double best_at(struct deriver *d, const struct pattern_node *node, const struct place *place)
{
	struct cut cut = {
		.before = place->before,
		.tail = cell_new(d, node, false, place->rest),
		.before_min = place->min,
		.is_text = true,
	};
	double cost;

	if (place->word && first_is_word(node))
		byte_set_intersect(&cut.before, &set_no_word);
	cost = text_cost(d, &cut, place);

	if (cost > cost_shape) {
		double other = shape_cost(&cut, place);

		cut.is_text = cost <= other;
		cost = cost <= other ? cost : other;
	}
	if (cost >= cost_never)
		return cost_never;
	d->cuts = mem_grow(d->cuts, d->n_cuts, &d->cuts_cap, sizeof(*d->cuts));
	d->cuts[d->n_cuts++] = cut;
	if (place->max > d->before_max)
		d->before_max = place->max;
	return cost;
}

static int add(int a, unsigned b)
{
	return b >= (unsigned)(ANCHOR_FAR - (a > 0 ? a : 0)) ? ANCHOR_FAR : a + (int)b;
}

/*
 * The cheapest cut within what a positive lookaround asks for: that stands
 * right before this place, and what follows behind it, or behind this place.
 */
static double best_around(struct deriver *d, const struct pattern_node *around,
			  const struct place *place)
{
	struct place inside = { .before = place->before, .min = place->min, .max = place->max };

	if (around->child == NULL)
		return cost_never;
	if (around->op == PATTERN_BEHIND) {
		inside.before = byte_set_all;
		inside.rest = place->rest;
		inside.min -= (int)pattern_max(around->child);
		inside.max -= (int)pattern_min(around->child);
	}
	return best(d, around->child, &inside);
}

/* Adds the bytes that what node matches may end with; returns whether it may be empty. */
static bool last_bytes(const struct pattern_node *node, struct byte_set *set)
{
	bool empty = node->op != PATTERN_ALT;
	struct byte_set all = { 0 };

	switch (node->op) {
	case PATTERN_SET: byte_set_unite(set, &node->set); return false;
	case PATTERN_CAT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next) {
			struct byte_set last = { 0 };

			if (!last_bytes(c, &last)) {
				all = (struct byte_set){ 0 };
				empty = false;
			}
			byte_set_unite(&all, &last);
		}
		byte_set_unite(set, &all);
		return empty;
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			empty |= last_bytes(c, set);
		return empty;
	case PATTERN_REPEAT: empty = last_bytes(node->child, set); return empty || node->min == 0;
	default: return true;
	}
}

/* Moves the place behind c: what may stand before it now. */
static void pass(struct place *at, const struct pattern_node *c)
{
	struct byte_set last = { 0 };
	struct byte_set behind = c->set;

	switch (c->op) {
	case PATTERN_WORD: at->word = true; return;
	case PATTERN_AHEAD: return;
	case PATTERN_BEHIND:
		if (!c->must)
			byte_set_unite(&behind, &set_ends);
		byte_set_intersect(&at->before, &behind);
		return;
	default: break;
	}
	at->word = false;
	if (last_bytes(c, &last))
		byte_set_unite(&at->before, &last);
	else
		at->before = last;
}

/* Moves the place behind c, with its distances. */
static void step(struct place *at, const struct pattern_node *c)
{
	pass(at, c);
	at->min = add(at->min, pattern_min(c));
	at->max = add(at->max, pattern_max(c));
}

static bool is_literal(const struct pattern_node *node)
{
	return node->op == PATTERN_SET && byte_set_count(&node->set) <= 2;
}

/* The cheapest of the parts of a sequence; its cuts are the last ones that stay. */
static double best_part(struct deriver *d, const struct pattern_node *cat,
			const struct place *place)
{
	struct place at = *place;
	double cost = cost_never;
	size_t kept = d->n_cuts;
	size_t start = d->n_cuts;
	int kept_max = d->before_max;
	unsigned run = 0; /* bytes of a literal; a cut at its start sees all its windows */

	for (const struct pattern_node *c = cat->child; c != NULL && cost > cost_enough;
	     c = c->next) {
		int before_max = d->before_max;
		double other;

		run = is_literal(c) && run < PRICED_BYTES - ANCHOR_WINDOW_MIN ? run + 1 : 0;
		if (run > 1) {
			step(&at, c);
			continue;
		}
		at.rest = c->next != NULL ? cell_new(d, c->next, true, place->rest) : place->rest;
		d->before_max = INT_MIN;
		other = best(d, c, &at);
		if (other < cost) {
			size_t n = d->n_cuts - kept;

			if (n != 0)
				memmove(d->cuts + start, d->cuts + kept, n * sizeof(*d->cuts));
			kept = start + n;
			kept_max = d->before_max;
			cost = other;
		}
		d->n_cuts = kept;
		d->before_max = before_max;
		step(&at, c);
	}
	if (cost < cost_never && kept_max > d->before_max)
		d->before_max = kept_max;
	return cost;
}

/*
 * The cheapest way to anchor node, with the places behind it in sight; adds its
 * cuts, or returns cost_never and adds none.
 */
static double best(struct deriver *d, const struct pattern_node *node, const struct place *place)
{
	double sum = 0;
	size_t start = d->n_cuts;

	switch (node->op) {
	case PATTERN_SET: return best_at(d, node, place);
	case PATTERN_CAT: return best_part(d, node, place);
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next) {
			sum += best(d, c, place);
			if (sum >= cost_never) {
				d->n_cuts = start;
				return cost_never;
			}
		}
		return sum;
	case PATTERN_REPEAT:
		if (node->min == 0)
			return cost_never;
		return node->max == 1 ? best(d, node->child, place) : best_at(d, node, place);
	case PATTERN_BEHIND:
	case PATTERN_AHEAD: return best_around(d, node, place);
	default: return cost_never;
	}
}

/* --- Results ---------------------------------------------------------------- */

static size_t tail_nodes(const struct tail *tail, const struct pattern_node **nodes)
{
	size_t n = 0;

	for (const struct tail *t = tail; t != NULL; t = t->next) {
		for (const struct pattern_node *node = t->node; node != NULL;
		     node = t->siblings ? node->next : NULL) {
			if (nodes != NULL)
				nodes[n] = node;
			n++;
		}
	}
	return n;
}

static void add_shape(struct anchors *a, const struct cut *cut)
{
	struct anchor_shape *shape;

	a->shapes = mem_grow(a->shapes, a->n_shapes, &a->shapes_cap, sizeof(*a->shapes));
	shape = &a->shapes[a->n_shapes++];
	*shape = (struct anchor_shape){ .before = cut->before, .before_min = cut->before_min };
	shape->n_tail = tail_nodes(cut->tail, NULL);
	shape->tail = mem_new(shape->n_tail, sizeof(const struct pattern_node *));
	tail_nodes(cut->tail, shape->tail);
}

static void add_texts(struct anchors *a, const struct cut *cut)
{
	struct walk w = { .limit = ANCHOR_TEXT_MAX, .out = a };

	walk_from(&w, cut);
}

void anchors_derive(struct anchors *anchors_r, const struct pattern *pattern,
		    const struct anchor_sample *sample)
{
	struct anchors a = { 0 };
	struct deriver d = { .before_max = INT_MIN, .sample = sample };
	struct place place = { .before = byte_set_all };

	a.everywhere = best(&d, pattern_root(pattern), &place) >= cost_never;
	for (size_t i = 0; i < d.n_cuts; i++) {
		if (d.cuts[i].is_text)
			add_texts(&a, &d.cuts[i]);
		else
			add_shape(&a, &d.cuts[i]);
	}
	a.before_max = d.before_max;
	free(d.cuts);
	while (d.cells != NULL) {
		struct cells *next = d.cells->next;

		free(d.cells);
		d.cells = next;
	}
	*anchors_r = a;
}

void anchors_fini(struct anchors *anchors)
{
	for (size_t i = 0; i < anchors->n_shapes; i++)
		free(anchors->shapes[i].tail);
	free(anchors->shapes);
	free(anchors->texts);
	*anchors = (struct anchors){ 0 };
}

/* A letter in both cases. */
static bool is_letter_pair(const struct byte_set *set)
{
	uint64_t upper = set->bits[1] & UINT64_C(0x07fffffe);

	return byte_set_count(set) == 2 && upper != 0 && set->bits[1] == (upper | upper << 32);
}

/* One set as people write it: the byte, its lower case, or the first ones of several. */
static void describe_set(const struct byte_set *set, struct buf *out)
{
	unsigned n = byte_set_count(set);
	unsigned shown = 0;
	bool one = n == 1 || is_letter_pair(set);

	if (n > 128) {
		buf_add_char(out, '.');
		return;
	}
	if (!one)
		buf_add_char(out, '[');
	for (int c = 0; c < 256 && shown < 12; c++) {
		bool folded = c >= 'A' && c <= 'Z' && byte_set_has(set, (unsigned char)(c + 32));

		if (!byte_set_has(set, (unsigned char)c) || folded)
			continue;
		if (c >= ' ' && c < 127)
			buf_add_char(out, (char)c);
		else
			buf_printf(out, "\\x%02x", (unsigned)c);
		shown++;
	}
	if (!one)
		buf_add_char(out, ']');
}

/* A node as a pattern would have it, up to a few dozen bytes. */
static void describe_node(const struct pattern_node *node, size_t end, struct buf *out)
{
	if (out->len >= end)
		return;
	switch (node->op) {
	case PATTERN_SET: describe_set(&node->set, out); break;
	case PATTERN_CAT:
	case PATTERN_ALT:
		buf_add_str(out, node->op == PATTERN_ALT ? "(?:" : "");
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next) {
			describe_node(c, end, out);
			if (node->op == PATTERN_ALT && c->next != NULL)
				buf_add_char(out, '|');
		}
		buf_add_str(out, node->op == PATTERN_ALT ? ")" : "");
		break;
	case PATTERN_REPEAT:
		describe_node(node->child, end, out);
		if (node->min == 1 && node->max == 1)
			break;
		if (node->max == PATTERN_UNBOUNDED)
			buf_printf(out, "{%u,}", node->min);
		else
			buf_printf(out, "{%u,%u}", node->min, node->max);
		break;
	default: break;
	}
}

static void describe_shape(const struct anchor_shape *shape, struct buf *out)
{
	size_t end = out->len + DESCRIBED_BYTES;

	for (size_t i = 0; i < shape->n_tail && out->len < end; i++)
		describe_node(shape->tail[i], end, out);
	if (out->len >= end) {
		out->len = end;
		buf_add_str(out, "...");
	}
}

void anchors_describe(const struct anchors *anchors, size_t n, struct buf *out)
{
	if (n < anchors->n_texts) {
		for (unsigned k = 0; k < anchors->texts[n].len; k++)
			describe_set(&anchors->texts[n].sets[k], out);
	} else {
		describe_shape(&anchors->shapes[n - anchors->n_texts], out);
	}
}
