/*
 * A pattern is copied; where a lookahead ends that is to be shared, what was copied of it
 * is taken back, and so are the parts that were found within it.  What is shared is most of
 * all patterns, and long: a tree of it (engine/pattern) would take longer to make than
 * everything else that is done before PCRE2 sees them, so it is read here, once over the bytes.
 *
 * The callout stands in a lookahead of its own.  PCRE2 does not expect callouts to fail:
 * in a?(?C1) it would not give the a back.
 */
#include <purposed/engine/regex_share.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/pattern_syntax.h>
#include <purposed/engine/regex.h>
#include <purposed/engine/regex_words.h>

enum {
	SHARED_MIN = 400, /* bytes: of a shorter one a call takes longer than itself */
	PARTS_MAX = REGEX_WORDS_FIRST - 1, /* numbers that its callouts may have */
	DEPTH_MAX = 100,
	REPEATS_MAX = 9, /* of a group in a shared lookahead */
};

struct regex_part {
	struct regex_part *next;
	char *pattern;
	unsigned how;
	unsigned users;
	struct regex *regex;
};

/* --- Parts ---------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct regex_part *all; /* under the lock, as are their users */

static struct regex_part *find(const char *pattern, unsigned how)
{
	struct regex_part *part = all;

	while (part != NULL && (part->how != how || strcmp(part->pattern, pattern) != 0))
		part = part->next;
	return part;
}

static struct regex_part *part_ref(const char *pattern, unsigned how)
{
	struct regex_part *part;

	pthread_mutex_lock(&lock);
	part = find(pattern, how);
	if (part == NULL) {
		part = mem_new(1, sizeof(*part));
		part->pattern = mem_string(pattern);
		part->how = how;
		part->regex = regex_known(part->pattern, how | REGEX_UNSHARED);
		part->next = all;
		all = part;
	}
	part->users++;
	pthread_mutex_unlock(&lock);
	return part;
}

static void part_unref(struct regex_part *part)
{
	struct regex_part **link = &all;

	pthread_mutex_lock(&lock);
	if (--part->users == 0) {
		while (*link != part)
			link = &(*link)->next;
		*link = part->next;
		regex_free(&part->regex);
		free(part->pattern);
		free(part);
	}
	pthread_mutex_unlock(&lock);
}

static void drop_parts(struct regex_parts *parts, size_t n)
{
	while (parts->n > n)
		part_unref(parts->parts[--parts->n]);
}

void regex_parts_fini(struct regex_parts *parts)
{
	drop_parts(parts, 0);
	free(parts->parts);
	*parts = (struct regex_parts){ 0 };
}

const struct regex *regex_part(const struct regex_parts *parts, size_t n)
{
	return parts->parts[n - 1]->regex;
}

/* --- Reading -------------------------------------------------------------------- */

struct share {
	const char *at;
	struct buf text; /* so far */
	struct regex_parts *parts;
	unsigned how;
	unsigned depth;	 /* of groups */
	unsigned behind; /* of them, lookbehinds */
	bool failed;	 /* it is left as it is */
};

/* A group that is open. */
struct group {
	bool caseless;
	bool bound;   /* it catches something, or refers to what is caught */
	bool repeats; /* a group in it may come often */
};

static void read_group(struct share *s, struct group *group);

static void add_bytes(struct share *s, size_t n)
{
	buf_add(&s->text, s->at, n);
	s->at += n;
}

/* Up to and with the next byte `last`. */
static void read_to(struct share *s, char last)
{
	const char *end = strchr(s->at, last);

	s->failed |= end == NULL;
	if (end != NULL)
		add_bytes(s, (size_t)(end - s->at) + 1);
}

/*
 * What is quoted is no syntax, nor is what stands behind \c; \K and \G are of the whole
 * match.  Numbers and \g, \k refer to groups.
 */
static void read_escape(struct share *s, struct group *group)
{
	char c = s->at[1];

	s->failed |= c == '\0' || strchr("QcKG", c) != NULL;
	if (s->failed)
		return;
	group->bound |= strchr("123456789gk", c) != NULL;
	add_bytes(s, 2);
}

/* [:digit:] within a class; no rule has one. */
static bool is_named_class(const char *at)
{
	return *at == '[' && at[1] != '\0' && strchr(":.=", at[1]) != NULL;
}

static void read_class(struct share *s)
{
	struct group none = { 0 };

	add_bytes(s, s->at[1] == '^' ? 2 : 1);
	if (*s->at == ']')
		add_bytes(s, 1);
	while (!s->failed && *s->at != ']') {
		if (*s->at == '\\')
			read_escape(s, &none);
		else if (*s->at == '\0' || is_named_class(s->at))
			s->failed = true;
		else
			add_bytes(s, 1);
	}
	if (!s->failed)
		add_bytes(s, 1);
}

/*
 * Whether the quantifier at `at`, of a group, may ask for it often.  The steps of a shared
 * lookahead are not counted with those of the match around it: so it must not have many.
 */
static bool repeats_often(const char *at)
{
	const char *most;

	if (*at != '{')
		return *at == '*' || *at == '+';
	most = at + 1 + strspn(at + 1, "0123456789");
	if (*most == '}')
		return strtoul(at + 1, NULL, 10) > REPEATS_MAX;
	return *most == ',' && (most[1] == '}' || strtoul(most + 1, NULL, 10) > REPEATS_MAX);
}

/* A group, behind its header of n bytes, with its closing bracket. */
static void read_inside(struct share *s, size_t n, bool caseless, struct group *outer)
{
	struct group group = { .caseless = caseless };

	add_bytes(s, n);
	read_group(s, &group);
	outer->bound |= group.bound;
	s->failed |= *s->at != ')';
	if (!s->failed)
		add_bytes(s, 1);
	outer->repeats |= group.repeats || repeats_often(s->at);
}

void regex_parts_add(struct regex_parts *parts, const char *pattern, unsigned how)
{
	parts->parts = mem_grow(parts->parts, parts->n, &parts->cap, sizeof(struct regex_part *));
	parts->parts[parts->n++] = part_ref(pattern, how);
}

static void share_lookahead(struct share *s, const char *from, bool caseless)
{
	struct buf pattern = { 0 };

	if (caseless)
		buf_add_str(&pattern, "(?i)");
	buf_add(&pattern, from, (size_t)(s->at - from));
	regex_parts_add(s->parts, buf_str(&pattern), s->how);
	buf_fini(&pattern);
	buf_add_str(&s->text, "(?=(?C");
	buf_add_uint(&s->text, s->parts->n);
	buf_add_str(&s->text, "))");
}

static void read_lookahead(struct share *s, struct group *outer)
{
	struct group group = { 0 };
	const char *from = s->at;
	size_t start = s->text.len;
	size_t parts = s->parts->n;

	read_inside(s, 3, outer->caseless, &group);
	outer->bound |= group.bound;
	outer->repeats |= group.repeats;
	if (s->failed || group.bound || group.repeats || s->behind != 0 ||
	    s->at - from < SHARED_MIN || pattern_is_quantifier(*s->at) || parts == PARTS_MAX)
		return;
	s->text.len = start;
	drop_parts(s->parts, parts);
	share_lookahead(s, from, outer->caseless);
}

/* (?(name)yes|no); a lookaround as the condition is left where it is. */
static void read_condition(struct share *s, struct group *group)
{
	group->bound = true;
	s->failed |= s->at[3] == '?' || s->at[3] == '*';
	read_to(s, ')');
	if (!s->failed)
		read_inside(s, 0, group->caseless, group);
}

/* (?i), which holds to the end of its group, (?i:...) and their contraries; there are no others. */
static void read_options(struct share *s, struct group *group)
{
	bool caseless = s->at[2] == 'i';
	size_t n = caseless ? 3 : 4;

	s->failed |= strncmp(s->at, "(?i", 3) != 0 && strncmp(s->at, "(?-i", 4) != 0;
	s->failed |= s->failed || (s->at[n] != ':' && s->at[n] != ')');
	if (s->failed)
		return;
	if (s->at[n] == ':') {
		read_inside(s, n + 1, caseless, group);
	} else {
		group->caseless = caseless;
		add_bytes(s, n + 1);
	}
}

static void read_behind_or_name(struct share *s, struct group *group)
{
	if (s->at[3] == '=' || s->at[3] == '!') {
		s->behind++;
		read_inside(s, 4, group->caseless, group);
		s->behind--;
		return;
	}
	group->bound = true;
	read_to(s, '>');
	if (!s->failed)
		read_inside(s, 0, group->caseless, group);
}

/* What begins with a bracket. */
static void read_bracket(struct share *s, struct group *group)
{
	if (s->at[1] == '*') {
		s->failed = true;
		return;
	}
	if (s->at[1] != '?') {
		group->bound = true;
		read_inside(s, 1, group->caseless, group);
		return;
	}
	switch (s->at[2]) {
	case ':':
	case '>': read_inside(s, 3, group->caseless, group); break;
	case '=':
	case '!': read_lookahead(s, group); break;
	case '<': read_behind_or_name(s, group); break;
	case '(': read_condition(s, group); break;
	case '&':
		group->bound = true;
		read_to(s, ')');
		break;
	default: read_options(s, group); break;
	}
}

static void read_group(struct share *s, struct group *group)
{
	s->failed |= s->depth == DEPTH_MAX;
	s->depth++;
	while (!s->failed && *s->at != '\0' && *s->at != ')') {
		switch (*s->at) {
		case '\\': read_escape(s, group); break;
		case '[': read_class(s); break;
		case '(': read_bracket(s, group); break;
		default: add_bytes(s, strcspn(s->at, "\\[()")); break;
		}
	}
	s->depth--;
}

void regex_share(struct buf *out, const char *pattern, unsigned how, struct regex_parts *parts)
{
	struct share s = { .at = pattern, .parts = parts, .how = how };
	struct group group = { 0 };

	buf_reserve(&s.text, strlen(pattern) + 1);
	read_group(&s, &group);
	if (!s.failed && *s.at == '\0') {
		buf_add_span(out, buf_span(&s.text));
	} else {
		drop_parts(parts, 0);
		buf_add_str(out, pattern);
	}
	buf_fini(&s.text);
}
