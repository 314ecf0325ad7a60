/*
 * The keywords of a rule, of which one must stand before a match: one pattern for all of
 * them.
 *
 * '_' parts words, as in "tel_nr".  A word begins and ends where its neighbour is no part
 * of one; a sign, as in "tel:", ends anywhere.  What stands before the words is looked at
 * once for all of them, so that inside of a word none is tried.
 */
#include <purposed/engine/rules_private.h>

#include <string.h>

enum {
	WINDOW_DEFAULT = 40,
	WINDOW_MAX = 4096,
};

static void add_literal(struct buf *pattern, const char *word)
{
	for (; *word != '\0'; word++) {
		if (strchr("\\^$.[]|()?*+{}#- ", *word) != NULL)
			buf_add_char(pattern, '\\');
		buf_add_char(pattern, *word);
	}
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/*
 * Adds the keywords that begin with a letter or digit, or the others, with before
 * in front of the first; whether there are any.
 */
static bool add_keywords(struct buf *pattern, const struct rule *rule, bool words,
			 const char *before)
{
	bool any = false;

	for (size_t i = 0; i < rule->n_keywords; i++) {
		const char *word = rule->keyword_list[i];

		if (is_word(word[0]) != words)
			continue;
		buf_add_str(pattern, any ? "|" : before);
		any = true;
		add_literal(pattern, word);
		if (is_word(word[strlen(word) - 1]))
			buf_add_str(pattern, "(?![a-z0-9\\x80-\\xff])");
	}
	return any;
}

static int compile_keywords(struct rule *rule, const struct conf_node *list, unsigned how,
			    struct err *e)
{
	struct buf pattern = { 0 };
	struct err why = { 0 };
	int result = 0;
	bool words;

	for (size_t i = 0; i < rule->n_keywords; i++) {
		if (rule->keyword_list[i][0] == '\0') {
			conf_err(e, list, "keyword %zu is empty", i + 1);
			result = -1;
		}
	}
	if (result != 0)
		return result;
	buf_add_str(&pattern, "(?i)");
	words = add_keywords(&pattern, rule, true, "(?<![a-z0-9\\x80-\\xff])(?:");
	if (words)
		buf_add_char(&pattern, ')');
	add_keywords(&pattern, rule, false, words ? "|" : "");
	if (regex_compile(&rule->keywords, buf_str(&pattern), how, &why) != 0) {
		conf_err(e, list, "rule '%s': keywords: %s", rules_name(rule), buf_str(&why.text));
		result = -1;
	}
	err_fini(&why);
	buf_fini(&pattern);
	return result;
}

int rules_read_keywords(struct rule *rule, const struct conf_node *node, unsigned how,
			struct err *e)
{
	long long window = WINDOW_DEFAULT;
	int unread = 0;
	int bad = 0;

	bad |= conf_read_int(node, "window", CONF_OPTIONAL, 1, WINDOW_MAX, &window, e);
	rule->window = (uint32_t)window;
	rule->keyword_list =
		rules_read_strings(node, "keywords", CONF_OPTIONAL, &rule->n_keywords, &unread, e);
	if (rule->n_keywords == 0) {
		if (conf_get(node, "window") != NULL && unread == 0) {
			conf_err(e, conf_get(node, "window"), "'window' without 'keywords'");
			bad = -1;
		}
		return bad | unread;
	}
	return bad | compile_keywords(rule, conf_get(node, "keywords"), how, e);
}
