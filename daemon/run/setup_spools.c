/*
 * Whose spool is whose.  A spool is found by the name of its output and the state folder.
 * A reload that changes one of these takes the file along, so that nothing that was accepted
 * for a receiver is left behind; where nobody sends it any more that is said, as the file
 * stays for good.
 */
#include <purposed/run/setup_private.h>

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include <purposed/base/log.h>
#include <purposed/io/spool.h>

static const char ending[] = ".spool";

const char *setup_spool_path(struct buf *path, const struct settings *settings,
			     const struct settings_output *output)
{
	buf_clear(path);
	buf_printf(path, "%s/%s%s", settings->state, output->name, ending);
	return buf_str(path);
}

/* The way that its folder is written, or a link, may hide that it is the same. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return strcmp(a, b) == 0 || (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
				     x.st_ino == y.st_ino);
}

/* In the state folder, or in the one of before. */
static void say_left(const struct settings *settings, const char *path, const char *name)
{
	unsigned long long left = spool_left(path);
	struct buf folder = { 0 };

	if (left == 0)
		return;
	buf_add(&folder, path, (size_t)(strrchr(path, '/') - path));
	if (is_same_file(buf_str(&folder), settings->state))
		log_warning("the spool %s holds %llu bytes of messages that nobody sends: give a "
			    "syslog output the name '%s', or remove the file",
			    path, left, name);
	else
		log_warning("the spool %s holds %llu bytes of messages that nobody sends: move it "
			    "to %s while the daemon is stopped, for a syslog output '%s', or "
			    "remove the file",
			    path, left, settings->state, name);
	buf_fini(&folder);
}

/* old's sink has let go of the file by then, and has put into it what it had sent in doubt. */
static void pass_spool(const struct setup *setup, const struct setup *old, size_t index,
		       struct err *e)
{
	const struct settings *settings = setup->session.settings;
	const struct settings *before = old->session.settings;
	const struct settings_output *from = &before->outputs[index];
	size_t to = setup_successor(settings, before, index);
	struct buf here = { 0 };
	struct buf there = { 0 };

	setup_spool_path(&here, before, from);
	if (to < settings->n_outputs && settings->outputs[to].type == OUTPUT_SYSLOG)
		spool_move(here.ptr, setup_spool_path(&there, settings, &settings->outputs[to]), e);
	say_left(settings, here.ptr, from->name);
	buf_fini(&here);
	buf_fini(&there);
}

static bool has_spool(const struct settings *settings, const char *path)
{
	struct buf ours = { 0 };
	bool found = false;

	for (size_t i = 0; i < settings->n_outputs; i++) {
		if (settings->outputs[i].type == OUTPUT_SYSLOG)
			found |= is_same_file(
				setup_spool_path(&ours, settings, &settings->outputs[i]), path);
	}
	buf_fini(&ours);
	return found;
}

/* Two outputs have changed names: their spools do so, too.  Done for the first one of them. */
static void swap_spools(const struct setup *setup, struct setup *old, size_t index, struct err *e)
{
	const struct settings *before = old->session.settings;
	size_t other = setup_swapped(setup->session.settings, before, index);
	struct buf ours = { 0 };
	struct buf theirs = { 0 };

	if (other == before->n_outputs || other < index)
		return;
	sink_free(setup_sink(&old->outputs[index]));
	sink_free(setup_sink(&old->outputs[other]));
	spool_swap(setup_spool_path(&ours, before, &before->outputs[index]),
		   setup_spool_path(&theirs, before, &before->outputs[other]), e);
	buf_fini(&ours);
	buf_fini(&theirs);
}

void setup_pass_spools(const struct setup *setup, struct setup *old, struct err *e)
{
	const struct settings *before = old->session.settings;
	struct buf path = { 0 };

	for (size_t i = 0; i < before->n_outputs; i++) {
		if (before->outputs[i].type != OUTPUT_SYSLOG)
			continue;
		if (has_spool(setup->session.settings,
			      setup_spool_path(&path, before, &before->outputs[i]))) {
			swap_spools(setup, old, i, e);
		} else {
			sink_free(setup_sink(&old->outputs[i]));
			pass_spool(setup, old, i, e);
		}
	}
	buf_fini(&path);
}

void setup_say_spools(const struct setup *setup)
{
	const struct settings *settings = setup->session.settings;
	DIR *dir = opendir(settings->state);
	struct buf path = { 0 };
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char *end = strrchr(entry->d_name, '.');

		if (end == NULL || strcmp(end, ending) != 0)
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/%s", settings->state, entry->d_name);
		*end = '\0';
		if (!has_spool(settings, buf_str(&path)))
			say_left(settings, path.ptr, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	buf_fini(&path);
}
