/*
 * Lists of words for patterns: see words.h.
 *
 * A list is kept as the text that stands for it, with the lists that it uses
 * put in already: what is used must be there before, so nothing runs in circles.
 *
 * Words that begin alike are joined, letter by letter: add, admin, all become
 * a(?:d(?:d|min)|ll).  A list of hundreds takes a few steps then, where every
 * word was one, and finds the same.
 */
#include <purposed/engine/words.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/pattern_syntax.h>

#define OPEN "(?{"
#define CLOSE "})"

enum { EXPANDED_MAX = 1 << 20 }; /* bytes of one pattern; PCRE2 refuses far smaller ones */

struct word_list {
	const char *name; /* the document's, which stays open as long as the rules */
	char *text;
};

struct words {
	struct word_list *lists;
	size_t n, cap;
};

struct words *words_new(void)
{
	return mem_new(1, sizeof(struct words));
}

void words_free(struct words **words)
{
	if (words == NULL || *words == NULL)
		return;
	for (size_t i = 0; i < (*words)->n; i++)
		free((*words)->lists[i].text);
	free((*words)->lists);
	free(*words);
	*words = NULL;
}

static const struct word_list *find(const struct words *words, const char *name, size_t len)
{
	for (size_t i = 0; i < words->n; i++) {
		if (strlen(words->lists[i].name) == len &&
		    memcmp(words->lists[i].name, name, len) == 0)
			return &words->lists[i];
	}
	return NULL;
}

int words_expand(const struct words *words, const char *pattern, const struct conf_node *at,
		 struct buf *out, struct err *e)
{
	const char *open;

	for (; (open = strstr(pattern, OPEN)) != NULL;) {
		const char *name = open + strlen(OPEN);
		size_t len = strcspn(name, "})");
		const struct word_list *list = find(words, name, len);

		if (strncmp(name + len, CLOSE, strlen(CLOSE)) != 0) {
			conf_err(e, at, "'%s' without '%s' behind it", OPEN, CLOSE);
			return -1;
		}
		if (list == NULL) {
			conf_err(e, at, "there is no list of words '%.*s'", (int)len, name);
			return -1;
		}
		if (out->len + strlen(list->text) > EXPANDED_MAX) {
			conf_err(e, at, "more than %d bytes with its lists of words", EXPANDED_MAX);
			return -1;
		}
		buf_add(out, pattern, (size_t)(open - pattern));
		buf_add_str(out, list->text);
		pattern = name + len + strlen(CLOSE);
	}
	buf_add_str(out, pattern);
	return 0;
}

/* Whether piece is a single alternative: no '|' stands outside of its brackets. */
static bool is_single(const char *piece)
{
	bool in_class = false;
	int depth = 0;

	for (; *piece != '\0'; piece++) {
		if (*piece == '\\' && piece[1] != '\0')
			piece++;
		else if (in_class)
			in_class = *piece != ']';
		else if (*piece == '[')
			in_class = true;
		else if (*piece == '|' && depth == 0)
			return false;
		else
			depth += (*piece == '(') - (*piece == ')');
	}
	return true;
}

/* The letter or digit that every match of piece begins with, or 0 where that is not plain. */
static char first_letter(const char *piece)
{
	bool plain = pattern_is_letter(*piece) || pattern_is_digit(*piece);

	return plain && !pattern_is_quantifier(piece[1]) ? *piece : '\0';
}

/*
 * Adds the alternation of n pieces; those that begin alike where the first of
 * them stands.  The pieces are used up.
 */
static void add_alternation(struct buf *out, const char **pieces, size_t n)
{
	const char **alike = mem_new(n, sizeof(*alike));
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		size_t n_alike = 0;
		char first;

		if (pieces[i] == NULL)
			continue;
		if (any)
			buf_add_char(out, '|');
		any = true;
		first = first_letter(pieces[i]);
		for (size_t k = i; first != '\0' && k < n; k++) {
			if (pieces[k] != NULL && first_letter(pieces[k]) == first) {
				alike[n_alike++] = pieces[k] + 1;
				pieces[k] = k == i ? pieces[k] : NULL;
			}
		}
		if (n_alike < 2) {
			buf_add_str(out, pieces[i]);
			continue;
		}
		buf_add_char(out, first);
		buf_add_str(out, "(?:");
		add_alternation(out, alike, n_alike);
		buf_add_char(out, ')');
	}
	free(alike);
}

/* Adds to out what stands for the list: the alternation of its words, lists put in. */
static int join(const struct words *words, const struct conf_node *node, struct buf *out,
		struct err *e)
{
	size_t n = conf_count(node);
	char **pieces = mem_new(n, sizeof(*pieces));
	const char **rest = mem_new(n, sizeof(*rest));
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		const char *word = conf_as_string(conf_at(node, i));
		struct buf piece = { 0 };

		bad |= words_expand(words, word, node, &piece, e);
		pieces[i] = mem_string(buf_str(&piece));
		rest[i] = pieces[i];
		buf_fini(&piece);
		if (word[0] == '\0') {
			conf_err(e, conf_at(node, i), "word %zu of '%s' is empty", i + 1,
				 conf_name(node));
			bad = -1;
		} else if (n != 1 && !is_single(pieces[i])) {
			conf_err(e, conf_at(node, i), "'%s' is more than one word", pieces[i]);
			bad = -1;
		}
	}
	buf_add_str(out, "(?:");
	add_alternation(out, rest, n);
	buf_add_char(out, ')');
	for (size_t i = 0; i < n; i++)
		free(pieces[i]);
	free(pieces);
	free(rest);
	return bad;
}

static int read_list(struct words *words, const struct conf_node *node, struct err *e)
{
	const char *name = conf_name(node);
	struct buf text = { 0 };
	int bad = 0;

	if (conf_type(node) != CONF_LIST) {
		conf_err(e, node, "words '%s' must be %s, not %s", name, conf_type_name(CONF_LIST),
			 conf_type_name(conf_type(node)));
		return -1;
	}
	if (find(words, name, strlen(name)) != NULL) {
		conf_err(e, node, "there is a list of words '%s' already", name);
		bad = -1;
	}
	if (conf_count(node) == 0) {
		conf_err(e, node, "'%s' must not be empty", name);
		bad = -1;
	}
	if (bad != 0 || conf_strings_only(node, e) != 0)
		return -1;
	bad = join(words, node, &text, e);
	words->lists = mem_grow(words->lists, words->n, &words->cap, sizeof(*words->lists));
	words->lists[words->n++] = (struct word_list){ name, mem_string(buf_str(&text)) };
	buf_fini(&text);
	return bad;
}

int words_read(struct words *words, const struct conf_node *root, struct err *e)
{
	const struct conf_node *group = NULL;
	int bad = conf_read_group(root, "words", CONF_OPTIONAL, &group, e);

	for (size_t i = 0; group != NULL && i < conf_count(group); i++)
		bad |= read_list(words, conf_at(group, i), e);
	return bad;
}
