/* Which output goes on with what one of before has to write, and with what is in its spool. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include <purposed/base/log.h>
#include <purposed/io/spool.h>
#include <purposed/run/setup_private.h>

enum { OUTPUTS_MAX = 4 };

static bool knows_exchange;

/* Like the kernel's, of a file system that knows RENAME_EXCHANGE, or does not. */
int renameat2(int old_folder, const char *old, int new_folder, const char *new, unsigned flags)
{
	if (knows_exchange)
		return (int)syscall(SYS_renameat2, old_folder, old, new_folder, new, flags);
	errno = EINVAL;
	return -1;
}

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

/* --- Spools ---------------------------------------------------------------------- */

static char folder[32];

static struct spool *open_spool(struct buf *path, const char *name)
{
	struct spool *spool = NULL;
	struct err e = { 0 };

	buf_clear(path);
	buf_printf(path, "%s/%s.spool", folder, name);
	assert_int_equal(spool_open(&spool, buf_str(path), 1000, &e), 0);
	return spool;
}

/* With a message that says under which name it was. */
static void fill_spool(const char *name)
{
	struct buf path = { 0 };
	struct spool *spool = open_spool(&path, name);
	struct err e = { 0 };

	assert_int_equal(spool_add(spool, span_str(name), &e), 0);
	spool_close(&spool);
	buf_fini(&path);
}

/* Where the message under that name was before, or '-'; the file goes. */
static char empty_spool(const char *name)
{
	struct buf path = { 0 };
	struct spool *spool = open_spool(&path, name);
	struct span message;
	struct err e = { 0 };
	char was = '-';

	while (spool_read(spool, &message, &e)) {
		assert_int_equal(was, '-');
		was = message.ptr[0];
		spool_next(spool);
	}
	spool_close(&spool);
	unlink(buf_str(&path));
	buf_fini(&path);
	return was;
}

/* The same for all files that are left; how many have a message. */
static size_t empty_others(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		*strrchr(entry->d_name, '.') = '\0';
		n += empty_spool(entry->d_name) != '-';
	}
	closedir(dir);
	return n;
}

/* From before to now: a message goes with its heir, or to nobody. */
static void check_spools(struct settings *before, struct settings *now)
{
	struct setup setup = { .session.settings = now };
	struct output outputs[OUTPUTS_MAX] = { 0 };
	struct setup old = { .session.settings = before, .outputs = outputs };
	size_t *heirs = setup_heirs(now, before);
	size_t left_over = 0;
	char wanted[OUTPUTS_MAX + 1] = "----";
	struct err e = { 0 };

	for (size_t i = 0; i < before->n_outputs; i++) {
		if (before->outputs[i].type != OUTPUT_SYSLOG)
			continue;
		fill_spool(before->outputs[i].name);
		if (heirs[i] < now->n_outputs && now->outputs[heirs[i]].type == OUTPUT_SYSLOG)
			wanted[heirs[i]] = before->outputs[i].name[0];
		else
			left_over++;
	}
	setup_pass_spools(&setup, &old, heirs, &e);
	assert_false(err_any(&e));
	for (size_t i = 0; i < now->n_outputs; i++) {
		if (now->outputs[i].type == OUTPUT_SYSLOG)
			assert_int_equal(empty_spool(now->outputs[i].name), wanted[i]);
	}
	assert_int_equal(empty_others(), left_over);
	free(heirs);
}

static void test_spools(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_ERR);
	unit_directory(folder);
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		struct settings_output outputs[2][OUTPUTS_MAX] = { 0 };
		struct settings before = { .state = folder };
		struct settings now = { .state = folder };

		knows_exchange = i % 2 == 0;
		read_outputs(&before, outputs[0], cases[i / 2].before);
		read_outputs(&now, outputs[1], cases[i / 2].now);
		check_spools(&before, &now);
	}
	assert_int_equal(rmdir(folder), 0);
}

/* One whose new place is taken is not left to the output that has its old one. */
static void test_spool_in_the_way(void **state)
{
	struct settings_output outputs[2][OUTPUTS_MAX] = { 0 };
	struct settings before = { .state = folder };
	struct settings now = { .state = folder };
	struct setup setup = { .session.settings = &now };
	struct output none[OUTPUTS_MAX] = { 0 };
	struct setup old = { .session.settings = &before, .outputs = none };
	size_t *heirs;
	struct err e = { 0 };

	(void)state;
	unit_directory(folder);
	read_outputs(&before, outputs[0], "aX bY");
	read_outputs(&now, outputs[1], "cX aY");
	heirs = setup_heirs(&now, &before);
	fill_spool("a");
	fill_spool("c");
	setup_pass_spools(&setup, &old, heirs, &e);
	assert_non_null(strstr(buf_str(&e.text), "/c.spool, which holds 9 bytes of messages"));
	err_fini(&e);
	assert_int_equal(empty_spool("a"), '-');
	assert_int_equal(empty_spool("c"), 'c');
	assert_int_equal(empty_spool("a-2"), 'a');
	free(heirs);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heirs),
		cmocka_unit_test(test_spools),
		cmocka_unit_test(test_spool_in_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
