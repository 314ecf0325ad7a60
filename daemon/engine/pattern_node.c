#include <purposed/engine/pattern_private.h>

#include <purposed/base/mem.h>

enum { COPIES_MAX = 4096 }; /* references to references grow fast */

struct pattern_node *pattern_node_new(struct pattern_parser *p, enum pattern_op op)
{
	struct pattern_arena *arena = p->pattern->arena;

	if (arena == NULL || arena->n == PATTERN_ARENA_NODES) {
		arena = mem_new(1, sizeof(*arena));
		arena->next = p->pattern->arena;
		p->pattern->arena = arena;
	}
	arena->nodes[arena->n].op = op;
	return &arena->nodes[arena->n++];
}

struct pattern_node *pattern_node_set(struct pattern_parser *p, const struct byte_set *set)
{
	struct pattern_node *node = pattern_node_new(p, PATTERN_SET);

	node->set = *set;
	return node;
}

struct pattern_node *pattern_node_byte(struct pattern_parser *p, char c)
{
	struct byte_set set = { 0 };

	byte_set_add(&set, (unsigned char)c);
	if (p->fold)
		byte_set_fold(&set);
	return pattern_node_set(p, &set);
}

struct pattern_node *pattern_node_repeat(struct pattern_parser *p, const struct pattern_node *child,
					 unsigned min, unsigned max)
{
	struct pattern_node *node = pattern_node_new(p, PATTERN_REPEAT);

	node->child = child;
	node->min = min;
	node->max = max;
	return node;
}

struct pattern_node *pattern_node_around(struct pattern_parser *p, enum pattern_op op,
					 const struct byte_set *set, bool must)
{
	struct pattern_node *node = pattern_node_new(p, op);

	node->set = *set;
	node->must = must;
	return node;
}

static struct pattern_node *copy_children(struct pattern_parser *p, const struct pattern_node *node)
{
	struct pattern_node *twin = pattern_node_new(p, node->op);
	const struct pattern_node **link = &twin->child;

	for (const struct pattern_node *c = node->child; c != NULL && !p->bad; c = c->next) {
		struct pattern_node *child = pattern_node_copy(p, c);

		*link = child;
		link = &child->next;
	}
	twin->start = PATTERN_NOWHERE;
	pattern_node_close(twin);
	return twin;
}

struct pattern_node *pattern_node_copy(struct pattern_parser *p, const struct pattern_node *node)
{
	struct pattern_node *twin;

	if (++p->n_copies > COPIES_MAX)
		return pattern_fail(p, "references to too much");
	switch (node->op) {
	case PATTERN_SET:
		twin = pattern_node_set(p, &node->set);
		if (p->fold)
			byte_set_fold(&twin->set);
		return twin;
	case PATTERN_REPEAT:
		return pattern_node_repeat(p, pattern_node_copy(p, node->child), node->min,
					   node->max);
	case PATTERN_CAT:
	case PATTERN_ALT: return copy_children(p, node);
	default: return pattern_node_new(p, PATTERN_EMPTY);
	}
}

static unsigned add(unsigned a, unsigned b)
{
	return a > PATTERN_UNBOUNDED - b ? PATTERN_UNBOUNDED : a + b;
}

static unsigned multiply(unsigned a, unsigned b)
{
	return b != 0 && a > PATTERN_UNBOUNDED / b ? PATTERN_UNBOUNDED : a * b;
}

void pattern_node_close(struct pattern_node *node)
{
	bool is_alt = node->op == PATTERN_ALT;
	unsigned min = is_alt ? PATTERN_UNBOUNDED : 0;
	unsigned max = 0;

	for (const struct pattern_node *c = node->child; c != NULL; c = c->next) {
		unsigned c_min = pattern_min(c);
		unsigned c_max = pattern_max(c);

		if (!is_alt) {
			min = add(min, c_min);
			max = add(max, c_max);
			continue;
		}
		min = c_min < min ? c_min : min;
		max = c_max > max ? c_max : max;
	}
	node->len_min = min;
	node->len_max = max;
}

unsigned pattern_min(const struct pattern_node *node)
{
	switch (node->op) {
	case PATTERN_SET: return 1;
	case PATTERN_REPEAT: return multiply(pattern_min(node->child), node->min);
	case PATTERN_CAT:
	case PATTERN_ALT: return node->len_min;
	default: return 0;
	}
}

unsigned pattern_max(const struct pattern_node *node)
{
	switch (node->op) {
	case PATTERN_SET: return 1;
	case PATTERN_REPEAT: return multiply(pattern_max(node->child), node->max);
	case PATTERN_CAT:
	case PATTERN_ALT: return node->len_max;
	default: return 0;
	}
}
