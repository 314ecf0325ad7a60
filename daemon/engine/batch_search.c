#include <purposed/engine/batch_search.h>

#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/engine/candidates.h>
#include <purposed/engine/layer_lines.h>

enum kind { FOUND, UNSEARCHED, KINDS };

struct record {
	struct span text;   /* borrowed */
	size_t ends[KINDS]; /* how many it has; once they are sorted, where they end */
	uint32_t kind_rule; /* as in hits */
	bool plain;	    /* it has no escapes */
};

/* Numbers of what was found, and of what was not searched. */
struct numbers {
	uint32_t *records; /* the record of each */
	uint32_t *sorted;  /* them, by record */
	size_t n, cap;
};

struct batch_search {
	struct layer_lines parts;
	struct record *records;
	size_t n, cap;
	struct candidates *candidates;
	struct hits hits; /* of all records, as they are found */
	struct numbers numbers[KINDS];
	size_t next; /* the record that comes up */
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
	for (size_t i = 0; i < KINDS; i++) {
		free(a->numbers[i].records);
		free(a->numbers[i].sorted);
	}
	candidates_free(&a->candidates);
	hits_fini(&a->hits);
	free(a);
	*ahead = NULL;
}

void batch_search_wipe(struct batch_search *ahead)
{
	layer_lines_wipe(&ahead->parts);
	hits_clear(&ahead->hits);
	for (size_t i = 0; i < KINDS; i++)
		ahead->numbers[i].n = 0;
	ahead->n = ahead->next = 0;
}

void batch_search_add(struct batch_search *ahead, struct span record, struct decoded *decoded)
{
	decode_run(decoded, record);
	for (size_t i = 0; i < decoded->n; i++)
		layer_lines_add(&ahead->parts, decoded->layers[i].text, (uint32_t)ahead->n,
				(uint8_t)i);
	ahead->records = mem_grow(ahead->records, ahead->n, &ahead->cap, sizeof(*ahead->records));
	ahead->records[ahead->n++] = (struct record){ .text = record,
						      .kind_rule = UINT32_MAX,
						      .plain = decoded->n == 1 };
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

/* What was found since the last time, n of all, is the record's. */
static void note(struct batch_search *ahead, enum kind kind, size_t n, uint32_t record)
{
	struct numbers *numbers = &ahead->numbers[kind];

	ahead->records[record].ends[kind] += n - numbers->n;
	if (n > numbers->cap) {
		numbers->cap = 2 * n;
		numbers->records = mem_resize(numbers->records, numbers->cap, sizeof(uint32_t));
		numbers->sorted = mem_resize(numbers->sorted, numbers->cap, sizeof(uint32_t));
	}
	while (numbers->n < n)
		numbers->records[numbers->n++] = record;
}

static void sort_numbers(struct batch_search *ahead, enum kind kind)
{
	const struct numbers *numbers = &ahead->numbers[kind];
	size_t sum = 0;

	for (size_t i = 0; i < ahead->n && numbers->n != 0; i++) {
		size_t n = ahead->records[i].ends[kind];

		ahead->records[i].ends[kind] = sum;
		sum += n;
	}
	for (size_t i = 0; i < numbers->n; i++)
		numbers->sorted[ahead->records[numbers->records[i]].ends[kind]++] = (uint32_t)i;
}

/* A rule of which candidates are at hand, one after the other. */
struct asked {
	const struct rule *rule; /* NULL: none yet */
	uint16_t index;
	const struct pattern_starts *starts;
};

static void ask_rule(struct asked *asked, const struct batch_search_means *means, uint16_t index)
{
	if (asked->rule != NULL && asked->index == index)
		return;
	*asked = (struct asked){ rules_at(means->rules, index), index,
				 rule_finders_starts(means->finders, index) };
}

static void confirm(struct batch_search *ahead, const struct asked *asked,
		    struct regex_scratch *regex, const struct proposal *p)
{
	const struct layer_line *part = &ahead->parts.parts[p->part];
	struct record *record = &ahead->records[part->record];
	struct hits *hits = &ahead->hits;
	const struct span text = layer_lines_text(&ahead->parts, p->part);
	size_t *from;
	size_t last;

	if (!candidates_reach(ahead->candidates, p, text, part->start, &from, &last))
		return;
	/* With what is known, a rule behind it does not look for the record's head. */
	hits->kind_rule = record->kind_rule;
	*from = confirm_within(asked->rule, asked->index, asked->starts, text, part->layer, *from,
			       last, regex, hits);
	record->kind_rule = hits->kind_rule;
	note(ahead, FOUND, hits->n, part->record);
	note(ahead, UNSEARCHED, hits->n_unsearched, part->record);
}

void batch_search_run(struct batch_search *ahead, const struct batch_search_means *means)
{
	struct asked asked = { 0 };
	size_t part = 0;
	bool more = true;

	candidates_begin(ahead->candidates);
	finder_begin(means->scan, rule_finders_all(means->finders), buf_span(&ahead->parts.text));
	while (more) {
		const struct proposal *proposals;
		size_t n;

		more = gather(ahead, means->scan, &part);
		proposals = candidates_sort(ahead->candidates, NULL, &n);
		for (size_t i = 0; i < n; i++) {
			ask_rule(&asked, means, proposals[i].candidate.rule);
			confirm(ahead, &asked, means->regex, &proposals[i]);
		}
	}
	sort_numbers(ahead, FOUND);
	sort_numbers(ahead, UNSEARCHED);
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

/* The numbers of what the next record has; how many there are. */
static const uint32_t *numbers_of_next(const struct batch_search *ahead, enum kind kind,
				       size_t *n_r)
{
	const struct record *next = &ahead->records[ahead->next];
	size_t from = ahead->next != 0 ? next[-1].ends[kind] : 0;

	*n_r = next->ends[kind] - from;
	return *n_r != 0 ? ahead->numbers[kind].sorted + from : NULL;
}

bool batch_search_take(struct batch_search *ahead, struct span record, struct hits *hits)
{
	const uint32_t *numbers;
	size_t n;

	if (!comes_up(ahead, record))
		return false;
	numbers = numbers_of_next(ahead, FOUND, &n);
	for (size_t i = 0; i < n; i++)
		hits_add(hits, &ahead->hits.hits[numbers[i]]);
	numbers = numbers_of_next(ahead, UNSEARCHED, &n);
	for (size_t i = 0; i < n; i++)
		hits_add_unsearched(hits, &ahead->hits.unsearched[numbers[i]]);
	hits->kind_rule = ahead->records[ahead->next++].kind_rule;
	return true;
}
