/* purposed rules: the catalogue. */
#include <purposed/cmd/cmd.h>

#include <stdio.h>
#include <string.h>

#include <purposed/base/json.h>
#include <purposed/cmd/common.h>
#include <purposed/engine/rule_anchors.h>

static const char *target_element(const struct rules *rules, const struct rule_target *target)
{
	return target->element == RULES_NO_ELEMENT ? "none" : rules_element(rules, target->element);
}

/* The category by the policy in force; "" for a decoy. */
static const char *target_category(const struct session *session, const struct rule_target *target)
{
	if (target->element == RULES_NO_ELEMENT)
		return "";
	return policy_category_id(engine_policy(session->engine),
				  engine_category(session->engine, target->element));
}

/* A rule with groups names each of its elements (and categories) once, separated by commas. */
static void add_listed(struct buf *out, const char *id)
{
	size_t len = strlen(id);

	if (len == 0) /* a decoy's category, which is none */
		return;
	for (const char *at = out->len != 0 ? buf_str(out) : ""; *at != '\0';) {
		size_t n = strcspn(at, ",");

		if (n == len && memcmp(at, id, n) == 0)
			return;
		at += n + (at[n] == ',');
	}
	if (out->len != 0)
		buf_add_char(out, ',');
	buf_add_str(out, id);
}

static void collect(const struct session *session, const struct rule *rule, struct buf *elements,
		    struct buf *categories)
{
	const struct rules *rules = engine_rules(session->engine);

	buf_clear(elements);
	buf_clear(categories);
	for (size_t i = 0; i < rule->n_targets; i++) {
		add_listed(elements, target_element(rules, &rule->targets[i]));
		add_listed(categories, target_category(session, &rule->targets[i]));
	}
}

/* A string for each; none where the rule is looked for everywhere. */
static void json_anchors(struct json *j, const struct rule_anchors *derived,
			 const struct rule *rule)
{
	const struct anchors *anchors = rule_anchors_of(derived, rule->index);
	struct buf text = { 0 };

	json_begin_array(j, "anchors");
	for (size_t i = 0; i < anchors->n_texts + anchors->n_shapes; i++) {
		buf_clear(&text);
		anchors_describe(anchors, i, &text);
		json_span(j, NULL, buf_span(&text));
	}
	json_end_array(j);
	buf_fini(&text);
}

static void json_rule(struct json *j, const struct session *session,
		      const struct rule_anchors *derived, const struct rule *rule)
{
	struct buf elements = { 0 };
	struct buf categories = { 0 };

	collect(session, rule, &elements, &categories);
	json_begin_object(j, NULL);
	json_string(j, "id", rule->id);
	json_span(j, "element", buf_span(&elements));
	json_span(j, "category", buf_span(&categories));
	json_string(j, "pattern", rule->pattern);
	json_anchors(j, derived, rule);
	json_end_object(j);
	buf_fini(&elements);
	buf_fini(&categories);
}

static void print_json(const struct session *session, size_t first, size_t end, bool array)
{
	const struct rules *rules = engine_rules(session->engine);
	struct rule_anchors *derived = rule_anchors_new(rules);
	struct buf out = { 0 };
	struct json j = json_to(&out);

	if (array)
		json_begin_array(&j, NULL);
	for (size_t i = first; i < end; i++)
		json_rule(&j, session, derived, rules_at(rules, i));
	if (array)
		json_end_array(&j);
	rule_anchors_free(&derived);
	puts(buf_str(&out));
	buf_fini(&out);
}

static void print_list(const struct session *session)
{
	const struct rules *rules = engine_rules(session->engine);
	struct buf elements = { 0 };
	struct buf categories = { 0 };

	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		collect(session, rule, &elements, &categories);
		printf("%-34s %-20s %s\n", rule->id, buf_str(&categories), buf_str(&elements));
	}
	buf_fini(&elements);
	buf_fini(&categories);
}

static void print_words(const char *title, const char *const *words, size_t n)
{
	if (n == 0)
		return;
	printf("%s", title);
	for (size_t i = 0; i < n; i++)
		printf("%s%s", i != 0 ? ", " : "", words[i]);
	printf("\n");
}

static void print_target(const struct session *session, const struct rule_target *target)
{
	printf("finds      ");
	if (target->group_name != NULL)
		printf("%s: ", target->group_name);
	printf("%s (%s), rank %u%s", target_element(engine_rules(session->engine), target),
	       target_category(session, target), target->rank,
	       target->container ? ", may hold other findings" : "");
	if (target->validator != NULL)
		printf("\n           checked: %s: %s", target->validator->name,
		       target->validator->what);
	printf("\n");
}

static void print_rule(const struct session *session, const struct rule *rule)
{
	printf("%s\n%s\n\nfile       %s:%u\n", rule->id, rule->what, rule->file, rule->line);
	for (size_t i = 0; i < rule->n_targets; i++)
		print_target(session, &rule->targets[i]);
	if (rule->kind != NULL)
		printf("kind       a record that begins with a match of it is %s\n", rule->kind);
	if (rule->opens)
		printf("opens      it is asked of all records before other rules that say the "
		       "same\n");
	printf("pattern    %s\n", rule->written);
	print_words("keywords   ", rule->keyword_list, rule->n_keywords);
	if (rule->n_keywords != 0)
		printf("           one of them, as a word, at most %u bytes before\n",
		       rule->window);
	printf("examples   [[...]] is found\n");
	for (size_t i = 0; i < rule->n_examples; i++)
		printf("  + %s\n", rule->examples[i]);
	for (size_t i = 0; i < rule->n_counter_examples; i++)
		printf("  - %s\n", rule->counter_examples[i]);
}

static int show(const struct session *session, const struct options *options, struct err *e)
{
	const struct rules *rules = engine_rules(session->engine);

	for (size_t i = 0; i < rules_count(rules); i++) {
		if (strcmp(rules_at(rules, i)->id, options->operands[1]) != 0)
			continue;
		if (options->json)
			print_json(session, i, i + 1, false);
		else
			print_rule(session, rules_at(rules, i));
		return 0;
	}
	err_add(e, "there is no rule '%s' (see: purposed rules list)", options->operands[1]);
	return -1;
}

static int answer(const struct session *session, const struct options *options, struct err *e)
{
	const char *what = options->operands[0];
	bool is_show = strcmp(what, "show") == 0;

	if (!is_show && strcmp(what, "list") != 0) {
		err_add(e, "rules '%s': list or show ID", what);
		return -1;
	}
	if (common_operands(&cmd_rules, options, is_show ? 2 : 1, is_show ? 2 : 1, e) != 0)
		return -1;
	if (is_show)
		return show(session, options, e);
	if (options->json)
		print_json(session, 0, rules_count(engine_rules(session->engine)), true);
	else
		print_list(session);
	return 0;
}

static enum status rules_run(const struct options *options, struct err *e)
{
	struct session session;
	int bad;
	enum status status;

	if (common_operands(&cmd_rules, options, options->dump_config ? 0 : 1, 2, e) != 0)
		return STATUS_TROUBLE;
	if (!common_open(&session, options, &status, e))
		return status;
	bad = answer(&session, options, e);
	session_close(&session);
	return common_flush(e) != 0 || bad != 0 ? STATUS_TROUBLE : STATUS_OK;
}

const struct cmd cmd_rules = {
	.name = "rules",
	.arguments = "list | show ID",
	.summary = "show the rules that find data, with their sources and examples",
	.takes = OPTIONS_JSON,
	.run = rules_run,
};
