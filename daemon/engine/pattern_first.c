/* A descent over the tree: what each node leaves to the one behind it is what that begins with. */
#include <purposed/engine/pattern_first.h>

static struct byte_set first_of_choice(const struct pattern_node *alt,
				       const struct pattern_next *next)
{
	struct byte_set any = { 0 };

	for (const struct pattern_node *c = alt->child; c != NULL; c = c->next) {
		struct byte_set one = pattern_first(c, next);

		byte_set_unite(&any, &one);
	}
	return any;
}

static struct byte_set first_of_repeat(const struct pattern_node *node,
				       const struct pattern_next *next)
{
	struct pattern_next again = *next;
	struct byte_set any = pattern_first(node->child, next);

	byte_set_unite(&again.after, &any);
	if (node->max > 1)
		any = pattern_first(node->child, &again);
	if (node->min == 0)
		byte_set_unite(&any, &next->after);
	return any;
}

static struct byte_set first_ahead(const struct pattern_node *around,
				   const struct pattern_next *next)
{
	const struct pattern_next inside = { byte_set_all, next->behind_word };
	const struct pattern_node *asked = pattern_asked(around);
	struct byte_set set = next->after;

	byte_set_intersect(&set, &around->set);
	if (asked != NULL) {
		struct byte_set first = pattern_first(asked, &inside);

		byte_set_intersect(&set, &first);
	}
	return set;
}

struct byte_set pattern_first(const struct pattern_node *node, const struct pattern_next *next)
{
	struct byte_set set = next->after;

	switch (node->op) {
	case PATTERN_SET: return node->set;
	case PATTERN_CAT: return pattern_first_of_all(node->child, next);
	case PATTERN_ALT: return first_of_choice(node, next);
	case PATTERN_REPEAT: return first_of_repeat(node, next);
	case PATTERN_AHEAD: return first_ahead(node, next);
	case PATTERN_WORD:
		if (next->behind_word)
			byte_set_intersect(&set, &byte_set_no_word);
		return set;
	default: return set;
	}
}

struct byte_set pattern_first_of_all(const struct pattern_node *node,
				     const struct pattern_next *next)
{
	struct pattern_next behind = *next;

	if (node == NULL)
		return next->after;
	if (node->op == PATTERN_SET)
		return node->set;
	behind.after = pattern_first_of_all(node->next, next);
	return pattern_first(node, &behind);
}
