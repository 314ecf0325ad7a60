#include <purposed/run/warm.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <purposed/base/mem.h>

/* So many batches make a stream; a file that is a little one makes one. */
enum { PATIENCE = 16, LOWEST_PRIORITY = 19 };

struct warm {
	pthread_mutex_t lock;
	unsigned wanted; /* how often */
	pthread_t thread;
	bool started;
	atomic_bool busy;
	atomic_bool stop;
	const struct engine *engine;
	const struct plan *plan;
	enum look_depth depth;
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
	free(w);
}

static void *make(void *arg)
{
	struct warm *w = arg;
	const struct rules *rules = engine_rules(w->engine);

	/* Of this thread alone (Linux): what it is for are those that it must not disturb. */
	setpriority(PRIO_PROCESS, 0, LOWEST_PRIORITY);
	for (size_t i = 0; i < rules_count(rules) && !atomic_load(&w->stop); i++) {
		const struct rule *rule = rules_at(rules, i);

		regex_prepare(rule->regex);
		if (rule->keywords != NULL)
			regex_prepare(rule->keywords);
	}
	if (!atomic_load(&w->stop))
		engine_lookout(w->engine);
	if (!atomic_load(&w->stop) && w->plan != NULL && w->depth != LOOK_DEPTHS)
		plan_look(w->plan, w->depth);
	atomic_store(&w->busy, false);
	return NULL;
}

/* Under the lock, with nothing under way. */
static void start(struct warm *w)
{
	if (w->started)
		pthread_join(w->thread, NULL);
	atomic_store(&w->busy, true);
	/* Without threads the next large batch makes it, as ever. */
	w->started = pthread_create(&w->thread, NULL, make, w) == 0;
}

void warm_want(struct warm *w, const struct engine *engine, const struct plan *plan,
	       enum look_depth depth)
{
	pthread_mutex_lock(&w->lock);
	if (++w->wanted >= PATIENCE && !atomic_load(&w->busy)) {
		w->engine = engine;
		w->plan = plan;
		w->depth = depth;
		start(w);
	}
	pthread_mutex_unlock(&w->lock);
}
