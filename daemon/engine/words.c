/*
 * Lists of words for patterns: see words.h.
 *
 * A list is kept as the text that stands for it, with the lists that it uses
 * put in already: what is used must be there before, so nothing runs in circles.
 */
#include <purposed/engine/words.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

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
	buf_add_str(&text, "(?:");
	for (size_t i = 0; i < conf_count(node); i++) {
		if (i != 0)
			buf_add_char(&text, '|');
		bad |= words_expand(words, conf_as_string(conf_at(node, i)), node, &text, e);
	}
	buf_add_char(&text, ')');
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
