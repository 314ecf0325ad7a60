/*
 * What a match of a rule yields: a finding of one element, or one for each of the groups
 * that the rule lists.  The elements of all rules are collected here, each once.
 */
#include <purposed/engine/rules_private.h>

#include <string.h>

#include <purposed/base/mem.h>

enum {
	ELEMENTS_MAX = 4096,
	RANK_DEFAULT = 50,
	RANK_MAX = 100,
};

_Static_assert(ELEMENTS_MAX <= RULES_NO_ELEMENT, "an element's index must not be a decoy's");

static int read_element(struct rules *rules, const struct conf_node *at, const char *name,
			uint16_t *element_r, struct err *e)
{
	if (strcmp(name, "none") == 0) {
		*element_r = RULES_NO_ELEMENT;
		return 0;
	}
	if (!rules_is_id(name, "_")) {
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

int rules_read_targets(struct rules *rules, struct rule *rule, const struct conf_node *node,
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
