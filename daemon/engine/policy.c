/*
 * What is asked of a policy once it is loaded.  Nothing here allocates, fails
 * or changes the policy; policy_decide is called for every finding and costs a
 * table look-up per declared purpose.
 *
 * policy_decide leans on the order of enum reason, which is the order of the
 * table of verdicts: what a cell says is a reason, REASON_NONE standing for a
 * plain permission, and reasons are joined by taking the greater one.
 */
#include <purposed/engine/policy.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/engine/policy_private.h>

size_t policy_names_find(const struct policy_names *names, const char *id)
{
	size_t low = 0;
	size_t high = names->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(names->at[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == names->n || strcmp(names->at[low].id, id) != 0)
		return POLICY_NONE;
	return names->at[low].value;
}

void policy_free(struct policy **policy)
{
	struct policy *p;

	if (policy == NULL || *policy == NULL)
		return;
	p = *policy;
	for (size_t i = 0; i < p->n_owned; i++)
		free(p->owned[i]);
	free(p->owned);
	free(p->categories);
	free(p->purposes);
	free(p->cells);
	free(p->entries);
	free(p->category_names.at);
	free(p->purpose_names.at);
	free(p->element_names.at);
	free(p);
	*policy = NULL;
}

const char *policy_version(const struct policy *policy)
{
	return policy->version;
}

const char *policy_title(const struct policy *policy, enum policy_lang lang)
{
	return policy->title[lang];
}

size_t policy_purpose_count(const struct policy *policy)
{
	return policy->n_purposes;
}

size_t policy_category_count(const struct policy *policy)
{
	return policy->n_categories;
}

const struct policy_purpose *policy_purpose(const struct policy *policy, size_t purpose)
{
	return &policy->purposes[purpose];
}

const struct policy_category *policy_category(const struct policy *policy, size_t category)
{
	return &policy->categories[category];
}

const char *policy_category_id(const struct policy *policy, size_t category)
{
	return category == POLICY_OUTSIDE ? POLICY_OUTSIDE_ID : policy->categories[category].id;
}

size_t policy_find_purpose(const struct policy *policy, const char *id)
{
	return policy_names_find(&policy->purpose_names, id);
}

size_t policy_find_category(const struct policy *policy, const char *id)
{
	return policy_names_find(&policy->category_names, id);
}

size_t policy_category_of(const struct policy *policy, const char *element)
{
	size_t category = policy_names_find(&policy->element_names, element);

	return category == POLICY_NONE ? POLICY_OUTSIDE : category;
}

static const struct policy_entry *entry_at(const struct policy *policy, size_t purpose,
					   size_t category)
{
	return &policy->entries[policy->cells[purpose * policy->n_categories + category]];
}

const struct policy_cell *policy_cell(const struct policy *policy, size_t purpose, size_t category)
{
	return &entry_at(policy, purpose, category)->cell;
}

const struct policy_enumeration *policy_enumeration(const struct policy *policy, size_t purpose,
						    size_t category)
{
	return entry_at(policy, purpose, category)->enumeration;
}

const char *policy_cell_name(enum policy_cell_state state)
{
	static const char *const names[] = {
		[CELL_PERMITTED] = "permitted",
		[CELL_PERMITTED_ONLY_FOR] = "permitted-only-for",
		[CELL_NOT_PERMITTED] = "not-permitted",
		[CELL_BLANK] = "blank",
	};

	return names[state];
}

bool policy_enumerates(const struct policy_enumeration *enumeration, const char *element)
{
	for (size_t i = 0; i < enumeration->n_elements; i++) {
		if (strcmp(enumeration->elements[i], element) == 0)
			return true;
	}
	return false;
}

/* What one purpose says, without regard to the others. */
static enum reason entry_reason(const struct policy_entry *entry, const char *element,
				const char *kind)
{
	switch (entry->cell.state) {
	case CELL_PERMITTED_ONLY_FOR:
		if (kind == NULL || strcmp(kind, entry->cell.kind) != 0)
			return REASON_CONDITION;
		/* fall through */
	case CELL_PERMITTED:
		if (entry->enumeration != NULL && !policy_enumerates(entry->enumeration, element))
			return REASON_NOT_ENUMERATED;
		return REASON_NONE;
	case CELL_BLANK: return REASON_BLANK;
	case CELL_NOT_PERMITTED: break;
	}
	return REASON_NOT_PERMITTED;
}

static struct decision decided(enum verdict verdict, enum reason reason)
{
	return (struct decision){ .verdict = verdict, .reason = reason };
}

struct decision policy_decide(const struct policy *policy, const struct purpose_set *set,
			      size_t category, const char *element, const char *kind)
{
	bool permitted = false;
	enum reason remark = REASON_NONE;
	enum reason refusal = REASON_NONE;

	/* Anything that is no category, also POLICY_NONE by mistake: fail closed. */
	if (category >= policy->n_categories)
		return decided(VERDICT_OUT_OF_PURPOSE, REASON_OUTSIDE_ANNEX);
	for (size_t i = 0; i < set->n; i++) {
		enum reason r =
			entry_reason(entry_at(policy, set->purposes[i], category), element, kind);

		if (r >= REASON_CONDITION) {
			refusal = r > refusal ? r : refusal;
		} else {
			permitted = true;
			remark = r > remark ? r : remark;
		}
	}
	if (!permitted && refusal != REASON_NONE)
		return decided(VERDICT_OUT_OF_PURPOSE, refusal);
	if (set->unknown)
		return decided(VERDICT_GAP, REASON_UNKNOWN_PURPOSE);
	if (!permitted)
		return decided(VERDICT_GAP, REASON_NO_PURPOSE);
	if (remark == REASON_NONE && refusal != REASON_NONE)
		remark = REASON_NOT_FOR_EVERY_PURPOSE;
	return decided(remark == REASON_NONE ? VERDICT_PERMITTED : VERDICT_NOTICE, remark);
}
