#include <purposed/run/warm.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/run/turn.h>

/* So many batches make a stream; a file that is a little one makes one. */
enum { PATIENCE = 16 };

struct warm {
	pthread_mutex_t lock;
	unsigned wanted; /* how often */
	pthread_t thread;
	bool started;
	atomic_bool busy;
	atomic_bool stop;
	const struct engine *engine;
	const struct plan **plans;
	size_t n_plans, cap;
	enum prescan_depth depth;
	atomic_bool early; /* from warm_begin until that is done: nobody is disturbed */
};

struct warm *warm_new(void)
{
	struct warm *warm = mem_new(1, sizeof(*warm));

	pthread_mutex_init(&warm->lock, NULL);
	return warm;
}

void warm_free(struct warm **warm)
{
	struct warm *w = *warm;

	if (w == NULL)
		return;
	*warm = NULL;
	atomic_store(&w->stop, true);
	if (w->started)
		pthread_join(w->thread, NULL);
	pthread_mutex_destroy(&w->lock);
	free(w->plans);
	free(w);
}

/* Machine code of all rules. */
static void prepare(struct warm *w)
{
	const struct rules *rules = engine_rules(w->engine);

	for (size_t i = 0; i < rules_count(rules) && !atomic_load(&w->stop); i++) {
		const struct rule *rule = rules_at(rules, i);

		regex_prepare(rule->regex);
		if (rule->keywords != NULL)
			regex_prepare(rule->keywords);
	}
}

static void *make(void *arg)
{
	struct warm *w = arg;
	bool early = atomic_load(&w->early);

	/* What it is for are those that it must not disturb. */
	if (!early)
		turn_last();
	/* Early, which rules will have work is not known: megabytes of code for nothing. */
	if (!early)
		prepare(w);
	if (!atomic_load(&w->stop))
		engine_finders(w->engine);
	for (size_t i = 0; i < w->n_plans && !atomic_load(&w->stop); i++)
		plan_prescan(w->plans[i], w->depth);
	atomic_store(&w->early, false);
	atomic_store(&w->busy, false);
	return NULL;
}

/* Under the lock, with nothing under way. */
static void start(struct warm *w, const struct plan *const *plans, size_t n,
		  enum prescan_depth depth)
{
	if (w->started)
		pthread_join(w->thread, NULL);
	w->n_plans = 0;
	w->depth = depth;
	for (size_t i = 0; i < n && depth != PRESCAN_DEPTHS; i++) {
		w->plans = mem_grow(w->plans, w->n_plans, &w->cap, sizeof(struct plan *));
		w->plans[w->n_plans++] = plans[i];
	}
	atomic_store(&w->busy, true);
	w->started = pthread_create(&w->thread, NULL, make, w) == 0;
	if (w->started)
		return;
	/* No thread is to be had: it is tried again after a while, and until then the next large
	 * batch makes it, as ever. */
	w->wanted = 0;
	atomic_store(&w->early, false);
	atomic_store(&w->busy, false);
}

void warm_want(struct warm *w, const struct engine *engine, const struct plan *plan,
	       enum prescan_depth depth)
{
	pthread_mutex_lock(&w->lock);
	if (++w->wanted >= PATIENCE && !atomic_load(&w->busy)) {
		w->engine = engine;
		start(w, &plan, plan != NULL, depth);
	}
	pthread_mutex_unlock(&w->lock);
}

void warm_wait(struct warm *w)
{
	if (w->started)
		pthread_join(w->thread, NULL);
	w->started = false;
}

bool warm_has_begun(struct warm *w)
{
	return atomic_load(&w->early);
}

void warm_begin(struct warm *w, const struct engine *engine, const struct plan *const *plans,
		size_t n, enum prescan_depth depth)
{
	w->engine = engine;
	atomic_store(&w->early, true);
	start(w, plans, n, depth);
}
