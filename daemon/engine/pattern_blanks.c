#include <purposed/engine/pattern_blanks.h>

static unsigned add(unsigned a, unsigned b)
{
	return b > PATTERN_UNBOUNDED - a ? PATTERN_UNBOUNDED : a + b;
}

static unsigned times(unsigned blanks, unsigned n)
{
	if (blanks == 0 || n == 0)
		return 0;
	return blanks > PATTERN_UNBOUNDED / n ? PATTERN_UNBOUNDED : blanks * n;
}

static unsigned sum(const struct pattern_node *child)
{
	unsigned n = 0;

	for (; child != NULL; child = child->next)
		n = add(n, pattern_blanks(child));
	return n;
}

static unsigned most(const struct pattern_node *child)
{
	unsigned n = 0;

	for (; child != NULL; child = child->next) {
		unsigned of = pattern_blanks(child);

		if (of > n)
			n = of;
	}
	return n;
}

unsigned pattern_blanks(const struct pattern_node *node)
{
	switch (node->op) {
	case PATTERN_SET: return byte_set_has(&node->set, ' ') ? 1 : 0;
	case PATTERN_CAT: return sum(node->child);
	case PATTERN_ALT: return most(node->child);
	case PATTERN_REPEAT: return times(pattern_blanks(node->child), node->max);
	default: return 0;
	}
}
