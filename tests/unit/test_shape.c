/*
 * Programs of shapes, where the finder's tests do not come: values that no shape needs
 * any more, because uniting classes made others into what is always there; and values made
 * at random, against what they mean, at every level of the processor.
 */
#include "unit.h"

#include <purposed/engine/sieve.h>

enum { WIDE = 80, RARE = 30, EACH = 3 };

static uint16_t add_class(struct shape_value *values, size_t *n)
{
	values[*n].is_class = true;
	return (uint16_t)(*n)++;
}

/* Classes of all bytes but one; two of them united are all bytes. */
static void add_wide(struct shape_value *values, size_t *n)
{
	for (int i = 0; i < WIDE; i++) {
		uint16_t class = add_class(values, n);

		for (int byte = 0; byte < 256; byte++) {
			if (byte != '!' + i)
				byte_set_add(&values[class].set, (unsigned char)byte);
		}
	}
}

static void test_unneeded(void **state)
{
	struct shape_value *values = calloc(WIDE + 1 + RARE * (2 + EACH), sizeof(*values));
	uint16_t shapes[RARE * EACH];
	struct shape_program program;
	size_t n_shapes = 0;
	size_t n = 0;
	uint16_t zero;

	(void)state;
	assert_non_null(values);
	add_wide(values, &n);
	zero = add_class(values, &n);
	byte_set_add(&values[zero].set, '0');
	for (int i = 0; i < RARE; i++) {
		uint16_t rare = add_class(values, &n);
		uint16_t behind = (uint16_t)n++;

		byte_set_add(&values[rare].set, (unsigned char)(1 + i));
		values[behind] = (struct shape_value){ .kind = SHAPE_BEHIND, .a = zero, .b = rare };
		for (int k = 0; k < EACH; k++) {
			shapes[n_shapes++] = (uint16_t)n;
			values[n++] = (struct shape_value){ .kind = SHAPE_AND,
							    .shift = 1,
							    .a = (uint16_t)((i * EACH + k) % WIDE),
							    .b = behind };
		}
	}
	shape_make(values, n, shapes, n_shapes, &program);
	assert_int_equal(program.n_shapes, n_shapes);
	assert_true(program.n_classes <= SHAPE_CLASSES_MAX);
	shape_program_fini(&program);
	free(values);
}

/* --- At random ---------------------------------------------------------------- */

enum { CLASSES = 6, VALUES = 60, OUTPUTS = 24, REACH = 50 };

static const char *const class_bytes[CLASSES] = { "0123456789", ".:", "@", "~;", " ", "%^\xe9" };
static const char *const levels[] = { "avx512-gather", "avx512", "avx2", "baseline" };

static uint64_t next_random(void)
{
	static uint64_t seed = 7;

	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return seed >> 33;
}

struct made {
	struct shape_value values[VALUES];
	unsigned reach[VALUES]; /* bytes that each looks ahead */
	uint16_t outputs[OUTPUTS];
};

/* Values of values before them; most are both of two, a few are rare, and some neither. */
static void make_values(struct made *made)
{
	*made = (struct made){ 0 };
	for (size_t i = 0; i < VALUES; i++) {
		struct shape_value *v = &made->values[i];
		unsigned far;

		if (i < CLASSES) {
			v->is_class = true;
			for (const char *c = class_bytes[i]; *c != '\0'; c++)
				byte_set_add(&v->set, (unsigned char)*c);
			continue;
		}
		v->kind = next_random() % 3 == 0 ? SHAPE_OR : SHAPE_AND;
		v->a = (uint16_t)(next_random() % i);
		v->b = (uint16_t)(next_random() % i);
		v->shift = v->kind == SHAPE_OR ? 0 : (uint8_t)(1 + next_random() % 4);
		far = made->reach[v->b] + v->shift;
		if (far > REACH) {
			v->b = (uint16_t)(next_random() % CLASSES);
			far = v->shift;
		}
		made->reach[i] = far > made->reach[v->a] ? far : made->reach[v->a];
	}
	for (size_t i = 0; i < OUTPUTS; i++)
		made->outputs[i] = (uint16_t)(VALUES - 1 - next_random() % (VALUES - CLASSES));
}

/* Whether the value stands at p. */
static bool value_stands(const struct made *made, uint16_t value, const unsigned char *p)
{
	const struct shape_value *v = &made->values[value];

	if (v->is_class)
		return byte_set_has(&v->set, *p);
	if (v->kind == SHAPE_OR)
		return value_stands(made, v->a, p) || value_stands(made, v->b, p);
	return value_stands(made, v->a, p) && value_stands(made, v->b, p + v->shift);
}

static void compare_level(const struct sieve_level *level, const struct sieve_shapes *shapes,
			  const struct made *made, const unsigned char *text, size_t words,
			  size_t *standing)
{
	size_t stride = level->program_words + 1;
	uint64_t *bitmaps = aligned_alloc(64, shapes->program.n_values * stride * 8);
	struct sieve_hit *hits = calloc(OUTPUTS, sizeof(*hits));
	struct sieve_gates gates = { 0 };
	size_t n;

	assert_non_null(bitmaps);
	assert_non_null(hits);
	level->classes(shapes, text - 1, words, bitmaps);
	n = level->program(shapes, words, bitmaps, &gates, hits);
	for (size_t i = 0; i < OUTPUTS; i++) {
		const struct sieve_hit *hit = NULL;

		for (size_t h = 0; h < n; h++)
			hit = hits[h].shape == i ? &hits[h] : hit;
		for (size_t at = 0; at < 64 * words; at++) {
			bool found = hit != NULL && (hit->places[at / 64] >> (at % 64) & 1) != 0;

			assert_int_equal(found, value_stands(made, made->outputs[i], text + at));
			*standing += found;
		}
	}
	free(bitmaps);
	free(hits);
}

/* At every level, as far as its programs go. */
static void compare_levels(struct sieve_shapes *shapes, const struct made *made,
			   const unsigned char *text, size_t words, size_t *standing)
{
	sieve_fill_classes(shapes);
	for (size_t l = 0; l < COUNT(levels); l++) {
		const struct sieve_level *level = sieve_level_find(levels[l]);
		size_t n = level == NULL || words < level->program_words ? words
									 : level->program_words;

		if (level != NULL)
			compare_level(level, shapes, made, text, n, standing);
	}
}

/* Cut to the bytes that the text has, and others: it finds the same, with less. */
static void compare_cut(const struct sieve_shapes *shapes, const struct made *made,
			const unsigned char *text, size_t words, const char *from, size_t *standing,
			size_t *saved)
{
	struct sieve_shapes cut = { 0 };
	struct byte_set bytes = byte_set_ends;
	const struct byte_set *others;

	for (const char *c = from; *c != '\0'; c++)
		byte_set_add(&bytes, (unsigned char)*c);
	shape_cut(&shapes->program, &bytes, &cut.program);
	others = &cut.program.classes[cut.program.n_classes - 1];
	for (unsigned byte = 0; byte < 256; byte++)
		assert_int_equal(byte_set_has(others, (unsigned char)byte),
				 !byte_set_has(&bytes, (unsigned char)byte));
	assert_true(cut.program.n_ops <= shapes->program.n_ops);
	*saved += shapes->program.n_ops - cut.program.n_ops;
	compare_levels(&cut, made, text, words, standing);
	shape_program_fini(&cut.program);
}

static void test_random(void **state)
{
	enum { WORDS_MAX = SIEVE_RUN_WORDS };
	static unsigned char bytes[1 + (WORDS_MAX + 2) * 64 + SIEVE_READS];
	struct sieve_shapes *shapes = malloc(sizeof(*shapes));
	size_t standing = 0;
	size_t asked = 0;
	size_t saved = 0;

	(void)state;
	assert_non_null(shapes);
	for (int round = 0; round < 60; round++) {
		/* Every other text has nothing that is rare. */
		const char *from = round % 2 == 0 ? "0123.: " : "0.: @~;%^12\xe9\xc3";
		size_t words = 1 + (size_t)next_random() % WORDS_MAX;
		struct made made;

		make_values(&made);
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (unsigned char)from[next_random() % strlen(from)];
		memset(shapes, 0, sizeof(*shapes));
		shape_make(made.values, VALUES, made.outputs, OUTPUTS, &shapes->program);
		for (size_t i = 0; i < shapes->program.n_ops; i++)
			asked += shapes->program.ops[i].kind == SHAPE_UNLESS;
		compare_levels(shapes, &made, bytes + 1, words, &standing);
		compare_cut(shapes, &made, bytes + 1, words, from, &standing, &saved);
		shape_program_fini(&shapes->program);
	}
	free(shapes);
	assert_true(asked > 100);
	assert_true(standing > 1000);
	assert_true(saved > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unneeded),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
