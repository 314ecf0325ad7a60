/*
 * The finders are made for long texts, and get them: the first one goes over the
 * block itself.  The decoded layers of all records that have any are put one
 * behind the other into a buffer of their own, and so are the records that are
 * still open when the second one's turn comes:
 *
 *	block	record 1 | 2 with %40 | 3 | 4 with %2540 | ...
 *	layers	           2, layer 1 |     4, 1 | 4, 2  | ...
 *	open	record 1 |              3 |                ...
 */
#include <purposed/engine/glance.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/buf.h>
#include <purposed/base/mem.h>
#include <purposed/engine/candidates.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/decode.h>

/* No escape, however often encoded, is longer. */
enum { ESCAPE_MAX = 64 };

/* A layer of a record in a buffer. */
struct inner {
	size_t start, end; /* bytes of the buffer */
	struct glance_record *record;
	uint8_t layer;
};

struct inners {
	struct buf text;
	size_t used; /* bytes that text was long since it was wiped, but for now */
	struct inner *inners;
	size_t n, cap;
};

struct glance {
	struct engine *engine;
	struct regex_scratch *regex;
	struct finder_scan *scan;
	struct decoded decoded;
	struct hits hits;
	struct candidates *candidates;
	size_t record_max; /* of a longer one the end is not searched: it is named */
	const struct look *look;
	bool kind_stated;
	struct inners layers;
	struct inners open;
};

struct glance *glance_new(struct engine *engine)
{
	struct glance *g = mem_new(1, sizeof(*g));

	g->engine = engine_ref(engine);
	g->regex = regex_scratch_new(&engine_settings(engine)->limits);
	g->scan = finder_scan_new();
	g->candidates = candidates_new(rules_count(engine_rules(engine)));
	g->record_max = engine_settings(engine)->record_max_bytes;
	return g;
}

void glance_free(struct glance **glance)
{
	struct glance *g;

	if (glance == NULL || *glance == NULL)
		return;
	g = *glance;
	engine_unref(&g->engine);
	regex_scratch_free(&g->regex);
	finder_scan_free(&g->scan);
	decoded_fini(&g->decoded);
	hits_fini(&g->hits);
	candidates_free(&g->candidates);
	buf_fini(&g->layers.text);
	buf_fini(&g->open.text);
	free(g->layers.inners);
	free(g->open.inners);
	free(g);
	*glance = NULL;
}

static void clear_inners(struct inners *inners)
{
	if (inners->used < inners->text.len)
		inners->used = inners->text.len;
	buf_clear(&inners->text);
	inners->n = 0;
}

/* Only what was used: wiping all of a large block for each lone record would show. */
static void wipe_inners(struct inners *inners)
{
	clear_inners(inners);
	mem_wipe(inners->text.ptr, inners->used);
	inners->used = 0;
}

void glance_wipe(struct glance *glance)
{
	decoded_wipe(&glance->decoded);
	finder_scan_wipe(glance->scan);
	wipe_inners(&glance->layers);
	wipe_inners(&glance->open);
}

/* --- What is known of a record -------------------------------------------------- */

/* Whether a rule, or several in sum, can tell anything about the record that is not known yet. */
static bool is_of_use(const struct glance_record *record, const struct look_rule *rule,
		      uint8_t layer)
{
	if (record->named)
		return false;
	if (rule->worst == LOOK_NAMED)
		return true;
	if (rule->tells_kind && layer == 0 && !record->kind)
		return true;
	if (rule->worst == LOOK_UNLESS_KIND && !record->kind && !record->doubt)
		return true;
	return (rule->categories & ~(record->categories | record->likely)) != 0 ||
	       (rule->sure & ~record->categories) != 0;
}

/*
 * Whether an edge of a value at bytes [start, end) of a record may lie in or
 * beside an escape: what comes of such a value is up to decode.h.
 */
static bool may_be_split(struct span text, size_t start, size_t end)
{
	static const char introducers[] = "%\\&+";
	const size_t edges[] = { start, end };

	for (size_t i = 0; i < 2; i++) {
		size_t from = edges[i] > ESCAPE_MAX ? edges[i] - ESCAPE_MAX : 0;

		for (size_t at = from; at <= edges[i] && at < text.len; at++) {
			if (memchr(introducers, text.ptr[at], sizeof(introducers) - 1) != NULL)
				return true;
		}
	}
	return false;
}

/* What the hits of a rule mean for the record. */
static void weigh(struct glance *g, struct glance_record *record, uint16_t rule, struct span text)
{
	const struct look_rule *r = look_rule(g->look, rule);

	record->named |= g->hits.n_unsearched != 0;
	record->kind |= g->hits.kind_rule != UINT32_MAX && !g->kind_stated;
	for (size_t i = 0; i < g->hits.n; i++) {
		const struct hit *hit = &g->hits.hits[i];
		const struct look_target *target = &r->targets[hit->target];

		record->named |= target->need == LOOK_NAMED;
		record->doubt |= target->need == LOOK_UNLESS_KIND;
		if (target->sure && hit->layer == 0 && !may_be_split(text, hit->start, hit->end))
			record->categories |= target->category;
		else
			record->likely |= target->category;
	}
}

/* Confirms a candidate in text, which is a layer of the record and begins at byte start. */
static void confirm(struct glance *g, struct glance_record *record, const struct proposal *p,
		    struct span text, uint8_t layer, size_t start)
{
	uint16_t rule = p->candidate.rule;
	size_t *from;
	size_t last;

	if (!is_of_use(record, look_rule(g->look, rule), layer) ||
	    !candidates_reach(g->candidates, p, start, &from, &last))
		return;
	hits_clear(&g->hits);
	*from = confirm_within(rules_at(engine_rules(g->engine), rule), rule, text, layer, *from,
			       last, g->regex, &g->hits);
	weigh(g, record, rule, text);
}

/* --- The passes --------------------------------------------------------------- */

static void add_inner(struct inners *to, struct span text, struct glance_record *record,
		      uint8_t layer)
{
	size_t start = to->text.len;

	buf_add_span(&to->text, text);
	to->inners = mem_grow(to->inners, to->n, &to->cap, sizeof(*to->inners));
	to->inners[to->n++] = (struct inner){
		.start = start,
		.end = to->text.len,
		.record = record,
		.layer = layer,
	};
	buf_add_char(&to->text, '\n');
}

/* Puts the decoded layers of a record into the buffer. */
static void decode_record(struct glance *g, struct glance_record *record, struct span text)
{
	record->decoded = true;
	decode_run(&g->decoded, text);
	record->named |= g->decoded.limited;
	for (size_t layer = 1; layer < g->decoded.n && !record->named; layer++)
		add_inner(&g->layers, g->decoded.layers[layer].text, record, (uint8_t)layer);
}

/* The walk of a finder over the records of a block. */
struct walk {
	const struct plan *plan;
	struct span block;
	struct glance_record *records;
	size_t n;
	size_t next; /* the record at hand */
};

/* A candidate in a record of the walk, whose records before it are done with. */
static bool add_to_block(struct glance *g, struct walk *w, const struct candidate *c)
{
	struct glance_record *record = &w->records[w->next];

	/* What stands between records is of none of them. */
	if (c->at < record->start)
		return true;
	if (record->named || record->plan != w->plan) {
		finder_skip(g->scan, record->end);
		return true;
	}
	if (c->rule != LOOK_ESCAPE)
		return candidates_add(g->candidates, c, (uint32_t)w->next);
	if (!record->decoded)
		decode_record(g, record, span_slice(w->block, record->start, record->end));
	return true;
}

/* Gathers candidates; false: these are the last ones. */
static bool gather_block(struct glance *g, struct walk *w)
{
	struct candidate c;

	while (finder_next(g->scan, &c)) {
		while (w->next < w->n && c.at >= w->records[w->next].end)
			w->next++;
		if (w->next == w->n)
			return false;
		if (!add_to_block(g, w, &c))
			return true;
	}
	return false;
}

static void confirm_block(struct glance *g, const struct walk *w)
{
	size_t n;
	const struct proposal *p = candidates_sort(g->candidates, &n);

	for (size_t i = 0; i < n; i++) {
		struct glance_record *record = &w->records[p[i].part];

		confirm(g, record, &p[i], span_slice(w->block, record->start, record->end), 0,
			record->start);
	}
}

static void pass_block(struct glance *g, const struct plan *plan, struct span block,
		       struct glance_record *records, size_t n)
{
	struct walk w = { plan, block, records, n, 0 };
	bool more = true;

	candidates_begin(g->candidates);
	finder_begin(g->scan, look_first(g->look), block);
	while (more) {
		more = gather_block(g, &w);
		confirm_block(g, &w);
	}
}

/* Gathers candidates from the inner at hand on; false: these are the last ones. */
static bool gather_inners(struct glance *g, const struct inners *inners, size_t *next)
{
	struct candidate c;

	while (finder_next(g->scan, &c)) {
		const struct inner *inner;

		while (inners->inners[*next].end < c.at)
			++*next;
		inner = &inners->inners[*next];
		if (inner->record->named)
			finder_skip(g->scan, inner->end);
		else if (c.rule != LOOK_ESCAPE && c.at < inner->end &&
			 !candidates_add(g->candidates, &c, (uint32_t)*next))
			return true;
	}
	return false;
}

static void confirm_inners(struct glance *g, const struct inners *inners)
{
	size_t n;
	const struct proposal *p = candidates_sort(g->candidates, &n);

	for (size_t i = 0; i < n; i++) {
		const struct inner *inner = &inners->inners[p[i].part];

		confirm(g, inner->record, &p[i],
			span_slice(buf_span(&inners->text), inner->start, inner->end), inner->layer,
			inner->start);
	}
}

static void pass_inners(struct glance *g, const struct finder *finder, const struct inners *inners)
{
	size_t next = 0;
	bool more = true;

	candidates_begin(g->candidates);
	finder_begin(g->scan, finder, buf_span(&inners->text));
	while (more) {
		more = gather_inners(g, inners, &next);
		confirm_inners(g, inners);
	}
}

/* What the first finder's rules leave open. */
static void pass_open(struct glance *g, const struct plan *plan, struct span block,
		      struct glance_record *records, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (records[i].plan == plan && is_of_use(&records[i], look_second_sum(g->look), 0))
			add_inner(&g->open, span_slice(block, records[i].start, records[i].end),
				  &records[i], 0);
	}
	if (g->open.n != 0)
		pass_inners(g, look_second(g->look), &g->open);
	if (g->layers.n != 0)
		pass_inners(g, look_second(g->look), &g->layers);
}

static void begin(struct glance *g, const struct look *look, const char *kind)
{
	g->look = look;
	g->kind_stated = kind != NULL;
	clear_inners(&g->layers);
	clear_inners(&g->open);
}

void glance_run(struct glance *g, const struct plan *plan, enum look_depth depth, struct span block,
		struct glance_record *records, size_t n, const char *kind)
{
	const struct look *look = plan_look(plan, depth);
	bool kind_holds = kind != NULL && look_kind_holds(look, kind);

	begin(g, look, kind);
	for (size_t i = 0; i < n; i++) {
		struct glance_record *r = &records[i];

		if (r->plan != plan)
			continue;
		*r = (struct glance_record){ .start = r->start, .end = r->end, .plan = plan };
		r->named = r->end - r->start > g->record_max;
		r->kind = kind_holds;
	}
	pass_block(g, plan, block, records, n);
	if (g->layers.n != 0)
		pass_inners(g, look_first(look), &g->layers);
	if (look_second(look) != NULL)
		pass_open(g, plan, block, records, n);
	for (size_t i = 0; i < n; i++) {
		if (records[i].plan == plan)
			records[i].named |= (records[i].doubt && !records[i].kind) ||
					    (records[i].likely & ~records[i].categories) != 0;
	}
}
