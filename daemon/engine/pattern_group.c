/* Groups, and references to them. */
#include <purposed/engine/pattern_private.h>

#include <string.h>

#include <purposed/engine/pattern_syntax.h>

enum { DEPTH_MAX = 100 };

static struct pattern_node *reference(struct pattern_parser *p, const struct pattern_group *group)
{
	if (group->node == NULL)
		return pattern_fail(p, "a reference into an open group");
	group->node->how |= PATTERN_CALLED;
	return pattern_node_copy(p, group->node);
}

struct pattern_node *pattern_group_named(struct pattern_parser *p, char close)
{
	const char *end = strchr(p->at, close);
	size_t len = end != NULL ? (size_t)(end - p->at) : 0;

	for (unsigned i = 0; i < p->n_groups; i++) {
		if (end != NULL && p->groups[i].name_len == len &&
		    memcmp(p->groups[i].name, p->at, len) == 0) {
			p->at = end + 1;
			return reference(p, &p->groups[i]);
		}
	}
	return pattern_fail(p, "a reference that the finder does not know");
}

/* (?&name): the group's pattern once more; its bracket is left to the caller. */
static struct pattern_node *call(struct pattern_parser *p)
{
	struct pattern_node *node = pattern_group_named(p, ')');

	if (node != NULL)
		p->at--;
	return node;
}

struct pattern_node *pattern_group_numbered(struct pattern_parser *p)
{
	unsigned number = 0;

	while (pattern_is_digit(*p->at) && number < PATTERN_GROUPS_MAX)
		number = number * 10 + (unsigned)(*p->at++ - '0');
	if (number == 0 || number > p->n_groups)
		return pattern_fail(p, "a reference that the finder does not know");
	return reference(p, &p->groups[number - 1]);
}

/* Behind the opening bracket and what names the group. */
static struct pattern_node *capture(struct pattern_parser *p, const char *name, size_t name_len)
{
	struct pattern_node *node;
	unsigned number = p->n_groups;

	if (number == PATTERN_GROUPS_MAX)
		return pattern_fail(p, "too many groups");
	p->groups[p->n_groups++] = (struct pattern_group){ .name = name, .name_len = name_len };
	node = pattern_alternatives(p);
	node->how |= PATTERN_CAUGHT;
	p->groups[number].node = node;
	return node;
}

static struct pattern_node *named_capture(struct pattern_parser *p, char close)
{
	const char *name = p->at;
	const char *end = strchr(name, close);

	if (end == NULL)
		return pattern_fail(p, "a name has no end");
	p->at = end + 1;
	return capture(p, name, (size_t)(end - name));
}

/*
 * Letters of (?i-x...) up to ':' or ')'; false where there is another.  (?xx) is
 * none of them: blanks within classes do not count there.
 */
static bool parse_flags(struct pattern_parser *p)
{
	bool on = true;

	for (;; p->at++) {
		if (strncmp(p->at, "xx", 2) == 0)
			return false;
		switch (*p->at) {
		case '-': on = false; break;
		case 'i': p->fold = on; break;
		case 'x': p->blank = on; break;
		case 's': p->dot_all = on; break;
		case ':':
		case ')': return true;
		default: return false;
		}
	}
}

/* The one-byte strings among a node's alternatives; false where there are others too. */
static bool single_bytes(const struct pattern_node *node, struct byte_set *set)
{
	bool only = true;

	if (node->op == PATTERN_SET) {
		byte_set_unite(set, &node->set);
		return true;
	}
	if (node->op == PATTERN_CAT && node->child != NULL && node->child->next == NULL)
		return single_bytes(node->child, set);
	if (node->op != PATTERN_ALT)
		return false;
	for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
		only &= single_bytes(c, set);
	return only;
}

/*
 * A negative lookaround excludes the single bytes among its alternatives,
 * whatever else it excludes; a positive one says something only where it has
 * single bytes and nothing else.
 */
static struct pattern_node *parse_look(struct pattern_parser *p, enum pattern_op op, bool negative)
{
	const struct pattern_node *inside = pattern_alternatives(p);
	struct byte_set set = { 0 };
	bool only = single_bytes(inside, &set);
	struct pattern_node *node;

	if (negative)
		byte_set_invert(&set);
	else if (!only)
		set = byte_set_all;
	node = pattern_node_around(p, op, &set, !negative && only);
	node->negative = negative;
	node->child = inside;
	return node;
}

/* Behind "(?(": either of its two branches, of which the second may be missing. */
static struct pattern_node *parse_condition(struct pattern_parser *p)
{
	const char *end = strchr(p->at, ')');
	struct pattern_node *alt;

	if (end == NULL || *p->at == '?' || *p->at == '*')
		return pattern_fail(p, "a condition that the finder does not know");
	p->at = end + 1;
	alt = pattern_alternatives(p);
	alt->how |= PATTERN_FIXED;
	if (alt->child->next != NULL)
		return alt;
	return pattern_node_repeat(p, alt, 0, 1);
}

static struct pattern_node *alternatives(struct pattern_parser *p, enum pattern_how how)
{
	struct pattern_node *node = pattern_alternatives(p);

	node->how |= (uint8_t)how;
	return node;
}

/* With a number: it says yes or no. */
static struct pattern_node *callout(struct pattern_parser *p)
{
	p->at += strspn(p->at, "0123456789");
	return pattern_node_new(p, PATTERN_PLACE);
}

static struct pattern_node *parse_special(struct pattern_parser *p)
{
	if (pattern_take(p, "("))
		return parse_condition(p);
	if (pattern_take(p, "<="))
		return parse_look(p, PATTERN_BEHIND, false);
	if (pattern_take(p, "<!"))
		return parse_look(p, PATTERN_BEHIND, true);
	if (pattern_take(p, "="))
		return parse_look(p, PATTERN_AHEAD, false);
	if (pattern_take(p, "!"))
		return parse_look(p, PATTERN_AHEAD, true);
	if (pattern_take(p, ">"))
		return alternatives(p, PATTERN_ATOMIC);
	if (pattern_take(p, ":"))
		return alternatives(p, PATTERN_BRACKETED);
	if (pattern_take(p, "C"))
		return callout(p);
	if (pattern_take(p, "P<") || pattern_take(p, "<"))
		return named_capture(p, '>');
	if (pattern_take(p, "'"))
		return named_capture(p, '\'');
	if (pattern_take(p, "&"))
		return call(p);
	if (!parse_flags(p))
		return pattern_fail(p, "a kind of group that the finder does not know");
	if (pattern_take(p, ":"))
		return pattern_alternatives(p);
	return NULL;
}

/*
 * Behind the opening bracket.  Flags are the group's own, but those of (?i)
 * alone hold up to the end of the group around it.
 */
struct pattern_node *pattern_group(struct pattern_parser *p)
{
	bool fold = p->fold;
	bool blank = p->blank;
	bool dot_all = p->dot_all;
	struct pattern_node *node;

	if (++p->depth > DEPTH_MAX)
		return pattern_fail(p, "groups too deep");
	if (*p->at == '*')
		return pattern_fail(p, "a verb, which the finder does not know");
	node = pattern_take(p, "?") ? parse_special(p) : capture(p, NULL, 0);
	if (!pattern_take(p, ")"))
		pattern_fail(p, "a group has no end");
	p->depth--;
	if (node == NULL) {
		p->options = true;
		return pattern_node_new(p, PATTERN_EMPTY);
	}
	p->fold = fold;
	p->blank = blank;
	p->dot_all = dot_all;
	return node;
}
