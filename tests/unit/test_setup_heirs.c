/* Which output goes on with what one of before has to write. */
#include "unit.h"

#include <stdlib.h>

#include <purposed/run/setup_private.h>

enum { OUTPUTS_MAX = 4 };

/*
 * Outputs as "name receiver", each a letter; a receiver that is '-' is a file.  What comes out:
 * the name of the heir of each of before's, or '-'.
 */
static const struct {
	const char *name, *before, *now, *heirs;
} cases[] = {
	{ "nothing changes", "aX bY c-", "aX bY c-", "a b c" },
	{ "the order changes", "aX bY c-", "c- bY aX", "a b c" },
	{ "another name", "aX", "bX", "b" },
	{ "another receiver", "aX", "aY", "a" },
	{ "both", "aX", "bY", "-" },
	{ "one that is no more", "aX bY", "bY", "- b" },
	{ "two exchange names", "aX bY", "aY bX", "b a" },
	{ "three pass them round", "aX bY cZ", "bX cY aZ", "b c a" },
	{ "a name that was another's", "aX bY", "aY", "- a" },
	{ "a name in passing on", "aX bY", "bX cY", "b c" },
	{ "a receiver for two", "aX bX", "aX bX", "a b" },
	{ "of which one has another name", "aX bX", "aX cX", "a c" },
	{ "and both: neither is meant", "aX bX", "cX dX", "- -" },
	{ "or only one is left", "aX bX", "cX", "- -" },
	{ "a file under another name", "a-", "b-", "-" },
	{ "a file in place of a receiver", "aX", "a-", "a" },
	{ "whose receiver has another", "aX b-", "bX a-", "b -" },
	{ "none before", "", "aX", "" },
	{ "none now", "aX", "", "-" },
};

static void read_outputs(struct settings *settings, struct settings_output *outputs,
			 const char *text)
{
	static char names[UINT8_MAX + 1][2];

	settings->outputs = outputs;
	for (; *text != '\0'; text += text[2] == ' ' ? 3 : 2) {
		struct settings_output *output = &outputs[settings->n_outputs++];

		names[(unsigned char)text[0]][0] = text[0];
		names[(unsigned char)text[1]][0] = text[1];
		output->name = names[(unsigned char)text[0]];
		output->type = text[1] == '-' ? OUTPUT_FILE : OUTPUT_SYSLOG;
		output->to.path = names[(unsigned char)text[1]];
	}
}

static void test_heirs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct settings_output outputs[2][OUTPUTS_MAX] = { 0 };
		struct settings before = { 0 };
		struct settings now = { 0 };
		char said[2 * OUTPUTS_MAX + 1] = "";
		size_t *heirs;

		read_outputs(&before, outputs[0], cases[i].before);
		read_outputs(&now, outputs[1], cases[i].now);
		heirs = setup_heirs(&now, &before);
		for (size_t k = 0; k < before.n_outputs; k++) {
			said[2 * k] =
				heirs[k] < now.n_outputs ? now.outputs[heirs[k]].name[0] : '-';
			said[2 * k + 1] = k + 1 < before.n_outputs ? ' ' : '\0';
		}
		if (strcmp(said, cases[i].heirs) != 0)
			print_error("%s\n", cases[i].name);
		assert_string_equal(said, cases[i].heirs);
		free(heirs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
