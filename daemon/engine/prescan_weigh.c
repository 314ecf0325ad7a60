/*
 * What is known of a record, and what a value that was found in it adds.  As soon as it is named
 * nothing more is asked of it.
 */
#include <purposed/engine/prescan_private.h>

enum {
	ESCAPE_MAX = 64, /* no escape, however often encoded, is longer */
	/* By so much an edge may still move, until characters are whole (classify.c). */
	EDGE_MAX = 4,
};

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

void prescan_confirm(struct prescan *ps, struct prescan_record *record, const struct proposal *p,
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

void prescan_confirm_lines(struct prescan *ps, const struct layer_lines *lines)
{
	size_t n;
	const struct proposal *p = candidates_sort(ps->candidates, order_rules(ps->order), &n);

	for (size_t i = 0; i < n; i++) {
		const struct layer_line *line = &lines->lines[p[i].part];

		prescan_confirm(ps, &ps->records[line->record], &p[i],
				layer_lines_text(lines, p[i].part), line->layer, line->start);
	}
}

bool prescan_is_open(const struct prescan *ps, const struct prescan_record *record)
{
	return is_of_use(record, prescan_goal_second_sum(ps->goal), 0);
}

bool prescan_is_likely(const struct prescan *ps, const struct prescan_record *record)
{
	uint64_t all = record->likely | record->categories;

	(void)ps;
	return !record->named && (record->kind || !record->doubt) && record->value_end != 0 &&
	       (record->likely & ~record->categories) != 0 && (all & (all - 1)) == 0;
}
