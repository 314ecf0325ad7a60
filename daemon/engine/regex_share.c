/*
 * A pattern is copied from its tree; in place of a lookahead that is shared a callout is written.
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
#include <purposed/engine/regex_copy.h>
#include <purposed/engine/regex_words.h>

enum {
	SHARED_MIN = 400, /* bytes: of a shorter one a call takes longer than itself */
	PARTS_MAX = REGEX_WORDS_FIRST - 1, /* numbers that its callouts may have */
	REPEATS_MAX = 9,		   /* of a group in a shared lookahead */
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

void regex_parts_add(struct regex_parts *parts, const char *pattern, unsigned how)
{
	parts->parts = mem_grow(parts->parts, parts->n, &parts->cap, sizeof(struct regex_part *));
	parts->parts[parts->n++] = part_ref(pattern, how);
}

void regex_parts_fini(struct regex_parts *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		part_unref(parts->parts[i]);
	free(parts->parts);
	*parts = (struct regex_parts){ 0 };
}

const struct regex *regex_part(const struct regex_parts *parts, size_t n)
{
	return parts->parts[n - 1]->regex;
}

/* --- What stands alone ------------------------------------------------------------ */

static bool stands_alone(const struct pattern_node *node);

/* It catches nothing, and refers to nothing that is caught. */
static bool is_unbound(const struct pattern_node *alt)
{
	if (alt->start == PATTERN_NOWHERE || (alt->how & (PATTERN_CAUGHT | PATTERN_CONDITION)) != 0)
		return false;
	for (const struct pattern_node *cat = alt->child; cat != NULL; cat = cat->next) {
		if (!stands_alone(cat->child))
			return false;
	}
	return true;
}

static bool one_stands_alone(const struct pattern_node *node)
{
	switch (node->op) {
	case PATTERN_ALT: return is_unbound(node);
	case PATTERN_BEHIND:
	case PATTERN_AHEAD: return node->child == NULL || is_unbound(node->child);
	case PATTERN_REPEAT:
		/*
		 * The steps of a shared lookahead are not counted with those of the match
		 * around it: so it must not have many.
		 */
		return node->child->op == PATTERN_SET ||
		       (node->max <= REPEATS_MAX && one_stands_alone(node->child));
	default: return true;
	}
}

/* A node and its siblings; what else is in a pattern is what it is wherever it stands. */
static bool stands_alone(const struct pattern_node *node)
{
	for (; node != NULL; node = node->next) {
		if (!one_stands_alone(node))
			return false;
	}
	return true;
}

/* --- Sharing ---------------------------------------------------------------------- */

struct share {
	struct regex_copy copy;
	struct regex_parts *parts;
	unsigned how;
};

static void share_group(struct share *s, const struct pattern_node *alt);

static bool is_shared(const struct share *s, const struct pattern_node *ahead)
{
	size_t end = regex_copy_end(ahead);

	return end - ahead->start >= SHARED_MIN && s->parts->n != PARTS_MAX &&
	       (ahead->child->how & (PATTERN_BLANK | PATTERN_DOT_ALL)) == 0 &&
	       !pattern_is_quantifier(s->copy.text[end]) && is_unbound(ahead->child);
}

static void share_lookahead(struct share *s, const struct pattern_node *ahead)
{
	size_t end = regex_copy_end(ahead);
	struct buf pattern = { 0 };

	if ((ahead->child->how & PATTERN_FOLDED) != 0)
		buf_add_str(&pattern, "(?i)");
	buf_add(&pattern, s->copy.text + ahead->start, end - ahead->start);
	regex_parts_add(s->parts, buf_str(&pattern), s->how);
	buf_fini(&pattern);
	regex_copy_to(&s->copy, ahead->start);
	buf_add_str(s->copy.out, "(?=(?C");
	buf_add_uint(s->copy.out, s->parts->n);
	buf_add_str(s->copy.out, "))");
	s->copy.at = end;
}

/* A lookaround that is asked for several times, or not at all, is left where it is. */
static void share_node(struct share *s, const struct pattern_node *node, bool repeats)
{
	switch (node->op) {
	case PATTERN_REPEAT: share_node(s, node->child, true); break;
	case PATTERN_ALT: share_group(s, node); break;
	case PATTERN_AHEAD:
		if (node->child == NULL)
			break;
		if (!repeats && is_shared(s, node))
			share_lookahead(s, node);
		else
			share_group(s, node->child);
		break;
	default: break; /* lookbehinds stay as they are */
	}
}

static void share_group(struct share *s, const struct pattern_node *alt)
{
	if (alt->start == PATTERN_NOWHERE)
		return;
	for (const struct pattern_node *cat = alt->child; cat != NULL; cat = cat->next) {
		for (const struct pattern_node *node = cat->child; node != NULL; node = node->next)
			share_node(s, node, false);
	}
}

void regex_share(struct buf *out, const char *pattern, unsigned how, struct regex_parts *parts)
{
	struct share s = { .copy = { .text = pattern, .out = out }, .parts = parts, .how = how };
	struct pattern *tree = NULL;
	struct err ignored = { 0 };
	size_t len = strlen(pattern);

	/* Callouts of its own may have the numbers of ours. */
	if (len >= SHARED_MIN && strstr(pattern, "(?C") == NULL &&
	    pattern_parse(&tree, pattern, &ignored) == 0)
		share_group(&s, pattern_root(tree));
	regex_copy_to(&s.copy, len);
	pattern_free(&tree);
	err_fini(&ignored);
}
