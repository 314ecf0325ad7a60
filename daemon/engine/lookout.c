#include <purposed/engine/lookout.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/decode.h>

struct lookout {
	size_t n_rules;
	struct anchor_sample *sample;
	struct pattern **patterns; /* by rule; NULL: not understood */
	struct anchors *anchors;   /* by rule */
	struct pattern *escapes_pattern;
	struct anchors escapes;
	uint16_t *slow_rules;
	size_t n_slow;
	struct finder *finder;
};

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
	anchor_sample_finish(sample);
	return sample;
}

/* A pattern that is not understood is no mistake: it is looked for everywhere. */
static void derive(const struct lookout *l, const char *text, struct pattern **pattern_r,
		   struct anchors *anchors_r)
{
	struct err ignored = { 0 };

	if (pattern_parse(pattern_r, text, &ignored) == 0)
		anchors_derive(anchors_r, *pattern_r, l->sample);
	else
		anchors_r->everywhere = true;
	/* Only shapes have parts of the tree; those of lists of words are large. */
	if (anchors_r->n_shapes == 0)
		pattern_free(pattern_r);
	err_fini(&ignored);
}

struct lookout *lookout_new(const struct rules *rules, const struct sieve_level *level)
{
	struct lookout *l = mem_new(1, sizeof(*l));
	size_t n = rules_count(rules);
	struct finder_rule *anchored = mem_new(n + 1, sizeof(*anchored));
	size_t n_anchored = 0;

	l->n_rules = n;
	l->sample = read_sample(rules);
	l->patterns = mem_new(n + 1, sizeof(struct pattern *));
	l->anchors = mem_new(n + 1, sizeof(*l->anchors));
	l->slow_rules = mem_new(n + 1, sizeof(*l->slow_rules));
	derive(l, decode_escapes, &l->escapes_pattern, &l->escapes);
	for (size_t i = 0; i < n; i++) {
		derive(l, rules_at(rules, i)->pattern, &l->patterns[i], &l->anchors[i]);
		if (l->anchors[i].everywhere)
			l->slow_rules[l->n_slow++] = (uint16_t)i;
		else
			anchored[n_anchored++] =
				(struct finder_rule){ (uint16_t)i, &l->anchors[i] };
	}
	l->finder = finder_new(anchored, n_anchored, l->sample, level);
	free(anchored);
	return l;
}

void lookout_free(struct lookout **lookout)
{
	struct lookout *l;

	if (lookout == NULL || *lookout == NULL)
		return;
	l = *lookout;
	*lookout = NULL;
	finder_free(&l->finder);
	for (size_t i = 0; i < l->n_rules; i++) {
		anchors_fini(&l->anchors[i]);
		pattern_free(&l->patterns[i]);
	}
	anchors_fini(&l->escapes);
	pattern_free(&l->escapes_pattern);
	free(l->patterns);
	free(l->anchors);
	free(l->slow_rules);
	anchor_sample_fini(l->sample);
	free(l->sample);
	free(l);
}

const struct anchors *lookout_anchors(const struct lookout *lookout, size_t rule)
{
	return &lookout->anchors[rule];
}

const struct anchors *lookout_escapes(const struct lookout *lookout)
{
	return &lookout->escapes;
}

const struct anchor_sample *lookout_sample(const struct lookout *lookout)
{
	return lookout->sample;
}

const struct finder *lookout_finder(const struct lookout *lookout)
{
	return lookout->finder;
}

const uint16_t *lookout_slow_rules(const struct lookout *lookout, size_t *n_r)
{
	*n_r = lookout->n_slow;
	return lookout->slow_rules;
}
