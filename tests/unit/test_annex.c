/*
 * The shipped policy is the Annex: conf/annex-i.conf against a transcription
 * that was typed apart from it.  Run from the root of the source tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/engine/embedded.h>
#include <purposed/engine/policy.h>

#include "annex_i.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct policy *annex;

static int load(void **state)
{
	struct err e = { 0 };
	int result = policy_load(&annex, "conf/annex-i.conf", &e);

	(void)state;
	err_print(&e);
	err_fini(&e);
	return result;
}

static int unload(void **state)
{
	(void)state;
	policy_free(&annex);
	assert_null(annex);
	return 0;
}

static char letter(enum policy_cell_state state)
{
	static const char letters[] = {
		[CELL_PERMITTED] = 'P',
		[CELL_PERMITTED_ONLY_FOR] = 'C',
		[CELL_NOT_PERMITTED] = 'N',
		[CELL_BLANK] = 'B',
	};

	return letters[state];
}

static void assert_joined(const char *const *strings, size_t n, const char *expected)
{
	struct buf joined = { 0 };

	for (size_t i = 0; i < n; i++) {
		buf_add_str(&joined, i == 0 ? "" : " ");
		buf_add_str(&joined, strings[i]);
	}
	assert_string_equal(buf_str(&joined), expected);
	buf_fini(&joined);
}

/* Both languages are there, and neither stands in for the other. */
static void assert_worded(const char *const words[POLICY_LANGS])
{
	assert_true(words[POLICY_NL][0] != '\0');
	assert_true(words[POLICY_EN][0] != '\0');
	assert_string_not_equal(words[POLICY_NL], words[POLICY_EN]);
}

static void test_heading(void **state)
{
	(void)state;
	assert_string_equal(policy_version(annex), "ccb-annex-i-1");
	assert_string_equal(policy_title(annex, POLICY_NL), "Bijlage I: tabel met de doeleinden");
	assert_string_equal(policy_title(annex, POLICY_EN), "Annex I: table of purposes");
}

static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(policy_category_count(annex), 4);
	for (size_t i = 0; i < COUNT(annex_columns); i++) {
		const struct policy_category *c = policy_category(annex, i);

		assert_int_equal(c->column, annex_columns[i].column);
		assert_string_equal(c->id, annex_columns[i].id);
		assert_string_equal(policy_category_id(annex, i), c->id);
		assert_int_equal(policy_find_category(annex, c->id), i);
		assert_worded(c->words);
		assert_joined(c->elements, c->n_elements, annex_columns[i].elements);
		for (size_t k = 0; k < c->n_elements; k++)
			assert_int_equal(policy_category_of(annex, c->elements[k]), i);
	}
}

static void test_content_is_outside(void **state)
{
	(void)state;
	assert_true(policy_category_of(annex, "content") == POLICY_OUTSIDE);
	assert_string_equal(policy_category_id(annex, POLICY_OUTSIDE), "outside-annex");
}

static void test_rows(void **state)
{
	(void)state;
	assert_int_equal(policy_purpose_count(annex), 63);
	assert_int_equal(COUNT(annex_rows), 63);
	for (size_t i = 0; i < COUNT(annex_rows); i++) {
		const struct policy_purpose *p = policy_purpose(annex, i);

		assert_int_equal(p->row, annex_rows[i].row);
		assert_int_equal(p->row, i + 1);
		assert_string_equal(p->id, annex_rows[i].id);
		assert_int_equal(policy_find_purpose(annex, p->id), i);
		assert_worded(p->words);
	}
}

static void test_cells(void **state)
{
	size_t counts[CELL_BLANK + 1] = { 0 };

	(void)state;
	for (size_t p = 0; p < COUNT(annex_rows); p++) {
		char cells[COUNT(annex_columns) + 1] = "";

		for (size_t c = 0; c < COUNT(annex_columns); c++) {
			enum policy_cell_state cell = policy_cell(annex, p, c)->state;

			cells[c] = letter(cell);
			counts[cell]++;
		}
		if (strcmp(cells, annex_rows[p].cells) != 0)
			fail_msg("row %zu is %s, not %s", p + 1, cells, annex_rows[p].cells);
	}
	assert_int_equal(counts[CELL_PERMITTED], 110);
	assert_int_equal(counts[CELL_PERMITTED_ONLY_FOR], 1);
	assert_int_equal(counts[CELL_NOT_PERMITTED], 139);
	assert_int_equal(counts[CELL_BLANK], 2);
	assert_int_equal(COUNT(annex_rows) * COUNT(annex_columns), 252);
}

static void test_condition(void **state)
{
	const struct policy_cell *cell = policy_cell(annex, 62 - 1, 2 - 1);

	(void)state;
	assert_int_equal(cell->state, CELL_PERMITTED_ONLY_FOR);
	assert_string_equal(cell->kind, annex_condition_kind);
	assert_string_equal(cell->words[POLICY_NL], annex_condition_nl);
	assert_string_equal(cell->words[POLICY_EN], annex_condition_en);
}

static void assert_items(const struct policy_enumeration *en, enum policy_lang lang,
			 const char *const expected[], size_t n)
{
	assert_int_equal(en->n_items[lang], n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(en->items[lang][i], expected[i]);
}

static void test_enumeration(void **state)
{
	const struct policy_enumeration *en = policy_enumeration(annex, 59 - 1, 2 - 1);

	(void)state;
	assert_non_null(en);
	assert_joined(en->elements, en->n_elements, annex_enumerated_elements);
	assert_int_equal(COUNT(annex_enumerated_nl), 9);
	assert_items(en, POLICY_NL, annex_enumerated_nl, COUNT(annex_enumerated_nl));
	assert_items(en, POLICY_EN, annex_enumerated_en, COUNT(annex_enumerated_en));
	for (size_t p = 0; p < COUNT(annex_rows); p++) {
		for (size_t c = 0; c < COUNT(annex_columns); c++) {
			if (p != 59 - 1 || c != 2 - 1)
				assert_null(policy_enumeration(annex, p, c));
		}
	}
}

/* The cells that make the Annex more than ticks and crosses, asked as the filter asks them. */
static void test_decisions(void **state)
{
	static const struct {
		const char *purpose, *element, *kind;
		struct decision expected;
	} cases[] = {
		{ "website-traffic-analysis",
		  "ipv4",
		  "web-traffic-log",
		  { VERDICT_PERMITTED, REASON_NONE } },
		{ "website-traffic-analysis",
		  "ipv4",
		  "mail-log",
		  { VERDICT_OUT_OF_PURPOSE, REASON_CONDITION } },
		{ "website-traffic-analysis",
		  "ipv4",
		  NULL,
		  { VERDICT_OUT_OF_PURPOSE, REASON_CONDITION } },
		{ "website-traffic-analysis",
		  "email",
		  "web-traffic-log",
		  { VERDICT_OUT_OF_PURPOSE, REASON_NOT_PERMITTED } },
		{ "service-statistics", "user_agent", NULL, { VERDICT_PERMITTED, REASON_NONE } },
		{ "service-statistics", "ipv4", NULL, { VERDICT_NOTICE, REASON_NOT_ENUMERATED } },
		{ "service-statistics", "email", NULL, { VERDICT_PERMITTED, REASON_NONE } },
		{ "service-statistics",
		  "camera_id",
		  NULL,
		  { VERDICT_OUT_OF_PURPOSE, REASON_BLANK } },
		{ "service-statistics", "ecli", NULL, { VERDICT_OUT_OF_PURPOSE, REASON_BLANK } },
		{ "nis2-supervision",
		  "content",
		  NULL,
		  { VERDICT_OUT_OF_PURPOSE, REASON_OUTSIDE_ANNEX } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t purpose = policy_find_purpose(annex, cases[i].purpose);
		struct purpose_set set = { .purposes = &purpose, .n = 1 };
		struct decision d =
			policy_decide(annex, &set, policy_category_of(annex, cases[i].element),
				      cases[i].element, cases[i].kind);

		assert_int_equal(d.verdict, cases[i].expected.verdict);
		assert_int_equal(d.reason, cases[i].expected.reason);
	}
}

static void test_embedded_is_the_same(void **state)
{
	struct policy *embedded = NULL;
	struct err e = { 0 };

	(void)state;
	assert_string_equal(embedded_policy.name, "conf/annex-i.conf");
	assert_int_equal(policy_parse(&embedded, embedded_policy.name, embedded_policy.text, &e),
			 0);
	assert_string_equal(policy_version(embedded), policy_version(annex));
	assert_int_equal(policy_purpose_count(embedded), policy_purpose_count(annex));
	policy_free(&embedded);
	err_fini(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heading),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_content_is_outside),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_condition),
		cmocka_unit_test(test_enumeration),
		cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_embedded_is_the_same),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
