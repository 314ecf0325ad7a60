/*
 * What a purpose says of each category: its cells, and the enumerations that complete them.
 * A cell is an index into the entries of the policy (policy_private.h): the plain ones are
 * shared, one with a condition or an enumeration gets its own.
 */
#include <purposed/engine/policy_load_private.h>

#include <string.h>

#include <purposed/base/mem.h>

static uint32_t entry_new(struct policy *policy, const struct policy_entry *entry)
{
	policy->entries = mem_grow(policy->entries, policy->n_entries, &policy->cap_entries,
				   sizeof(*policy->entries));
	policy->entries[policy->n_entries] = *entry;
	return (uint32_t)policy->n_entries++;
}

void policy_plain_entries(struct policy *policy)
{
	for (enum policy_cell_state state = 0; state <= CELL_BLANK; state++)
		entry_new(policy, &(struct policy_entry){ .cell.state = state });
}

static uint32_t load_condition(struct policy_loader *l, const struct conf_node *group)
{
	static const char *const settings[] = { "permitted-only-for", "nl", "en", NULL };
	struct policy_entry entry = { .cell.state = CELL_PERMITTED_ONLY_FOR };

	conf_only(group, settings, l->e);
	entry.cell.kind = policy_load_id(l, group, "permitted-only-for");
	policy_load_words(l, group, entry.cell.words);
	return entry_new(l->policy, &entry);
}

static uint32_t load_cell(struct policy_loader *l, const struct conf_node *node)
{
	static const enum policy_cell_state plain[] = { CELL_PERMITTED, CELL_NOT_PERMITTED,
							CELL_BLANK };
	enum conf_type type = conf_type(node);

	if (type == CONF_GROUP)
		return load_condition(l, node);
	if (type != CONF_STRING) {
		conf_err(l->e, node, "cell '%s' must be a string or %s, not %s", conf_name(node),
			 conf_type_name(CONF_GROUP), conf_type_name(type));
		return CELL_BLANK;
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		if (strcmp(conf_as_string(node), policy_cell_name(plain[i])) == 0)
			return plain[i];
	}
	conf_err(l->e, node,
		 "cell '%s' is \"%s\", must be \"permitted\", \"not-permitted\", \"blank\" "
		 "or { permitted-only-for = ...; }",
		 conf_name(node), conf_as_string(node));
	return CELL_BLANK;
}

/* The category that node is named after, or POLICY_NONE. */
static size_t named_category(struct policy_loader *l, const struct conf_node *node)
{
	size_t category = policy_find_category(l->policy, conf_name(node));

	if (category == POLICY_NONE)
		conf_err(l->e, node, "there is no category '%s'", conf_name(node));
	return category;
}

void policy_load_cells(struct policy_loader *l, const struct conf_node *purpose, uint32_t *cells)
{
	const struct policy *p = l->policy;
	const struct conf_node *group = NULL;

	conf_read_group(purpose, "cells", CONF_REQUIRED, &group, l->e);
	if (group == NULL)
		return;
	for (size_t i = 0; i < conf_count(group); i++) {
		const struct conf_node *node = conf_at(group, i);
		size_t category = named_category(l, node);
		uint32_t cell = load_cell(l, node);

		if (category != POLICY_NONE)
			cells[category] = cell;
	}
	for (size_t i = 0; i < p->n_categories; i++) {
		const char *id = p->categories[i].id;

		/* Of a category that stands twice, or has no id, no cell can be asked. */
		if (cells[i] == POLICY_CELL_MISSING && id != NULL &&
		    policy_find_category(p, id) == i)
			conf_err(l->e, group, "there is no cell for category '%s'", id);
	}
}

/* --- Enumerations ------------------------------------------------------------ */

static void load_enumeration(struct policy_loader *l, const struct conf_node *group,
			     size_t category, struct policy_enumeration *en)
{
	static const char *const settings[] = { "elements", "nl", "en", NULL };
	const struct policy *p = l->policy;
	const struct conf_node *list = NULL;

	conf_only(group, settings, l->e);
	policy_load_items(l, group, en);
	conf_read_list(group, "elements", CONF_REQUIRED, &list, l->e);
	if (list == NULL)
		return;
	en->n_elements = policy_load_strings(l, list, &en->elements);
	for (size_t i = 0; i < en->n_elements; i++) {
		if (policy_category_of(p, en->elements[i]) != category)
			conf_err(l->e, conf_at(list, i), "element '%s' is not one of category '%s'",
				 en->elements[i], p->categories[category].id);
	}
}

static bool permits(const struct policy_entry *entry)
{
	return entry->cell.state == CELL_PERMITTED || entry->cell.state == CELL_PERMITTED_ONLY_FOR;
}

/* Gives *cell an entry of its own, with what node enumerates. */
static void enumerate(struct policy_loader *l, const struct conf_node *node, size_t category,
		      uint32_t *cell)
{
	struct policy_enumeration *en;
	struct policy_entry entry;

	if (conf_type(node) != CONF_GROUP) {
		conf_err(l->e, node, "'%s' must be %s, not %s", conf_name(node),
			 conf_type_name(CONF_GROUP), conf_type_name(conf_type(node)));
		return;
	}
	en = policy_own(l->policy, mem_new(1, sizeof(*en)));
	load_enumeration(l, node, category, en);
	if (*cell == POLICY_CELL_MISSING)
		return;
	entry = l->policy->entries[*cell];
	if (!permits(&entry))
		conf_err(l->e, node, "enumeration of '%s' beside a cell that permits nothing",
			 conf_name(node));
	entry.enumeration = en;
	*cell = entry_new(l->policy, &entry);
}

void policy_load_enumerations(struct policy_loader *l, const struct conf_node *purpose,
			      uint32_t *cells)
{
	const struct conf_node *group = NULL;

	conf_read_group(purpose, "enumerations", CONF_OPTIONAL, &group, l->e);
	if (group == NULL)
		return;
	for (size_t i = 0; i < conf_count(group); i++) {
		const struct conf_node *node = conf_at(group, i);
		size_t category = named_category(l, node);

		if (category != POLICY_NONE)
			enumerate(l, node, category, &cells[category]);
	}
}
