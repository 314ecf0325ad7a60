/*
 * A recursive descent over the syntax.  Nodes live in an arena, since a tree is
 * built once and released whole; a back reference shares the nodes of its
 * group (siblings are linked by the parent's list, so a shared node is wrapped).
 */
#include <purposed/engine/pattern.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

enum { GROUPS_MAX = 64, DEPTH_MAX = 100, REPEAT_MAX = 65535, ARENA_NODES = 128 };

struct arena {
	struct arena *next;
	size_t n;
	struct pattern_node nodes[ARENA_NODES];
};

struct pattern {
	struct arena *arena;
	const struct pattern_node *root;
};

struct group {
	const char *name;
	size_t name_len;
	const struct pattern_node *node; /* NULL while it is open */
};

struct parser {
	struct pattern *pattern;
	const char *text;
	const char *at;
	bool fold;  /* (?i) */
	bool blank; /* (?x) */
	bool dot_all;
	unsigned depth;
	struct group groups[GROUPS_MAX];
	unsigned n_groups; /* the next group's number - 1 */
	struct err *e;
	bool bad;
};

const struct byte_set byte_set_word = { { 0x03ff000000000000, 0x07fffffe87fffffe, 0, 0 } };
const struct byte_set byte_set_all = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };

static const struct byte_set set_digit = { { 0x03ff000000000000, 0, 0, 0 } };
static const struct byte_set set_space = { { 0x0000000100003e00, 0, 0, 0 } };
static const struct byte_set set_blank = { { 0x0000000100000200, 0, UINT64_C(1) << 32, 0 } };
static const struct byte_set set_vertical = { { 0x0000000000003c00, 0, 0x20, 0 } };

/* --- Sets ------------------------------------------------------------------- */

void byte_set_invert(struct byte_set *set)
{
	for (int i = 0; i < 4; i++)
		set->bits[i] = ~set->bits[i];
}

void byte_set_unite(struct byte_set *set, const struct byte_set *other)
{
	for (int i = 0; i < 4; i++)
		set->bits[i] |= other->bits[i];
}

void byte_set_intersect(struct byte_set *set, const struct byte_set *other)
{
	for (int i = 0; i < 4; i++)
		set->bits[i] &= other->bits[i];
}

bool byte_set_holds(const struct byte_set *set, const struct byte_set *subset)
{
	for (int i = 0; i < 4; i++) {
		if ((subset->bits[i] & ~set->bits[i]) != 0)
			return false;
	}
	return true;
}

unsigned byte_set_count(const struct byte_set *set)
{
	unsigned n = 0;

	for (int i = 0; i < 4; i++)
		n += (unsigned)__builtin_popcountll(set->bits[i]);
	return n;
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void set_fold(struct byte_set *set)
{
	for (int c = 'a'; c <= 'z'; c++) {
		if (byte_set_has(set, (unsigned char)c) ||
		    byte_set_has(set, (unsigned char)(c - 32))) {
			byte_set_add(set, (unsigned char)c);
			byte_set_add(set, (unsigned char)(c - 32));
		}
	}
}

/* --- Nodes ------------------------------------------------------------------ */

static struct pattern_node *node_new(struct parser *p, enum pattern_op op)
{
	struct arena *arena = p->pattern->arena;

	if (arena == NULL || arena->n == ARENA_NODES) {
		arena = mem_new(1, sizeof(*arena));
		arena->next = p->pattern->arena;
		p->pattern->arena = arena;
	}
	arena->nodes[arena->n].op = op;
	return &arena->nodes[arena->n++];
}

static struct pattern_node *node_set(struct parser *p, const struct byte_set *set)
{
	struct pattern_node *node = node_new(p, PATTERN_SET);

	node->set = *set;
	return node;
}

static struct pattern_node *node_byte(struct parser *p, char c)
{
	struct byte_set set = { 0 };

	byte_set_add(&set, (unsigned char)c);
	if (p->fold)
		set_fold(&set);
	return node_set(p, &set);
}

static struct pattern_node *node_repeat(struct parser *p, const struct pattern_node *child,
					unsigned min, unsigned max)
{
	struct pattern_node *node = node_new(p, PATTERN_REPEAT);

	node->child = child;
	node->min = min;
	node->max = max;
	return node;
}

static struct pattern_node *node_around(struct parser *p, enum pattern_op op,
					const struct byte_set *set, bool must)
{
	struct pattern_node *node = node_new(p, op);

	node->set = *set;
	node->must = must;
	return node;
}

static struct pattern_node *fail(struct parser *p, const char *what)
{
	if (!p->bad)
		err_add(p->e, "%s at byte %zu of the pattern", what, (size_t)(p->at - p->text));
	p->bad = true;
	return node_new(p, PATTERN_EMPTY);
}

static bool take(struct parser *p, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(p->at, word, len) != 0)
		return false;
	p->at += len;
	return true;
}

/* --- Escapes and classes ---------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xHH, or \x{HH}; behind the x. */
static int hex_byte(struct parser *p)
{
	bool braced = take(p, "{");
	int value = 0;
	int n = 0;

	while (n < 2 && hex_digit(*p->at) >= 0) {
		value = value * 16 + hex_digit(*p->at++);
		n++;
	}
	if (braced && !take(p, "}"))
		fail(p, "no byte is written like that");
	return value;
}

/* The set that \d, \W and the like stand for; false where c is none of them. */
static bool class_escape(char c, struct byte_set *set_r)
{
	switch (c | 32) {
	case 'd': *set_r = set_digit; break;
	case 'w': *set_r = byte_set_word; break;
	case 's': *set_r = set_space; break;
	case 'h': *set_r = set_blank; break;
	case 'v': *set_r = set_vertical; break;
	default: return false;
	}
	if ((c & 32) == 0)
		byte_set_invert(set_r);
	return true;
}

/* The byte that an escape stands for, behind the backslash; -1: it is not a single byte. */
static int byte_escape(struct parser *p)
{
	char c = *p->at++;

	switch (c) {
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	case 'f': return '\f';
	case 'a': return '\a';
	case 'e': return 27;
	case 'x': return hex_byte(p);
	default: break;
	}
	if (c != '\0' && !is_letter(c) && (c < '0' || c > '9'))
		return (unsigned char)c;
	p->at--;
	return -1;
}

static bool posix_class(struct parser *p, struct byte_set *set)
{
	static const struct {
		const char *name;
		const char *members; /* pairs of first and last */
	} classes[] = {
		{ "[:alpha:]", "azAZ" },     { "[:digit:]", "09" },	{ "[:alnum:]", "azAZ09" },
		{ "[:upper:]", "AZ" },	     { "[:lower:]", "az" },	{ "[:xdigit:]", "09afAF" },
		{ "[:punct:]", "!/:@[`{~" }, { "[:space:]", "\t\r  " },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (!take(p, classes[i].name))
			continue;
		for (const char *m = classes[i].members; *m != '\0'; m += 2) {
			for (int c = (unsigned char)m[0]; c <= (unsigned char)m[1]; c++)
				byte_set_add(set, (unsigned char)c);
		}
		return true;
	}
	return false;
}

/* One member of a class into set; returns its byte, or -1 where it is a set of its own. */
static int class_member(struct parser *p, struct byte_set *set)
{
	struct byte_set escape;
	int c = (unsigned char)*p->at;

	if (c == '[' && p->at[1] == ':' && posix_class(p, set))
		return -1;
	p->at++;
	if (c == '\\') {
		if (class_escape(*p->at, &escape)) {
			p->at++;
			byte_set_unite(set, &escape);
			return -1;
		}
		c = *p->at == 'b' ? (p->at++, '\b') : byte_escape(p);
		if (c < 0) {
			fail(p, "an escape that the finder does not know");
			return -1;
		}
	}
	byte_set_add(set, (unsigned char)c);
	return c;
}

/* Behind the opening bracket. */
static struct pattern_node *parse_class(struct parser *p)
{
	struct byte_set set = { 0 };
	bool negated = take(p, "^");
	bool first = true;

	while (!p->bad && (first || *p->at != ']')) {
		int from;

		if (*p->at == '\0')
			return fail(p, "a class has no end");
		from = class_member(p, &set);
		if (from >= 0 && p->at[0] == '-' && p->at[1] != ']' && p->at[1] != '\0') {
			struct byte_set scratch = { 0 };
			int to;

			p->at++;
			to = class_member(p, &scratch);
			if (to < from)
				return fail(p, "a range that the finder does not know");
			for (int c = from; c <= to; c++)
				byte_set_add(&set, (unsigned char)c);
		}
		first = false;
	}
	p->at++;
	if (p->fold)
		set_fold(&set);
	if (negated)
		byte_set_invert(&set);
	return node_set(p, &set);
}

/* --- Groups ----------------------------------------------------------------- */

static struct pattern_node *parse_alternatives(struct parser *p);

/* A group's nodes once more: what a reference to it can match. */
static struct pattern_node *reference(struct parser *p, const struct group *group)
{
	if (group->node == NULL)
		return fail(p, "a reference into an open group");
	return node_repeat(p, group->node, 1, 1);
}

/* A name up to its closing character, behind the opening one. */
static struct pattern_node *named_reference(struct parser *p, char close)
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
	return fail(p, "a reference that the finder does not know");
}

static struct pattern_node *numbered_reference(struct parser *p)
{
	unsigned number = 0;

	while (*p->at >= '0' && *p->at <= '9' && number < GROUPS_MAX)
		number = number * 10 + (unsigned)(*p->at++ - '0');
	if (number == 0 || number > p->n_groups)
		return fail(p, "a reference that the finder does not know");
	return reference(p, &p->groups[number - 1]);
}

/* Behind the opening bracket and what names the group. */
static struct pattern_node *capture(struct parser *p, const char *name, size_t name_len)
{
	struct pattern_node *node;
	unsigned number = p->n_groups;

	if (number == GROUPS_MAX)
		return fail(p, "too many groups");
	p->groups[p->n_groups++] = (struct group){ .name = name, .name_len = name_len };
	node = parse_alternatives(p);
	p->groups[number].node = node;
	return node;
}

static struct pattern_node *named_capture(struct parser *p, char close)
{
	const char *name = p->at;
	const char *end = strchr(name, close);

	if (end == NULL)
		return fail(p, "a name has no end");
	p->at = end + 1;
	return capture(p, name, (size_t)(end - name));
}

/* Letters of (?i-x...) up to ':' or ')'; false where there is another. */
static bool parse_flags(struct parser *p)
{
	bool on = true;

	for (;; p->at++) {
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
static struct pattern_node *parse_look(struct parser *p, enum pattern_op op, bool negative)
{
	const struct pattern_node *inside = parse_alternatives(p);
	struct byte_set set = { 0 };
	bool only = single_bytes(inside, &set);

	struct pattern_node *node;

	if (negative) {
		byte_set_invert(&set);
		return node_around(p, op, &set, false);
	}
	node = node_around(p, op, only ? &set : &byte_set_all, only);
	node->child = inside;
	return node;
}

/* Behind "(?(": either of its two branches, of which the second may be missing. */
static struct pattern_node *parse_condition(struct parser *p)
{
	const char *end = strchr(p->at, ')');
	struct pattern_node *alt;

	if (end == NULL || *p->at == '?' || *p->at == '*')
		return fail(p, "a condition that the finder does not know");
	p->at = end + 1;
	alt = parse_alternatives(p);
	if (alt->child->next != NULL)
		return alt;
	return node_repeat(p, alt, 0, 1);
}

static struct pattern_node *parse_special(struct parser *p)
{
	if (take(p, "("))
		return parse_condition(p);
	if (take(p, "<="))
		return parse_look(p, PATTERN_BEHIND, false);
	if (take(p, "<!"))
		return parse_look(p, PATTERN_BEHIND, true);
	if (take(p, "="))
		return parse_look(p, PATTERN_AHEAD, false);
	if (take(p, "!"))
		return parse_look(p, PATTERN_AHEAD, true);
	if (take(p, ">"))
		return parse_alternatives(p);
	if (take(p, "P<") || take(p, "<"))
		return named_capture(p, '>');
	if (take(p, "'"))
		return named_capture(p, '\'');
	if (!parse_flags(p))
		return fail(p, "a kind of group that the finder does not know");
	if (take(p, ":"))
		return parse_alternatives(p);
	return NULL;
}

/*
 * Behind the opening bracket.  Flags are the group's own, but those of (?i)
 * alone hold up to the end of the group around it.
 */
static struct pattern_node *parse_group(struct parser *p)
{
	bool fold = p->fold;
	bool blank = p->blank;
	bool dot_all = p->dot_all;
	struct pattern_node *node;

	if (++p->depth > DEPTH_MAX)
		return fail(p, "groups too deep");
	if (*p->at == '*')
		return fail(p, "a verb, which the finder does not know");
	node = take(p, "?") ? parse_special(p) : capture(p, NULL, 0);
	if (!take(p, ")"))
		fail(p, "a group has no end");
	p->depth--;
	if (node == NULL)
		return node_new(p, PATTERN_EMPTY);
	p->fold = fold;
	p->blank = blank;
	p->dot_all = dot_all;
	return node;
}

/* --- Sequences -------------------------------------------------------------- */

static struct pattern_node *parse_escape(struct parser *p)
{
	struct byte_set set;
	int c;

	if (class_escape(*p->at, &set)) {
		p->at++;
		return node_set(p, &set);
	}
	if (take(p, "b"))
		return node_new(p, PATTERN_WORD);
	if (take(p, "B") || take(p, "A") || take(p, "z") || take(p, "Z"))
		return node_new(p, PATTERN_EMPTY);
	if (take(p, "N")) {
		set = byte_set_all;
		set.bits[0] &= ~(UINT64_C(1) << '\n');
		return node_set(p, &set);
	}
	if (take(p, "k<"))
		return named_reference(p, '>');
	if (strncmp(p->at, "g{", 2) == 0 && p->at[2] >= '1' && p->at[2] <= '9') {
		struct pattern_node *node;

		p->at += 2;
		node = numbered_reference(p);
		return take(p, "}") ? node : fail(p, "a reference has no end");
	}
	if (take(p, "k{") || take(p, "g{"))
		return named_reference(p, '}');
	if (*p->at >= '1' && *p->at <= '9')
		return numbered_reference(p);
	c = byte_escape(p);
	return c >= 0 ? node_byte(p, (char)c) : fail(p, "an escape that the finder does not know");
}

static struct pattern_node *parse_atom(struct parser *p)
{
	char c = *p->at++;
	struct byte_set dot = byte_set_all;

	switch (c) {
	case '(': return parse_group(p);
	case '[': return parse_class(p);
	case '\\': return parse_escape(p);
	case '^':
	case '$': return node_new(p, PATTERN_EMPTY);
	case '.':
		if (!p->dot_all)
			dot.bits[0] &= ~(UINT64_C(1) << '\n');
		return node_set(p, &dot);
	default: return node_byte(p, c);
	}
}

static unsigned parse_number(struct parser *p, unsigned otherwise)
{
	unsigned value = 0;

	if (*p->at < '0' || *p->at > '9')
		return otherwise;
	while (*p->at >= '0' && *p->at <= '9' && value <= REPEAT_MAX)
		value = value * 10 + (unsigned)(*p->at++ - '0');
	return value;
}

/* A quantifier, if one stands here; else *min_r and *max_r stay. */
static void parse_repeat(struct parser *p, unsigned *min_r, unsigned *max_r)
{
	const char *start = p->at;
	unsigned min = 0;
	unsigned max = PATTERN_UNBOUNDED;

	if (take(p, "?")) {
		max = 1;
	} else if (take(p, "+")) {
		min = 1;
	} else if (*p->at == '{' && p->at[1] >= '0' && p->at[1] <= '9') {
		p->at++;
		min = parse_number(p, 0);
		max = take(p, ",") ? parse_number(p, PATTERN_UNBOUNDED) : min;
		if (!take(p, "}")) {
			p->at = start;
			return;
		}
	} else if (!take(p, "*")) {
		return;
	}
	*min_r = min;
	*max_r = max;
	if (!take(p, "+"))
		take(p, "?");
}

static void skip_blank(struct parser *p)
{
	while (p->blank && *p->at != '\0' && strchr(" \t\n\r\f\v", *p->at) != NULL)
		p->at++;
	if (p->blank && *p->at == '#') {
		while (*p->at != '\0' && *p->at != '\n')
			p->at++;
		skip_blank(p);
	}
}

static bool is_compound(const struct pattern_node *node)
{
	return node->op == PATTERN_CAT || node->op == PATTERN_ALT || node->op == PATTERN_REPEAT;
}

static struct pattern_node *parse_sequence(struct parser *p)
{
	struct pattern_node *cat = node_new(p, PATTERN_CAT);
	const struct pattern_node **link = &cat->child;

	for (skip_blank(p); !p->bad && *p->at != '\0' && *p->at != '|' && *p->at != ')';
	     skip_blank(p)) {
		/* The atom may be a group that references share: its own link stays free. */
		struct pattern_node *atom = parse_atom(p);
		unsigned min = 1;
		unsigned max = 1;

		skip_blank(p);
		parse_repeat(p, &min, &max);
		if (min != 1 || max != 1 || is_compound(atom))
			atom = node_repeat(p, atom, min, max);
		if (atom->op != PATTERN_EMPTY) {
			*link = atom;
			link = &atom->next;
		}
	}
	return cat;
}

static struct pattern_node *parse_alternatives(struct parser *p)
{
	struct pattern_node *alt = node_new(p, PATTERN_ALT);
	const struct pattern_node **link = &alt->child;

	do {
		struct pattern_node *sequence = parse_sequence(p);

		*link = sequence;
		link = &sequence->next;
	} while (!p->bad && take(p, "|"));
	return alt;
}

static unsigned add(unsigned a, unsigned b)
{
	return a > PATTERN_UNBOUNDED - b ? PATTERN_UNBOUNDED : a + b;
}

static unsigned multiply(unsigned a, unsigned b)
{
	return b != 0 && a > PATTERN_UNBOUNDED / b ? PATTERN_UNBOUNDED : a * b;
}

unsigned pattern_min(const struct pattern_node *node)
{
	unsigned min = node->op == PATTERN_ALT ? PATTERN_UNBOUNDED : 0;

	switch (node->op) {
	case PATTERN_SET: return 1;
	case PATTERN_REPEAT: return multiply(pattern_min(node->child), node->min);
	case PATTERN_CAT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			min = add(min, pattern_min(c));
		return min;
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next) {
			unsigned m = pattern_min(c);

			min = m < min ? m : min;
		}
		return min;
	default: return 0;
	}
}

unsigned pattern_max(const struct pattern_node *node)
{
	unsigned max = 0;

	switch (node->op) {
	case PATTERN_SET: return 1;
	case PATTERN_REPEAT: return multiply(pattern_max(node->child), node->max);
	case PATTERN_CAT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next)
			max = add(max, pattern_max(c));
		return max;
	case PATTERN_ALT:
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next) {
			unsigned m = pattern_max(c);

			max = m > max ? m : max;
		}
		return max;
	default: return 0;
	}
}

int pattern_parse(struct pattern **pattern_r, const char *text, struct err *e)
{
	struct pattern *pattern = mem_new(1, sizeof(*pattern));
	struct parser p = { .pattern = pattern, .text = text, .at = text, .e = e };

	pattern->root = parse_alternatives(&p);
	if (!p.bad && *p.at != '\0')
		fail(&p, "a bracket that was not opened");
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
	for (struct arena *arena = (*pattern)->arena; arena != NULL;) {
		struct arena *next = arena->next;

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
