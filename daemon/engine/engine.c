#include <purposed/engine/engine.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/embedded.h>
#include <purposed/engine/examples.h>

struct engine {
	atomic_uint refs;
	struct engine_options options;
	struct policy *policy;
	struct rules *rules;
	size_t *categories;	   /* by element of the rules */
	struct pattern **patterns; /* by rule; NULL: not understood */
	struct anchors *anchors;   /* by rule */
	uint16_t *slow_rules;
	size_t n_slow;
	struct anchor_sample *sample;
	struct pattern *escapes_pattern;
	struct anchors escapes;
	struct finder *finder;
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
	return policy_parse(&engine->policy, embedded_files[0].name, embedded_files[0].text, e);
}

static int load_rules(struct engine *engine, struct err *e)
{
	const struct engine_options *options = &engine->options;
	struct rules_text *texts;
	int result;

	if (options->rules_path != NULL) {
		result = rules_load(&engine->rules, options->rules_path, options->jit, e);
	} else {
		texts = mem_new(embedded_file_count, sizeof(*texts));
		for (size_t i = 1; i < embedded_file_count; i++)
			texts[i - 1] = (struct rules_text){ embedded_files[i].name,
							    embedded_files[i].text };
		result = rules_parse(&engine->rules, texts, embedded_file_count - 1, options->jit,
				     e);
		free(texts);
	}
	if (result != 0)
		return -1;
	return examples_run(engine->rules, &options->limits, e);
}

static void map_elements(struct engine *engine)
{
	size_t n = rules_element_count(engine->rules);

	engine->categories = mem_new(n, sizeof(*engine->categories));
	for (size_t i = 0; i < n; i++)
		engine->categories[i] =
			policy_category_of(engine->policy, rules_element(engine->rules, i));
}

/* -1 and nothing is lost: a pattern that is not understood is looked for everywhere. */
static void derive(struct engine *engine, size_t rule)
{
	struct err ignored = { 0 };

	engine->anchors[rule].everywhere = true;
	if (!engine->options.oracle &&
	    pattern_parse(&engine->patterns[rule], rules_at(engine->rules, rule)->pattern,
			  &ignored) == 0)
		anchors_derive(&engine->anchors[rule], engine->patterns[rule], engine->sample);
	err_fini(&ignored);
}

/* The catalogue's own examples, of what there is and of what there is not, are what logs look like.
 */
static struct anchor_sample *read_sample(const struct rules *rules)
{
	struct anchor_sample *sample = mem_new(1, sizeof(*sample));

	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		anchor_sample_kind(sample);
		for (size_t k = 0; k < rule->n_examples; k++)
			anchor_sample_add(sample, rule->examples[k], strlen(rule->examples[k]));
		for (size_t k = 0; k < rule->n_counter_examples; k++)
			anchor_sample_add(sample, rule->counter_examples[k],
					  strlen(rule->counter_examples[k]));
	}
	return sample;
}

/* Where texts have a second layer. */
static void derive_escapes(struct engine *engine)
{
	struct err impossible = { 0 };

	if (pattern_parse(&engine->escapes_pattern, decode_escapes, &impossible) == 0)
		anchors_derive(&engine->escapes, engine->escapes_pattern, engine->sample);
	else
		engine->escapes.everywhere = true;
	err_fini(&impossible);
}

static void build_finder(struct engine *engine)
{
	size_t n = rules_count(engine->rules);
	struct finder_rule *anchored = mem_new(n + 1, sizeof(*anchored));
	size_t n_anchored = 0;

	engine->sample = read_sample(engine->rules);
	derive_escapes(engine);
	engine->patterns = mem_new(n + 1, sizeof(struct pattern *));
	engine->anchors = mem_new(n + 1, sizeof(*engine->anchors));
	engine->slow_rules = mem_new(n + 1, sizeof(*engine->slow_rules));
	for (size_t i = 0; i < n; i++) {
		derive(engine, i);
		if (engine->anchors[i].everywhere)
			engine->slow_rules[engine->n_slow++] = (uint16_t)i;
		else
			anchored[n_anchored++] =
				(struct finder_rule){ (uint16_t)i, &engine->anchors[i] };
	}
	engine->finder = finder_new(anchored, n_anchored, engine->sample, engine->options.level);
	free(anchored);
}

static void free_finder(struct engine *engine)
{
	finder_free(&engine->finder);
	anchors_fini(&engine->escapes);
	pattern_free(&engine->escapes_pattern);
	for (size_t i = 0; engine->patterns != NULL && i < rules_count(engine->rules); i++) {
		anchors_fini(&engine->anchors[i]);
		pattern_free(&engine->patterns[i]);
	}
	free(engine->patterns);
	free(engine->anchors);
	free(engine->slow_rules);
	free(engine->sample);
}

int engine_load(struct engine **engine_r, const struct engine_options *options, struct err *e)
{
	struct engine *engine = mem_new(1, sizeof(*engine));
	int bad = 0;

	atomic_init(&engine->refs, 1);
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
	build_finder(engine);
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
	free_finder(en);
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

const struct anchors *engine_anchors(const struct engine *engine, size_t rule)
{
	return &engine->anchors[rule];
}

const struct anchors *engine_escapes(const struct engine *engine)
{
	return &engine->escapes;
}

const struct anchor_sample *engine_sample(const struct engine *engine)
{
	return engine->sample;
}

const struct finder *engine_finder(const struct engine *engine)
{
	return engine->finder;
}

const uint16_t *engine_slow_rules(const struct engine *engine, size_t *n_r)
{
	*n_r = engine->n_slow;
	return engine->slow_rules;
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
