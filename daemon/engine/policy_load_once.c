/*
 * Ids and numbers that must stand once.  Ids are mentioned in file order with their nodes,
 * and settled into sorted names once their table is complete; then duplicates are reported,
 * each with the place of the first.  So a table takes sorting, and nothing that grows with
 * its square.
 */
#include <purposed/engine/policy_load_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

void policy_mention(struct policy_mentions *m, const char *id, const struct conf_node *node,
		    size_t value)
{
	m->at = mem_grow(m->at, m->n, &m->cap, sizeof(*m->at));
	m->at[m->n++] = (struct policy_mention){ .id = id, .node = node, .value = value };
}

static void report_again(struct policy_loader *l, const struct conf_node *node,
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

void policy_settle(struct policy_loader *l, struct policy_mentions *m, struct policy_names *names_r)
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

unsigned policy_load_number(struct policy_loader *l, const struct conf_node *group, size_t index,
			    struct policy_numbers *numbers)
{
	long long number = (long long)index + 1;
	const struct conf_node **first;

	if (conf_read_int(group, numbers->name, CONF_OPTIONAL, 1, POLICY_NUMBER_MAX, &number,
			  l->e) != 0)
		return 0;
	first = &numbers->first[number];
	if (*first != NULL)
		conf_err(l->e, group, "%s %lld stands twice, first at %s:%u", numbers->name, number,
			 conf_file(*first), conf_line(*first));
	else
		*first = group;
	return (unsigned)number;
}
