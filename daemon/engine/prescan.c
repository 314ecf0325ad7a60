/*
 * The finders are made for long texts, and get them: the first one goes over the
 * block itself.  The decoded layers of all records that have any are put one
 * behind the other into a buffer of their own, of which it goes over what lies near
 * changes (layer_near.h); and so are the records, and layers,
 * that are chosen for another finder: those that are still open for the second one,
 * then those in which a category is likely for that of decoys.
 *
 *	block	record 1 | 2 with %40 | 3 | 4 with %2540 | ...
 *	layers	           2, layer 1 |     4, 1 | 4, 2  | ...
 *	chosen	record 1 |              3 |                ...
 */
#include <purposed/engine/prescan.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/candidates.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/layer_lines.h>
#include <purposed/engine/layer_near.h>
#include <purposed/engine/order.h>

enum {
	ESCAPE_MAX = 64, /* no escape, however often encoded, is longer */
	/* By so much an edge may still move, until characters are whole (classify.c). */
	EDGE_MAX = 4,
};

struct prescan {
	struct engine *engine;
	struct regex_scratch *regex;
	struct finder_scan *scan;
	struct decoded decoded;
	struct hits hits;
	struct candidates *candidates;
	struct order *order;
	size_t record_max; /* of a longer one the end is not searched: it is named */
	const struct prescan_goal *goal;
	bool kind_stated;
	struct prescan_record *records; /* at hand */
	struct layer_lines layers;
	struct layer_near near; /* of the layers */
	struct layer_lines chosen;
};

struct prescan *prescan_new(struct engine *engine)
{
	struct prescan *ps = mem_new(1, sizeof(*ps));

	ps->engine = engine_ref(engine);
	ps->regex = regex_scratch_new(&engine_settings(engine)->limits);
	ps->scan = finder_scan_new();
	ps->candidates = candidates_new(rules_count(engine_rules(engine)));
	ps->order = order_new(rules_count(engine_rules(engine)));
	ps->record_max = engine_settings(engine)->record_max_bytes;
	return ps;
}

void prescan_free(struct prescan **prescan)
{
	struct prescan *ps;

	if (prescan == NULL || *prescan == NULL)
		return;
	ps = *prescan;
	engine_unref(&ps->engine);
	regex_scratch_free(&ps->regex);
	finder_scan_free(&ps->scan);
	decoded_fini(&ps->decoded);
	hits_fini(&ps->hits);
	candidates_free(&ps->candidates);
	order_free(&ps->order);
	layer_lines_fini(&ps->layers);
	layer_near_fini(&ps->near);
	layer_lines_fini(&ps->chosen);
	free(ps);
	*prescan = NULL;
}

void prescan_wipe(struct prescan *prescan)
{
	decoded_wipe(&prescan->decoded);
	finder_scan_wipe(prescan->scan);
	layer_lines_wipe(&prescan->layers);
	layer_near_wipe(&prescan->near);
	layer_lines_wipe(&prescan->chosen);
}

/* --- What is known of a record -------------------------------------------------- */

/* Whether a rule, or several in sum, can tell anything about the record that is not known yet. */
static bool is_of_use(const struct prescan_record *record, const struct prescan_rule *rule,
		      uint8_t layer)
{
	if (record->named)
		return false;
	if (rule->worst == PRESCAN_NAMED)
		return true;
	if (rule->tells_kind && layer == 0 && !record->kind)
		return true;
	if (rule->decoy && (record->likely & ~record->categories) != 0)
		return true;
	if (rule->worst == PRESCAN_UNLESS_KIND && !record->kind && !record->doubt)
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
static void weigh_value(struct prescan_record *record, const struct prescan_target *target,
			const struct hit *hit, struct span text)
{
	bool whole;

	if ((record->categories & target->category) != 0)
		return;
	whole = hit->layer == 0 && !may_be_split(text, hit->start, hit->end);
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
static bool takes_value(const struct prescan_record *record, const struct hit *hit)
{
	return hit->layer != 0 || (hit->start < record->value_end + EDGE_MAX &&
				   hit->end + EDGE_MAX > record->value_start);
}

/* What the hits of a rule mean for the record. */
static void weigh(struct prescan *ps, struct prescan_record *record, uint16_t rule,
		  struct span text)
{
	const struct prescan_rule *r = prescan_goal_rule(ps->goal, rule);

	record->named |= ps->hits.n_unsearched != 0;
	record->kind |= ps->hits.kind_rule != UINT32_MAX && !ps->kind_stated;
	for (size_t i = 0; i < ps->hits.n; i++) {
		const struct hit *hit = &ps->hits.hits[i];
		const struct prescan_target *target = &r->targets[hit->target];

		record->named |= target->need == PRESCAN_NAMED;
		record->doubt |= target->need == PRESCAN_UNLESS_KIND;
		if (target->category != 0)
			weigh_value(record, target, hit, text);
		else if (target->need == PRESCAN_NOTHING)
			record->named |= record->likely != 0 && takes_value(record, hit);
	}
}

/* Confirms a candidate in text, which is a layer of the record and begins at byte start. */
static void confirm(struct prescan *ps, struct prescan_record *record, const struct proposal *p,
		    struct span text, uint8_t layer, size_t start)
{
	uint16_t rule = p->candidate.rule;
	size_t *from;
	size_t last;

	if (!is_of_use(record, prescan_goal_rule(ps->goal, rule), layer) ||
	    !candidates_reach(ps->candidates, p, text, start, &from, &last))
		return;
	hits_clear_found(&ps->hits);
	*from = confirm_within(rules_at(engine_rules(ps->engine), rule), rule,
			       rule_finders_starts(engine_finders(ps->engine), rule), text, layer,
			       *from, last, ps->regex, &ps->hits);
	weigh(ps, record, rule, text);
	order_note(ps->order, rule, record->named);
}

/* --- The passes --------------------------------------------------------------- */

/*
 * Puts the decoded layers of a record into the buffer.  The first one has the record's
 * candidates but near changes; another one is rare, and looked at as a whole.
 */
static void decode_record(struct prescan *ps, struct prescan_record *record, struct span text)
{
	decode_run_within(&ps->decoded, text, record->escapes_start,
			  record->escapes_end < text.len ? record->escapes_end : text.len);
	record->named |= ps->decoded.limited;
	for (size_t i = 1; i < ps->decoded.n && !record->named; i++) {
		const struct decode_layer *layer = &ps->decoded.layers[i];
		uint32_t line = (uint32_t)ps->layers.n;
		uint32_t slice = layer_near_add(&ps->near, layer, line, i > 1);

		layer_lines_add(&ps->layers, layer->text, (uint32_t)(record - ps->records),
				(uint8_t)i);
		if (i == 1)
			record->first_slice = slice;
	}
}

/* The walk of a finder over the records of a block. */
struct walk {
	const struct plan *plan; /* theirs that are looked at */
	struct span block;
	struct prescan_record *records;
	size_t n;
	size_t next; /* the record at hand */
};

/*
 * Notes where an escape may begin: where the candidate's match does, or one byte on; and a '+'
 * behind a quote that is escaped, which the pattern (decode.h) does not match.
 */
static void note_escape(struct prescan_record *record, const struct candidate *c)
{
	size_t at = c->at - record->start;
	size_t before = (size_t)c->before_max;

	if (record->escapes_end == 0)
		record->escapes_start = (uint32_t)(at > before ? at - before : 0);
	record->escapes_end = (uint32_t)(at + 3);
}

/* A candidate in a record of the walk, whose records before it are done with. */
static bool add_to_block(struct prescan *ps, struct walk *w, const struct candidate *c)
{
	struct prescan_record *record = &w->records[w->next];

	/* What stands between records is of none of them. */
	if (c->at < record->start)
		return true;
	if (record->named || record->plan != w->plan) {
		finder_skip(ps->scan, record->end);
		return true;
	}
	if (c->rule != PRESCAN_ESCAPE)
		return candidates_add(ps->candidates, c, (uint32_t)w->next);
	note_escape(record, c);
	return true;
}

/* Gathers candidates; false: these are the last ones. */
static bool gather_block(struct prescan *ps, struct walk *w)
{
	struct candidate c;

	while (finder_next(ps->scan, &c)) {
		while (w->next < w->n && c.at >= w->records[w->next].end)
			w->next++;
		if (w->next == w->n)
			return false;
		if (!add_to_block(ps, w, &c))
			return true;
	}
	return false;
}

/* goes_on: there are more candidates, perhaps in the same record as the last one. */
static void confirm_block(struct prescan *ps, const struct walk *w, bool goes_on)
{
	size_t n;
	const struct proposal *p = candidates_sort(ps->candidates, order_rules(ps->order), &n);

	for (size_t i = 0; i < n; i++) {
		struct prescan_record *record = &w->records[p[i].part];

		if (!record->named &&
		    (record->escapes_end != 0 || (goes_on && p[i].part == w->next)))
			layer_near_keep(&ps->near, &p[i]);
		confirm(ps, record, &p[i], span_slice(w->block, record->start, record->end), 0,
			record->start);
	}
}

static void pass_block(struct prescan *ps, struct walk *w)
{
	bool more = true;

	hits_clear(&ps->hits);
	candidates_begin(ps->candidates);
	finder_begin(ps->scan, prescan_goal_first(ps->goal), w->block);
	while (more) {
		more = gather_block(ps, w);
		confirm_block(ps, w, more);
	}
}

/* The layers of what the block itself has not named. */
static void decode_block(struct prescan *ps, const struct walk *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct prescan_record *record = &w->records[i];

		if (record->plan == w->plan && record->escapes_end != 0 && !record->named)
			decode_record(ps, record, span_slice(w->block, record->start, record->end));
	}
}

/* Gathers candidates from the part at hand on; false: these are the last ones. */
static bool gather_parts(struct prescan *ps, const struct layer_lines *parts, size_t *next)
{
	struct candidate c;

	while (finder_next(ps->scan, &c)) {
		const struct layer_line *part = layer_lines_seek(parts, next, c.at);

		if (part == NULL)
			continue;
		if (ps->records[part->record].named)
			finder_skip(ps->scan, part->end);
		else if (c.rule != PRESCAN_ESCAPE &&
			 !candidates_add(ps->candidates, &c, (uint32_t)*next))
			return true;
	}
	return false;
}

/* The same, from slices of layers. */
static bool gather_near(struct prescan *ps, size_t *next)
{
	struct candidate c;

	while (finder_next(ps->scan, &c)) {
		const struct layer_line *slice = layer_lines_seek(&ps->near.text, next, c.at);
		const struct layer_line *layer;

		if (slice == NULL)
			continue;
		layer = &ps->layers.parts[slice->record];
		if (ps->records[layer->record].named) {
			finder_skip(ps->scan, slice->end);
			continue;
		}
		c.at = layer->start + ps->near.slices[*next].at + (c.at - slice->start);
		if (c.rule != PRESCAN_ESCAPE && !candidates_add(ps->candidates, &c, slice->record))
			return true;
	}
	return false;
}

/* The same, from those of the records, as they stand in layers. */
static bool gather_kept(struct prescan *ps, const struct walk *w, size_t *next)
{
	while (*next < ps->near.n_kept) {
		const struct proposal *p = &ps->near.kept[(*next)++];
		const struct prescan_record *record = &w->records[p->part];
		struct candidate c = p->candidate;
		uint32_t line;

		if (record->named || record->first_slice == LAYER_NEAR_NONE ||
		    !layer_near_map(&ps->near, record->first_slice, c.at - record->start, &c.at))
			continue;
		line = ps->near.text.parts[record->first_slice].record;
		c.at += ps->layers.parts[line].start;
		if (!candidates_add(ps->candidates, &c, line))
			return true;
	}
	return false;
}

static void confirm_parts(struct prescan *ps, const struct layer_lines *parts)
{
	size_t n;
	const struct proposal *p = candidates_sort(ps->candidates, order_rules(ps->order), &n);

	for (size_t i = 0; i < n; i++) {
		const struct layer_line *part = &parts->parts[p[i].part];

		confirm(ps, &ps->records[part->record], &p[i], layer_lines_text(parts, p[i].part),
			part->layer, part->start);
	}
}

static void pass_parts(struct prescan *ps, const struct finder *finder,
		       const struct layer_lines *parts)
{
	size_t next = 0;
	bool more = true;

	if (parts->n == 0)
		return;
	hits_clear(&ps->hits);
	candidates_begin(ps->candidates);
	finder_begin(ps->scan, finder, buf_span(&parts->text));
	while (more) {
		more = gather_parts(ps, parts, &next);
		confirm_parts(ps, parts);
	}
}

/* The first finder over the layers. */
static void pass_layers(struct prescan *ps, const struct walk *w)
{
	size_t next = 0;
	bool more = true;

	if (ps->layers.n == 0)
		return;
	hits_clear(&ps->hits);
	candidates_begin(ps->candidates);
	finder_begin(ps->scan, prescan_goal_first(ps->goal), buf_span(&ps->near.text.text));
	while (more) {
		more = gather_near(ps, &next);
		confirm_parts(ps, &ps->layers);
	}
	candidates_begin(ps->candidates);
	next = 0;
	more = true;
	while (more) {
		more = gather_kept(ps, w, &next);
		confirm_parts(ps, &ps->layers);
	}
}

/* Whether the second finder's rules can tell anything about a record that the first one's left. */
static bool is_open(const struct prescan *ps, const struct prescan_record *record)
{
	return is_of_use(record, prescan_goal_second_sum(ps->goal), 0);
}

/* Whether a category is likely, and sure if no decoy takes the value that makes it so. */
static bool is_likely(const struct prescan_record *record)
{
	uint64_t all = record->likely | record->categories;

	return !record->named && (record->kind || !record->doubt) && record->value_end != 0 &&
	       (record->likely & ~record->categories) != 0 && (all & (all - 1)) == 0;
}

static bool is_chosen(const struct prescan *ps, const struct prescan_record *record,
		      const struct finder *finder)
{
	return finder == prescan_goal_decoys(ps->goal) ? is_likely(record) : is_open(ps, record);
}

/* The second finder, or that of decoys, over the records that are for it, and their layers. */
static void pass_chosen(struct prescan *ps, const struct walk *w, const struct finder *finder)
{
	layer_lines_clear(&ps->chosen);
	for (size_t i = 0; i < w->n; i++) {
		const struct prescan_record *record = &w->records[i];

		if (record->plan == w->plan && is_chosen(ps, record, finder))
			layer_lines_add(&ps->chosen,
					span_slice(w->block, record->start, record->end),
					(uint32_t)i, 0);
	}
	for (size_t i = 0; i < ps->layers.n; i++) {
		const struct layer_line *layer = &ps->layers.parts[i];

		if (is_chosen(ps, &w->records[layer->record], finder))
			layer_lines_add(&ps->chosen, layer_lines_text(&ps->layers, i),
					layer->record, layer->layer);
	}
	pass_parts(ps, finder, &ps->chosen);
}

static void pass_likely(struct prescan *ps, const struct walk *w)
{
	pass_chosen(ps, w, prescan_goal_decoys(ps->goal));
	for (size_t i = 0; i < w->n; i++) {
		if (w->records[i].plan == w->plan && is_likely(&w->records[i]))
			w->records[i].categories = w->records[i].likely;
	}
}

static void begin(struct prescan *ps, const struct prescan_goal *goal,
		  struct prescan_record *records, const char *kind)
{
	ps->goal = goal;
	ps->records = records;
	ps->kind_stated = kind != NULL;
	layer_lines_clear(&ps->layers);
	layer_near_clear(&ps->near);
	layer_lines_clear(&ps->chosen);
}

void prescan_run(struct prescan *ps, const struct plan *plan, enum prescan_depth depth,
		 struct span block, struct prescan_record *records, size_t n, const char *kind)
{
	const struct prescan_goal *goal = plan_prescan(plan, depth);
	bool kind_holds = kind != NULL && prescan_goal_kind_holds(goal, kind);
	struct walk w = { plan, block, records, n, 0 };

	begin(ps, goal, records, kind);
	for (size_t i = 0; i < n; i++) {
		struct prescan_record *r = &records[i];

		if (r->plan != plan)
			continue;
		*r = (struct prescan_record){ .start = r->start,
					      .end = r->end,
					      .plan = plan,
					      .first_slice = LAYER_NEAR_NONE };
		r->named = r->end - r->start > ps->record_max;
		r->kind = kind_holds;
	}
	pass_block(ps, &w);
	decode_block(ps, &w);
	pass_layers(ps, &w);
	if (prescan_goal_second(goal) != NULL)
		pass_chosen(ps, &w, prescan_goal_second(goal));
	if (prescan_goal_decoys(goal) != NULL)
		pass_likely(ps, &w);
	for (size_t i = 0; i < n; i++) {
		if (records[i].plan == plan)
			records[i].named |= (records[i].doubt && !records[i].kind) ||
					    (records[i].likely & ~records[i].categories) != 0;
	}
}
