/*
 * Sections.  An operation that one shape alone needs is of that shape's section;
 * what two need would have to be run always, if they were not of one section.
 */
#include <purposed/engine/shape_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* For each value, the shapes that need it: n_words words of bits. */
struct users {
	uint64_t *bits;
	size_t n_words;
};

static uint64_t *users_of(const struct users *users, size_t value)
{
	return users->bits + value * users->n_words;
}

static bool uses(const struct users *users, size_t value, size_t output)
{
	return (users_of(users, value)[output / 64] >> (output % 64) & 1) != 0;
}

static void pass_on(const struct users *users, size_t from, size_t to)
{
	for (size_t w = 0; w < users->n_words; w++)
		users_of(users, to)[w] |= users_of(users, from)[w];
}

static struct users find_users(const struct shape_builder *b, const uint16_t *outputs,
			       size_t n_outputs)
{
	struct users users = { .n_words = n_outputs / 64 + 1 };

	users.bits = mem_new(b->n + 1, users.n_words * sizeof(*users.bits));
	for (size_t i = 0; i < n_outputs; i++)
		users_of(&users, outputs[i])[i / 64] |= UINT64_C(1) << (i % 64);
	for (size_t i = b->n; i-- > 0;) {
		if (b->values[i].is_class)
			continue;
		pass_on(&users, i, b->values[i].a);
		pass_on(&users, i, b->values[i].b);
	}
	return users;
}

/* Counts, for each two outputs, the operations that both need; with itself: all of its own. */
static uint16_t *count_shared(const struct shape_builder *b, const struct users *users,
			      size_t n_outputs)
{
	uint16_t *shared = mem_new(n_outputs * n_outputs + 1, sizeof(*shared));
	size_t *who = mem_new(n_outputs + 1, sizeof(*who));

	for (size_t i = 0; i < b->n; i++) {
		size_t n = 0;

		if (b->values[i].is_class)
			continue;
		for (size_t k = 0; k < n_outputs; k++) {
			if (uses(users, i, k))
				who[n++] = k;
		}
		for (size_t x = 0; x < n; x++) {
			for (size_t y = 0; y < n; y++)
				shared[who[x] * n_outputs + who[y]]++;
		}
	}
	free(who);
	return shared;
}

/* Numbers the outputs' sections, from 1: two that share half of what one of them needs have one. */
static size_t join_outputs(const uint16_t *shared, size_t n_outputs, uint16_t *of_output)
{
	size_t n = 1;

	for (size_t i = 0; i < n_outputs; i++) {
		of_output[i] = 0;
		for (size_t k = 0; k < i; k++) {
			size_t both = shared[i * n_outputs + k];
			bool joined = 2 * both > shared[i * n_outputs + i] ||
				      2 * both > shared[k * n_outputs + k];

			if (!joined || of_output[k] == of_output[i])
				continue;
			if (of_output[i] == 0) {
				of_output[i] = of_output[k];
				continue;
			}
			/* Both were in sections already: k's becomes i's. */
			for (size_t m = 0, was = of_output[k]; m < i; m++) {
				if (of_output[m] == was)
					of_output[m] = of_output[i];
			}
		}
		if (of_output[i] == 0)
			of_output[i] = (uint16_t)n++;
	}
	return n;
}

static uint16_t section_of(const struct users *users, size_t value, const uint16_t *of_output,
			   size_t n_outputs)
{
	uint16_t section = SHAPE_NEVER;

	for (size_t k = 0; k < n_outputs; k++) {
		if (!uses(users, value, k))
			continue;
		if (section != SHAPE_NEVER && section != of_output[k])
			return 0;
		section = of_output[k];
	}
	return section;
}

struct shape_sections shape_sections_new(const struct shape_builder *b, const uint16_t *outputs,
					 size_t n_outputs)
{
	struct users users = find_users(b, outputs, n_outputs);
	uint16_t *shared = count_shared(b, &users, n_outputs);
	struct shape_sections s = {
		.of_output = mem_new(n_outputs + 1, sizeof(*s.of_output)),
		.of_value = mem_new(b->n + 1, sizeof(*s.of_value)),
	};

	s.n = join_outputs(shared, n_outputs, s.of_output);
	for (size_t i = 0; i < b->n; i++)
		s.of_value[i] = section_of(&users, i, s.of_output, n_outputs);
	free(shared);
	free(users.bits);
	return s;
}

void shape_sections_fini(struct shape_sections *s)
{
	free(s->of_output);
	free(s->of_value);
	*s = (struct shape_sections){ 0 };
}
