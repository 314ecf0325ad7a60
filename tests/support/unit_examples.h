/* unit_examples: every example and counter-example of all rules, for what must hold of any text. */
#ifndef PURPOSED_TESTS_UNIT_EXAMPLES_H
#define PURPOSED_TESTS_UNIT_EXAMPLES_H

#include <purposed/engine/rules.h>

/* Asks each of them of a pattern; returns the sum of the answers. */
static inline size_t unit_ask_examples(const struct rules *rules,
				       size_t (*ask)(void *with, const char *pattern,
						     const char *text),
				       void *with, const char *pattern)
{
	size_t n = 0;

	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		for (size_t t = 0; t < rule->n_examples; t++)
			n += ask(with, pattern, rule->examples[t]);
		for (size_t t = 0; t < rule->n_counter_examples; t++)
			n += ask(with, pattern, rule->counter_examples[t]);
	}
	return n;
}

#endif
