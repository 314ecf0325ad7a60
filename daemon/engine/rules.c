/*
 * The set of rules, and the files that it is read from: see rules.h for their form.
 *
 * Every document stays open as long as the rules, which borrow its strings.
 * A rule set with a mistake is not returned.
 */
#include <purposed/engine/rules_private.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <purposed/base/mem.h>

enum { RULES_MAX = UINT16_MAX - 1 };

static struct rules *rules_new(unsigned how)
{
	struct rules *rules = mem_new(1, sizeof(*rules));

	rules->words = words_new();
	rules->how = how;
	return rules;
}

/* Takes over doc. */
static void add_document(struct rules *rules, struct conf *doc)
{
	rules->docs = mem_grow(rules->docs, rules->n_docs, &rules->docs_cap, sizeof(struct conf *));
	rules->docs[rules->n_docs++] = doc;
}

static int read_rules(struct rules *rules, const struct conf_node *root, struct err *e)
{
	static const char *const keys[] = { "words", "rules", NULL };
	const struct conf_node *list = NULL;
	int bad = 0;

	bad |= conf_only(root, keys, e);
	bad |= conf_read_list(root, "rules", CONF_REQUIRED, &list, e);
	for (size_t i = 0; list != NULL && i < conf_count(list); i++) {
		if (rules->n_rules >= RULES_MAX) {
			conf_err(e, conf_at(list, i), "more than %d rules", RULES_MAX);
			return -1;
		}
		bad |= rules_read(rules, conf_at(list, i), e);
	}
	return bad;
}

/* The words of all files first: any rule may use them. */
static int read_documents(struct rules *rules, struct err *e)
{
	int bad = 0;

	for (size_t i = 0; i < rules->n_docs; i++)
		bad |= words_read(rules->words, conf_root(rules->docs[i]), e);
	for (size_t i = 0; i < rules->n_docs; i++)
		bad |= read_rules(rules, conf_root(rules->docs[i]), e);
	return bad;
}

static int finish(struct rules *rules, int bad, const char *name, struct rules **rules_r,
		  struct err *e)
{
	bad |= read_documents(rules, e);
	if (bad == 0 && rules->n_rules == 0) {
		err_at(e, name, 0, "no rule found");
		bad = -1;
	}
	if (bad != 0) {
		rules_free(&rules);
		return -1;
	}
	*rules_r = rules;
	return 0;
}

int rules_parse(struct rules **rules_r, const struct rules_text *texts, size_t n, unsigned how,
		struct err *e)
{
	struct rules *rules = rules_new(how);
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		struct conf *doc = NULL;

		if (conf_parse(&doc, texts[i].name, texts[i].text, e) != 0)
			bad = -1;
		else
			add_document(rules, doc);
	}
	return finish(rules, bad, n != 0 ? texts[0].name : "rules", rules_r, e);
}

static int is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_file(struct rules *rules, const char *path, struct err *e)
{
	struct conf *doc = NULL;

	if (conf_load(&doc, path, e) != 0)
		return -1;
	add_document(rules, doc);
	return 0;
}

static int load_directory(struct rules *rules, const char *path, struct err *e)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_conf, by_bytes);
	int bad = 0;

	if (n < 0) {
		err_errno(e, "%s", path);
		return -1;
	}
	for (int i = 0; i < n; i++) {
		struct buf file = { 0 };

		buf_printf(&file, "%s/%s", path, entries[i]->d_name);
		bad |= load_file(rules, buf_str(&file), e);
		buf_fini(&file);
		free(entries[i]);
	}
	free(entries);
	return bad;
}

int rules_load(struct rules **rules_r, const char *path, unsigned how, struct err *e)
{
	struct rules *rules;
	struct stat st;
	int bad;

	if (stat(path, &st) != 0) {
		err_errno(e, "%s", path);
		return -1;
	}
	rules = rules_new(how);
	bad = S_ISDIR(st.st_mode) ? load_directory(rules, path, e) : load_file(rules, path, e);
	return finish(rules, bad, path, rules_r, e);
}

void rules_free(struct rules **rules)
{
	struct rules *r;

	if (rules == NULL || *rules == NULL)
		return;
	r = *rules;
	for (size_t i = 0; i < r->n_rules; i++) {
		if (r->prepared != NULL)
			rules_release_prepared(&r->rules[i]);
		else
			rules_release(&r->rules[i]);
	}
	for (size_t i = 0; i < r->n_docs; i++)
		conf_free(&r->docs[i]);
	words_free(&r->words);
	free(r->rules);
	free(r->docs);
	free(r->elements);
	free(r);
	*rules = NULL;
}

size_t rules_count(const struct rules *rules)
{
	return rules->n_rules;
}

const struct rule *rules_at(const struct rules *rules, size_t index)
{
	return &rules->rules[index];
}

const struct rule *rules_find(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->n_rules; i++) {
		if (strcmp(rules->rules[i].id, id) == 0)
			return &rules->rules[i];
	}
	return NULL;
}

size_t rules_element_count(const struct rules *rules)
{
	return rules->n_elements;
}

const char *rules_element(const struct rules *rules, size_t element)
{
	return rules->elements[element];
}
