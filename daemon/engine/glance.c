/*
 * Two passes of the finder: one over the block, and one over what stands in
 * it behind escapes.  The decoded layers of all lines that have any are put
 * one behind the other into a buffer of their own, so that the finder, which
 * is made for long texts, has one again:
 *
 *	block	line 1 | line 2 with %40 | line 3 | line 4 with %2540 | ...
 *	layers	         line 2, layer 1 |          line 4, 1 | line 4, 2 | ...
 *
 * Lines of which nothing is known are not listed at all.
 */
#include <purposed/engine/glance.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/buf.h>
#include <purposed/base/mem.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/decode.h>

/* A line with candidates. */
struct line {
	size_t start, end; /* bytes of the block, without the line end */
	bool named;	   /* it is to be classified */
	bool kind;	   /* its kind is known, and such that conditions hold */
	bool doubt;	   /* it has a value that is flagged unless the kind is known */
	bool decoded;	   /* its layers are in the buffer */
};

/* A decoded layer of a line. */
struct inner {
	size_t start, end; /* bytes of the buffer */
	size_t line;	   /* index */
	uint8_t layer;
};

struct glance {
	struct engine *engine;
	struct regex_scratch *regex;
	struct finder_scan *scan;
	struct decoded decoded;
	struct hits hits;
	/*
	 * By rule: where in the text at hand it is searched on, and for which
	 * text that was written (texts are numbered; 0 is none).
	 */
	size_t *resume;
	unsigned long long *resume_text;
	unsigned long long text;
	size_t line_max; /* of a longer one the end is not searched: it is named */
	const struct plan *plan;
	struct span block;
	const char *kind;
	struct line *lines;
	size_t n_lines, lines_cap;
	struct buf layers;
	struct inner *inners;
	size_t n_inners, inners_cap;
	size_t next;	  /* line to tell of */
	size_t next_long; /* start of the next line longer than line_max, or SIZE_MAX */
};

struct glance *glance_new(struct engine *engine)
{
	struct glance *g = mem_new(1, sizeof(*g));
	size_t n = rules_count(engine_rules(engine)) + 1;

	g->engine = engine_ref(engine);
	g->regex = regex_scratch_new(&engine_settings(engine)->limits);
	g->scan = finder_scan_new();
	g->resume = mem_new(n, sizeof(*g->resume));
	g->resume_text = mem_new(n, sizeof(*g->resume_text));
	g->line_max = engine_settings(engine)->record_max_bytes;
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
	buf_fini(&g->layers);
	free(g->resume);
	free(g->resume_text);
	free(g->lines);
	free(g->inners);
	free(g);
	*glance = NULL;
}

void glance_wipe(struct glance *glance)
{
	decoded_wipe(&glance->decoded);
	finder_scan_wipe(glance->scan);
	buf_wipe(&glance->layers);
}

/* --- One text ----------------------------------------------------------------- */

/* What the hits of a rule mean for the line. */
static void weigh(struct glance *g, struct line *line, uint16_t rule)
{
	const struct plan_rule *needs = plan_rule(g->plan, rule);

	line->named |= g->hits.n_unsearched != 0;
	line->kind |= g->hits.kind_rule != UINT32_MAX && g->kind == NULL;
	for (size_t i = 0; i < g->hits.n; i++) {
		enum plan_need need = needs->targets[g->hits.hits[i].target];

		line->named |= need == PLAN_FLAGGED;
		line->doubt |= need == PLAN_FLAGGED_UNLESS_KIND;
	}
}

/* Whether a rule can tell anything about the line that is not known yet. */
static bool is_of_use(const struct line *line, const struct plan_rule *needs, uint8_t layer)
{
	if (needs->worst == PLAN_FLAGGED)
		return true;
	if (needs->tells_kind && layer == 0 && !line->kind)
		return true;
	return needs->worst == PLAN_FLAGGED_UNLESS_KIND && !line->kind && !line->doubt;
}

/* Confirms a candidate whose anchor stands at byte at of text, which is a layer of line. */
static void confirm(struct glance *g, struct line *line, const struct candidate *c,
		    struct span text, uint8_t layer, size_t at)
{
	size_t *resume = &g->resume[c->rule];
	size_t first;
	size_t last;

	if (!is_of_use(line, plan_rule(g->plan, c->rule), layer) ||
	    !candidate_reach(c, at, &first, &last))
		return;
	if (g->resume_text[c->rule] != g->text) {
		g->resume_text[c->rule] = g->text;
		*resume = 0;
	}
	if (*resume < first)
		*resume = first;
	if (*resume > last)
		return;
	hits_clear(&g->hits);
	*resume = confirm_within(rules_at(engine_rules(g->engine), c->rule), c->rule, text, layer,
				 *resume, last, g->regex, &g->hits);
	weigh(g, line, c->rule);
}

/* --- Lines -------------------------------------------------------------------- */

static size_t line_start(struct span block, size_t at)
{
	const char *lf = at > 0 ? memrchr(block.ptr, '\n', at) : NULL;

	return lf != NULL ? (size_t)(lf - block.ptr) + 1 : 0;
}

static size_t line_end(struct span block, size_t at)
{
	const char *lf = memchr(block.ptr + at, '\n', block.len - at);

	return lf != NULL ? (size_t)(lf - block.ptr) : block.len;
}

/* The start of the first line from byte at (a line's start) on that is longer than max. */
static size_t find_long(struct span block, size_t at, size_t max)
{
	while (block.len - at > max) {
		const char *lf = memrchr(block.ptr + at, '\n', max + 1);

		if (lf == NULL)
			return at;
		at = (size_t)(lf - block.ptr) + 1;
	}
	return SIZE_MAX;
}

/* --- The passes --------------------------------------------------------------- */

/* Where a line ends no record has an anchor: the record behind it begins one byte later. */
static bool is_line_end(struct span block, size_t at)
{
	return block.ptr[at] == '\n' ||
	       (block.ptr[at] == '\r' && at + 1 < block.len && block.ptr[at + 1] == '\n');
}

/* Lists the line around byte at of the block. */
static struct line *open_line(struct glance *g, size_t at)
{
	size_t start = line_start(g->block, at);
	size_t end = line_end(g->block, at);
	bool ended = end < g->block.len;

	g->lines = mem_grow(g->lines, g->n_lines, &g->lines_cap, sizeof(*g->lines));
	g->lines[g->n_lines] = (struct line){
		.start = start,
		.end = ended && end > start && g->block.ptr[end - 1] == '\r' ? end - 1 : end,
		.named = end - start > g->line_max,
		.kind = g->kind != NULL && plan_kind_holds(g->plan, g->kind),
	};
	g->text++;
	return &g->lines[g->n_lines++];
}

static void add_inner(struct glance *g, struct span text, size_t line, uint8_t layer)
{
	size_t start = g->layers.len;

	buf_add_span(&g->layers, text);
	g->inners = mem_grow(g->inners, g->n_inners, &g->inners_cap, sizeof(*g->inners));
	g->inners[g->n_inners++] = (struct inner){
		.start = start,
		.end = g->layers.len,
		.line = line,
		.layer = layer,
	};
	buf_add_char(&g->layers, '\n');
}

/* Puts the decoded layers of the last line into the buffer. */
static void decode_line(struct glance *g, struct line *line)
{
	line->decoded = true;
	decode_run(&g->decoded, span_slice(g->block, line->start, line->end));
	line->named |= g->decoded.limited;
	for (size_t layer = 1; layer < g->decoded.n && !line->named; layer++)
		add_inner(g, g->decoded.layers[layer].text, g->n_lines - 1, (uint8_t)layer);
}

static void pass_block(struct glance *g)
{
	struct line *line = NULL;
	struct candidate c;

	finder_begin(g->scan, plan_finder(g->plan), g->block);
	while (finder_next(g->scan, &c)) {
		if (is_line_end(g->block, c.at))
			continue;
		if (line == NULL || c.at >= line->end)
			line = open_line(g, c.at);
		if (!line->named && c.rule != PLAN_ESCAPE)
			confirm(g, line, &c, span_slice(g->block, line->start, line->end), 0,
				c.at - line->start);
		else if (!line->named && !line->decoded)
			decode_line(g, line);
		if (line->named)
			finder_skip(g->scan, line->end);
	}
}

static void pass_layers(struct glance *g)
{
	struct span layers = buf_span(&g->layers);
	struct candidate c;
	size_t i = 0;
	size_t text_of = SIZE_MAX;

	finder_begin(g->scan, plan_finder(g->plan), layers);
	while (finder_next(g->scan, &c)) {
		const struct inner *inner;

		while (g->inners[i].end < c.at)
			i++;
		inner = &g->inners[i];
		if (text_of != i)
			g->text++;
		text_of = i;
		if (g->lines[inner->line].named)
			finder_skip(g->scan, inner->end);
		else if (c.rule != PLAN_ESCAPE && c.at < inner->end)
			confirm(g, &g->lines[inner->line], &c,
				span_slice(layers, inner->start, inner->end), inner->layer,
				c.at - inner->start);
	}
}

void glance_begin(struct glance *g, const struct plan *plan, struct span block, const char *kind)
{
	g->plan = plan;
	g->block = block;
	g->kind = kind;
	g->n_lines = 0;
	g->n_inners = 0;
	buf_clear(&g->layers);
	pass_block(g);
	if (g->n_inners != 0)
		pass_layers(g);
	g->next = 0;
	g->next_long = find_long(block, 0, g->line_max);
}

static bool is_named(const struct line *line)
{
	return line->named || (line->doubt && !line->kind);
}

bool glance_next(struct glance *g, size_t *start_r, size_t *end_r)
{
	while (g->next < g->n_lines && !is_named(&g->lines[g->next]))
		g->next++;
	/* Long lines are named whether they are listed or not. */
	if (g->next < g->n_lines && g->lines[g->next].start <= g->next_long) {
		*start_r = g->lines[g->next].start;
		*end_r = g->lines[g->next].end;
		g->next++;
	} else if (g->next_long != SIZE_MAX) {
		*start_r = g->next_long;
		*end_r = line_end(g->block, g->next_long);
	} else {
		return false;
	}
	if (*start_r == g->next_long) {
		size_t behind = line_end(g->block, *start_r) + 1;

		g->next_long =
			behind < g->block.len ? find_long(g->block, behind, g->line_max) : SIZE_MAX;
	}
	return true;
}
