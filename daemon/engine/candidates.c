#include <purposed/engine/candidates.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* Where a rule is searched on, and in which part; parts are counted from 1 here. */
struct resume {
	size_t from;
	uint32_t part;
};

struct candidates {
	size_t n_rules;
	struct proposal *added;
	struct proposal *sorted;
	size_t n;
	size_t *places; /* by rule: where its next one goes */
	struct resume *resume;
};

struct candidates *candidates_new(size_t n_rules)
{
	struct candidates *c = mem_new(1, sizeof(*c));

	c->n_rules = n_rules;
	c->added = mem_new(CANDIDATES_MAX, sizeof(*c->added));
	c->sorted = mem_new(CANDIDATES_MAX, sizeof(*c->sorted));
	c->places = mem_new(n_rules + 1, sizeof(*c->places));
	c->resume = mem_new(n_rules + 1, sizeof(*c->resume));
	return c;
}

void candidates_free(struct candidates **candidates)
{
	if (candidates == NULL || *candidates == NULL)
		return;
	free((*candidates)->added);
	free((*candidates)->sorted);
	free((*candidates)->places);
	free((*candidates)->resume);
	free(*candidates);
	*candidates = NULL;
}

void candidates_begin(struct candidates *c)
{
	c->n = 0;
	memset(c->resume, 0, c->n_rules * sizeof(*c->resume));
}

bool candidates_add(struct candidates *c, const struct candidate *candidate, uint32_t part)
{
	c->added[c->n++] = (struct proposal){ *candidate, part };
	return c->n < CANDIDATES_MAX;
}

/*
 * Anchors come in ascending order, but what they reach need not: behind "user bob" a
 * "bob logged in" may begin with "user", too.  What is behind the last search is not
 * searched again, so each reaches back as far as those behind it.  Where a part may
 * go on, these are not known: there it is as far as any would.
 */
static void reach_back(struct proposal *p, size_t n, uint32_t goes_on)
{
	for (size_t i = n; i-- > 0;) {
		struct candidate *this = &p[i].candidate;
		const struct candidate *next = &p[i + 1].candidate;
		long long far;

		if (p[i].part == goes_on) {
			this->before_max = this->rule_max;
			continue;
		}
		if (i + 1 == n || next->rule != this->rule || p[i + 1].part != p[i].part)
			continue;
		far = next->before_max - (long long)(next->at - this->at);
		if (far > this->before_max)
			this->before_max = (int)far;
	}
}

const struct proposal *candidates_sort(struct candidates *c, const uint16_t *order, size_t *n_r)
{
	size_t sum = 0;
	uint32_t goes_on = c->n == CANDIDATES_MAX ? c->added[c->n - 1].part : UINT32_MAX;

	memset(c->places, 0, c->n_rules * sizeof(*c->places));
	for (size_t i = 0; i < c->n; i++)
		c->places[c->added[i].candidate.rule]++;
	for (size_t i = 0; i < c->n_rules; i++) {
		size_t rule = order != NULL ? order[i] : i;
		size_t n = c->places[rule];

		c->places[rule] = sum;
		sum += n;
	}
	for (size_t i = 0; i < c->n; i++)
		c->sorted[c->places[c->added[i].candidate.rule]++] = c->added[i];
	reach_back(c->sorted, c->n, goes_on);
	*n_r = c->n;
	c->n = 0;
	return c->sorted;
}

bool candidates_reach(struct candidates *c, const struct proposal *p, struct span text,
		      size_t start, size_t **from_r, size_t *last_r)
{
	struct resume *resume = &c->resume[p->candidate.rule];

	if (resume->part != p->part + 1)
		*resume = (struct resume){ .part = p->part + 1 };
	*from_r = &resume->from;
	return candidate_reach(&p->candidate, text, p->candidate.at - start, &resume->from, last_r);
}
