/*
 * A pattern is copied; where a group ends, its alternatives are put together, unless what they mean
 * depends on where they stand: in a lookbehind (each has one length), in a condition (there are
 * two), and behind a change of options.
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
#include <purposed/engine/byte_set.h>

enum { DEPTH_MAX = 100 };

struct alternative {
	size_t start, end; /* in the text */
	bool catches_nothing;
};

struct factor {
	const char *at;
	struct buf text; /* so far */
	/* Those of the groups that are open, the inner ones behind. */
	struct alternative *alternatives;
	size_t n, cap;
	unsigned depth;	 /* of groups */
	unsigned behind; /* of them, lookbehinds */
	bool failed;	 /* it is left to PCRE2 as it is */
};

/* A group that is open. */
struct group {
	size_t start; /* of the alternative at hand, in the text */
	bool catches; /* that one does */
	bool fixed;   /* its alternatives stay as they are */
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
static void add_alike(struct buf *out, struct span *texts, size_t n)
{
	size_t len = common_prefix(texts, n);
	bool *plain = mem_new(n, sizeof(*plain));

	buf_add(out, texts[0].ptr, len);
	for (size_t i = 0; i < n; i++) {
		texts[i] = span_slice(texts[i], len, texts[i].len);
		plain[i] = begins_plainly(texts[i]);
	}
	buf_add_str(out, "(?:");
	add_alternatives(out, texts, plain, n);
	buf_add_char(out, ')');
	free(plain);
}

/*
 * The first of n alternatives, and those behind it that begin alike, up to one
 * that nothing may be moved over; taken: these are done with.  In alike there is
 * room for n.
 */
static void add_first(struct buf *out, const struct span *texts, const bool *plain, bool *taken,
		      size_t n, struct span *alike)
{
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
	if (n_alike < 2)
		buf_add_span(out, texts[0]);
	else
		add_alike(out, alike, n_alike);
}

static void add_alternatives(struct buf *out, const struct span *texts, const bool *plain, size_t n)
{
	bool *taken = mem_new(n, sizeof(*taken));
	struct span *alike = mem_new(n, sizeof(*alike));

	for (size_t i = 0; i < n; i++) {
		if (taken[i])
			continue;
		if (i != 0)
			buf_add_char(out, '|');
		add_first(out, texts + i, plain + i, taken + i, n - i, alike);
	}
	free(alike);
	free(taken);
}

/* Whether two of n alternatives may be put together: most groups have none. */
static bool any_alike(const struct span *texts, const bool *plain, size_t n)
{
	struct byte_set firsts = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (!plain[i])
			continue;
		if (byte_set_has(&firsts, (unsigned char)texts[i].ptr[0]))
			return true;
		byte_set_add(&firsts, (unsigned char)texts[i].ptr[0]);
	}
	return false;
}

/* Puts the last n alternatives together, which are those of a group that ends here. */
static void unite(struct factor *f, size_t n)
{
	const struct alternative *alternatives = f->alternatives + f->n - n;
	struct span *texts = mem_new(n, sizeof(*texts));
	bool *plain = mem_new(n, sizeof(*plain));
	struct buf united = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct alternative *a = &alternatives[i];

		texts[i] = span_slice(buf_span(&f->text), a->start, a->end);
		plain[i] = a->catches_nothing && begins_plainly(texts[i]);
	}
	if (any_alike(texts, plain, n)) {
		add_alternatives(&united, texts, plain, n);
		f->text.len = alternatives[0].start;
		buf_add_span(&f->text, buf_span(&united));
	}
	buf_fini(&united);
	free(texts);
	free(plain);
}

/* --- Reading -------------------------------------------------------------------- */

/*
 * Reads a group to its closing bracket, or the pattern to its end; returns whether
 * anything in it is caught.
 */
static bool read_group(struct factor *f, bool fixed);

static void add_bytes(struct factor *f, size_t n)
{
	buf_add(&f->text, f->at, n);
	f->at += n;
}

/* Up to and with the next byte `last`. */
static void read_to(struct factor *f, char last)
{
	const char *end = strchr(f->at, last);

	f->failed |= end == NULL;
	if (end != NULL)
		add_bytes(f, (size_t)(end - f->at) + 1);
}

static void read_escape(struct factor *f)
{
	/* What is quoted is no syntax, nor is what stands behind \c. */
	f->failed |= f->at[1] == '\0' || f->at[1] == 'Q' || f->at[1] == 'c';
	if (!f->failed)
		add_bytes(f, 2);
}

/* [:digit:], [:^digit:]; [: alone are two bytes of the class around it. */
static bool begins_posix_class(const char *at)
{
	size_t n;

	if (strncmp(at, "[:", 2) != 0)
		return false;
	n = strspn(at + 2, "^abcdefghijklmnopqrstuvwxyz");
	return strncmp(at + 2 + n, ":]", 2) == 0;
}

static void read_class(struct factor *f)
{
	add_bytes(f, f->at[1] == '^' ? 2 : 1);
	if (*f->at == ']')
		add_bytes(f, 1);
	while (!f->failed && *f->at != ']') {
		if (*f->at == '\\')
			read_escape(f);
		else if (begins_posix_class(f->at))
			read_to(f, ']');
		else if (*f->at == '\0')
			f->failed = true;
		else
			add_bytes(f, 1);
	}
	if (!f->failed)
		add_bytes(f, 1);
}

/*
 * {0} or {0,0}: what stands before it never matches.  PCRE2 10.42 takes its first byte for that of
 * the pattern all the same, depending on how its alternatives are written: they stay as they are.
 */
static bool is_never(const char *at)
{
	size_t n = strspn(at, "{0");

	if (n < 2 || at[0] != '{')
		return false;
	if (at[n] == ',')
		n += 1 + strspn(at + n + 1, "0");
	return at[n] == '}' && at[n - 1] == '0';
}

/* A group, behind its header of n bytes, with its closing bracket. */
static bool read_inside(struct factor *f, size_t n, bool fixed)
{
	bool catches;

	add_bytes(f, n);
	catches = read_group(f, fixed);
	f->failed |= *f->at != ')';
	if (!f->failed)
		add_bytes(f, 1);
	f->failed |= is_never(f->at);
	return catches;
}

/* (?(name)yes|no); of one that begins with a lookaround nothing is known. */
static bool read_condition(struct factor *f)
{
	f->failed |= f->at[3] == '?' || f->at[3] == '*';
	read_to(f, ')');
	return f->failed || read_inside(f, 0, true);
}

/* (?i) or (?i:...); the first one changes what stands behind it in the group. */
static bool read_options(struct factor *f, struct group *group)
{
	size_t n = 2 + strspn(f->at + 2, "imsnJU-");

	f->failed |= f->at[n] != ':' && f->at[n] != ')';
	if (f->failed)
		return false;
	if (f->at[n] == ':')
		return read_inside(f, n + 1, false);
	group->fixed = true;
	add_bytes(f, n + 1);
	return false;
}

/* A lookbehind: nothing within it is moved; or a name. */
static bool read_behind_or_name(struct factor *f)
{
	bool catches;

	if (f->at[3] != '=' && f->at[3] != '!') {
		read_to(f, '>');
		if (!f->failed)
			read_inside(f, 0, false);
		return true;
	}
	f->behind++;
	catches = read_inside(f, 4, true);
	f->behind--;
	return catches;
}

/* What begins with a bracket; returns whether anything is caught. */
static bool read_bracket(struct factor *f, struct group *group)
{
	if (f->at[1] == '*')
		f->failed = true;
	if (f->failed)
		return false;
	if (f->at[1] != '?') {
		read_inside(f, 1, false);
		return true;
	}
	switch (f->at[2]) {
	case ':':
	case '=':
	case '!':
	case '>': return read_inside(f, 3, false);
	case '<': return read_behind_or_name(f);
	case '(': return read_condition(f);
	case '&':
	case 'C': read_to(f, ')'); return false;
	default: return read_options(f, group);
	}
}

static void end_alternative(struct factor *f, struct group *group)
{
	f->alternatives = mem_grow(f->alternatives, f->n, &f->cap, sizeof(*f->alternatives));
	f->alternatives[f->n++] =
		(struct alternative){ group->start, f->text.len, !group->catches };
	group->start = f->text.len + 1;
	group->catches = false;
}

static bool read_alternatives(struct factor *f, struct group *group)
{
	bool any = false;

	while (!f->failed && *f->at != '\0' && *f->at != ')') {
		switch (*f->at) {
		case '\\': read_escape(f); break;
		case '[': read_class(f); break;
		case '(':
			group->catches |= read_bracket(f, group);
			any |= group->catches;
			break;
		case '|':
			end_alternative(f, group);
			add_bytes(f, 1);
			break;
		default: add_bytes(f, strcspn(f->at, "\\[(|)")); break;
		}
	}
	end_alternative(f, group);
	return any;
}

static bool read_group(struct factor *f, bool fixed)
{
	struct group group = { .start = f->text.len, .fixed = fixed || f->behind != 0 };
	bool catches = true;
	size_t outer = f->n;

	f->failed |= f->depth == DEPTH_MAX;
	f->depth++;
	if (!f->failed)
		catches = read_alternatives(f, &group);
	if (!f->failed && !group.fixed && f->n - outer > 1)
		unite(f, f->n - outer);
	f->depth--;
	f->n = outer;
	return catches;
}

void regex_factor(struct buf *out, const char *pattern)
{
	struct factor f = { .at = pattern };

	buf_reserve(&f.text, strlen(pattern) + 1);
	read_group(&f, false);
	if (!f.failed && *f.at == '\0')
		buf_add_span(out, buf_span(&f.text));
	else
		buf_add_str(out, pattern);
	buf_fini(&f.text);
	free(f.alternatives);
}
