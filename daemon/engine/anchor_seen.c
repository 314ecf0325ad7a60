/*
 * How often a shape stands in usual lines: digits and separators come together in every
 * time stamp, which the bytes alone do not tell.
 *
 * The tail is followed from each byte on much as shape_build.c builds it: as far, with sets
 * as wide, and of a repeat that may go on beyond that only as much as it must have.  What
 * is asked around a place is not looked at: the shape may stand at fewer places.
 */
#include <purposed/engine/anchor_private.h>

#include <purposed/engine/shape.h>

/* Steps that the search takes at a place; one that takes more is taken to stand. */
enum { STEPS_MAX = 2000 };

/* As anchor_tail; of a repeat, `done` of its times are behind. */
struct todo {
	const struct pattern_node *node;
	bool siblings;
	unsigned done;
	const struct todo *next;
};

struct prescan_goal {
	const unsigned char *end; /* of the text */
	unsigned steps;
};

static bool stands(struct prescan_goal *look, const struct todo *todo, const unsigned char *at,
		   unsigned room);

static bool set_stands(const struct prescan_goal *look, const struct byte_set *set,
		       const unsigned char *at)
{
	struct byte_set wide;

	if (at == look->end || byte_set_has(set, *at))
		return at != look->end;
	wide = shape_widen(set);
	return byte_set_has(&wide, *at);
}

static bool set_repeat_stands(struct prescan_goal *look, const struct pattern_node *node,
			      const struct todo *next, const unsigned char *at, unsigned room)
{
	unsigned n = 0;

	for (;; n++, at++) {
		if (n >= node->min && (node->max >= room || stands(look, next, at, room - n)))
			return true;
		if (n >= room)
			return true;
		if (n == node->max || !set_stands(look, &node->child->set, at))
			return false;
	}
}

static bool repeat_stands(struct prescan_goal *look, const struct todo *todo,
			  const struct todo *next, const unsigned char *at, unsigned room)
{
	const struct pattern_node *node = todo->node;
	struct todo again = { node, false, todo->done + 1, next };
	struct todo once = { node->child, false, 0, &again };
	bool far = node->max - node->min > SHAPE_OPTIONAL_MAX;

	if (pattern_max(node->child) == 0)
		return stands(look, next, at, room);
	if (node->child->op == PATTERN_SET)
		return set_repeat_stands(look, node, next, at, room);
	if (todo->done >= node->min && (far || stands(look, next, at, room)))
		return true;
	return todo->done < node->max && stands(look, &once, at, room);
}

static bool node_stands(struct prescan_goal *look, const struct todo *todo, const struct todo *next,
			const unsigned char *at, unsigned room)
{
	const struct pattern_node *node = todo->node;
	struct todo inner = { node->child, true, 0, next };

	switch (node->op) {
	case PATTERN_SET:
		return set_stands(look, &node->set, at) && stands(look, next, at + 1, room - 1);
	case PATTERN_CAT: return stands(look, &inner, at, room);
	case PATTERN_ALT:
		inner.siblings = false;
		for (; inner.node != NULL; inner.node = inner.node->next) {
			if (stands(look, &inner, at, room))
				return true;
		}
		return false;
	case PATTERN_REPEAT: return repeat_stands(look, todo, next, at, room);
	default: return stands(look, next, at, room);
	}
}

static bool stands(struct prescan_goal *look, const struct todo *todo, const unsigned char *at,
		   unsigned room)
{
	struct todo rest;

	if (todo == NULL || room == 0 || ++look->steps > STEPS_MAX)
		return true;
	if (todo->node == NULL)
		return stands(look, todo->next, at, room);
	if (!todo->siblings || todo->node->next == NULL)
		return node_stands(look, todo, todo->next, at, room);
	rest = (struct todo){ todo->node->next, true, 0, todo->next };
	return node_stands(look, todo, &rest, at, room);
}

/* The nodes of a tail, up to where a shape asks for no more; returns how many. */
static unsigned list_nodes(const struct anchor_tail *tail, struct todo *todo, unsigned most)
{
	double rate = 1;
	unsigned n = 0;

	for (const struct anchor_tail *t = tail; t != NULL; t = t->next) {
		for (const struct pattern_node *node = t->node; node != NULL;
		     node = t->siblings ? node->next : NULL) {
			if (n == most || rate < SHAPE_RATE_ENOUGH)
				return n;
			todo[n] = (struct todo){ node, false, 0, NULL };
			if (n > 0)
				todo[n - 1].next = &todo[n];
			n++;
			rate *= anchor_rate(node, SHAPE_AHEAD_MAX);
		}
	}
	return n;
}

double anchor_seen_tail(const struct anchor_sample *sample, const struct byte_set *before,
			const struct anchor_tail *tail)
{
	struct todo todo[SHAPE_AHEAD_MAX];
	unsigned n_todo = list_nodes(tail, todo, SHAPE_AHEAD_MAX);
	const unsigned char *text;
	struct prescan_goal look;
	unsigned n = 0;

	if (sample == NULL || n_todo == 0)
		return 0;
	text = (const unsigned char *)sample->text.ptr;
	look.end = text + sample->usual_len;
	/* The first byte is a line end. */
	for (const unsigned char *at = text + 1; at < look.end; at++) {
		look.steps = 0;
		n += byte_set_has(before, at[-1]) && stands(&look, todo, at, SHAPE_AHEAD_MAX);
	}
	return n / ((double)sample->usual_len + 1);
}
