/*
 * From libconfig text to the table (the form is in policy.h).
 *
 * A controller who writes a policy should see all of its mistakes at once.  So
 * nothing here stops at one: every function describes what is wrong in the
 * loader's err and goes on with a stand-in, and only at the end does a look at
 * err say whether there is a policy.  Stand-ins never get out.
 *
 * The order is that of the references: first the categories and their
 * elements, then the purposes, whose cells and enumerations name both.  Ids are
 * mentioned in file order with their nodes, and settled into sorted names once
 * their table is complete; then duplicates are reported, each with the place
 * of the first.  Everything is linear in the file, but for the sorting and a
 * search by halving per cell.
 */
#include <purposed/engine/policy.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/conf.h>
#include <purposed/base/mem.h>
#include <purposed/engine/policy_private.h>

enum {
	CATEGORIES_MAX = 1024,
	PURPOSES_MAX = 65535,
	NUMBER_MAX = 65535, /* rows and columns */
};

static const uint32_t CELL_MISSING = UINT32_MAX; /* while its purpose is being read */

/* An id as the file has it, before it is known to be the only one. */
struct mention {
	const char *id;
	const struct conf_node *node;
	size_t value;
};

struct mentions {
	const char *what; /* for messages: "purpose" */
	struct mention *at;
	size_t n, cap;
};

/* Where each row or column number stands first, or NULL. */
struct numbers {
	const char *name; /* of the setting */
	const struct conf_node *first[NUMBER_MAX + 1];
};

struct loader {
	struct policy *policy; /* under construction */
	struct err *e;
};

/* --- Texts ------------------------------------------------------------------- */

static void *own(struct policy *policy, void *ptr)
{
	policy->owned = mem_grow(policy->owned, policy->n_owned, &policy->cap_owned,
				 sizeof(*policy->owned));
	return policy->owned[policy->n_owned++] = ptr;
}

/* A copy of the setting, or NULL where there is none that is a string with something in it. */
static const char *load_string(struct loader *l, const struct conf_node *group, const char *name,
			       enum conf_need need)
{
	const char *text = NULL;

	conf_read_string(group, name, need, &text, l->e);
	if (text == NULL)
		return NULL;
	if (*text == '\0') {
		conf_err(l->e, conf_get(group, name), "'%s' is empty", name);
		return NULL;
	}
	return own(l->policy, mem_string(text));
}

static void check_id(struct loader *l, const struct conf_node *node, const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	if (*id == '\0' || id[strspn(id, allowed)] != '\0')
		conf_err(l->e, node, "'%s' is no id: lower case letters, digits, '-' and '_' only",
			 id);
}

/* A copy of the id in that setting, or NULL where there is none. */
static const char *load_id(struct loader *l, const struct conf_node *group, const char *name)
{
	const char *id = load_string(l, group, name, CONF_REQUIRED);

	if (id != NULL)
		check_id(l, conf_get(group, name), id);
	return id;
}

/* NULL-terminated, so that it also serves as the settings of a group of words. */
static const char *const lang_names[POLICY_LANGS + 1] = { [POLICY_NL] = "nl", [POLICY_EN] = "en" };

/* The language that serves for lang where that one is left out. */
static enum policy_lang other(enum policy_lang lang)
{
	return lang == POLICY_NL ? POLICY_EN : POLICY_NL;
}

static void load_words(struct loader *l, const struct conf_node *group,
		       const char *words_r[POLICY_LANGS])
{
	size_t before = l->e->count;

	for (enum policy_lang lang = 0; lang < POLICY_LANGS; lang++)
		words_r[lang] = load_string(l, group, lang_names[lang], CONF_OPTIONAL);
	for (enum policy_lang lang = 0; lang < POLICY_LANGS; lang++) {
		if (words_r[lang] == NULL)
			words_r[lang] = words_r[other(lang)];
	}
	if (words_r[POLICY_NL] == NULL && l->e->count == before)
		conf_err(l->e, group, "neither 'nl' nor 'en' is set");
}

/* Copies a list of strings; returns how many, 0 where it is no such list. */
static size_t load_strings(struct loader *l, const struct conf_node *list,
			   const char *const **strings_r)
{
	size_t n = conf_count(list);
	const char **strings;

	if (conf_strings_only(list, l->e) != 0)
		return 0;
	strings = own(l->policy, mem_new(n, sizeof(*strings)));
	for (size_t i = 0; i < n; i++)
		strings[i] = own(l->policy, mem_string(conf_as_string(conf_at(list, i))));
	*strings_r = strings;
	return n;
}

/* --- Ids and numbers that must stand once ------------------------------------ */

static void mention(struct mentions *m, const char *id, const struct conf_node *node, size_t value)
{
	m->at = mem_grow(m->at, m->n, &m->cap, sizeof(*m->at));
	m->at[m->n++] = (struct mention){ .id = id, .node = node, .value = value };
}

static void report_again(struct loader *l, const struct conf_node *node,
			 const struct conf_node *first, const char *what, const char *id)
{
	conf_err(l->e, node, "%s '%s' stands twice, first at %s:%u", what, id, conf_file(first),
		 conf_line(first));
}

/* By id, then by place in the file (while settling, a name's value is its place). */
static int compare_names(const void *left, const void *right)
{
	const struct policy_name *a = left;
	const struct policy_name *b = right;
	int order = strcmp(a->id, b->id);

	return order != 0 ? order : (a->value > b->value) - (a->value < b->value);
}

/* Makes names of the mentions, which are released, and reports those that stand twice. */
static void settle(struct loader *l, struct mentions *m, struct policy_names *names_r)
{
	struct policy_names names = { .at = mem_new(m->n, sizeof(*names.at)), .n = m->n };

	for (size_t i = 0; i < m->n; i++)
		names.at[i] = (struct policy_name){ .id = m->at[i].id, .value = i };
	qsort(names.at, names.n, sizeof(*names.at), compare_names);
	for (size_t i = 0; i < m->n; i++) {
		size_t first = policy_names_find(&names, m->at[i].id);

		if (first != i)
			report_again(l, m->at[i].node, m->at[first].node, m->what, m->at[i].id);
	}
	for (size_t i = 0; i < names.n; i++)
		names.at[i].value = m->at[names.at[i].value].value;
	free(m->at);
	*names_r = names;
}

/* The row or column of group, which is the index-th of its table. */
static unsigned load_number(struct loader *l, const struct conf_node *group, size_t index,
			    struct numbers *numbers)
{
	long long number = (long long)index + 1;
	const struct conf_node **first;

	if (conf_read_int(group, numbers->name, CONF_OPTIONAL, 1, NUMBER_MAX, &number, l->e) != 0)
		return 0;
	first = &numbers->first[number];
	if (*first != NULL)
		conf_err(l->e, group, "%s %lld stands twice, first at %s:%u", numbers->name, number,
			 conf_file(*first), conf_line(*first));
	else
		*first = group;
	return (unsigned)number;
}

/* --- Tables ------------------------------------------------------------------ */

/* A list of the root with 1 to max groups, or NULL.  Other children are reported, and stay. */
static const struct conf_node *load_table(struct loader *l, const struct conf_node *root,
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

static void load_elements(struct loader *l, const struct conf_node *group, size_t category,
			  struct mentions *elements)
{
	struct policy_category *c = &l->policy->categories[category];
	const struct conf_node *list = NULL;

	conf_read_list(group, "elements", CONF_REQUIRED, &list, l->e);
	if (list == NULL)
		return;
	c->n_elements = load_strings(l, list, &c->elements);
	for (size_t i = 0; i < c->n_elements; i++) {
		check_id(l, conf_at(list, i), c->elements[i]);
		mention(elements, c->elements[i], conf_at(list, i), category);
	}
}

static void check_category_id(struct loader *l, const struct conf_node *group, const char *id)
{
	const struct conf_node *node = conf_get(group, "id");

	if (strcmp(id, POLICY_OUTSIDE_ID) == 0)
		conf_err(l->e, node, "category '%s' is what elements on no list belong to", id);
	if (strchr("0123456789_-", *id) != NULL)
		conf_err(l->e, node, "category '%s' must begin with a letter", id);
}

static void load_categories(struct loader *l, const struct conf_node *root)
{
	static const char *const settings[] = { "column", "id", "nl", "en", "elements", NULL };
	const struct conf_node *list = load_table(l, root, "categories", CATEGORIES_MAX);
	struct mentions ids = { .what = "category" };
	struct mentions elements = { .what = "element" };
	struct numbers *columns = mem_new(1, sizeof(*columns));
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
		c->column = load_number(l, group, i, columns);
		c->id = load_id(l, group, "id");
		if (c->id != NULL) {
			check_category_id(l, group, c->id);
			mention(&ids, c->id, group, i);
		}
		load_words(l, group, c->words);
		load_elements(l, group, i, &elements);
	}
	settle(l, &ids, &p->category_names);
	settle(l, &elements, &p->element_names);
	free(columns);
}

/* --- Cells ------------------------------------------------------------------- */

static uint32_t entry_new(struct policy *policy, const struct policy_entry *entry)
{
	policy->entries = mem_grow(policy->entries, policy->n_entries, &policy->cap_entries,
				   sizeof(*policy->entries));
	policy->entries[policy->n_entries] = *entry;
	return (uint32_t)policy->n_entries++;
}

static void plain_entries(struct policy *policy)
{
	for (enum policy_cell_state state = 0; state <= CELL_BLANK; state++)
		entry_new(policy, &(struct policy_entry){ .cell.state = state });
}

static uint32_t load_condition(struct loader *l, const struct conf_node *group)
{
	static const char *const settings[] = { "permitted-only-for", "nl", "en", NULL };
	struct policy_entry entry = { .cell.state = CELL_PERMITTED_ONLY_FOR };

	conf_only(group, settings, l->e);
	entry.cell.kind = load_id(l, group, "permitted-only-for");
	load_words(l, group, entry.cell.words);
	return entry_new(l->policy, &entry);
}

static uint32_t load_cell(struct loader *l, const struct conf_node *node)
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
static size_t named_category(struct loader *l, const struct conf_node *node)
{
	size_t category = policy_find_category(l->policy, conf_name(node));

	if (category == POLICY_NONE)
		conf_err(l->e, node, "there is no category '%s'", conf_name(node));
	return category;
}

static void load_cells(struct loader *l, const struct conf_node *purpose, uint32_t *cells)
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
		if (cells[i] == CELL_MISSING && id != NULL && policy_find_category(p, id) == i)
			conf_err(l->e, group, "there is no cell for category '%s'", id);
	}
}

/* --- Enumerations ------------------------------------------------------------ */

static void load_items(struct loader *l, const struct conf_node *group,
		       struct policy_enumeration *en)
{
	size_t before = l->e->count;

	for (enum policy_lang lang = 0; lang < POLICY_LANGS; lang++) {
		const struct conf_node *list = NULL;

		conf_read_list(group, lang_names[lang], CONF_OPTIONAL, &list, l->e);
		if (list != NULL)
			en->n_items[lang] = load_strings(l, list, &en->items[lang]);
	}
	for (enum policy_lang lang = 0; lang < POLICY_LANGS; lang++) {
		if (en->n_items[lang] == 0) {
			en->items[lang] = en->items[other(lang)];
			en->n_items[lang] = en->n_items[other(lang)];
		}
	}
	if (en->n_items[POLICY_NL] == 0 && l->e->count == before)
		conf_err(l->e, group, "neither 'nl' nor 'en' lists anything");
}

static void load_enumeration(struct loader *l, const struct conf_node *group, size_t category,
			     struct policy_enumeration *en)
{
	static const char *const settings[] = { "elements", "nl", "en", NULL };
	const struct policy *p = l->policy;
	const struct conf_node *list = NULL;

	conf_only(group, settings, l->e);
	load_items(l, group, en);
	conf_read_list(group, "elements", CONF_REQUIRED, &list, l->e);
	if (list == NULL)
		return;
	en->n_elements = load_strings(l, list, &en->elements);
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
static void enumerate(struct loader *l, const struct conf_node *node, size_t category,
		      uint32_t *cell)
{
	struct policy_enumeration *en;
	struct policy_entry entry;

	if (conf_type(node) != CONF_GROUP) {
		conf_err(l->e, node, "'%s' must be %s, not %s", conf_name(node),
			 conf_type_name(CONF_GROUP), conf_type_name(conf_type(node)));
		return;
	}
	en = own(l->policy, mem_new(1, sizeof(*en)));
	load_enumeration(l, node, category, en);
	if (*cell == CELL_MISSING)
		return;
	entry = l->policy->entries[*cell];
	if (!permits(&entry))
		conf_err(l->e, node, "enumeration of '%s' beside a cell that permits nothing",
			 conf_name(node));
	entry.enumeration = en;
	*cell = entry_new(l->policy, &entry);
}

static void load_enumerations(struct loader *l, const struct conf_node *purpose, uint32_t *cells)
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

/* --- Purposes ---------------------------------------------------------------- */

static void load_purpose(struct loader *l, const struct conf_node *group, size_t index,
			 struct numbers *rows)
{
	static const char *const settings[] = {
		"row", "id", "nl", "en", "cells", "enumerations", NULL,
	};
	struct policy_purpose *purpose = &l->policy->purposes[index];
	uint32_t *cells = l->policy->cells + index * l->policy->n_categories;

	conf_only(group, settings, l->e);
	purpose->row = load_number(l, group, index, rows);
	purpose->id = load_id(l, group, "id");
	load_words(l, group, purpose->words);
	/* Without categories every cell would be a mistake, and none of them the real one. */
	if (l->policy->n_categories == 0)
		return;
	load_cells(l, group, cells);
	load_enumerations(l, group, cells);
}

static void load_purposes(struct loader *l, const struct conf_node *root)
{
	const struct conf_node *list = load_table(l, root, "purposes", PURPOSES_MAX);
	struct mentions ids = { .what = "purpose" };
	struct numbers *rows = mem_new(1, sizeof(*rows));
	struct policy *p = l->policy;
	size_t n_cells;

	rows->name = "row";
	p->n_purposes = list != NULL ? conf_count(list) : 0;
	p->purposes = mem_new(p->n_purposes, sizeof(*p->purposes));
	n_cells = p->n_purposes * p->n_categories;
	p->cells = mem_new(n_cells, sizeof(*p->cells));
	for (size_t i = 0; i < n_cells; i++)
		p->cells[i] = CELL_MISSING;
	for (size_t i = 0; i < p->n_purposes; i++) {
		const struct conf_node *group = conf_at(list, i);

		if (conf_type(group) != CONF_GROUP)
			continue;
		load_purpose(l, group, i, rows);
		if (p->purposes[i].id != NULL)
			mention(&ids, p->purposes[i].id, group, i);
	}
	settle(l, &ids, &p->purpose_names);
	free(rows);
}

/* --- The whole --------------------------------------------------------------- */

static void load_heading(struct loader *l, const struct conf_node *root)
{
	static const char *const settings[] = { "version", "title", "categories", "purposes",
						NULL };
	const struct conf_node *title = NULL;

	conf_only(root, settings, l->e);
	l->policy->version = load_string(l, root, "version", CONF_REQUIRED);
	conf_read_group(root, "title", CONF_REQUIRED, &title, l->e);
	if (title != NULL) {
		conf_only(title, lang_names, l->e);
		load_words(l, title, l->policy->title);
	}
}

/* Takes the document and frees it. */
static int load_document(struct policy **policy_r, struct conf *conf, struct err *e)
{
	size_t before = e->count;
	struct policy *policy = mem_new(1, sizeof(*policy));
	struct loader l = { .policy = policy, .e = e };

	plain_entries(policy);
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
