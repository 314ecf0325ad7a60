/*
 * From libconfig text to the table (the form is in policy.h).
 *
 * The order is that of the references: first the categories and their
 * elements, then the purposes, whose cells and enumerations name both.
 * Everything is linear in the file, but for the sorting of ids and a search by
 * halving per cell.  How mistakes are told: policy_load_private.h.
 */
#include <purposed/engine/policy.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/conf.h>
#include <purposed/base/mem.h>
#include <purposed/engine/policy_load_private.h>

enum {
	CATEGORIES_MAX = 1024,
	PURPOSES_MAX = 65535,
};

/* A list of the root with 1 to max groups, or NULL.  Other children are reported, and stay. */
static const struct conf_node *load_table(struct policy_loader *l, const struct conf_node *root,
					  const char *name, size_t max)
{
	const struct conf_node *list = NULL;
	size_t n;

	conf_read_list(root, name, CONF_REQUIRED, &list, l->e);
	if (list == NULL)
		return NULL;
	n = conf_count(list);
	if (n == 0 || n > max) {
		conf_err(l->e, list, "'%s' has %zu entries, must have from 1 to %zu", name, n, max);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		const struct conf_node *child = conf_at(list, i);

		if (conf_type(child) != CONF_GROUP)
			conf_err(l->e, child, "element %zu of '%s' must be %s, not %s", i + 1, name,
				 conf_type_name(CONF_GROUP), conf_type_name(conf_type(child)));
	}
	return list;
}

/* --- Categories --------------------------------------------------------------- */

static void load_elements(struct policy_loader *l, const struct conf_node *group, size_t category,
			  struct policy_mentions *elements)
{
	struct policy_category *c = &l->policy->categories[category];
	const struct conf_node *list = NULL;
	struct policy_place *places;

	conf_read_list(group, "elements", CONF_REQUIRED, &list, l->e);
	if (list == NULL)
		return;
	c->n_elements = policy_load_strings(l, list, &c->elements);
	places = policy_own(l->policy, mem_new(c->n_elements, sizeof(*places)));
	c->places = places;
	for (size_t i = 0; i < c->n_elements; i++) {
		const struct conf_node *node = conf_at(list, i);

		places[i].file = policy_own(l->policy, mem_string(conf_file(node)));
		places[i].line = conf_line(node);
		policy_check_id(l, conf_at(list, i), c->elements[i]);
		policy_mention(elements, c->elements[i], conf_at(list, i), category);
	}
}

static void check_category_id(struct policy_loader *l, const struct conf_node *group,
			      const char *id)
{
	const struct conf_node *node = conf_get(group, "id");

	if (strcmp(id, POLICY_OUTSIDE_ID) == 0)
		conf_err(l->e, node, "category '%s' is what elements on no list belong to", id);
	if (strchr("0123456789_-", *id) != NULL)
		conf_err(l->e, node, "category '%s' must begin with a letter", id);
}

static void load_categories(struct policy_loader *l, const struct conf_node *root)
{
	static const char *const settings[] = { "column", "id", "nl", "en", "elements", NULL };
	const struct conf_node *list = load_table(l, root, "categories", CATEGORIES_MAX);
	struct policy_mentions ids = { .what = "category" };
	struct policy_mentions elements = { .what = "element" };
	struct policy_numbers *columns = mem_new(1, sizeof(*columns));
	struct policy *p = l->policy;

	columns->name = "column";
	p->n_categories = list != NULL ? conf_count(list) : 0;
	p->categories = mem_new(p->n_categories, sizeof(*p->categories));
	for (size_t i = 0; i < p->n_categories; i++) {
		const struct conf_node *group = conf_at(list, i);
		struct policy_category *c = &p->categories[i];

		if (conf_type(group) != CONF_GROUP)
			continue;
		conf_only(group, settings, l->e);
		c->column = policy_load_number(l, group, i, columns);
		c->id = policy_load_id(l, group, "id");
		if (c->id != NULL) {
			check_category_id(l, group, c->id);
			policy_mention(&ids, c->id, group, i);
		}
		policy_load_words(l, group, c->words);
		load_elements(l, group, i, &elements);
	}
	policy_settle(l, &ids, &p->category_names);
	policy_settle(l, &elements, &p->element_names);
	free(columns);
}

/* --- Purposes ---------------------------------------------------------------- */

static void load_purpose(struct policy_loader *l, const struct conf_node *group, size_t index,
			 struct policy_numbers *rows)
{
	static const char *const settings[] = {
		"row", "id", "nl", "en", "cells", "enumerations", NULL,
	};
	struct policy_purpose *purpose = &l->policy->purposes[index];
	uint32_t *cells = l->policy->cells + index * l->policy->n_categories;

	conf_only(group, settings, l->e);
	purpose->row = policy_load_number(l, group, index, rows);
	purpose->id = policy_load_id(l, group, "id");
	policy_load_words(l, group, purpose->words);
	/* Without categories every cell would be a mistake, and none of them the real one. */
	if (l->policy->n_categories == 0)
		return;
	policy_load_cells(l, group, cells);
	policy_load_enumerations(l, group, cells);
}

static void load_purposes(struct policy_loader *l, const struct conf_node *root)
{
	const struct conf_node *list = load_table(l, root, "purposes", PURPOSES_MAX);
	struct policy_mentions ids = { .what = "purpose" };
	struct policy_numbers *rows = mem_new(1, sizeof(*rows));
	struct policy *p = l->policy;
	size_t n_cells;

	rows->name = "row";
	p->n_purposes = list != NULL ? conf_count(list) : 0;
	p->purposes = mem_new(p->n_purposes, sizeof(*p->purposes));
	n_cells = p->n_purposes * p->n_categories;
	p->cells = mem_new(n_cells, sizeof(*p->cells));
	for (size_t i = 0; i < n_cells; i++)
		p->cells[i] = POLICY_CELL_MISSING;
	for (size_t i = 0; i < p->n_purposes; i++) {
		const struct conf_node *group = conf_at(list, i);

		if (conf_type(group) != CONF_GROUP)
			continue;
		load_purpose(l, group, i, rows);
		if (p->purposes[i].id != NULL)
			policy_mention(&ids, p->purposes[i].id, group, i);
	}
	policy_settle(l, &ids, &p->purpose_names);
	free(rows);
}

/* --- The whole --------------------------------------------------------------- */

static void load_heading(struct policy_loader *l, const struct conf_node *root)
{
	static const char *const settings[] = { "version", "title", "categories", "purposes",
						NULL };
	static const char *const langs[] = { "nl", "en", NULL };
	const struct conf_node *title = NULL;

	conf_only(root, settings, l->e);
	l->policy->version = policy_load_string(l, root, "version", CONF_REQUIRED);
	conf_read_group(root, "title", CONF_REQUIRED, &title, l->e);
	if (title != NULL) {
		conf_only(title, langs, l->e);
		policy_load_words(l, title, l->policy->title);
	}
}

/* Takes the document and frees it. */
static int load_document(struct policy **policy_r, struct conf *conf, struct err *e)
{
	size_t before = e->count;
	struct policy *policy = mem_new(1, sizeof(*policy));
	struct policy_loader l = { .policy = policy, .e = e };

	policy_plain_entries(policy);
	load_heading(&l, conf_root(conf));
	load_categories(&l, conf_root(conf));
	load_purposes(&l, conf_root(conf));
	conf_free(&conf);
	if (e->count != before) {
		policy_free(&policy);
		return -1;
	}
	*policy_r = policy;
	return 0;
}

int policy_load(struct policy **policy_r, const char *path, struct err *e)
{
	struct conf *conf;

	if (conf_load(&conf, path, e) != 0)
		return -1;
	return load_document(policy_r, conf, e);
}

int policy_parse(struct policy **policy_r, const char *name, const char *text, struct err *e)
{
	struct conf *conf;

	if (conf_parse(&conf, name, text, e) != 0)
		return -1;
	return load_document(policy_r, conf, e);
}
