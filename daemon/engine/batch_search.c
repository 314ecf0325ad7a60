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
	struct layer_lines lines;
	struct record *records;
	size_t n, cap;
	struct candidates *candidates;
	struct hits hits; /* of all records, as they are found */
	struct numbers numbers[KINDS];
	size_t next; /* the record that comes up */
};

struct batch_search *batch_search_new(size_t n_rules)
{
	struct batch_search *search = mem_new(1, sizeof(*search));

	search->candidates = candidates_new(n_rules);
	return search;
}

void batch_search_free(struct batch_search **search)
{
	struct batch_search *a;

	if (search == NULL || *search == NULL)
		return;
	a = *search;
	layer_lines_fini(&a->lines);
	free(a->records);
	for (size_t i = 0; i < KINDS; i++) {
		free(a->numbers[i].records);
		free(a->numbers[i].sorted);
	}
	candidates_free(&a->candidates);
	hits_fini(&a->hits);
	free(a);
	*search = NULL;
}

void batch_search_wipe(struct batch_search *search)
{
	layer_lines_wipe(&search->lines);
	hits_clear(&search->hits);
	for (size_t i = 0; i < KINDS; i++)
		search->numbers[i].n = 0;
	search->n = search->next = 0;
}

void batch_search_add(struct batch_search *search, struct span record, struct decoded *decoded)
{
	decode_run(decoded, record);
	for (size_t i = 0; i < decoded->n; i++)
		layer_lines_add(&search->lines, decoded->layers[i].text, (uint32_t)search->n,
				(uint8_t)i);
	search->records =
		mem_grow(search->records, search->n, &search->cap, sizeof(*search->records));
	search->records[search->n++] = (struct record){ .text = record,
							.kind_rule = UINT32_MAX,
							.plain = decoded->n == 1 };
}

/* --- Search ------------------------------------------------------------------- */

/* Gathers candidates from the part at hand on; false: these are the last ones. */
static bool gather(struct batch_search *search, struct finder_scan *scan, size_t *part)
{
	struct candidate found;

	while (finder_next(scan, &found)) {
		if (layer_lines_seek(&search->lines, part, found.at) != NULL &&
		    !candidates_add(search->candidates, &found, (uint32_t)*part))
			return true;
	}
	return false;
}

/* What was found since the last time, n of all, is the record's. */
static void note(struct batch_search *search, enum kind kind, size_t n, uint32_t record)
{
	struct numbers *numbers = &search->numbers[kind];

	search->records[record].ends[kind] += n - numbers->n;
	if (n > numbers->cap) {
		numbers->cap = 2 * n;
		numbers->records = mem_resize(numbers->records, numbers->cap, sizeof(uint32_t));
		numbers->sorted = mem_resize(numbers->sorted, numbers->cap, sizeof(uint32_t));
	}
	while (numbers->n < n)
		numbers->records[numbers->n++] = record;
}

static void sort_numbers(struct batch_search *search, enum kind kind)
{
	const struct numbers *numbers = &search->numbers[kind];
	size_t sum = 0;

	for (size_t i = 0; i < search->n && numbers->n != 0; i++) {
		size_t n = search->records[i].ends[kind];

		search->records[i].ends[kind] = sum;
		sum += n;
	}
	for (size_t i = 0; i < numbers->n; i++)
		numbers->sorted[search->records[numbers->records[i]].ends[kind]++] = (uint32_t)i;
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

static void confirm(struct batch_search *search, const struct asked *asked,
		    struct regex_scratch *regex, const struct proposal *p)
{
	const struct layer_line *part = &search->lines.lines[p->part];
	struct record *record = &search->records[part->record];
	struct hits *hits = &search->hits;
	const struct span text = layer_lines_text(&search->lines, p->part);
	size_t *from;
	size_t last;

	if (!candidates_reach(search->candidates, p, text, part->start, &from, &last))
		return;
	/* With what is known, a rule behind it does not look for the record's head. */
	hits->kind_rule = record->kind_rule;
	*from = confirm_within(asked->rule, asked->index, asked->starts, text, part->layer, *from,
			       last, regex, hits);
	record->kind_rule = hits->kind_rule;
	note(search, FOUND, hits->n, part->record);
	note(search, UNSEARCHED, hits->n_unsearched, part->record);
}

void batch_search_run(struct batch_search *search, const struct batch_search_means *means)
{
	struct asked asked = { 0 };
	size_t part = 0;
	bool more = true;

	candidates_begin(search->candidates);
	finder_begin(means->scan, rule_finders_all(means->finders), buf_span(&search->lines.text));
	while (more) {
		const struct proposal *proposals;
		size_t n;

		more = gather(search, means->scan, &part);
		proposals = candidates_sort(search->candidates, NULL, &n);
		for (size_t i = 0; i < n; i++) {
			ask_rule(&asked, means, proposals[i].candidate.rule);
			confirm(search, &asked, means->regex, &proposals[i]);
		}
	}
	sort_numbers(search, FOUND);
	sort_numbers(search, UNSEARCHED);
}

/* --- Records that come up ------------------------------------------------------- */

static bool comes_up(const struct batch_search *search, struct span record)
{
	const struct record *next = &search->records[search->next];

	return search->next != search->n && next->text.ptr == record.ptr &&
	       next->text.len == record.len;
}

bool batch_search_is_plain(const struct batch_search *search, struct span record)
{
	return comes_up(search, record) && search->records[search->next].plain;
}

/* The numbers of what the next record has; how many there are. */
static const uint32_t *numbers_of_next(const struct batch_search *search, enum kind kind,
				       size_t *n_r)
{
	const struct record *next = &search->records[search->next];
	size_t from = search->next != 0 ? next[-1].ends[kind] : 0;

	*n_r = next->ends[kind] - from;
	return *n_r != 0 ? search->numbers[kind].sorted + from : NULL;
}

bool batch_search_take(struct batch_search *search, struct span record, struct hits *hits)
{
	const uint32_t *numbers;
	size_t n;

	if (!comes_up(search, record))
		return false;
	numbers = numbers_of_next(search, FOUND, &n);
	for (size_t i = 0; i < n; i++)
		hits_add(hits, &search->hits.hits[numbers[i]]);
	numbers = numbers_of_next(search, UNSEARCHED, &n);
	for (size_t i = 0; i < n; i++)
		hits_add_unsearched(hits, &search->hits.unsearched[numbers[i]]);
	hits->kind_rule = search->records[search->next++].kind_rule;
	return true;
}
