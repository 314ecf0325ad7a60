/* A program that is cut as the text goes on finds what the whole one finds. */
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include <purposed/engine/finder_cuts.h>

enum { SHAPES = 3, WORDS = 15 };

/* `a:1`, `@x` and `%%-` behind any byte. */
static void make_shapes(struct sieve_shapes *shapes)
{
	static const char *const classes[] = { "abcxyz", ":", "0123456789", "@", "%", "-\xe9" };
	struct shape_value values[10] = { 0 };
	const uint16_t outputs[SHAPES] = { 7, 8, 9 };

	for (size_t i = 0; i < COUNT(classes); i++) {
		values[i].is_class = true;
		for (const char *c = classes[i]; *c != '\0'; c++)
			byte_set_add(&values[i].set, (unsigned char)*c);
	}
	values[6] = (struct shape_value){ .kind = SHAPE_AND, .shift = 1, .a = 1, .b = 2 };
	values[7] = (struct shape_value){ .kind = SHAPE_AND, .shift = 1, .a = 0, .b = 6 };
	values[8] = (struct shape_value){ .kind = SHAPE_AND, .shift = 1, .a = 3, .b = 0 };
	values[9] = (struct shape_value){ .kind = SHAPE_AND, .shift = 1, .a = 4, .b = 5 };
	memset(shapes, 0, sizeof(*shapes));
	shape_make(values, COUNT(values), outputs, SHAPES, &shapes->program);
	sieve_fill_classes(shapes);
}

/* The places of all shapes, with all bits of each. */
static void run(const struct sieve_level *level, const struct sieve_shapes *shapes,
		uint64_t *bitmaps, uint64_t places[SHAPES][WORDS])
{
	struct sieve_hit hits[SHAPES];
	struct sieve_gates gates = { 0 };
	size_t n = level->program(shapes, WORDS, bitmaps, &gates, hits);

	memset(places, 0, sizeof(uint64_t[SHAPES][WORDS]));
	for (size_t i = 0; i < n; i++)
		memcpy(places[hits[i].shape], hits[i].places, sizeof(places[0]));
}

static void test_texts_that_change(void **state)
{
	enum { TEXTS = 20000, AHEAD = 64 };
	static const char *const kinds[] = { "abc \n", "ab:12 \n", "ab:1@x%-", "a1%-\xe9\x80" };
	static const char *const names[] = { "avx512-gather", "avx512", "avx2", "baseline" };
	static unsigned char text[64 * WORDS + AHEAD + SIEVE_READS];
	struct sieve_shapes *whole = malloc(sizeof(*whole));
	uint64_t *bitmaps = aligned_alloc(64, 64 * 8 * 64);

	(void)state;
	assert_non_null(whole);
	assert_non_null(bitmaps);
	make_shapes(whole);
	for (size_t l = 0; l < COUNT(names); l++) {
		const struct sieve_level *level = sieve_level_find(names[l]);
		struct finder_cuts *cuts;
		size_t n_cut = 0;
		size_t n_whole = 0;
		size_t found = 0;

		if (level == NULL)
			continue;
		cuts = finder_cuts_new(whole, level);
		for (size_t i = 0; i < TEXTS; i++) {
			/* Long of one kind, then of all of them in turn. */
			const char *kind = kinds[i < TEXTS / 2 ? i / 2500 : i % COUNT(kinds)];
			const struct sieve_shapes *used;
			uint64_t expected[SHAPES][WORDS];
			uint64_t places[SHAPES][WORDS];

			for (size_t k = 0; k < sizeof(text); k++)
				text[k] = (unsigned char)kind[(i + k * k + k / 7) % strlen(kind)];
			/* What is rare is anywhere, also where it is only looked ahead to. */
			if (i % 97 == 0)
				memcpy(text + 1 + i % (64 * WORDS), "%-", 2);
			level->classes(whole, text, WORDS, bitmaps);
			run(level, whole, bitmaps, expected);
			used = finder_cuts_classes(cuts, text, WORDS, bitmaps);
			run(level, used, bitmaps, places);
			assert_memory_equal(places, expected, sizeof(places));
			found += places[2][0] != 0 || places[1][3] != 0;
			n_whole += used == whole;
			n_cut += used != whole && used->program.n_ops < whole->program.n_ops;
		}
		assert_true(found > 1000);
		assert_true(n_whole > 0 && n_whole < TEXTS / 2);
		assert_true(n_cut > TEXTS / 4);
		finder_cuts_free(&cuts);
	}
	shape_program_fini(&whole->program);
	free(whole);
	free(bitmaps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_that_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
