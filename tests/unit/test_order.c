/* Rules that name what they are asked of come first, and none is lost. */
#include "unit.h"

#include <purposed/engine/order.h>

enum { RULES = 5, MANY = 100 };

static int set_up(void **state)
{
	*state = order_new(RULES);
	return 0;
}

static int tear_down(void **state)
{
	struct order *order = *state;

	order_free(&order);
	return 0;
}

static void expect(struct order *order, const uint16_t *wanted)
{
	assert_memory_equal(order_rules(order), wanted, RULES * sizeof(*wanted));
}

static void test_as_numbered(void **state)
{
	expect(*state, (uint16_t[]){ 0, 1, 2, 3, 4 });
	for (int i = 0; i < MANY; i++)
		order_note(*state, 4, false);
	expect(*state, (uint16_t[]){ 0, 1, 2, 3, 4 });
}

/* By the share, not by the number: 2 names half of what it sees, 4 all of the little it sees. */
static void test_share(void **state)
{
	for (int i = 0; i < MANY; i++) {
		order_note(*state, 2, i % 2 == 0);
		order_note(*state, 0, false);
		if (i % 4 == 0)
			order_note(*state, 4, true);
	}
	expect(*state, (uint16_t[]){ 4, 2, 0, 1, 3 });
}

/* What named once need not go on to. */
static void test_change(void **state)
{
	for (int i = 0; i < MANY; i++)
		order_note(*state, 3, true);
	expect(*state, (uint16_t[]){ 3, 0, 1, 2, 4 });
	for (int i = 0; i < MANY; i++) {
		order_note(*state, 1, true);
		order_note(*state, 3, false);
	}
	expect(*state, (uint16_t[]){ 1, 3, 0, 2, 4 });
}

/* However long it had been so. */
static void test_long_ago(void **state)
{
	for (int i = 0; i < 10000 * MANY; i++)
		order_note(*state, 3, true);
	expect(*state, (uint16_t[]){ 3, 0, 1, 2, 4 });
	for (int i = 0; i < 2000 * MANY; i++) {
		order_note(*state, 3, false);
		order_note(*state, 1, i % 4 == 0);
	}
	expect(*state, (uint16_t[]){ 1, 3, 0, 2, 4 });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_as_numbered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_share, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_ago, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
