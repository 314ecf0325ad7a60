#include <purposed/engine/engine.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/embedded.h>
#include <purposed/engine/examples.h>

struct engine {
	atomic_uint refs;
	struct engine_options options;
	struct policy *policy;
	struct rules *rules;
	size_t *categories;	      /* by element of the rules */
	pthread_mutex_t lock;	      /* held while the finders are made */
	struct rule_finders *finders; /* NULL: not needed yet */
	atomic_bool has_finders;
};

struct engine_options engine_defaults(void)
{
	return (struct engine_options){
		.jit = true,
		.level = sieve_level_find("auto"),
		.record_max_bytes = 65536,
		.limits = { .match = 1000000, .depth = 100000, .heap_kib = 4096 },
	};
}

static int load_policy(struct engine *engine, struct err *e)
{
	if (engine->options.policy_path != NULL)
		return policy_load(&engine->policy, engine->options.policy_path, e);
	return policy_parse(&engine->policy, embedded_policy.name, embedded_policy.text, e);
}

static int load_rules(struct engine *engine, struct err *e)
{
	const struct engine_options *options = &engine->options;
	unsigned how = (options->jit ? REGEX_JIT : 0) | (options->oracle ? REGEX_AS_WRITTEN : 0);

	if (options->rules_path == NULL)
		return rules_builtin(&engine->rules, how, e);
	if (rules_load(&engine->rules, options->rules_path, how, e) != 0)
		return -1;
	return engine_prove(engine, e);
}

int engine_prove(const struct engine *engine, struct err *e)
{
	return examples_run(engine->rules, &engine->options.limits, e);
}

static void map_elements(struct engine *engine)
{
	size_t n = rules_element_count(engine->rules);

	engine->categories = mem_new(n, sizeof(*engine->categories));
	for (size_t i = 0; i < n; i++)
		engine->categories[i] =
			policy_category_of(engine->policy, rules_element(engine->rules, i));
}

int engine_load(struct engine **engine_r, const struct engine_options *options, struct err *e)
{
	struct engine *engine = mem_new(1, sizeof(*engine));
	int bad = 0;

	atomic_init(&engine->refs, 1);
	pthread_mutex_init(&engine->lock, NULL);
	engine->options = *options;
	bad |= load_policy(engine, e);
	bad |= load_rules(engine, e);
	if (bad != 0) {
		engine_unref(&engine);
		return -1;
	}
	/* The caller's strings need not outlive this call. */
	engine->options.policy_path = NULL;
	engine->options.rules_path = NULL;
	map_elements(engine);
	*engine_r = engine;
	return 0;
}

struct engine *engine_ref(struct engine *engine)
{
	atomic_fetch_add(&engine->refs, 1);
	return engine;
}

void engine_unref(struct engine **engine)
{
	struct engine *en;

	if (engine == NULL || *engine == NULL)
		return;
	en = *engine;
	*engine = NULL;
	if (atomic_fetch_sub(&en->refs, 1) != 1)
		return;
	rule_finders_free(&en->finders);
	pthread_mutex_destroy(&en->lock);
	policy_free(&en->policy);
	rules_free(&en->rules);
	free(en->categories);
	free(en);
}

const struct policy *engine_policy(const struct engine *engine)
{
	return engine->policy;
}

const struct rules *engine_rules(const struct engine *engine)
{
	return engine->rules;
}

const struct engine_options *engine_settings(const struct engine *engine)
{
	return &engine->options;
}

const struct rule_finders *engine_finders(const struct engine *engine)
{
	/* The engine stays what it was to whoever looks at it: this is a cache. */
	struct engine *en = (struct engine *)(uintptr_t)engine;

	if (en->options.oracle)
		return NULL;
	if (!atomic_load(&en->has_finders)) {
		pthread_mutex_lock(&en->lock);
		if (en->finders == NULL)
			en->finders = rule_finders_new(en->rules, en->options.level);
		atomic_store(&en->has_finders, true);
		pthread_mutex_unlock(&en->lock);
	}
	return en->finders;
}

bool engine_has_finders(const struct engine *engine)
{
	return engine->options.oracle || rules_are_prepared(engine->rules) != NULL ||
	       atomic_load(&engine->has_finders);
}

size_t engine_category(const struct engine *engine, size_t element)
{
	return engine->categories[element];
}

static bool has_condition(const struct policy *policy, size_t purpose, const char *kind)
{
	for (size_t c = 0; c < policy_category_count(policy); c++) {
		const struct policy_cell *cell = policy_cell(policy, purpose, c);

		if (cell->state == CELL_PERMITTED_ONLY_FOR && strcmp(cell->kind, kind) == 0)
			return true;
	}
	return false;
}

bool engine_knows_kind(const struct engine *engine, const char *kind)
{
	for (size_t p = 0; p < policy_purpose_count(engine->policy); p++) {
		if (has_condition(engine->policy, p, kind))
			return true;
	}
	for (size_t i = 0; i < rules_count(engine->rules); i++) {
		const char *known = rules_at(engine->rules, i)->kind;

		if (known != NULL && strcmp(known, kind) == 0)
			return true;
	}
	return false;
}
