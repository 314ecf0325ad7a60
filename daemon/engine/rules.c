/*
 * Reading rule files: see rules.h for their form.
 *
 * Every document stays open as long as the rules, which borrow its strings.
 * A mistake is reported and reading goes on, in the same rule and with the next,
 * so that one run tells all; a rule set with a mistake is not returned.
 */
#include <purposed/engine/rules.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <purposed/base/conf.h>
#include <purposed/base/mem.h>
#include <purposed/engine/words.h>

enum {
	RULES_MAX = UINT16_MAX - 1,
	ELEMENTS_MAX = 4096,
	RANK_DEFAULT = 50,
	RANK_MAX = 100,
	WINDOW_DEFAULT = 40,
	WINDOW_MAX = 4096,
};

_Static_assert(ELEMENTS_MAX <= RULES_NO_ELEMENT, "an element's index must not be a decoy's");

struct rules {
	struct conf **docs;
	size_t n_docs, docs_cap;
	struct words *words;
	struct rule *rules;
	size_t n_rules, rules_cap;
	const char **elements;
	size_t n_elements, elements_cap;
	bool jit;
};

/* --- One rule --------------------------------------------------------------- */

/* The strings of a list as an array; NULL for an empty or absent one. */
static const char *const *read_strings(const struct conf_node *rule, const char *name,
				       enum conf_need need, size_t *n_r, int *bad, struct err *e)
{
	const struct conf_node *list = NULL;
	const char **strings;
	size_t n;

	*n_r = 0;
	if (conf_read_list(rule, name, need, &list, e) != 0 ||
	    (list != NULL && conf_strings_only(list, e) != 0)) {
		*bad = -1;
		return NULL;
	}
	n = list != NULL ? conf_count(list) : 0;
	if (n == 0) {
		if (need == CONF_REQUIRED) {
			conf_err(e, list, "'%s' must not be empty", name);
			*bad = -1;
		}
		return NULL;
	}
	strings = mem_new(n, sizeof(*strings));
	for (size_t i = 0; i < n; i++)
		strings[i] = conf_as_string(conf_at(list, i));
	*n_r = n;
	return strings;
}

static bool is_id(const char *id, const char *extra)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789");

	while (id[n] != '\0' && strchr(extra, id[n]) != NULL)
		n += 1 + strspn(id + n + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
	return n != 0 && id[n] == '\0';
}

static int read_element(struct rules *rules, const struct conf_node *at, const char *name,
			uint16_t *element_r, struct err *e)
{
	if (strcmp(name, "none") == 0) {
		*element_r = RULES_NO_ELEMENT;
		return 0;
	}
	if (!is_id(name, "_")) {
		conf_err(e, at, "element '%s': lower case letters, digits and '_' are allowed",
			 name);
		return -1;
	}
	for (size_t i = 0; i < rules->n_elements; i++) {
		if (strcmp(rules->elements[i], name) == 0) {
			*element_r = (uint16_t)i;
			return 0;
		}
	}
	if (rules->n_elements == ELEMENTS_MAX) {
		conf_err(e, at, "element '%s': the rules name more than %d elements", name,
			 ELEMENTS_MAX);
		return -1;
	}
	rules->elements = mem_grow(rules->elements, rules->n_elements, &rules->elements_cap,
				   sizeof(*rules->elements));
	*element_r = (uint16_t)rules->n_elements;
	rules->elements[rules->n_elements++] = name;
	return 0;
}

/* element, validate, rank, container: of a rule, or of one of its groups. */
static int read_target(struct rules *rules, const struct conf_node *node,
		       struct rule_target *target, struct err *e)
{
	const char *element = NULL;
	const char *validate = NULL;
	long long rank = target->rank;
	int bad = 0;

	bad |= conf_read_string(node, "element", CONF_REQUIRED, &element, e);
	bad |= conf_read_string(node, "validate", CONF_OPTIONAL, &validate, e);
	bad |= conf_read_int(node, "rank", CONF_OPTIONAL, 0, RANK_MAX, &rank, e);
	bad |= conf_read_bool(node, "container", CONF_OPTIONAL, &target->container, e);
	target->rank = (uint8_t)rank;
	if (element != NULL)
		bad |= read_element(rules, node, element, &target->element, e);
	if (validate != NULL) {
		target->validator = validate_find(validate);
		if (target->validator == NULL) {
			conf_err(e, conf_get(node, "validate"), "there is no validator '%s'",
				 validate);
			bad = -1;
		}
	}
	return bad;
}

/* A pattern that was not compiled is not asked which groups it has. */
static int read_group(struct rules *rules, const struct rule *rule, const struct conf_node *node,
		      struct rule_target *target, struct err *e)
{
	static const char *const keys[] = { "element", "validate", "rank", "container", NULL };
	int group = rule->regex != NULL ? regex_group(rule->regex, conf_name(node)) : 0;
	int bad = 0;

	target->group_name = conf_name(node);
	target->group = (uint32_t)group;
	if (group < 0) {
		conf_err(e, node, "the pattern has no group '%s'", conf_name(node));
		bad = -1;
	}
	if (conf_type(node) == CONF_STRING)
		return bad | read_element(rules, node, conf_as_string(node), &target->element, e);
	if (conf_type(node) != CONF_GROUP) {
		conf_err(e, node, "group '%s' must be an element or { element = ...; }",
			 conf_name(node));
		return -1;
	}
	bad |= read_target(rules, node, target, e);
	bad |= conf_only(node, keys, e);
	return bad;
}

/*
 * The targets of a rule with `groups`, which are NULL where they cannot be read;
 * rank and container are the rule's unless given.
 */
static int read_groups(struct rules *rules, struct rule *rule, const struct conf_node *node,
		       const struct conf_node *groups, struct err *e)
{
	struct rule_target base = { .rank = RANK_DEFAULT };
	long long rank = RANK_DEFAULT;
	int bad = 0;

	if (conf_get(node, "element") != NULL || conf_get(node, "validate") != NULL) {
		conf_err(e, node, "a rule with groups takes 'element' and 'validate' per group");
		bad = -1;
	}
	bad |= conf_read_int(node, "rank", CONF_OPTIONAL, 0, RANK_MAX, &rank, e);
	bad |= conf_read_bool(node, "container", CONF_OPTIONAL, &base.container, e);
	base.rank = (uint8_t)rank;
	if (groups == NULL)
		return -1;
	rule->n_targets = conf_count(groups);
	if (rule->n_targets == 0) {
		conf_err(e, groups, "'groups' must not be empty");
		return -1;
	}
	rule->targets = mem_new(rule->n_targets, sizeof(*rule->targets));
	for (size_t i = 0; i < rule->n_targets; i++) {
		rule->targets[i] = base;
		bad |= read_group(rules, rule, conf_at(groups, i), &rule->targets[i], e);
	}
	return bad;
}

static int read_targets(struct rules *rules, struct rule *rule, const struct conf_node *node,
			struct err *e)
{
	const struct conf_node *groups = NULL;
	int bad = conf_read_group(node, "groups", CONF_OPTIONAL, &groups, e);
	int value;

	if (conf_get(node, "groups") != NULL)
		return bad | read_groups(rules, rule, node, groups, e);
	value = rule->regex != NULL ? regex_group(rule->regex, "value") : 0;
	rule->n_targets = 1;
	rule->targets = mem_new(1, sizeof(*rule->targets));
	rule->targets[0].rank = RANK_DEFAULT;
	rule->targets[0].group = value > 0 ? (uint32_t)value : 0;
	return read_target(rules, node, &rule->targets[0], e);
}

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

static const char *rule_name(const struct rule *rule)
{
	return rule->id != NULL ? rule->id : "?";
}

/*
 * One pattern for all keywords of a rule; '_' parts words, as in "tel_nr".  A
 * word begins and ends where its neighbour is no part of one; a sign, as in
 * "tel:", ends anywhere.  What stands before the words is looked at once for all
 * of them, so that inside of a word none is tried.
 */
static int compile_keywords(struct rule *rule, const struct conf_node *list, bool jit,
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
	if (regex_compile(&rule->keywords, buf_str(&pattern), jit, &why) != 0) {
		conf_err(e, list, "rule '%s': keywords: %s", rule_name(rule), buf_str(&why.text));
		result = -1;
	}
	err_fini(&why);
	buf_fini(&pattern);
	return result;
}

static int read_keywords(struct rule *rule, const struct conf_node *node, bool jit, struct err *e)
{
	long long window = WINDOW_DEFAULT;
	int unread = 0;
	int bad = 0;

	bad |= conf_read_int(node, "window", CONF_OPTIONAL, 1, WINDOW_MAX, &window, e);
	rule->window = (uint32_t)window;
	rule->keyword_list =
		read_strings(node, "keywords", CONF_OPTIONAL, &rule->n_keywords, &unread, e);
	if (rule->n_keywords == 0) {
		if (conf_get(node, "window") != NULL && unread == 0) {
			conf_err(e, conf_get(node, "window"), "'window' without 'keywords'");
			bad = -1;
		}
		return bad | unread;
	}
	return bad | compile_keywords(rule, conf_get(node, "keywords"), jit, e);
}

/* The pattern as written, with its lists of words put in, compiled. */
static int compile_pattern(const struct rules *rules, struct rule *rule,
			   const struct conf_node *node, struct err *e)
{
	struct buf whole = { 0 };
	struct err why = { 0 };
	int result;

	if (rule->written == NULL) /* that is said already */
		return -1;
	result = words_expand(rules->words, rule->written, conf_get(node, "pattern"), &whole, e);
	rule->pattern = mem_string(buf_str(&whole));
	buf_fini(&whole);
	if (result != 0)
		return result;
	result = regex_compile(&rule->regex, rule->pattern, rules->jit, &why);
	if (result != 0)
		err_at(e, conf_file(node), conf_line(conf_get(node, "pattern")), "rule '%s': %.*s",
		       rule_name(rule), (int)why.text.len - 1, why.text.ptr);
	err_fini(&why);
	return result;
}

static int check_id(const struct rules *rules, const struct rule *rule,
		    const struct conf_node *node, struct err *e)
{
	const struct rule *other;

	if (rule->id == NULL) /* that is said already */
		return -1;
	other = rules_find(rules, rule->id);
	if (!is_id(rule->id, "-")) {
		conf_err(e, node, "rule id '%s': lower case letters, digits and '-' are allowed",
			 rule->id);
		return -1;
	}
	if (other != NULL) {
		conf_err(e, node, "rule '%s' exists already, at %s:%u", rule->id, other->file,
			 other->line);
		return -1;
	}
	return 0;
}

static void rule_fini(struct rule *rule)
{
	regex_free(&rule->regex);
	regex_free(&rule->keywords);
	free(rule->pattern);
	free(rule->targets);
	free((void *)(uintptr_t)rule->keyword_list);
	free((void *)(uintptr_t)rule->examples);
	free((void *)(uintptr_t)rule->counter_examples);
}

/* One with mistakes is added, too, so that a second one of its name is found. */
static int read_rule(struct rules *rules, const struct conf_node *node, struct err *e)
{
	static const char *const keys[] = {
		"id",	"element", "what",	"pattern", "validate", "keywords",	   "window",
		"rank", "groups",  "container", "kind",	   "examples", "counter_examples", NULL
	};
	struct rule rule = { .file = conf_file(node), .line = conf_line(node) };
	int bad = 0;

	if (conf_type(node) != CONF_GROUP) {
		conf_err(e, node, "a rule must be %s", conf_type_name(CONF_GROUP));
		return -1;
	}
	bad |= conf_only(node, keys, e);
	bad |= conf_read_string(node, "id", CONF_REQUIRED, &rule.id, e);
	bad |= conf_read_string(node, "what", CONF_REQUIRED, &rule.what, e);
	bad |= conf_read_string(node, "pattern", CONF_REQUIRED, &rule.written, e);
	bad |= conf_read_string(node, "kind", CONF_OPTIONAL, &rule.kind, e);
	bad |= check_id(rules, &rule, node, e);
	rule.examples = read_strings(node, "examples", CONF_REQUIRED, &rule.n_examples, &bad, e);
	rule.counter_examples = read_strings(node, "counter_examples", CONF_REQUIRED,
					     &rule.n_counter_examples, &bad, e);
	bad |= read_keywords(&rule, node, rules->jit, e);
	bad |= compile_pattern(rules, &rule, node, e);
	bad |= read_targets(rules, &rule, node, e);
	if (rule.id == NULL) {
		rule_fini(&rule);
		return -1;
	}
	rules->rules =
		mem_grow(rules->rules, rules->n_rules, &rules->rules_cap, sizeof(*rules->rules));
	rule.index = rules->n_rules;
	rules->rules[rules->n_rules++] = rule;
	return bad;
}

/* --- Files ------------------------------------------------------------------ */

static struct rules *rules_new(bool jit)
{
	struct rules *rules = mem_new(1, sizeof(*rules));

	rules->words = words_new();
	rules->jit = jit;
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
		bad |= read_rule(rules, conf_at(list, i), e);
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

int rules_parse(struct rules **rules_r, const struct rules_text *texts, size_t n, bool jit,
		struct err *e)
{
	struct rules *rules = rules_new(jit);
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

int rules_load(struct rules **rules_r, const char *path, bool jit, struct err *e)
{
	struct rules *rules;
	struct stat st;
	int bad;

	if (stat(path, &st) != 0) {
		err_errno(e, "%s", path);
		return -1;
	}
	rules = rules_new(jit);
	bad = S_ISDIR(st.st_mode) ? load_directory(rules, path, e) : load_file(rules, path, e);
	return finish(rules, bad, path, rules_r, e);
}

void rules_free(struct rules **rules)
{
	struct rules *r;

	if (rules == NULL || *rules == NULL)
		return;
	r = *rules;
	for (size_t i = 0; i < r->n_rules; i++)
		rule_fini(&r->rules[i]);
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
