#include <purposed/engine/rule_anchors.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/decode.h>

struct rule_anchors {
	size_t n_rules;
	struct anchor_sample *sample;
	struct pattern **patterns; /* by rule, then that of escapes; NULL: not understood */
	struct anchors *anchors;   /* likewise */
	struct pattern_starts *starts;
};

/* Usual lines, and the catalogue's own examples, of what there is and of what there is not. */
static struct anchor_sample *read_sample(const struct rules *rules)
{
	struct anchor_sample *sample = mem_new(1, sizeof(*sample));

	anchor_sample_usual(sample);
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
static void derive(struct rule_anchors *d, size_t rule, const char *text)
{
	struct pattern **pattern_r = &d->patterns[rule];
	struct anchors *anchors_r = &d->anchors[rule];
	struct err ignored = { 0 };

	if (pattern_parse(pattern_r, text, &ignored) == 0) {
		anchors_derive(anchors_r, *pattern_r, d->sample);
		pattern_starts_derive(&d->starts[rule], *pattern_r);
	} else {
		anchors_r->everywhere = true;
	}
	/* Only shapes have parts of the tree; those of lists of words are large. */
	if (anchors_r->n_shapes == 0)
		pattern_free(pattern_r);
	err_fini(&ignored);
}

struct rule_anchors *rule_anchors_new(const struct rules *rules)
{
	struct rule_anchors *d = mem_new(1, sizeof(*d));
	size_t n = rules_count(rules);

	d->n_rules = n;
	d->sample = read_sample(rules);
	d->patterns = mem_new(n + 1, sizeof(struct pattern *));
	d->anchors = mem_new(n + 1, sizeof(*d->anchors));
	d->starts = mem_new(n + 1, sizeof(*d->starts));
	for (size_t i = 0; i < n; i++)
		derive(d, i, rules_at(rules, i)->pattern);
	derive(d, n, decode_escapes);
	return d;
}

void rule_anchors_free(struct rule_anchors **derived)
{
	struct rule_anchors *d;

	if (derived == NULL || *derived == NULL)
		return;
	d = *derived;
	*derived = NULL;
	for (size_t i = 0; i <= d->n_rules; i++) {
		anchors_fini(&d->anchors[i]);
		pattern_free(&d->patterns[i]);
	}
	free(d->patterns);
	free(d->anchors);
	free(d->starts);
	anchor_sample_fini(d->sample);
	free(d->sample);
	free(d);
}

const struct anchors *rule_anchors_of(const struct rule_anchors *derived, size_t rule)
{
	return &derived->anchors[rule];
}

struct finder_parts *rule_anchors_parts(const struct rule_anchors *d)
{
	size_t n = d->n_rules + 1;
	struct finder_rule *rules = mem_new(n, sizeof(*rules));
	struct finder_parts *parts;

	for (size_t i = 0; i < n; i++)
		rules[i] = (struct finder_rule){ (uint16_t)i, &d->anchors[i], &d->starts[i] };
	rules[d->n_rules].rule = RULE_ANCHORS_ESCAPE;
	parts = finder_parts_new(rules, n, d->sample);
	free(rules);
	return parts;
}
