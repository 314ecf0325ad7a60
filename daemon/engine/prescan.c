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
#include <purposed/engine/prescan_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

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

/* --- The passes --------------------------------------------------------------- */

/* Notes where the first escape of the record may begin, where the candidate's match does. */
static void note_escape(struct prescan *ps, struct prescan_record *record,
			const struct candidate *c)
{
	size_t at = c->at - record->start;
	size_t before = (size_t)c->before_max;

	record->escapes = (uint32_t)(at > before ? at - before : 0);
	record->escaped = true;
	/* Where the others are is up to decoding. */
	finder_skip_escapes(ps->scan, record->end);
}

/* A candidate in a record of the walk, whose records before it are done with. */
static bool add_to_block(struct prescan *ps, struct prescan_walk *w, const struct candidate *c)
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
	note_escape(ps, record, c);
	return true;
}

/* Gathers candidates; false: these are the last ones. */
static bool gather_block(struct prescan *ps, struct prescan_walk *w)
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
static void confirm_block(struct prescan *ps, const struct prescan_walk *w, bool goes_on)
{
	size_t n;
	const struct proposal *p = candidates_sort(ps->candidates, order_rules(ps->order), &n);

	for (size_t i = 0; i < n; i++) {
		struct prescan_record *record = &w->records[p[i].part];

		if (!record->named && (record->escaped || (goes_on && p[i].part == w->next)))
			layer_near_keep(&ps->near, &p[i]);
		prescan_confirm(ps, record, &p[i], span_slice(w->block, record->start, record->end),
				0, record->start);
	}
}

static void pass_block(struct prescan *ps, struct prescan_walk *w)
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

/* Gathers candidates from the line at hand on; false: these are the last ones. */
static bool gather_lines(struct prescan *ps, const struct layer_lines *lines, size_t *next)
{
	struct candidate c;

	while (finder_next(ps->scan, &c)) {
		const struct layer_line *line = layer_lines_seek(lines, next, c.at);

		if (line == NULL)
			continue;
		if (ps->records[line->record].named)
			finder_skip(ps->scan, line->end);
		else if (!candidates_add(ps->candidates, &c, (uint32_t)*next))
			return true;
	}
	return false;
}

static void pass_lines(struct prescan *ps, const struct finder *finder,
		       const struct layer_lines *lines)
{
	size_t next = 0;
	bool more = true;

	if (lines->n == 0)
		return;
	hits_clear(&ps->hits);
	candidates_begin(ps->candidates);
	finder_begin(ps->scan, finder, buf_span(&lines->text));
	finder_skip_escapes(ps->scan, lines->text.len);
	while (more) {
		more = gather_lines(ps, lines, &next);
		prescan_confirm_lines(ps, lines);
	}
}

/* A finder over the records that are chosen for it, and their layers. */
static void
pass_chosen(struct prescan *ps, const struct prescan_walk *w, const struct finder *finder,
	    bool (*is_chosen)(const struct prescan *ps, const struct prescan_record *record))
{
	layer_lines_clear(&ps->chosen);
	for (size_t i = 0; i < w->n; i++) {
		const struct prescan_record *record = &w->records[i];

		if (record->plan == w->plan && is_chosen(ps, record))
			layer_lines_add(&ps->chosen,
					span_slice(w->block, record->start, record->end),
					(uint32_t)i, 0);
	}
	for (size_t i = 0; i < ps->layers.n; i++) {
		const struct layer_line *layer = &ps->layers.lines[i];

		if (is_chosen(ps, &w->records[layer->record]))
			layer_lines_add(&ps->chosen, layer_lines_text(&ps->layers, i),
					layer->record, layer->layer);
	}
	pass_lines(ps, finder, &ps->chosen);
}

static void pass_likely(struct prescan *ps, const struct prescan_walk *w)
{
	pass_chosen(ps, w, prescan_goal_decoys(ps->goal), prescan_is_likely);
	for (size_t i = 0; i < w->n; i++) {
		if (w->records[i].plan == w->plan && prescan_is_likely(ps, &w->records[i]))
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
	struct prescan_walk w = { plan, block, records, n, 0 };

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
	prescan_layers(ps, &w);
	if (prescan_goal_second(goal) != NULL)
		pass_chosen(ps, &w, prescan_goal_second(goal), prescan_is_open);
	if (prescan_goal_decoys(goal) != NULL)
		pass_likely(ps, &w);
	for (size_t i = 0; i < n; i++) {
		if (records[i].plan == plan)
			records[i].named |= (records[i].doubt && !records[i].kind) ||
					    (records[i].likely & ~records[i].categories) != 0;
	}
}
