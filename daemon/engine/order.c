#include <purposed/engine/order.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* Of a rule. */
struct seen {
	uint64_t asked;
	uint64_t named;
};

struct order {
	size_t n;
	uint16_t *rules;
	struct seen *seen;
	size_t news; /* names since the rules were put in order */
};

/* What was asked more often counts half as much: what a stream shows now is not lost in it. */
enum { ASKED_MAX = 1 << 16 };

/* So many names are worth putting the rules in order anew. */
enum { NEWS = 64 };

struct order *order_new(size_t n_rules)
{
	struct order *order = mem_new(1, sizeof(*order));

	order->n = n_rules;
	order->rules = mem_new(n_rules + 1, sizeof(*order->rules));
	order->seen = mem_new(n_rules + 1, sizeof(*order->seen));
	for (size_t i = 0; i < n_rules; i++)
		order->rules[i] = (uint16_t)i;
	return order;
}

void order_free(struct order **order)
{
	if (order == NULL || *order == NULL)
		return;
	free((*order)->rules);
	free((*order)->seen);
	free(*order);
	*order = NULL;
}

void order_note(struct order *order, uint16_t rule, bool named)
{
	struct seen *seen = &order->seen[rule];

	if (seen->asked == ASKED_MAX) {
		seen->asked /= 2;
		seen->named /= 2;
	}
	seen->asked++;
	seen->named += named;
	order->news += named;
}

/* Whether rule a names more of the records that it is asked of than rule b does. */
static bool comes_before(const struct order *order, uint16_t a, uint16_t b)
{
	return order->seen[a].named * (order->seen[b].asked + 1) >
	       order->seen[b].named * (order->seen[a].asked + 1);
}

/* They are nearly in order: so one after the other is moved to its place. */
static void put_in_order(struct order *order)
{
	for (size_t i = 1; i < order->n; i++) {
		uint16_t rule = order->rules[i];
		size_t at = i;

		for (; at > 0 && comes_before(order, rule, order->rules[at - 1]); at--)
			order->rules[at] = order->rules[at - 1];
		order->rules[at] = rule;
	}
}

const uint16_t *order_rules(struct order *order)
{
	if (order->news >= NEWS) {
		put_in_order(order);
		order->news = 0;
	}
	return order->rules;
}
