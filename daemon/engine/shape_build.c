/*
 * From a shape's end to its start: x is what lies behind the node at hand, and
 * what a function returns is the places where the node stands with x behind it.
 */
#include <purposed/engine/shape_private.h>

/*
 * How far a shape is followed: bytes it may still look at, and how often what
 * it has asked for already is to be expected.  What is rare enough is asked no
 * more.
 */
struct reach {
	unsigned room;
	double rate;
};

static uint16_t build(struct shape_builder *b, const struct pattern_node *node, uint16_t x,
		      struct reach reach);

/* Behind node; room is 0 where nothing more is to be asked. */
static struct reach reach_behind(const struct pattern_node *node, struct reach reach)
{
	unsigned max = pattern_max(node);
	double rate = reach.rate * anchor_rate(node, reach.room);

	if (max >= reach.room || rate < SHAPE_RATE_ENOUGH)
		return (struct reach){ 0 };
	return (struct reach){ reach.room - max, rate };
}

/* c, n times in a row. */
static uint16_t build_run(struct shape_builder *b, uint16_t c, unsigned n)
{
	unsigned half = 1;
	uint16_t run = c;

	if (c == SHAPE_ALWAYS || n == 0)
		return SHAPE_ALWAYS;
	for (; 2 * half <= n; half *= 2)
		run = shape_value_and(b, run, run, half);
	return n > half ? shape_value_and(b, run, build_run(b, c, n - half), half) : run;
}

/* Up to `more` times c, then x; more is rounded up. */
static uint16_t build_up_to(struct shape_builder *b, uint16_t c, unsigned more, uint16_t x)
{
	for (unsigned step = 1; more > 0 && x != SHAPE_ALWAYS; step *= 2) {
		x = shape_value_or(b, x, shape_value_and(b, build_run(b, c, step), x, step));
		more = more > step ? more - step : 0;
	}
	return x;
}

static uint16_t build_set_repeat(struct shape_builder *b, const struct pattern_node *node,
				 uint16_t x, struct reach reach)
{
	uint16_t c = shape_value_class(b, &node->child->set);
	unsigned min = node->min < reach.room ? node->min : reach.room;

	if (node->max >= reach.room)
		x = SHAPE_ALWAYS;
	else
		x = build_up_to(b, c, node->max - node->min, x);
	return min > 0 ? shape_value_and(b, build_run(b, c, min), x, min) : x;
}

/* The child `times` times, then x; what lies out of reach is not asked. */
static uint16_t build_times(struct shape_builder *b, const struct pattern_node *child,
			    unsigned times, uint16_t x, struct reach reach)
{
	struct reach behind = reach_behind(child, reach);

	if (times > 1)
		x = behind.room > 0 ? build_times(b, child, times - 1, x, behind) : SHAPE_ALWAYS;
	return build(b, child, x, reach);
}

static uint16_t build_repeat(struct shape_builder *b, const struct pattern_node *node, uint16_t x,
			     struct reach reach)
{
	unsigned one = pattern_max(node->child);
	unsigned more = node->max - node->min;
	struct reach last = reach;

	if (node->child->op == PATTERN_SET)
		return build_set_repeat(b, node, x, reach);
	if (one == 0)
		return x;
	if (more > SHAPE_OPTIONAL_MAX || one >= reach.room || node->max > reach.room / one)
		x = SHAPE_ALWAYS;
	/* A lookahead looks beyond its node: what the last one looks at is within reach, too. */
	else if (more > 0)
		last.room -= one * (node->max - 1);
	for (unsigned i = 0; i < more && x != SHAPE_ALWAYS; i++)
		x = shape_value_or(b, x, build(b, node->child, x, last));
	return node->min > 0 ? build_times(b, node->child, node->min, x, reach) : x;
}

/* \b, where a byte of a word is sure to follow. */
static bool begins_word(const struct pattern_node *next)
{
	while (next != NULL && next->op == PATTERN_REPEAT && next->min > 0)
		next = next->child;
	return next != NULL && next->op == PATTERN_SET &&
	       byte_set_holds(&byte_set_word, &next->set);
}

/* node, with next behind it where there is one, and then x. */
static uint16_t build_one(struct shape_builder *b, const struct pattern_node *node,
			  const struct pattern_node *next, uint16_t x, struct reach reach)
{
	if (node->op == PATTERN_WORD)
		return begins_word(next) ? shape_value_behind(b, x, &byte_set_no_word) : x;
	return build(b, node, x, reach);
}

/* node, and its siblings, then x. */
static uint16_t build_sequence(struct shape_builder *b, const struct pattern_node *node, uint16_t x,
			       struct reach reach)
{
	struct reach behind;

	if (node == NULL)
		return x;
	behind = reach_behind(node, reach);
	if (behind.room == 0)
		x = SHAPE_ALWAYS;
	else if (node->next != NULL)
		x = build_sequence(b, node->next, x, behind);
	return build_one(b, node, node->next, x, reach);
}

/* Where node may stand with x behind it. */
static uint16_t build(struct shape_builder *b, const struct pattern_node *node, uint16_t x,
		      struct reach reach)
{
	struct byte_set set = node->set;
	uint16_t any = SHAPE_NEVER;

	switch (node->op) {
	case PATTERN_SET: return shape_value_and(b, shape_value_class(b, &set), x, 1);
	case PATTERN_CAT: return build_sequence(b, node->child, x, reach);
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			any = shape_value_or(b, any, build(b, c, x, reach));
		return any;
	case PATTERN_REPEAT: return build_repeat(b, node, x, reach);
	case PATTERN_BEHIND:
		if (!node->must)
			byte_set_unite(&set, &byte_set_ends);
		return shape_value_behind(b, x, &set);
	case PATTERN_AHEAD:
		if (pattern_asked(node) != NULL)
			return shape_value_and(b, build(b, node->child, SHAPE_ALWAYS, reach), x, 0);
		if (!node->must)
			byte_set_unite(&set, &byte_set_ends);
		return shape_value_and(b, shape_value_class(b, &set), x, 0);
	default: return x;
	}
}

static uint16_t build_tail(struct shape_builder *b, const struct anchor_shape *shape, size_t i,
			   struct reach reach)
{
	const struct pattern_node *next = i + 1 < shape->n_tail ? shape->tail[i + 1] : NULL;
	struct reach behind = reach_behind(shape->tail[i], reach);
	uint16_t x = SHAPE_ALWAYS;

	if (next != NULL && behind.room > 0)
		x = build_tail(b, shape, i + 1, behind);
	return build_one(b, shape->tail[i], next, x, reach);
}

uint16_t shape_build(struct shape_builder *b, const struct anchor_shape *shape)
{
	const struct reach all = { SHAPE_AHEAD_MAX, 1 };
	uint16_t x = build_tail(b, shape, 0, all);

	return shape_value_behind(b, x, &shape->before);
}
