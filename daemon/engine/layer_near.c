#include <purposed/engine/layer_near.h>

#include <stdlib.h>

/*
 * An anchor is a text or a shape (anchor.h).  A shape looks one byte back, and AHEAD.  (How far
 * is rounded up where it is built, shape_build.c: but that only lets it stand at more places.)
 * A text looks at what lies within its length, in both directions.
 *
 *	slice	AHEAD + BACK, the change, BACK + AHEAD: shapes that look at the change are in it,
 *		with all that they look at; and so are texts
 *	core	begins so far behind the slice that texts in it are there whole
 */
enum {
	BACK = 1,
	AHEAD = SHAPE_AHEAD_MAX,
	TEXT = ANCHOR_TEXT_MAX + 1,
};

void layer_near_fini(struct layer_near *near)
{
	layer_lines_fini(&near->text);
	free(near->slices);
	free(near->kept);
	*near = (struct layer_near){ 0 };
}

void layer_near_clear(struct layer_near *near)
{
	layer_lines_clear(&near->text);
	near->n_kept = 0;
}

void layer_near_wipe(struct layer_near *near)
{
	layer_lines_wipe(&near->text);
	near->n_kept = 0;
}

/* Adds bytes [start, end) of text as a slice, whose start and core are given. */
static void add_slice(struct layer_near *near, struct span text, uint32_t line,
		      const struct layer_slice *slice, size_t end)
{
	near->slices = mem_grow(near->slices, near->text.n, &near->cap, sizeof(*near->slices));
	near->slices[near->text.n] = *slice;
	layer_lines_add(&near->text, span_slice(text, slice->at, end), line, 0);
}

static size_t before(size_t at, size_t n)
{
	return at > n ? at - n : 0;
}

/* Adds the slice around some changes from *change on, all that are near; moves behind them. */
static void add_changes(struct layer_near *near, const struct decode_layer *layer, uint32_t line,
			size_t *change)
{
	const struct decode_change *c = &layer->changes[*change];
	struct layer_slice slice = {
		.at = before(c->at, AHEAD + BACK),
		.core_start = before(c->from, AHEAD + BACK - TEXT),
	};
	size_t end;

	do {
		c = &layer->changes[*change];
		slice.core_end = c->from + c->len + BACK;
		slice.shift = (size_t)c->at + c->n - (c->from + c->len);
		end = c->at + c->n + BACK + AHEAD;
	} while (++*change < layer->n_changes && c[1].at < end + AHEAD + BACK);
	if (end > layer->text.len)
		end = layer->text.len;
	add_slice(near, layer->text, line, &slice, end);
}

uint32_t layer_near_add(struct layer_near *near, const struct decode_layer *layer, uint32_t line,
			bool whole)
{
	const struct layer_slice all = { .core_end = SIZE_MAX };
	uint32_t first = (uint32_t)near->text.n;

	if (whole)
		add_slice(near, layer->text, line, &all, layer->text.len);
	for (size_t i = 0; i < layer->n_changes && !whole;)
		add_changes(near, layer, line, &i);
	return first;
}

bool layer_near_map(const struct layer_near *near, uint32_t first_slice, size_t at, size_t *at_r)
{
	uint32_t line = near->text.lines[first_slice].record;
	size_t behind = first_slice; /* the slices whose cores begin up to there */
	size_t end = near->text.n;

	while (behind < end) {
		size_t middle = behind + (end - behind) / 2;

		if (near->text.lines[middle].record == line &&
		    near->slices[middle].core_start <= at)
			behind = middle + 1;
		else
			end = middle;
	}
	*at_r = at;
	if (behind == first_slice)
		return true;
	*at_r += near->slices[behind - 1].shift;
	return at >= near->slices[behind - 1].core_end;
}
