#include <purposed/engine/batch_search.h>

#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/engine/candidates.h>
#include <purposed/engine/layer_lines.h>

struct record {
	struct span text;   /* borrowed */
	size_t last;	    /* of its hits; SIZE_MAX: it has none */
	size_t unsearched;  /* likewise, of what was not searched */
	uint32_t kind_rule; /* as in hits */
	bool plain;	    /* it has no escapes */
};

/* For each of what was found, in order, the one of the same record before it. */
struct chain {
	size_t *before; /* SIZE_MAX: none */
	size_t cap;
};

struct batch_search {
	struct layer_lines parts;
	struct record *records;
	size_t n, cap;
	struct candidates *candidates;
	struct hits hits; /* of all records */
	struct chain chain;
	struct chain unsearched; /* hardly ever any */
	size_t next;		 /* the record that comes up */
};

struct batch_search *batch_search_new(size_t n_rules)
{
	struct batch_search *ahead = mem_new(1, sizeof(*ahead));

	ahead->candidates = candidates_new(n_rules);
	return ahead;
}

void batch_search_free(struct batch_search **ahead)
{
	struct batch_search *a;

	if (ahead == NULL || *ahead == NULL)
		return;
	a = *ahead;
	layer_lines_fini(&a->parts);
	free(a->records);
	free(a->chain.before);
	free(a->unsearched.before);
	candidates_free(&a->candidates);
	hits_fini(&a->hits);
	free(a);
	*ahead = NULL;
}

void batch_search_wipe(struct batch_search *ahead)
{
	layer_lines_wipe(&ahead->parts);
	hits_clear(&ahead->hits);
	ahead->n = ahead->next = 0;
}

void batch_search_add(struct batch_search *ahead, struct span record, struct decoded *decoded)
{
	decode_run(decoded, record);
	for (size_t i = 0; i < decoded->n; i++)
		layer_lines_add(&ahead->parts, decoded->layers[i].text, (uint32_t)ahead->n,
				(uint8_t)i);
	ahead->records = mem_grow(ahead->records, ahead->n, &ahead->cap, sizeof(*ahead->records));
	ahead->records[ahead->n++] =
		(struct record){ record, SIZE_MAX, SIZE_MAX, UINT32_MAX, decoded->n == 1 };
}

/* --- Search ------------------------------------------------------------------- */

/* Gathers candidates from the part at hand on; false: these are the last ones. */
static bool gather(struct batch_search *ahead, struct finder_scan *scan, size_t *part)
{
	struct candidate found;

	while (finder_next(scan, &found)) {
		if (layer_lines_seek(&ahead->parts, part, found.at) != NULL &&
		    !candidates_add(ahead->candidates, &found, (uint32_t)*part))
			return true;
	}
	return false;
}

/* Adds numbers [from, to) to the chain that ends with *last. */
static void chain_add(struct chain *chain, size_t from, size_t to, size_t *last)
{
	for (size_t i = from; i < to; i++) {
		chain->before = mem_grow(chain->before, i, &chain->cap, sizeof(*chain->before));
		chain->before[i] = *last;
		*last = i;
	}
}

static void confirm(struct batch_search *ahead, const struct batch_search_means *means,
		    const struct proposal *p)
{
	const struct layer_line *part = &ahead->parts.parts[p->part];
	struct record *record = &ahead->records[part->record];
	struct hits *hits = &ahead->hits;
	uint16_t rule = p->candidate.rule;
	size_t n = hits->n;
	size_t n_unsearched = hits->n_unsearched;
	size_t *from;
	size_t last;

	if (!candidates_reach(ahead->candidates, p, layer_lines_text(&ahead->parts, p->part),
			      part->start, &from, &last))
		return;
	/* With what is known, a rule behind it does not look for the record's head. */
	hits->kind_rule = record->kind_rule;
	*from = confirm_within(rules_at(means->rules, rule), rule,
			       rule_finders_starts(means->finders, rule),
			       layer_lines_text(&ahead->parts, p->part), part->layer, *from, last,
			       means->regex, hits);
	record->kind_rule = hits->kind_rule;
	chain_add(&ahead->chain, n, hits->n, &record->last);
	chain_add(&ahead->unsearched, n_unsearched, hits->n_unsearched, &record->unsearched);
}

void batch_search_run(struct batch_search *ahead, const struct batch_search_means *means)
{
	size_t part = 0;
	bool more = true;

	candidates_begin(ahead->candidates);
	finder_begin(means->scan, rule_finders_all(means->finders), buf_span(&ahead->parts.text));
	while (more) {
		const struct proposal *proposals;
		size_t n;

		more = gather(ahead, means->scan, &part);
		proposals = candidates_sort(ahead->candidates, NULL, &n);
		for (size_t i = 0; i < n; i++)
			confirm(ahead, means, &proposals[i]);
	}
}

/* --- Records that come up ------------------------------------------------------- */

static bool comes_up(const struct batch_search *ahead, struct span record)
{
	const struct record *next = &ahead->records[ahead->next];

	return ahead->next != ahead->n && next->text.ptr == record.ptr &&
	       next->text.len == record.len;
}

bool batch_search_is_plain(const struct batch_search *ahead, struct span record)
{
	return comes_up(ahead, record) && ahead->records[ahead->next].plain;
}

bool batch_search_take(struct batch_search *ahead, struct span record, struct hits *hits)
{
	const struct record *next = &ahead->records[ahead->next];

	if (!comes_up(ahead, record))
		return false;
	for (size_t i = next->last; i != SIZE_MAX; i = ahead->chain.before[i])
		hits_add(hits, &ahead->hits.hits[i]);
	for (size_t i = next->unsearched; i != SIZE_MAX; i = ahead->unsearched.before[i])
		hits_add_unsearched(hits, &ahead->hits.unsearched[i]);
	hits->kind_rule = next->kind_rule;
	ahead->next++;
	return true;
}
