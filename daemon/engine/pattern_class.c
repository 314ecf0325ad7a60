/* Escapes, and classes in square brackets. */
#include <purposed/engine/pattern_private.h>

#include <string.h>

#include <purposed/engine/pattern_syntax.h>

static const struct byte_set set_space = { { 0x0000000100003e00, 0, 0, 0 } };
static const struct byte_set set_blank = { { 0x0000000100000200, 0, UINT64_C(1) << 32, 0 } };
static const struct byte_set set_vertical = { { 0x0000000000003c00, 0, 0x20, 0 } };

static int hex_digit(char c)
{
	if (pattern_is_digit(c))
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xHH, or \x{HH}; behind the x. */
static int hex_byte(struct pattern_parser *p)
{
	bool braced = pattern_take(p, "{");
	int value = 0;
	int n = 0;

	while (n < 2 && hex_digit(*p->at) >= 0) {
		value = value * 16 + hex_digit(*p->at++);
		n++;
	}
	if (braced && !pattern_take(p, "}"))
		pattern_fail(p, "no byte is written like that");
	return value;
}

bool pattern_class_escape(char c, struct byte_set *set_r)
{
	switch (c | 32) {
	case 'd': *set_r = byte_set_digit; break;
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

int pattern_class_byte(struct pattern_parser *p)
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
	if (c != '\0' && !pattern_is_letter(c) && !pattern_is_digit(c))
		return (unsigned char)c;
	p->at--;
	return -1;
}

static bool posix_class(struct pattern_parser *p, struct byte_set *set)
{
	static const struct {
		const char *name;
		const char *members; /* pairs of first and last */
	} classes[] = {
		{ "[:alpha:]", "azAZ" },     { "[:digit:]", "09" },	{ "[:alnum:]", "azAZ09" },
		{ "[:upper:]", "AZ" },	     { "[:lower:]", "az" },	{ "[:xdigit:]", "09afAF" },
		{ "[:punct:]", "!/:@[`{~" }, { "[:space:]", "\t\r  " }, { "[:blank:]", "\t\t  " },
		{ "[:word:]", "azAZ09__" },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (!pattern_take(p, classes[i].name))
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
static int class_member(struct pattern_parser *p, struct byte_set *set)
{
	struct byte_set escape;
	int c = (unsigned char)*p->at;

	if (c == '[' && p->at[1] == ':') {
		if (posix_class(p, set))
			return -1;
		if (strstr(p->at, ":]") != NULL) {
			pattern_fail(p, "a class that the finder does not know");
			return -1;
		}
	}
	p->at++;
	if (c == '\\') {
		if (pattern_class_escape(*p->at, &escape)) {
			p->at++;
			byte_set_unite(set, &escape);
			return -1;
		}
		c = *p->at == 'b' ? (p->at++, '\b') : pattern_class_byte(p);
		if (c < 0) {
			pattern_fail(p, "an escape that the finder does not know");
			return -1;
		}
	}
	byte_set_add(set, (unsigned char)c);
	return c;
}

struct pattern_node *pattern_class(struct pattern_parser *p)
{
	struct byte_set set = { 0 };
	bool negated = pattern_take(p, "^");
	bool first = true;

	while (!p->bad && (first || *p->at != ']')) {
		int from;

		if (*p->at == '\0')
			return pattern_fail(p, "a class has no end");
		from = class_member(p, &set);
		if (from >= 0 && p->at[0] == '-' && p->at[1] != ']' && p->at[1] != '\0') {
			struct byte_set scratch = { 0 };
			int to;

			p->at++;
			to = class_member(p, &scratch);
			if (to < from)
				return pattern_fail(p, "a range that the finder does not know");
			for (int c = from; c <= to; c++)
				byte_set_add(&set, (unsigned char)c);
		}
		first = false;
	}
	p->at++;
	if (p->fold)
		byte_set_fold(&set);
	if (negated)
		byte_set_invert(&set);
	return pattern_node_set(p, &set);
}
