#include <purposed/engine/plan.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/base/words.h>

/* First looks, by depth: made when they are first asked for. */
struct plan_prescans {
	pthread_mutex_t lock; /* held while one is made */
	atomic_bool made[PRESCAN_DEPTHS];
	struct prescan_goal *goals[PRESCAN_DEPTHS]; /* NULL: none is to be had */
};

static const char *nearest(const struct policy *policy, const char *id)
{
	const char *best = NULL;
	size_t best_distance = strlen(id) / 2 + 1;

	for (size_t i = 0; i < policy_purpose_count(policy); i++) {
		const char *other = policy_purpose(policy, i)->id;
		size_t d = words_distance(id, other);

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

bool plan_has_prescan(const struct plan *plan, enum prescan_depth depth)
{
	return atomic_load(&plan->prescans->made[depth]);
}

const struct prescan_goal *plan_prescan(const struct plan *plan, enum prescan_depth depth)
{
	struct plan_prescans *prescans = plan->prescans;

	if (!atomic_load(&prescans->made[depth])) {
		pthread_mutex_lock(&prescans->lock);
		if (!atomic_load(&prescans->made[depth]))
			prescans->goals[depth] = prescan_goal_new(plan, depth);
		atomic_store(&prescans->made[depth], true);
		pthread_mutex_unlock(&prescans->lock);
	}
	return prescans->goals[depth];
}

int plan_new(struct plan **plan_r, struct engine *engine, const char *const *ids, size_t n,
	     const char *where, struct err *e)
{
	static atomic_ullong made;
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
	plan->serial = atomic_fetch_add(&made, 1) + 1;
	plan->engine = engine_ref(engine);
	plan->set.purposes = purposes;
	plan->set.n = drop_twins(purposes, n);
	plan->prescans = mem_new(1, sizeof(*plan->prescans));
	pthread_mutex_init(&plan->prescans->lock, NULL);
	*plan_r = plan;
	return 0;
}

void plan_free(struct plan **plan)
{
	if (plan == NULL || *plan == NULL)
		return;
	free((void *)(uintptr_t)(*plan)->set.purposes);
	for (int depth = 0; depth < PRESCAN_DEPTHS; depth++)
		prescan_goal_free(&(*plan)->prescans->goals[depth]);
	pthread_mutex_destroy(&(*plan)->prescans->lock);
	free((*plan)->prescans);
	engine_unref(&(*plan)->engine);
	free(*plan);
	*plan = NULL;
}
