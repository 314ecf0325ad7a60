/* The frame of the descent: see pattern_private.h. */
#include <purposed/engine/pattern_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/pattern_syntax.h>

enum { REPEAT_MAX = 65535 };

struct pattern_node *pattern_fail(struct pattern_parser *p, const char *what)
{
	if (!p->bad)
		err_add(p->e, "%s at byte %zu of the pattern", what, (size_t)(p->at - p->text));
	p->bad = true;
	return pattern_node_new(p, PATTERN_EMPTY);
}

bool pattern_take(struct pattern_parser *p, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(p->at, word, len) != 0)
		return false;
	p->at += len;
	return true;
}

uint32_t pattern_place(const struct pattern_parser *p)
{
	return (uint32_t)(p->at - p->text);
}

/* ^: here the text begins. */
static struct pattern_node *beginning(struct pattern_parser *p)
{
	struct pattern_node *node = pattern_node_new(p, PATTERN_PLACE);

	node->must = true;
	return node;
}

static struct pattern_node *parse_escape(struct pattern_parser *p)
{
	struct byte_set set;
	int c;

	if (pattern_class_escape(*p->at, &set)) {
		p->at++;
		return pattern_node_set(p, &set);
	}
	if (pattern_take(p, "b"))
		return pattern_node_new(p, PATTERN_WORD);
	if (pattern_take(p, "A"))
		return beginning(p);
	if (pattern_take(p, "B") || pattern_take(p, "z") || pattern_take(p, "Z"))
		return pattern_node_new(p, PATTERN_PLACE);
	if (pattern_take(p, "N")) {
		set = byte_set_all;
		set.bits[0] &= ~(UINT64_C(1) << '\n');
		return pattern_node_set(p, &set);
	}
	if (pattern_take(p, "k<"))
		return pattern_group_named(p, '>');
	if (strncmp(p->at, "g{", 2) == 0 && p->at[2] >= '1' && p->at[2] <= '9') {
		struct pattern_node *node;

		p->at += 2;
		node = pattern_group_numbered(p);
		return pattern_take(p, "}") ? node : pattern_fail(p, "a reference has no end");
	}
	if (pattern_take(p, "k{") || pattern_take(p, "g{"))
		return pattern_group_named(p, '}');
	if (*p->at >= '1' && *p->at <= '9')
		return pattern_group_numbered(p);
	c = pattern_class_byte(p);
	return c >= 0 ? pattern_node_byte(p, (char)c)
		      : pattern_fail(p, "an escape that the finder does not know");
}

/* $: here the text ends, or one of the bytes comes that end a line, as PCRE2 may be told they do.
 */
static struct pattern_node *line_end(struct pattern_parser *p)
{
	struct byte_set set = { 0 };

	for (const char *c = "\n\v\f\r\x85"; *c != '\0'; c++)
		byte_set_add(&set, (unsigned char)*c);
	return pattern_node_around(p, PATTERN_AHEAD, &set, false);
}

/*
 * Whether a brace may begin a quantifier; "{,5}" and "{ 1, 5 }" are one or text, depending on the
 * version of PCRE2.
 */
static bool may_repeat(const char *brace)
{
	size_t len = strspn(brace + 1, "0123456789, \t");

	return brace[1 + len] == '}' && strcspn(brace + 1, "0123456789") < len;
}

static struct pattern_node *parse_atom(struct pattern_parser *p)
{
	char c = *p->at++;
	struct byte_set dot = byte_set_all;

	switch (c) {
	case '(': return pattern_group(p);
	case '[': return pattern_class(p);
	case '\\': return parse_escape(p);
	case '^': return beginning(p);
	case '$': return line_end(p);
	case '.':
		if (!p->dot_all)
			dot.bits[0] &= ~(UINT64_C(1) << '\n');
		return pattern_node_set(p, &dot);
	case '?':
	case '*':
	case '+': return pattern_fail(p, "a repeat of nothing, or of a repeat");
	case '{':
		if (may_repeat(p->at - 1))
			return pattern_fail(p, "a repeat of nothing, or of a repeat");
		return pattern_node_byte(p, c);
	default: return pattern_node_byte(p, c);
	}
}

static unsigned parse_number(struct pattern_parser *p, unsigned otherwise)
{
	unsigned value = 0;

	if (!pattern_is_digit(*p->at))
		return otherwise;
	while (pattern_is_digit(*p->at) && value <= REPEAT_MAX)
		value = value * 10 + (unsigned)(*p->at++ - '0');
	return value;
}

static void skip_blank(struct pattern_parser *p)
{
	while (p->blank && *p->at != '\0' && strchr(" \t\n\r\f\v", *p->at) != NULL)
		p->at++;
	if (p->blank && *p->at == '#') {
		while (*p->at != '\0' && *p->at != '\n')
			p->at++;
		skip_blank(p);
	}
}

/* A quantifier, if one stands here; else *min_r, *max_r and *how_r stay. */
static void parse_repeat(struct pattern_parser *p, unsigned *min_r, unsigned *max_r, uint8_t *how_r)
{
	const char *start = p->at;
	unsigned min = 0;
	unsigned max = PATTERN_UNBOUNDED;

	/* Most bytes of a pattern stand for themselves. */
	if (!pattern_is_quantifier(*p->at))
		return;
	if (pattern_take(p, "?")) {
		max = 1;
	} else if (pattern_take(p, "+")) {
		min = 1;
	} else if (*p->at == '{' && pattern_is_digit(p->at[1])) {
		p->at++;
		min = parse_number(p, 0);
		max = pattern_take(p, ",") ? parse_number(p, PATTERN_UNBOUNDED) : min;
		if (!pattern_take(p, "}")) {
			p->at = start;
			if (may_repeat(start))
				pattern_fail(p, "a repeat that the finder does not know");
			return;
		}
	} else if (!pattern_take(p, "*")) {
		if (*p->at == '{' && may_repeat(p->at))
			pattern_fail(p, "a repeat that the finder does not know");
		return;
	}
	*min_r = min;
	*max_r = max;
	skip_blank(p);
	if (pattern_take(p, "+"))
		*how_r = PATTERN_ATOMIC;
	else if (pattern_take(p, "?"))
		*how_r = PATTERN_LAZY;
}

static bool is_compound(const struct pattern_node *node)
{
	return node->op == PATTERN_CAT || node->op == PATTERN_ALT || node->op == PATTERN_REPEAT;
}

static struct pattern_node *parse_sequence(struct pattern_parser *p)
{
	struct pattern_node *cat = pattern_node_new(p, PATTERN_CAT);
	const struct pattern_node **link = &cat->child;

	cat->start = pattern_place(p);
	for (skip_blank(p); !p->bad && *p->at != '\0' && *p->at != '|' && *p->at != ')';
	     skip_blank(p)) {
		uint32_t start = pattern_place(p);
		struct pattern_node *atom = parse_atom(p);
		unsigned min = 1;
		unsigned max = 1;
		uint8_t how = 0;

		skip_blank(p);
		parse_repeat(p, &min, &max, &how);
		if (min != 1 || max != 1 || is_compound(atom))
			atom = pattern_node_repeat(p, atom, min, max);
		atom->start = start;
		atom->how |= how;
		if (atom->op != PATTERN_EMPTY) {
			*link = atom;
			link = &atom->next;
		}
	}
	cat->end = pattern_place(p);
	pattern_node_close(cat);
	return cat;
}

struct pattern_node *pattern_alternatives(struct pattern_parser *p)
{
	struct pattern_node *alt = pattern_node_new(p, PATTERN_ALT);
	const struct pattern_node **link = &alt->child;
	bool outer = p->options;

	p->options = false;
	alt->start = pattern_place(p);
	alt->how = (uint8_t)((p->fold ? PATTERN_FOLDED : 0) | (p->blank ? PATTERN_BLANK : 0));
	do {
		struct pattern_node *sequence = parse_sequence(p);

		*link = sequence;
		link = &sequence->next;
	} while (!p->bad && pattern_take(p, "|"));
	alt->end = pattern_place(p);
	alt->how |= p->options ? PATTERN_FIXED : 0;
	p->options = outer;
	pattern_node_close(alt);
	return alt;
}

int pattern_parse(struct pattern **pattern_r, const char *text, struct err *e)
{
	struct pattern *pattern = mem_new(1, sizeof(*pattern));
	struct pattern_parser p = { .pattern = pattern, .text = text, .at = text, .e = e };

	pattern->root = pattern_alternatives(&p);
	if (!p.bad && *p.at != '\0')
		pattern_fail(&p, "a bracket that was not opened");
	if (p.bad) {
		pattern_free(&pattern);
		return -1;
	}
	*pattern_r = pattern;
	return 0;
}

void pattern_free(struct pattern **pattern)
{
	if (pattern == NULL || *pattern == NULL)
		return;
	for (struct pattern_arena *arena = (*pattern)->arena; arena != NULL;) {
		struct pattern_arena *next = arena->next;

		free(arena);
		arena = next;
	}
	free(*pattern);
	*pattern = NULL;
}

const struct pattern_node *pattern_root(const struct pattern *pattern)
{
	return pattern->root;
}
