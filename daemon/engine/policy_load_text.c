/*
 * The texts of a policy: strings, ids, words in two languages, lists.  All are copied, for
 * the document that they are read from does not stay (policy_private.h).
 */
#include <purposed/engine/policy_load_private.h>

#include <string.h>

#include <purposed/base/mem.h>

void *policy_own(struct policy *policy, void *ptr)
{
	policy->owned = mem_grow(policy->owned, policy->n_owned, &policy->cap_owned,
				 sizeof(*policy->owned));
	return policy->owned[policy->n_owned++] = ptr;
}

const char *policy_load_string(struct policy_loader *l, const struct conf_node *group,
			       const char *name, enum conf_need need)
{
	const char *text = NULL;

	conf_read_string(group, name, need, &text, l->e);
	if (text == NULL)
		return NULL;
	if (*text == '\0') {
		conf_err(l->e, conf_get(group, name), "'%s' is empty", name);
		return NULL;
	}
	return policy_own(l->policy, mem_string(text));
}

void policy_check_id(struct policy_loader *l, const struct conf_node *node, const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	if (*id == '\0' || id[strspn(id, allowed)] != '\0')
		conf_err(l->e, node, "'%s' is no id: lower case letters, digits, '-' and '_' only",
			 id);
}

const char *policy_load_id(struct policy_loader *l, const struct conf_node *group, const char *name)
{
	const char *id = policy_load_string(l, group, name, CONF_REQUIRED);

	if (id != NULL)
		policy_check_id(l, conf_get(group, name), id);
	return id;
}

static const char *const lang_names[POLICY_LANGS] = { [POLICY_NL] = "nl", [POLICY_EN] = "en" };

/* The language that serves for lang where that one is left out. */
static enum policy_lang other(enum policy_lang lang)
{
	return lang == POLICY_NL ? POLICY_EN : POLICY_NL;
}

void policy_load_words(struct policy_loader *l, const struct conf_node *group,
		       const char *words_r[POLICY_LANGS])
{
	size_t before = l->e->count;

	for (enum policy_lang lang = 0; lang < POLICY_LANGS; lang++)
		words_r[lang] = policy_load_string(l, group, lang_names[lang], CONF_OPTIONAL);
	for (enum policy_lang lang = 0; lang < POLICY_LANGS; lang++) {
		if (words_r[lang] == NULL)
			words_r[lang] = words_r[other(lang)];
	}
	if (words_r[POLICY_NL] == NULL && l->e->count == before)
		conf_err(l->e, group, "neither 'nl' nor 'en' is set");
}

size_t policy_load_strings(struct policy_loader *l, const struct conf_node *list,
			   const char *const **strings_r)
{
	size_t n = conf_count(list);
	const char **strings;

	if (conf_strings_only(list, l->e) != 0)
		return 0;
	strings = policy_own(l->policy, mem_new(n, sizeof(*strings)));
	for (size_t i = 0; i < n; i++)
		strings[i] = policy_own(l->policy, mem_string(conf_as_string(conf_at(list, i))));
	*strings_r = strings;
	return n;
}

void policy_load_items(struct policy_loader *l, const struct conf_node *group,
		       struct policy_enumeration *en)
{
	size_t before = l->e->count;

	for (enum policy_lang lang = 0; lang < POLICY_LANGS; lang++) {
		const struct conf_node *list = NULL;

		conf_read_list(group, lang_names[lang], CONF_OPTIONAL, &list, l->e);
		if (list != NULL)
			en->n_items[lang] = policy_load_strings(l, list, &en->items[lang]);
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
