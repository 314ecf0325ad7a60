/*
 * Programs of shapes, where the finder's tests do not come: values that no shape needs
 * any more, because uniting classes made others into what is always there.
 */
#include "unit.h"

#include <purposed/engine/shape.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unneeded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
