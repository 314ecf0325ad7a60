#include <purposed/engine/ahead.h>

#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/engine/candidates.h>
#include <purposed/engine/parts.h>

/* What was found in a record, and the one of the same record that was found before. */
struct link {
	struct hit hit;
	size_t before; /* SIZE_MAX: none */
};

struct unsearched_link {
	struct unsearched unsearched;
	size_t before;
};

struct record {
	struct span text;   /* borrowed */
	size_t last;	    /* of its links */
	size_t unsearched;  /* the last of those, likewise */
	uint32_t kind_rule; /* as in hits */
};

struct ahead {
	struct parts parts;
	struct record *records;
	size_t n, cap;
	struct link *links;
	size_t n_links, links_cap;
	struct unsearched_link *unsearched; /* hardly ever any */
	size_t n_unsearched, unsearched_cap;
	struct candidates *candidates;
	struct hits hits; /* of a candidate */
	size_t next;	  /* the record that comes up */
};

struct ahead *ahead_new(size_t n_rules)
{
	struct ahead *ahead = mem_new(1, sizeof(*ahead));

	ahead->candidates = candidates_new(n_rules);
	return ahead;
}

void ahead_free(struct ahead **ahead)
{
	struct ahead *a;

	if (ahead == NULL || *ahead == NULL)
		return;
	a = *ahead;
	parts_fini(&a->parts);
	free(a->records);
	free(a->links);
	free(a->unsearched);
	candidates_free(&a->candidates);
	hits_fini(&a->hits);
	free(a);
	*ahead = NULL;
}

void ahead_wipe(struct ahead *ahead)
{
	parts_wipe(&ahead->parts);
	ahead->n = ahead->n_links = ahead->n_unsearched = ahead->next = 0;
}

void ahead_add(struct ahead *ahead, struct span record, struct decoded *decoded)
{
	decode_run(decoded, record);
	for (size_t i = 0; i < decoded->n; i++)
		parts_add(&ahead->parts, decoded->layers[i].text, (uint32_t)ahead->n, (uint8_t)i);
	ahead->records = mem_grow(ahead->records, ahead->n, &ahead->cap, sizeof(*ahead->records));
	ahead->records[ahead->n++] = (struct record){ record, SIZE_MAX, SIZE_MAX, UINT32_MAX };
}

/* --- Search ------------------------------------------------------------------- */

/* Gathers candidates from the part at hand on; false: these are the last ones. */
static bool gather(struct ahead *ahead, struct finder_scan *scan, size_t *part)
{
	struct candidate found;

	while (finder_next(scan, &found)) {
		if (parts_seek(&ahead->parts, part, found.at) != NULL &&
		    !candidates_add(ahead->candidates, &found, (uint32_t)*part))
			return true;
	}
	return false;
}

/* Keeps what a candidate led to. */
static void keep(struct ahead *ahead, uint32_t record)
{
	const struct hits *hits = &ahead->hits;
	struct record *r = &ahead->records[record];

	if (hits->kind_rule < r->kind_rule)
		r->kind_rule = hits->kind_rule;
	for (size_t i = 0; i < hits->n; i++) {
		ahead->links = mem_grow(ahead->links, ahead->n_links, &ahead->links_cap,
					sizeof(*ahead->links));
		ahead->links[ahead->n_links] = (struct link){ hits->hits[i], r->last };
		r->last = ahead->n_links++;
	}
	for (size_t i = 0; i < hits->n_unsearched; i++) {
		ahead->unsearched = mem_grow(ahead->unsearched, ahead->n_unsearched,
					     &ahead->unsearched_cap, sizeof(*ahead->unsearched));
		ahead->unsearched[ahead->n_unsearched] =
			(struct unsearched_link){ hits->unsearched[i], r->unsearched };
		r->unsearched = ahead->n_unsearched++;
	}
}

static void confirm(struct ahead *ahead, const struct ahead_means *means, const struct proposal *p)
{
	const struct part *part = &ahead->parts.parts[p->part];
	uint16_t rule = p->candidate.rule;
	size_t *from;
	size_t last;

	if (!candidates_reach(ahead->candidates, p, part->start, &from, &last))
		return;
	hits_clear(&ahead->hits);
	*from = confirm_within(rules_at(means->rules, rule), rule,
			       parts_text(&ahead->parts, p->part), part->layer, *from, last,
			       means->regex, &ahead->hits);
	keep(ahead, part->record);
}

void ahead_search(struct ahead *ahead, const struct ahead_means *means)
{
	size_t part = 0;
	bool more = true;

	candidates_begin(ahead->candidates);
	finder_begin(means->scan, means->finder, buf_span(&ahead->parts.text));
	while (more) {
		const struct proposal *proposals;
		size_t n;

		more = gather(ahead, means->scan, &part);
		proposals = candidates_sort(ahead->candidates, &n);
		for (size_t i = 0; i < n; i++)
			confirm(ahead, means, &proposals[i]);
	}
}

/* --- Records that come up ------------------------------------------------------- */

bool ahead_take(struct ahead *ahead, struct span record, struct hits *hits)
{
	const struct record *next = &ahead->records[ahead->next];

	if (ahead->next == ahead->n || next->text.ptr != record.ptr || next->text.len != record.len)
		return false;
	for (size_t i = next->last; i != SIZE_MAX; i = ahead->links[i].before)
		hits_add(hits, &ahead->links[i].hit);
	for (size_t i = next->unsearched; i != SIZE_MAX; i = ahead->unsearched[i].before)
		hits_add_unsearched(hits, &ahead->unsearched[i].unsearched);
	hits->kind_rule = next->kind_rule;
	ahead->next++;
	return true;
}
