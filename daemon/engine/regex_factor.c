/*
 * A pattern is copied from its tree; where a group ends, its alternatives are put together, unless
 * what they mean depends on where they stand: in a lookbehind (each has one length), in a condition
 * (there are two), and behind a change of options.
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
#include <purposed/engine/pattern_syntax.h>
#include <purposed/engine/regex_copy.h>

/* --- Putting together --------------------------------------------------------- */

/* Whether text begins with a byte that stands for itself, once. */
static bool begins_plainly(struct span text)
{
	if (text.len == 0 || strchr("\\^$.[|()?*+{", text.ptr[0]) != NULL)
		return false;
	return text.len == 1 || !pattern_is_quantifier(text.ptr[1]);
}

static unsigned char small_first(struct span text)
{
	return pattern_small((unsigned char)text.ptr[0]);
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
		if (taken[i] || small_first(texts[i]) != small_first(texts[0]))
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

/* --- Copying --------------------------------------------------------------------- */

struct alternative {
	size_t start, end; /* in what is written */
	bool catches;	   /* something */
};

struct factor {
	struct regex_copy copy;
	struct buf text; /* so far */
	/* Those of the groups that are open, the inner ones behind. */
	struct alternative *alternatives;
	size_t n, cap;
	bool failed; /* it is left to PCRE2 as it is */
};

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
		plain[i] = !a->catches && begins_plainly(texts[i]);
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

static bool copy_sequence(struct factor *f, const struct pattern_node *node, bool behind);

/* One alternative of a group; returns whether it catches anything. */
static bool copy_alternative(struct factor *f, const struct pattern_node *cat, bool behind)
{
	struct alternative a;

	regex_copy_to(&f->copy, cat->start);
	a.start = f->text.len;
	a.catches = copy_sequence(f, cat->child, behind);
	regex_copy_to(&f->copy, cat->end);
	a.end = f->text.len;
	f->alternatives = mem_grow(f->alternatives, f->n, &f->cap, sizeof(*f->alternatives));
	f->alternatives[f->n++] = a;
	return a.catches;
}

/* A group; behind: it is in a lookbehind. */
static bool copy_group(struct factor *f, const struct pattern_node *alt, bool behind)
{
	bool catches = (alt->how & PATTERN_CAUGHT) != 0;
	size_t outer = f->n;

	if (alt->start == PATTERN_NOWHERE)
		return false;
	for (const struct pattern_node *cat = alt->child; cat != NULL; cat = cat->next)
		catches |= copy_alternative(f, cat, behind);
	if (!behind && (alt->how & (PATTERN_FIXED | PATTERN_BLANK)) == 0 && f->n - outer > 1)
		unite(f, f->n - outer);
	f->n = outer;
	return catches;
}

/*
 * {0} or {0,0}: what stands before it never matches.  PCRE2 10.42 takes its first byte for that of
 * the pattern all the same, depending on how its alternatives are written: they stay as they are.
 */
static bool is_never(const struct pattern_node *repeat)
{
	return repeat->max == 0 && repeat->child->op != PATTERN_SET;
}

static bool copy_node(struct factor *f, const struct pattern_node *node, bool behind)
{
	switch (node->op) {
	case PATTERN_REPEAT: f->failed |= is_never(node); return copy_node(f, node->child, behind);
	case PATTERN_ALT: return copy_group(f, node, behind);
	case PATTERN_BEHIND: return node->child != NULL && copy_group(f, node->child, true);
	case PATTERN_AHEAD: return node->child != NULL && copy_group(f, node->child, behind);
	default: return false;
	}
}

/* A node and its siblings. */
static bool copy_sequence(struct factor *f, const struct pattern_node *node, bool behind)
{
	bool catches = false;

	for (; node != NULL; node = node->next)
		catches |= copy_node(f, node, behind);
	return catches;
}

void regex_factor(struct buf *out, const char *pattern)
{
	struct factor f = { .copy = { .text = pattern, .out = &f.text } };
	struct pattern *tree = NULL;
	struct err ignored = { 0 };

	f.failed = strchr(pattern, '|') == NULL || pattern_parse(&tree, pattern, &ignored) != 0;
	if (!f.failed) {
		buf_reserve(&f.text, strlen(pattern) + 1);
		copy_group(&f, pattern_root(tree), false);
	}
	if (!f.failed)
		buf_add_span(out, buf_span(&f.text));
	else
		buf_add_str(out, pattern);
	pattern_free(&tree);
	err_fini(&ignored);
	buf_fini(&f.text);
	free(f.alternatives);
}
