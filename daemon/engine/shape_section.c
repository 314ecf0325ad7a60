/*
 * Sections.  What is needed by the same shapes is run together, and what more shapes need
 * stands before it.
 */
#include <purposed/engine/shape_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* The gates of the shapes that need each value. */
static uint64_t *find_gates(const struct shape_builder *b, const uint16_t *outputs,
			    size_t n_outputs)
{
	uint64_t *gates = mem_new(b->n + 1, sizeof(*gates));

	for (size_t i = 0; i < n_outputs; i++)
		gates[outputs[i]] |= UINT64_C(1) << (i % SHAPE_GATES);
	for (size_t i = b->n; i-- > 0;) {
		if (b->values[i].is_class)
			continue;
		gates[b->values[i].a] |= gates[i];
		gates[b->values[i].b] |= gates[i];
	}
	return gates;
}

/* Its place among the sections, which are in the order of how many gates they have. */
static size_t place_of(const struct shape_sections *s, uint64_t gates)
{
	size_t at = s->n;

	while (at > 0 && __builtin_popcountll(s->gates[at - 1]) < __builtin_popcountll(gates))
		at--;
	return at;
}

static bool has_section(const struct shape_sections *s, uint64_t gates, size_t *at_r)
{
	for (size_t i = 0; i < s->n; i++) {
		*at_r = i;
		if (s->gates[i] == gates)
			return true;
	}
	return false;
}

static void add_section(struct shape_sections *s, uint64_t gates)
{
	size_t at;

	if (gates == 0 || has_section(s, gates, &at))
		return;
	at = place_of(s, gates);
	for (size_t i = s->n; i > at; i--)
		s->gates[i] = s->gates[i - 1];
	s->gates[at] = gates;
	s->n++;
}

struct shape_sections shape_sections_new(const struct shape_builder *b, const uint16_t *outputs,
					 size_t n_outputs)
{
	uint64_t *gates = find_gates(b, outputs, n_outputs);
	struct shape_sections s = {
		.gates = mem_new(b->n + 1, sizeof(*s.gates)),
		.of_value = mem_new(b->n + 1, sizeof(*s.of_value)),
	};

	for (size_t i = 0; i < b->n; i++)
		add_section(&s, gates[i]);
	for (size_t i = 0; i < b->n; i++) {
		size_t at;

		s.of_value[i] = SHAPE_NEVER;
		if (has_section(&s, gates[i], &at))
			s.of_value[i] = (uint16_t)at;
	}
	free(gates);
	return s;
}

void shape_sections_fini(struct shape_sections *s)
{
	free(s->gates);
	free(s->of_value);
	*s = (struct shape_sections){ 0 };
}
