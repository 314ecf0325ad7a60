/*
 * A pattern is copied group by group, the inner ones first.  The alternatives of
 * a group are then put together, unless what they mean depends on where they
 * stand: in a lookbehind (each has one length), in a condition (there are two),
 * and behind a change of options.
 *
 * An alternative is plain if it begins with a byte that stands for itself, and
 * catches nothing.  Two plain ones with different first bytes, in any case of
 * letters, never match at one place: these may change places.  The others stay
 * where they are, and nothing is moved over them.
 */
#include <purposed/engine/regex_factor.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

enum { DEPTH_MAX = 100 };

struct alternative {
	size_t start, end; /* in the text of the group */
	bool catches_nothing;
};

/* A group: its text so far, and what its alternatives are. */
struct group {
	struct buf text;
	struct alternative *alternatives;
	size_t n, cap;
	bool fixed; /* its alternatives stay as they are */
};

struct factor {
	const char *at;
	unsigned depth;	 /* of groups */
	unsigned behind; /* of them, lookbehinds */
	bool failed;	 /* it is left to PCRE2 as it is */
};

/* --- Putting together --------------------------------------------------------- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char folded(char c)
{
	return is_letter(c) ? (char)(c | 0x20) : c;
}

static bool is_quantifier(char c)
{
	return c != '\0' && strchr("?*+{", c) != NULL;
}

/* Whether text begins with a byte that stands for itself, once. */
static bool begins_plainly(struct span text)
{
	if (text.len == 0 || strchr("\\^$.[|()?*+{", text.ptr[0]) != NULL)
		return false;
	return text.len == 1 || !is_quantifier(text.ptr[1]);
}

static void add_alternatives(struct buf *out, const struct span *texts, const bool *plain,
			     size_t n);

/* How many plain bytes all of them begin with. */
static size_t common_prefix(const struct span *texts, size_t n)
{
	size_t len = 0;

	for (;; len++) {
		for (size_t i = 0; i < n; i++) {
			struct span rest = span_slice(texts[i], len, texts[i].len);

			if (!begins_plainly(rest) || rest.ptr[0] != texts[0].ptr[len])
				return len;
		}
	}
}

/* Alternatives that begin with the same byte. */
static void add_alike(struct buf *out, struct span *texts, bool *plain, size_t n)
{
	size_t len = common_prefix(texts, n);

	buf_add(out, texts[0].ptr, len);
	for (size_t i = 0; i < n; i++) {
		texts[i] = span_slice(texts[i], len, texts[i].len);
		plain[i] = begins_plainly(texts[i]);
	}
	buf_add_str(out, "(?:");
	add_alternatives(out, texts, plain, n);
	buf_add_char(out, ')');
}

/*
 * The first of n alternatives, and those behind it that begin alike, up to one
 * that nothing may be moved over; taken: these are done with.
 */
static void add_first(struct buf *out, const struct span *texts, const bool *plain, bool *taken,
		      size_t n)
{
	struct span *alike = mem_new(n, sizeof(*alike));
	bool *alike_plain = mem_new(n, sizeof(*alike_plain));
	size_t n_alike = 0;

	for (size_t i = 0; i < n && plain[i]; i++) {
		if (taken[i] || folded(texts[i].ptr[0]) != folded(texts[0].ptr[0]))
			continue;
		/* A letter of another case may be the same one: nothing moves over it. */
		if (texts[i].ptr[0] != texts[0].ptr[0])
			break;
		alike[n_alike++] = texts[i];
		taken[i] = true;
	}
	if (n_alike < 2) {
		buf_add_span(out, texts[0]);
		taken[0] = true;
	} else {
		add_alike(out, alike, alike_plain, n_alike);
	}
	free(alike);
	free(alike_plain);
}

static void add_alternatives(struct buf *out, const struct span *texts, const bool *plain, size_t n)
{
	bool *taken = mem_new(n + 1, sizeof(*taken));
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (taken[i])
			continue;
		if (any)
			buf_add_char(out, '|');
		any = true;
		add_first(out, texts + i, plain + i, taken + i, n - i);
	}
	free(taken);
}

static void add_group(struct buf *out, const struct group *group)
{
	struct span *texts = mem_new(group->n, sizeof(*texts));
	bool *plain = mem_new(group->n, sizeof(*plain));

	for (size_t i = 0; i < group->n; i++) {
		const struct alternative *a = &group->alternatives[i];

		texts[i] = span_slice(buf_span(&group->text), a->start, a->end);
		plain[i] = a->catches_nothing && begins_plainly(texts[i]);
	}
	if (group->fixed)
		buf_add_span(out, buf_span(&group->text));
	else
		add_alternatives(out, texts, plain, group->n);
	free(texts);
	free(plain);
}

/* --- Reading -------------------------------------------------------------------- */

/*
 * Reads a group to its closing bracket, or the pattern to its end, and adds it to out;
 * returns whether anything in it is caught.
 */
static bool read_group(struct factor *f, struct buf *out, bool fixed);

static void add_bytes(struct factor *f, struct buf *out, size_t n)
{
	buf_add(out, f->at, n);
	f->at += n;
}

/* Up to and with the next byte `last`. */
static void read_to(struct factor *f, struct buf *out, char last)
{
	const char *end = strchr(f->at, last);

	f->failed |= end == NULL;
	if (end != NULL)
		add_bytes(f, out, (size_t)(end - f->at) + 1);
}

static void read_escape(struct factor *f, struct buf *out)
{
	/* What is quoted is no syntax. */
	f->failed |= f->at[1] == '\0' || f->at[1] == 'Q';
	if (!f->failed)
		add_bytes(f, out, 2);
}

static void read_class(struct factor *f, struct buf *out)
{
	add_bytes(f, out, f->at[1] == '^' ? 2 : 1);
	if (*f->at == ']')
		add_bytes(f, out, 1);
	while (!f->failed && *f->at != ']') {
		if (*f->at == '\\')
			read_escape(f, out);
		else if (f->at[0] == '[' && f->at[1] == ':')
			read_to(f, out, ']');
		else if (*f->at == '\0')
			f->failed = true;
		else
			add_bytes(f, out, 1);
	}
	if (!f->failed)
		add_bytes(f, out, 1);
}

/* A group, behind its header of n bytes, with its closing bracket. */
static bool read_inside(struct factor *f, struct buf *out, size_t n, bool fixed)
{
	bool catches;

	add_bytes(f, out, n);
	catches = read_group(f, out, fixed);
	f->failed |= *f->at != ')';
	if (!f->failed)
		add_bytes(f, out, 1);
	return catches;
}

/* (?(name)yes|no); of one that begins with a lookaround nothing is known. */
static bool read_condition(struct factor *f, struct buf *out)
{
	f->failed |= f->at[3] == '?' || f->at[3] == '*';
	read_to(f, out, ')');
	return f->failed || read_inside(f, out, 0, true);
}

/* (?i) or (?i:...); the first one changes what stands behind it in the group. */
static bool read_options(struct factor *f, struct group *group)
{
	size_t n = 2 + strspn(f->at + 2, "imsnJU-");

	f->failed |= f->at[n] != ':' && f->at[n] != ')';
	if (f->failed)
		return false;
	if (f->at[n] == ':')
		return read_inside(f, &group->text, n + 1, false);
	group->fixed = true;
	add_bytes(f, &group->text, n + 1);
	return false;
}

/* A lookbehind: nothing within it is moved; or a name. */
static bool read_behind_or_name(struct factor *f, struct buf *out)
{
	bool catches;

	if (f->at[3] != '=' && f->at[3] != '!') {
		read_to(f, out, '>');
		if (!f->failed)
			read_inside(f, out, 0, false);
		return true;
	}
	f->behind++;
	catches = read_inside(f, out, 4, true);
	f->behind--;
	return catches;
}

/* What begins with a bracket; returns whether anything is caught. */
static bool read_bracket(struct factor *f, struct group *group)
{
	struct buf *out = &group->text;

	if (f->at[1] == '*')
		f->failed = true;
	if (f->failed)
		return false;
	if (f->at[1] != '?') {
		read_inside(f, out, 1, false);
		return true;
	}
	switch (f->at[2]) {
	case ':':
	case '=':
	case '!':
	case '>': return read_inside(f, out, 3, false);
	case '<': return read_behind_or_name(f, out);
	case '(': return read_condition(f, out);
	case '&': read_to(f, out, ')'); return false;
	default: return read_options(f, group);
	}
}

static void end_alternative(struct group *group, size_t *start, bool *catches)
{
	group->alternatives =
		mem_grow(group->alternatives, group->n, &group->cap, sizeof(*group->alternatives));
	group->alternatives[group->n++] =
		(struct alternative){ *start, group->text.len, !*catches };
	*start = group->text.len + 1;
	*catches = false;
}

static bool read_alternatives(struct factor *f, struct group *group)
{
	size_t start = 0;
	bool catches = false;
	bool any = false;

	while (!f->failed && *f->at != '\0' && *f->at != ')') {
		switch (*f->at) {
		case '\\': read_escape(f, &group->text); break;
		case '[': read_class(f, &group->text); break;
		case '(':
			catches |= read_bracket(f, group);
			any |= catches;
			break;
		case '|':
			end_alternative(group, &start, &catches);
			add_bytes(f, &group->text, 1);
			break;
		default: add_bytes(f, &group->text, 1); break;
		}
	}
	end_alternative(group, &start, &catches);
	return any;
}

static bool read_group(struct factor *f, struct buf *out, bool fixed)
{
	struct group group = { .fixed = fixed || f->behind != 0 };
	bool catches = true;

	f->failed |= f->depth == DEPTH_MAX;
	f->depth++;
	if (!f->failed)
		catches = read_alternatives(f, &group);
	if (!f->failed)
		add_group(out, &group);
	f->depth--;
	buf_fini(&group.text);
	free(group.alternatives);
	return catches;
}

void regex_factor(struct buf *out, const char *pattern)
{
	struct factor f = { .at = pattern };
	size_t len = out->len;

	read_group(&f, out, false);
	if (!f.failed && *f.at == '\0')
		return;
	out->len = len;
	buf_add_str(out, pattern);
}
