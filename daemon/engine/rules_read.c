/*
 * One rule: its settings read, its pattern compiled with the lists of words put in.
 */
#include <purposed/engine/rules_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

const char *const *rules_read_strings(const struct conf_node *rule, const char *name,
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

bool rules_is_id(const char *id, const char *extra)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789");

	while (id[n] != '\0' && strchr(extra, id[n]) != NULL)
		n += 1 + strspn(id + n + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
	return n != 0 && id[n] == '\0';
}

const char *rules_name(const struct rule *rule)
{
	return rule->id != NULL ? rule->id : "?";
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
	result = regex_compile(&rule->regex, rule->pattern, rules->how, &why);
	if (result != 0)
		err_at(e, conf_file(node), conf_line(conf_get(node, "pattern")), "rule '%s': %.*s",
		       rules_name(rule), (int)why.text.len - 1, why.text.ptr);
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
	if (!rules_is_id(rule->id, "-")) {
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

void rules_release(struct rule *rule)
{
	regex_free(&rule->regex);
	regex_free(&rule->keywords);
	free(rule->targets);
	free((void *)(uintptr_t)rule->pattern);
	free((void *)(uintptr_t)rule->keyword_list);
	free((void *)(uintptr_t)rule->examples);
	free((void *)(uintptr_t)rule->counter_examples);
}

int rules_read(struct rules *rules, const struct conf_node *node, struct err *e)
{
	static const char *const keys[] = { "id",	"element",	    "what",   "pattern",
					    "validate", "keywords",	    "window", "rank",
					    "groups",	"container",	    "kind",   "opens",
					    "examples", "counter_examples", NULL };
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
	bad |= conf_read_bool(node, "opens", CONF_OPTIONAL, &rule.opens, e);
	bad |= check_id(rules, &rule, node, e);
	rule.examples =
		rules_read_strings(node, "examples", CONF_REQUIRED, &rule.n_examples, &bad, e);
	rule.counter_examples = rules_read_strings(node, "counter_examples", CONF_REQUIRED,
						   &rule.n_counter_examples, &bad, e);
	bad |= rules_read_keywords(&rule, node, rules->how, e);
	bad |= compile_pattern(rules, &rule, node, e);
	bad |= rules_read_targets(rules, &rule, node, e);
	if (rule.id == NULL) {
		rules_release(&rule);
		return -1;
	}
	rules->rules =
		mem_grow(rules->rules, rules->n_rules, &rules->rules_cap, sizeof(*rules->rules));
	rule.index = rules->n_rules;
	rules->rules[rules->n_rules++] = rule;
	return bad;
}
