/*
 * How often a shape is to be expected: as shape_build.c builds it, with the
 * same limits, only that it is the rates that are combined.  x is that of what
 * comes next; 1 where nothing is asked.
 */
#include <purposed/engine/anchor_private.h>

#include <math.h>

#include <purposed/engine/shape.h>

enum { SIZE_ENOUGH = 100 };

static double node_rate(const struct pattern_node *node, double x, unsigned room);
static double sequence_rate(const struct pattern_node *node, double x, unsigned room);

double anchor_rate_set(const struct byte_set *set)
{
	struct byte_set wide = shape_widen(set);

	/* Digits stand together: where one is, there are more. */
	return byte_set_holds(&byte_set_digit, &wide) ? sqrt(anchor_frequency(&wide))
						      : anchor_frequency(&wide);
}

static double repeat_rate(const struct pattern_node *node, double x, unsigned room)
{
	unsigned one = pattern_max(node->child);
	unsigned more = node->max - node->min;
	bool is_set = node->child->op == PATTERN_SET;

	if (one == 0)
		return x;
	if (one >= room || node->max > room / one || (!is_set && more > SHAPE_OPTIONAL_MAX))
		x = 1;
	for (unsigned i = 0; i < more && x < 1; i++)
		x += node_rate(node->child, x, room);
	if (x > 1)
		x = 1;
	for (unsigned i = 0; i < node->min && i * one < room; i++)
		x = node_rate(node->child, x, room - i * one);
	return x;
}

static double node_rate(const struct pattern_node *node, double x, unsigned room)
{
	double sum = 0;

	if (room == 0)
		return 1;
	switch (node->op) {
	case PATTERN_SET: return anchor_rate_set(&node->set) * x;
	case PATTERN_CAT: return sequence_rate(node->child, x, room);
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			sum += node_rate(c, x, room);
		return sum < 1 ? sum : 1;
	case PATTERN_REPEAT: return repeat_rate(node, x, room);
	case PATTERN_AHEAD:
		if (x >= 1 && pattern_asked(node) != NULL)
			return node_rate(node->child, x, room);
		return x * anchor_frequency(&node->set);
	case PATTERN_BEHIND: return x < 1 ? x * anchor_frequency(&node->set) : x;
	default: return x;
	}
}

static double sequence_rate(const struct pattern_node *node, double x, unsigned room)
{
	unsigned max;

	if (node == NULL)
		return x;
	max = pattern_max(node);
	if (node->next != NULL)
		x = max < room ? sequence_rate(node->next, x, room - max) : 1;
	else if (max >= room)
		x = 1;
	return node_rate(node, x, room);
}

double anchor_rate(const struct pattern_node *node, unsigned room)
{
	return node_rate(node, 1, room);
}

double anchor_rate_tail(const struct anchor_tail *tail, unsigned room)
{
	double x = 1;
	unsigned max = 0;

	if (tail == NULL)
		return 1;
	for (const struct pattern_node *n = tail->node; n != NULL && max < room;
	     n = tail->siblings ? n->next : NULL) {
		unsigned more = pattern_max(n);

		max = more < room - max ? max + more : room;
	}
	if (max < room)
		x = anchor_rate_tail(tail->next, room - max);
	return tail->siblings ? sequence_rate(tail->node, x, room) : node_rate(tail->node, x, room);
}

/* Operations that a shape of the node takes, about. */
static double node_size(const struct pattern_node *node)
{
	double sum = 0;
	unsigned min;

	switch (node->op) {
	case PATTERN_SET:
	case PATTERN_BEHIND:
	case PATTERN_AHEAD: return 1;
	case PATTERN_CAT:
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			sum += node_size(c);
		return sum;
	case PATTERN_REPEAT:
		min = node->min > 0 ? node->min : 1;
		if (node->child->op == PATTERN_SET)
			min = 2 + min / 4;
		return min * node_size(node->child);
	default: return 0;
	}
}

double anchor_rate_operations(const struct anchor_tail *tail)
{
	double sum = 0;
	double rate = 1;

	for (const struct anchor_tail *t = tail; t != NULL; t = t->next) {
		for (const struct pattern_node *n = t->node; n != NULL && rate >= SHAPE_RATE_ENOUGH;
		     n = t->siblings ? n->next : NULL) {
			sum += node_size(n);
			rate *= anchor_rate(n, SHAPE_AHEAD_MAX);
		}
	}
	return sum < SIZE_ENOUGH ? sum : SIZE_ENOUGH;
}
