/*
 * The finders are made for long texts, and get them: the first one goes over the
 * block itself.  The decoded layers of all records that have any are put one
 * behind the other into a buffer of their own, and so are the records, and layers,
 * that are chosen for another finder: those that are still open for the second one,
 * then those in which a category is likely for that of decoys.
 *
 *	block	record 1 | 2 with %40 | 3 | 4 with %2540 | ...
 *	layers	           2, layer 1 |     4, 1 | 4, 2  | ...
 *	chosen	record 1 |              3 |                ...
 */
#include <purposed/engine/glance.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/candidates.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/order.h>
#include <purposed/engine/parts.h>

enum {
	ESCAPE_MAX = 64, /* no escape, however often encoded, is longer */
	/* By so much an edge may still move, until characters are whole (classify.c). */
	EDGE_MAX = 4,
};

struct glance {
	struct engine *engine;
	struct regex_scratch *regex;
	struct finder_scan *scan;
	struct decoded decoded;
	struct hits hits;
	struct candidates *candidates;
	struct order *order;
	size_t record_max; /* of a longer one the end is not searched: it is named */
	const struct look *look;
	bool kind_stated;
	struct glance_record *records; /* at hand */
	struct parts layers;
	struct parts chosen;
};

struct glance *glance_new(struct engine *engine)
{
	struct glance *g = mem_new(1, sizeof(*g));

	g->engine = engine_ref(engine);
	g->regex = regex_scratch_new(&engine_settings(engine)->limits);
	g->scan = finder_scan_new();
	g->candidates = candidates_new(rules_count(engine_rules(engine)));
	g->order = order_new(rules_count(engine_rules(engine)));
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
	order_free(&g->order);
	parts_fini(&g->layers);
	parts_fini(&g->chosen);
	free(g);
	*glance = NULL;
}

void glance_wipe(struct glance *glance)
{
	decoded_wipe(&glance->decoded);
	finder_scan_wipe(glance->scan);
	parts_wipe(&glance->layers);
	parts_wipe(&glance->chosen);
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
	if (rule->decoy && (record->likely & ~record->categories) != 0)
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
	const size_t edges[] = { start, end };

	for (size_t i = 0; i < 2; i++) {
		size_t from = edges[i] > ESCAPE_MAX ? edges[i] - ESCAPE_MAX : 0;
		size_t beyond = edges[i] < text.len ? edges[i] + 1 : text.len;

		if (decode_find_beginning(span_slice(text, 0, beyond), from) < beyond)
			return true;
	}
	return false;
}

/* A value of a category: it is there for sure, or it is likely, and this is what makes it so. */
static void weigh_value(struct glance_record *record, const struct look_target *target,
			const struct hit *hit, struct span text)
{
	bool whole = hit->layer == 0 && !may_be_split(text, hit->start, hit->end);

	if (target->sure && whole) {
		record->categories |= target->category;
		return;
	}
	record->likely |= target->category;
	if (whole && record->value_end == 0) {
		record->value_start = hit->start;
		record->value_end = hit->end;
	}
}

/* Whether a decoy may take the bytes of the value that makes a category likely. */
static bool takes_value(const struct glance_record *record, const struct hit *hit)
{
	return hit->layer != 0 || (hit->start < record->value_end + EDGE_MAX &&
				   hit->end + EDGE_MAX > record->value_start);
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
		if (target->category != 0)
			weigh_value(record, target, hit, text);
		else if (target->need == LOOK_NOTHING)
			record->named |= record->likely != 0 && takes_value(record, hit);
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
	    !candidates_reach(g->candidates, p, text, start, &from, &last))
		return;
	hits_clear_found(&g->hits);
	*from = confirm_within(rules_at(engine_rules(g->engine), rule), rule, text, layer, *from,
			       last, g->regex, &g->hits);
	weigh(g, record, rule, text);
	order_note(g->order, rule, record->named);
}

/* --- The passes --------------------------------------------------------------- */

/* Puts the decoded layers of a record into the buffer. */
static void decode_record(struct glance *g, struct glance_record *record, struct span text)
{
	decode_run(&g->decoded, text);
	record->named |= g->decoded.limited;
	for (size_t layer = 1; layer < g->decoded.n && !record->named; layer++)
		parts_add(&g->layers, g->decoded.layers[layer].text,
			  (uint32_t)(record - g->records), (uint8_t)layer);
}

/* The walk of a finder over the records of a block. */
struct walk {
	const struct plan *plan; /* theirs that are looked at */
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
	record->escapes = true;
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
	const struct proposal *p = candidates_sort(g->candidates, order_rules(g->order), &n);

	for (size_t i = 0; i < n; i++) {
		struct glance_record *record = &w->records[p[i].part];

		confirm(g, record, &p[i], span_slice(w->block, record->start, record->end), 0,
			record->start);
	}
}

static void pass_block(struct glance *g, struct walk *w)
{
	bool more = true;

	hits_clear(&g->hits);
	candidates_begin(g->candidates);
	finder_begin(g->scan, look_first(g->look), w->block);
	while (more) {
		more = gather_block(g, w);
		confirm_block(g, w);
	}
}

/* The layers of what the block itself has not named. */
static void decode_block(struct glance *g, const struct walk *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct glance_record *record = &w->records[i];

		if (record->plan == w->plan && record->escapes && !record->named)
			decode_record(g, record, span_slice(w->block, record->start, record->end));
	}
}

/* Gathers candidates from the part at hand on; false: these are the last ones. */
static bool gather_parts(struct glance *g, const struct parts *parts, size_t *next)
{
	struct candidate c;

	while (finder_next(g->scan, &c)) {
		const struct part *part = parts_seek(parts, next, c.at);

		if (part == NULL)
			continue;
		if (g->records[part->record].named)
			finder_skip(g->scan, part->end);
		else if (c.rule != LOOK_ESCAPE &&
			 !candidates_add(g->candidates, &c, (uint32_t)*next))
			return true;
	}
	return false;
}

static void confirm_parts(struct glance *g, const struct parts *parts)
{
	size_t n;
	const struct proposal *p = candidates_sort(g->candidates, order_rules(g->order), &n);

	for (size_t i = 0; i < n; i++) {
		const struct part *part = &parts->parts[p[i].part];

		confirm(g, &g->records[part->record], &p[i], parts_text(parts, p[i].part),
			part->layer, part->start);
	}
}

static void pass_parts(struct glance *g, const struct finder *finder, const struct parts *parts)
{
	size_t next = 0;
	bool more = true;

	if (parts->n == 0)
		return;
	hits_clear(&g->hits);
	candidates_begin(g->candidates);
	finder_begin(g->scan, finder, buf_span(&parts->text));
	while (more) {
		more = gather_parts(g, parts, &next);
		confirm_parts(g, parts);
	}
}

/* Whether the second finder's rules can tell anything about a record that the first one's left. */
static bool is_open(const struct glance *g, const struct glance_record *record)
{
	return is_of_use(record, look_second_sum(g->look), 0);
}

/* Whether a category is likely, and sure if no decoy takes the value that makes it so. */
static bool is_likely(const struct glance_record *record)
{
	uint64_t all = record->likely | record->categories;

	return !record->named && (record->kind || !record->doubt) && record->value_end != 0 &&
	       (record->likely & ~record->categories) != 0 && (all & (all - 1)) == 0;
}

static bool is_chosen(const struct glance *g, const struct glance_record *record,
		      const struct finder *finder)
{
	return finder == look_decoys(g->look) ? is_likely(record) : is_open(g, record);
}

/* The second finder, or that of decoys, over the records that are for it, and their layers. */
static void pass_chosen(struct glance *g, const struct walk *w, const struct finder *finder)
{
	parts_clear(&g->chosen);
	for (size_t i = 0; i < w->n; i++) {
		const struct glance_record *record = &w->records[i];

		if (record->plan == w->plan && is_chosen(g, record, finder))
			parts_add(&g->chosen, span_slice(w->block, record->start, record->end),
				  (uint32_t)i, 0);
	}
	for (size_t i = 0; i < g->layers.n; i++) {
		const struct part *layer = &g->layers.parts[i];

		if (is_chosen(g, &w->records[layer->record], finder))
			parts_add(&g->chosen, parts_text(&g->layers, i), layer->record,
				  layer->layer);
	}
	pass_parts(g, finder, &g->chosen);
}

static void pass_likely(struct glance *g, const struct walk *w)
{
	pass_chosen(g, w, look_decoys(g->look));
	for (size_t i = 0; i < w->n; i++) {
		if (w->records[i].plan == w->plan && is_likely(&w->records[i]))
			w->records[i].categories = w->records[i].likely;
	}
}

static void begin(struct glance *g, const struct look *look, struct glance_record *records,
		  const char *kind)
{
	g->look = look;
	g->records = records;
	g->kind_stated = kind != NULL;
	parts_clear(&g->layers);
	parts_clear(&g->chosen);
}

void glance_run(struct glance *g, const struct plan *plan, enum look_depth depth, struct span block,
		struct glance_record *records, size_t n, const char *kind)
{
	const struct look *look = plan_look(plan, depth);
	bool kind_holds = kind != NULL && look_kind_holds(look, kind);
	struct walk w = { plan, block, records, n, 0 };

	begin(g, look, records, kind);
	for (size_t i = 0; i < n; i++) {
		struct glance_record *r = &records[i];

		if (r->plan != plan)
			continue;
		*r = (struct glance_record){ .start = r->start, .end = r->end, .plan = plan };
		r->named = r->end - r->start > g->record_max;
		r->kind = kind_holds;
	}
	pass_block(g, &w);
	decode_block(g, &w);
	pass_parts(g, look_first(look), &g->layers);
	if (look_second(look) != NULL)
		pass_chosen(g, &w, look_second(look));
	if (look_decoys(look) != NULL)
		pass_likely(g, &w);
	for (size_t i = 0; i < n; i++) {
		if (records[i].plan == plan)
			records[i].named |= (records[i].doubt && !records[i].kind) ||
					    (records[i].likely & ~records[i].categories) != 0;
	}
}
