/*
 * The built-in rules, from what was prepared when purposed was built: only what has
 * addresses is made here.  The tables that it was made of are borrowed.
 */
#include <purposed/engine/rules_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/pcre.h>

static void fill_targets(const struct prepared_rule *from, struct rule *rule)
{
	const struct validator *validators;
	size_t n;

	validators = validate_all(&n);
	rule->n_targets = from->n_targets;
	rule->targets = mem_new(from->n_targets, sizeof(*rule->targets));
	for (size_t i = 0; i < from->n_targets; i++) {
		const struct prepared_target *t = &from->targets[i];

		rule->targets[i] = (struct rule_target){
			.group = t->group,
			.element = t->element,
			.rank = t->rank,
			.container = t->container,
			.validator = t->validator >= 0 ? &validators[t->validator] : NULL,
			.group_name = t->group_name,
		};
	}
}

static void fill_rule(const struct prepared_rule *from, unsigned how, struct rule *rule)
{
	*rule = (struct rule){
		.id = from->id,
		.what = from->what,
		.written = from->written,
		.pattern = from->pattern,
		.file = from->file,
		.line = from->line,
		.kind = from->kind,
		.opens = from->opens,
		.regex = regex_known(from->pattern, how),
		.keyword_list = from->keyword_list,
		.n_keywords = from->n_keywords,
		.window = from->window,
		.examples = from->examples,
		.n_examples = from->n_examples,
		.counter_examples = from->counter_examples,
		.n_counter_examples = from->n_counter_examples,
	};
	if (from->keywords != NULL)
		rule->keywords = regex_known(from->keywords, how);
	fill_targets(from, rule);
}

/* What another version of PCRE2 has to say of the patterns. */
static int try_pattern(const struct prepared_rule *rule, const char *pattern, struct err *e)
{
	struct regex *regex = NULL;
	struct err why = { 0 };
	int result = regex_compile(&regex, pattern, 0, &why);

	if (result != 0)
		err_at(e, rule->file, rule->line, "built-in rule '%s': %s", rule->id,
		       buf_str(&why.text));
	regex_free(&regex);
	err_fini(&why);
	return result;
}

static int try_patterns(const struct prepared *from, struct err *e)
{
	struct buf version = { 0 };
	int bad = 0;

	pcre_version(&version);
	for (size_t i = 0; i < from->n_rules && strcmp(buf_str(&version), from->pcre2) != 0; i++) {
		bad |= try_pattern(&from->rules[i], from->rules[i].pattern, e);
		if (from->rules[i].keywords != NULL)
			bad |= try_pattern(&from->rules[i], from->rules[i].keywords, e);
	}
	buf_fini(&version);
	return bad;
}

int rules_prepared(struct rules **rules_r, const struct prepared *from, unsigned how, struct err *e)
{
	struct rules *rules;

	if (try_patterns(from, e) != 0)
		return -1;
	rules = mem_new(1, sizeof(*rules));
	rules->prepared = from;
	rules->how = how;
	rules->rules = mem_new(from->n_rules + 1, sizeof(*rules->rules));
	rules->n_rules = from->n_rules;
	for (size_t i = 0; i < from->n_rules; i++) {
		fill_rule(&from->rules[i], how, &rules->rules[i]);
		rules->rules[i].index = i;
	}
	rules->elements = mem_new(from->n_elements + 1, sizeof(*rules->elements));
	rules->n_elements = from->n_elements;
	for (size_t i = 0; i < from->n_elements; i++)
		rules->elements[i] = from->elements[i];
	*rules_r = rules;
	return 0;
}

void rules_release_prepared(struct rule *rule)
{
	regex_free(&rule->regex);
	regex_free(&rule->keywords);
	free(rule->targets);
}

int rules_builtin(struct rules **rules_r, unsigned how, struct err *e)
{
	return rules_prepared(rules_r, &prepared, how, e);
}

const struct prepared *rules_are_prepared(const struct rules *rules)
{
	return rules->prepared;
}
