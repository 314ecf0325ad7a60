#include <purposed/engine/plan.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* The finder of a first look: made when it is first asked for. */
struct plan_look {
	pthread_mutex_t lock; /* held while it is made */
	atomic_bool made;
	struct finder *finder; /* NULL: no first look is to be had */
};

/* Edit distance (Levenshtein) of two ids, for "did you mean". */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(b);
	size_t *row = mem_new(n + 1, sizeof(*row));
	size_t result;

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (diagonal + 1 < best)
				best = diagonal + 1;
			row[j + 1] = best;
		}
	}
	result = row[n];
	free(row);
	return result;
}

static const char *nearest(const struct policy *policy, const char *id)
{
	const char *best = NULL;
	size_t best_distance = strlen(id) / 2 + 1;

	for (size_t i = 0; i < policy_purpose_count(policy); i++) {
		const char *other = policy_purpose(policy, i)->id;
		size_t d = distance(id, other);

		if (d < best_distance) {
			best = other;
			best_distance = d;
		}
	}
	return best;
}

static void describe_unknown(const struct policy *policy, const char *id, const char *where,
			     struct err *e)
{
	const char *guess = nearest(policy, id);

	if (guess != NULL)
		err_add(e, "%s: the policy has no purpose '%s'; did you mean '%s'?", where, id,
			guess);
	else
		err_add(e, "%s: the policy has no purpose '%s' (see: purposed policy list)", where,
			id);
}

static int by_index(const void *a, const void *b)
{
	size_t x = *(const size_t *)a;
	size_t y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static size_t drop_twins(size_t *sorted, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || sorted[i] != sorted[i - 1])
			sorted[kept++] = sorted[i];
	}
	return kept;
}

/* --- The first look ---------------------------------------------------------- */

/* The one kind that rules recognise; NULL where it is none or several. */
static const char *only_kind(const struct rules *rules)
{
	const char *kind = NULL;

	for (size_t i = 0; i < rules_count(rules); i++) {
		const char *other = rules_at(rules, i)->kind;

		if (other == NULL)
			continue;
		if (kind != NULL && strcmp(kind, other) != 0)
			return NULL;
		kind = other;
	}
	return kind;
}

static bool flags(const struct plan *plan, uint16_t element, const char *kind)
{
	const struct policy *policy = engine_policy(plan->engine);
	struct decision decision =
		policy_decide(policy, &plan->set, engine_category(plan->engine, element),
			      rules_element(engine_rules(plan->engine), element), kind);

	return verdict_is_flagged(decision.verdict);
}

static enum plan_need need_of(const struct plan *plan, uint16_t element)
{
	if (element == RULES_NO_ELEMENT || !flags(plan, element, NULL))
		return PLAN_PERMITTED;
	if (plan->kind != NULL && !flags(plan, element, plan->kind))
		return PLAN_FLAGGED_UNLESS_KIND;
	return PLAN_FLAGGED;
}

static void weigh_rules(struct plan *plan)
{
	const struct rules *rules = engine_rules(plan->engine);
	bool kind_matters = false;

	plan->rules = mem_new(rules_count(rules) + 1, sizeof(*plan->rules));
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);
		struct plan_rule *needs = &plan->rules[i];

		needs->targets = mem_new(rule->n_targets, sizeof(*needs->targets));
		for (size_t t = 0; t < rule->n_targets; t++) {
			needs->targets[t] = need_of(plan, rule->targets[t].element);
			if (needs->targets[t] > needs->worst)
				needs->worst = needs->targets[t];
			kind_matters |= needs->targets[t] == PLAN_FLAGGED_UNLESS_KIND;
		}
	}
	for (size_t i = 0; i < rules_count(rules); i++)
		plan->rules[i].tells_kind = kind_matters && rules_at(rules, i)->kind != NULL;
}

/* For the rules that matter and for escapes; none where one of them has no anchor. */
static struct finder *make_finder(const struct plan *plan)
{
	const struct lookout *lookout = engine_lookout(plan->engine);
	size_t n_rules = rules_count(engine_rules(plan->engine));
	struct finder_rule *rules = mem_new(n_rules + 1, sizeof(*rules));
	struct finder *finder = NULL;
	size_t n = 0;
	bool slow = lookout == NULL;

	for (size_t i = 0; i < n_rules && !slow; i++) {
		const struct plan_rule *needs = &plan->rules[i];

		if (needs->worst == PLAN_PERMITTED && !needs->tells_kind)
			continue;
		slow = lookout_anchors(lookout, i)->everywhere;
		rules[n++] = (struct finder_rule){ (uint16_t)i, lookout_anchors(lookout, i) };
	}
	if (!slow) {
		rules[n++] = (struct finder_rule){ PLAN_ESCAPE, lookout_escapes(lookout) };
		finder = finder_new(rules, n, lookout_sample(lookout),
				    engine_settings(plan->engine)->level);
	}
	free(rules);
	return finder;
}

const struct finder *plan_finder(const struct plan *plan)
{
	struct plan_look *look = plan->look;

	if (!atomic_load(&look->made)) {
		pthread_mutex_lock(&look->lock);
		if (!atomic_load(&look->made))
			look->finder = make_finder(plan);
		atomic_store(&look->made, true);
		pthread_mutex_unlock(&look->lock);
	}
	return look->finder;
}

const struct plan_rule *plan_rule(const struct plan *plan, size_t rule)
{
	return &plan->rules[rule];
}

bool plan_kind_holds(const struct plan *plan, const char *kind)
{
	return plan->kind != NULL && strcmp(plan->kind, kind) == 0;
}

int plan_new(struct plan **plan_r, struct engine *engine, const char *const *ids, size_t n,
	     const char *where, struct err *e)
{
	const struct policy *policy = engine_policy(engine);
	size_t *purposes = mem_new(n, sizeof(*purposes));
	struct plan *plan;
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		purposes[i] = policy_find_purpose(policy, ids[i]);
		if (purposes[i] == POLICY_NONE) {
			describe_unknown(policy, ids[i], where, e);
			bad = -1;
		}
	}
	if (bad != 0) {
		free(purposes);
		return -1;
	}
	qsort(purposes, n, sizeof(*purposes), by_index);
	plan = mem_new(1, sizeof(*plan));
	plan->engine = engine_ref(engine);
	plan->set.purposes = purposes;
	plan->set.n = drop_twins(purposes, n);
	plan->kind = only_kind(engine_rules(engine));
	weigh_rules(plan);
	plan->look = mem_new(1, sizeof(*plan->look));
	pthread_mutex_init(&plan->look->lock, NULL);
	*plan_r = plan;
	return 0;
}

void plan_free(struct plan **plan)
{
	if (plan == NULL || *plan == NULL)
		return;
	free((void *)(uintptr_t)(*plan)->set.purposes);
	for (size_t i = 0; i < rules_count(engine_rules((*plan)->engine)); i++)
		free((*plan)->rules[i].targets);
	free((*plan)->rules);
	finder_free(&(*plan)->look->finder);
	pthread_mutex_destroy(&(*plan)->look->lock);
	free((*plan)->look);
	engine_unref(&(*plan)->engine);
	free(*plan);
	*plan = NULL;
}
