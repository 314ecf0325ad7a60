#include <purposed/engine/finder.h>

bool finder_next(struct finder *finder, const struct plan *plan, struct span text,
		 struct candidate *candidate_r)
{
	if (finder->next >= plan->n_rules || text.len == 0)
		return false;
	*candidate_r = (struct candidate){ .rule = plan->rules[finder->next++], .start = 0 };
	return true;
}
