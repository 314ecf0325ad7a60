/*
 * The decoded layers of records that the block itself has not named.  Of a first layer the
 * finder goes over what lies near changes, and the other candidates are the record's
 * (layer_near.h); a further one is rare, and gone over as a whole.
 */
#include <purposed/engine/prescan_private.h>

static void decode_record(struct prescan *ps, struct prescan_record *record, struct span text)
{
	decode_run_from(&ps->decoded, text, record->escapes);
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

static void decode_block(struct prescan *ps, const struct prescan_walk *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct prescan_record *record = &w->records[i];

		if (record->plan == w->plan && record->escaped && !record->named)
			decode_record(ps, record, span_slice(w->block, record->start, record->end));
	}
}

/* Gathers candidates from slices of layers; false: these are the last ones. */
static bool gather_near(struct prescan *ps, size_t *next)
{
	struct candidate c;

	while (finder_next(ps->scan, &c)) {
		const struct layer_line *slice = layer_lines_seek(&ps->near.text, next, c.at);
		const struct layer_line *layer;

		if (slice == NULL)
			continue;
		layer = &ps->layers.lines[slice->record];
		if (ps->records[layer->record].named) {
			finder_skip(ps->scan, slice->end);
			continue;
		}
		c.at = layer->start + ps->near.slices[*next].at + (c.at - slice->start);
		if (!candidates_add(ps->candidates, &c, slice->record))
			return true;
	}
	return false;
}

/* The same, from those of the records, as they stand in layers. */
static bool gather_kept(struct prescan *ps, const struct prescan_walk *w, size_t *next)
{
	while (*next < ps->near.n_kept) {
		const struct proposal *p = &ps->near.kept[(*next)++];
		const struct prescan_record *record = &w->records[p->part];
		struct candidate c = p->candidate;
		uint32_t line;

		if (record->named || record->first_slice == LAYER_NEAR_NONE ||
		    !layer_near_map(&ps->near, record->first_slice, c.at - record->start, &c.at))
			continue;
		line = ps->near.text.lines[record->first_slice].record;
		c.at += ps->layers.lines[line].start;
		if (!candidates_add(ps->candidates, &c, line))
			return true;
	}
	return false;
}

void prescan_layers(struct prescan *ps, const struct prescan_walk *w)
{
	size_t next = 0;
	bool more = true;

	decode_block(ps, w);
	if (ps->layers.n == 0)
		return;
	hits_clear(&ps->hits);
	candidates_begin(ps->candidates);
	finder_begin(ps->scan, prescan_goal_first(ps->goal), buf_span(&ps->near.text.text));
	finder_skip_escapes(ps->scan, ps->near.text.text.len);
	while (more) {
		more = gather_near(ps, &next);
		prescan_confirm_lines(ps, &ps->layers);
	}
	candidates_begin(ps->candidates);
	next = 0;
	more = true;
	while (more) {
		more = gather_kept(ps, w, &next);
		prescan_confirm_lines(ps, &ps->layers);
	}
}
