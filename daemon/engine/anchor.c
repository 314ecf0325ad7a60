/* The choice of cuts; see anchor.h for the method. */
#include <purposed/engine/anchor_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/pattern_blanks.h>

/* Lists of what is to be matched, for as long as the derivation takes. */
struct cells {
	struct cells *next;
	size_t n;
	struct anchor_tail cells[128];
};

struct deriver {
	struct cells *cells;
	struct anchor_cut *cuts;
	size_t n_cuts, cuts_cap;
	const struct anchor_sample *sample;
};

static const struct anchor_tail *cell_new(struct deriver *d, const struct pattern_node *node,
					  bool siblings, const struct anchor_tail *next)
{
	if (d->cells == NULL ||
	    d->cells->n == sizeof(d->cells->cells) / sizeof(struct anchor_tail)) {
		struct cells *cells = mem_new(1, sizeof(*cells));

		cells->next = d->cells;
		d->cells = cells;
	}
	d->cells->cells[d->cells->n] = (struct anchor_tail){ node, siblings, next };
	return &d->cells->cells[d->cells->n++];
}

static void cells_free(struct cells *cells)
{
	while (cells != NULL) {
		struct cells *next = cells->next;

		free(cells);
		cells = next;
	}
}

/* --- Places ----------------------------------------------------------------- */

static int add(int a, unsigned b)
{
	return b >= (unsigned)(ANCHOR_FAR - (a > 0 ? a : 0)) ? ANCHOR_FAR : a + (int)b;
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
static void pass(struct anchor_place *at, const struct pattern_node *c)
{
	struct byte_set last = { 0 };
	struct byte_set behind = c->set;

	switch (c->op) {
	case PATTERN_WORD: at->word = true; return;
	case PATTERN_AHEAD: return;
	case PATTERN_BEHIND:
		if (!c->must)
			byte_set_unite(&behind, &byte_set_ends);
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
static void step(struct anchor_place *at, const struct pattern_node *c)
{
	pass(at, c);
	at->min = add(at->min, pattern_min(c));
	at->max = add(at->max, pattern_max(c));
	at->blanks = add(at->blanks, pattern_blanks(c));
}

/* --- Cuts ------------------------------------------------------------------- */

static double best(struct deriver *d, const struct pattern_node *node,
		   const struct anchor_place *place);

static bool first_is_word(const struct pattern_node *node)
{
	while (node->op == PATTERN_REPEAT && node->min > 0)
		node = node->child;
	return node->op == PATTERN_SET && byte_set_holds(&byte_set_word, &node->set);
}

static double best_at(struct deriver *d, const struct pattern_node *node,
		      const struct anchor_place *place)
{
	struct anchor_cut cut = {
		.before = place->before,
		.tail = cell_new(d, node, false, place->rest),
		.before_min = place->min,
		.before_max = place->max,
		.blanks = place->blanks,
	};
	double cost;

	if (place->word && first_is_word(node))
		byte_set_intersect(&cut.before, &byte_set_no_word);
	cost = anchor_price(&cut, place, d->sample);
	if (cost >= ANCHOR_PRICE_NEVER)
		return ANCHOR_PRICE_NEVER;
	d->cuts = mem_grow(d->cuts, d->n_cuts, &d->cuts_cap, sizeof(*d->cuts));
	d->cuts[d->n_cuts++] = cut;
	return cost;
}

/*
 * The cheapest cut within what a positive lookaround asks for: that stands
 * right before this place, and what follows behind it, or behind this place.
 */
static double best_around(struct deriver *d, const struct pattern_node *around,
			  const struct anchor_place *place)
{
	struct anchor_place inside = { .before = place->before,
				       .min = place->min,
				       .max = place->max,
				       .blanks = place->blanks,
				       .bound = place->bound };

	if (pattern_asked(around) == NULL)
		return ANCHOR_PRICE_NEVER;
	if (around->op == PATTERN_BEHIND) {
		inside.before = byte_set_all;
		inside.rest = place->rest;
		inside.min -= (int)pattern_max(around->child);
		inside.max -= (int)pattern_min(around->child);
	}
	return best(d, around->child, &inside);
}

static bool is_literal(const struct pattern_node *node)
{
	return node->op == PATTERN_SET && byte_set_count(&node->set) <= 2;
}

/* The cheapest of the parts of a sequence; its cuts are the last ones that stay. */
static double best_part(struct deriver *d, const struct pattern_node *cat,
			const struct anchor_place *place)
{
	struct anchor_place at = *place;
	double cost = ANCHOR_PRICE_NEVER;
	size_t kept = d->n_cuts;
	size_t start = d->n_cuts;
	unsigned run = 0; /* bytes of a literal; a cut at its start sees all its windows */

	for (const struct pattern_node *c = cat->child; c != NULL && cost > ANCHOR_PRICE_ENOUGH;
	     c = c->next) {
		double other;

		run = is_literal(c) && run < ANCHOR_PRICED_BYTES - ANCHOR_WINDOW_MIN ? run + 1 : 0;
		if (run > 1) {
			step(&at, c);
			continue;
		}
		at.rest = c->next != NULL ? cell_new(d, c->next, true, place->rest) : place->rest;
		at.bound = cost < place->bound ? cost : place->bound;
		other = best(d, c, &at);
		if (other < cost) {
			size_t n = d->n_cuts - kept;

			if (n != 0)
				memmove(d->cuts + start, d->cuts + kept, n * sizeof(*d->cuts));
			kept = start + n;
			cost = other;
		}
		d->n_cuts = kept;
		step(&at, c);
	}
	return cost;
}

/*
 * The cheapest way to anchor node, with the places behind it in sight; adds its
 * cuts, or returns ANCHOR_PRICE_NEVER and adds none where it is not below the
 * place's bound.
 */
static double best(struct deriver *d, const struct pattern_node *node,
		   const struct anchor_place *place)
{
	double sum = 0;
	size_t start = d->n_cuts;

	switch (node->op) {
	case PATTERN_SET: return best_at(d, node, place);
	case PATTERN_CAT: return best_part(d, node, place);
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next) {
			sum += best(d, c, place);
			if (sum >= place->bound) {
				d->n_cuts = start;
				return ANCHOR_PRICE_NEVER;
			}
		}
		return sum;
	case PATTERN_REPEAT:
		if (node->min == 0)
			return ANCHOR_PRICE_NEVER;
		return node->max == 1 ? best(d, node->child, place) : best_at(d, node, place);
	case PATTERN_BEHIND:
	case PATTERN_AHEAD: return best_around(d, node, place);
	default: return ANCHOR_PRICE_NEVER;
	}
}

/* --- Results ---------------------------------------------------------------- */

static size_t tail_nodes(const struct anchor_tail *tail, const struct pattern_node **nodes)
{
	size_t n = 0;

	for (const struct anchor_tail *t = tail; t != NULL; t = t->next) {
		for (const struct pattern_node *node = t->node; node != NULL;
		     node = t->siblings ? node->next : NULL) {
			if (nodes != NULL)
				nodes[n] = node;
			n++;
		}
	}
	return n;
}

static void add_shape(struct anchors *a, const struct anchor_cut *cut)
{
	struct anchor_shape *shape;

	a->shapes = mem_grow(a->shapes, a->n_shapes, &a->shapes_cap, sizeof(*a->shapes));
	shape = &a->shapes[a->n_shapes++];
	*shape = (struct anchor_shape){ .before = cut->before,
					.before_min = cut->before_min,
					.before_max = cut->before_max };
	shape->n_tail = tail_nodes(cut->tail, NULL);
	shape->tail = mem_new(shape->n_tail, sizeof(const struct pattern_node *));
	tail_nodes(cut->tail, shape->tail);
}

struct texts_of {
	struct anchors *anchors;
	const struct anchor_cut *cut;
};

static bool add_text(void *to, const struct anchor_road *road)
{
	const struct texts_of *of = to;
	struct anchors *a = of->anchors;
	struct anchor_text *text;

	a->texts = mem_grow(a->texts, a->n_texts, &a->texts_cap, sizeof(*a->texts));
	text = &a->texts[a->n_texts++];
	*text = (struct anchor_text){
		.len = road->len,
		.before = *road->before,
		.before_min = of->cut->before_min,
		.before_max = of->cut->before_max,
	};
	memcpy(text->sets, road->sets, road->len * sizeof(*road->sets));
	if (road->ahead != NULL && text->len < ANCHOR_TEXT_MAX) {
		text->sets[text->len] = *road->ahead;
		byte_set_unite(&text->sets[text->len++], &byte_set_ends);
	}
	return true;
}

/* Texts are longer than what was priced, unless a road ends badly there: all or none are made. */
static void add_texts(struct anchors *a, const struct anchor_cut *cut)
{
	struct texts_of to = { a, cut };
	size_t n = a->n_texts;

	if (anchor_walk(cut, ANCHOR_TEXT_MAX, add_text, &to) == 0)
		return;
	a->n_texts = n;
	anchor_walk(cut, ANCHOR_PRICED_BYTES, add_text, &to);
}

void anchors_derive(struct anchors *anchors_r, const struct pattern *pattern,
		    const struct anchor_sample *sample)
{
	struct anchors a = { 0 };
	struct deriver d = { .sample = sample };
	struct anchor_place place = { .before = byte_set_all, .bound = ANCHOR_PRICE_NEVER };

	a.everywhere = best(&d, pattern_root(pattern), &place) >= ANCHOR_PRICE_NEVER;
	for (size_t i = 0; i < d.n_cuts; i++) {
		if (d.cuts[i].blanks > a.blanks_max)
			a.blanks_max = d.cuts[i].blanks;
		if (d.cuts[i].is_text)
			add_texts(&a, &d.cuts[i]);
		else
			add_shape(&a, &d.cuts[i]);
	}
	free(d.cuts);
	cells_free(d.cells);
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
