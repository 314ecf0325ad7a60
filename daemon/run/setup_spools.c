/*
 * Whose spool is whose.  A spool is found by the name of its output and the state folder.
 * A reload that changes one of these takes the file along, so that nothing that was accepted
 * for a receiver is left behind; where nobody sends it any more that is said, as the file
 * stays for good.
 */
#include <purposed/run/setup_private.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/io/spool.h>

static const char ending[] = SPOOL_ENDING;

/* In the state folder, or in the one of before. */
static void say_left(const struct settings *settings, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	int name_len = (int)(strlen(name) - strlen(ending));
	struct buf folder = { 0 };
	unsigned long long left;

	buf_add(&folder, path, (size_t)(name - path));
	if (!spool_look(path, &left))
		log_warning("%s is no spool, or damaged, and of no output: if messages in it "
			    "matter, keep it; move it away",
			    path);
	else if (left != 0 && settings_same_file(buf_str(&folder), settings->state))
		log_warning("the spool %s holds %llu bytes of messages that nobody sends: give a "
			    "syslog output the name '%.*s', or remove the file",
			    path, left, name_len, name);
	else if (left != 0)
		log_warning("the spool %s holds %llu bytes of messages that nobody sends: move it "
			    "to %s while the daemon is stopped, for a syslog output '%.*s', or "
			    "remove the file",
			    path, left, settings->state, name_len, name);
	buf_fini(&folder);
}

static bool has_spool(const struct settings *settings, const char *path)
{
	struct buf ours = { 0 };
	bool found = false;

	for (size_t i = 0; i < settings->n_outputs; i++) {
		if (settings->outputs[i].type == OUTPUT_SYSLOG)
			found |= settings_same_file(
				settings_spool_path(&ours, settings, &settings->outputs[i]), path);
	}
	buf_fini(&ours);
	return found;
}

/* --- From one setup to the next -------------------------------------------------- */

/* A spool that does not stay where it is. */
struct move {
	struct buf from;  /* where it is by now */
	struct buf to;	  /* empty: nobody sends it */
	const char *name; /* of its output */
};

struct moves {
	struct move *moves;
	size_t n;
};

/* The one among them whose messages are at that path. */
static struct move *find_occupant(const struct moves *moves, const char *path)
{
	size_t i = 0;

	while (i < moves->n && !settings_same_file(buf_str(&moves->moves[i].from), path))
		i++;
	return i < moves->n ? &moves->moves[i] : NULL;
}

static void note_place(struct move *move, const struct buf *path)
{
	buf_clear(&move->from);
	buf_add_span(&move->from, buf_span(path));
}

/* Messages make way for those whose place it is now: they get a name that is nobody's. */
static void set_aside(struct move *move, const struct settings *settings, struct err *e)
{
	const char *from = buf_str(&move->from);
	int folder_len = (int)(strrchr(from, '/') - from);
	struct buf aside = { 0 };
	unsigned n = 2;

	do {
		buf_clear(&aside);
		buf_printf(&aside, "%.*s/%s-%u%s", folder_len, from, move->name, n++, ending);
	} while (has_spool(settings, buf_str(&aside)) || access(buf_str(&aside), F_OK) == 0);
	if (spool_move(from, buf_str(&aside), e) == 0)
		note_place(move, &aside);
	buf_fini(&aside);
}

/*
 * Messages in whose place others are change places with these, which go on from there; where the
 * file system does not know how, these are set aside meanwhile.
 */
static void carry_out(struct move *move, const struct moves *moves, const struct settings *settings,
		      struct err *e)
{
	const char *from = buf_str(&move->from);
	const char *to = buf_str(&move->to);
	struct move *occupant = find_occupant(moves, to);

	if (occupant == move)
		return;
	if (occupant != NULL && spool_swap(from, to)) {
		note_place(occupant, &move->from);
		note_place(move, &move->to);
		return;
	}
	if (occupant != NULL)
		set_aside(occupant, settings, e);
	if (spool_move(from, to, e) == 0)
		note_place(move, &move->to);
}

/* Adds that of an output whose heir finds its spool elsewhere, or that has none. */
static void add_move(struct moves *moves, const struct setup *setup, struct setup *old,
		     size_t index, size_t heir)
{
	const struct settings *settings = setup->session.settings;
	const struct settings *before = old->session.settings;
	struct move *move = &moves->moves[moves->n];
	unsigned long long left;

	move->name = before->outputs[index].name;
	settings_spool_path(&move->from, before, &before->outputs[index]);
	buf_clear(&move->to);
	if (heir < settings->n_outputs && settings->outputs[heir].type == OUTPUT_SYSLOG)
		settings_spool_path(&move->to, settings, &settings->outputs[heir]);
	if (settings_same_file(buf_str(&move->from), buf_str(&move->to)))
		return;
	/* It lets go of the file, and puts into it what it had sent in doubt. */
	sink_free(setup_sink(&old->outputs[index]));
	if (!spool_look(move->from.ptr, &left))
		buf_clear(&move->to);
	else if (left == 0)
		return;
	moves->n++;
}

/* What nobody sends is not left to the output that has its place; where it stays is said. */
static void end_move(struct move *move, const struct settings *settings, struct err *e)
{
	const char *at = buf_str(&move->from);
	unsigned long long left;

	if (!span_equal(buf_span(&move->from), buf_span(&move->to)) && has_spool(settings, at) &&
	    spool_look(at, &left))
		set_aside(move, settings, e);
	if (!has_spool(settings, buf_str(&move->from)))
		say_left(settings, move->from.ptr);
}

void setup_pass_spools(const struct setup *setup, struct setup *old, const size_t *heirs,
		       struct err *e)
{
	const struct settings *before = old->session.settings;
	struct moves moves = { mem_new(before->n_outputs + 1, sizeof(*moves.moves)), 0 };

	for (size_t i = 0; i < before->n_outputs; i++) {
		if (before->outputs[i].type == OUTPUT_SYSLOG)
			add_move(&moves, setup, old, i, heirs[i]);
	}
	for (size_t i = 0; i < moves.n; i++) {
		if (moves.moves[i].to.len != 0)
			carry_out(&moves.moves[i], &moves, setup->session.settings, e);
	}
	for (size_t i = 0; i < moves.n; i++)
		end_move(&moves.moves[i], setup->session.settings, e);
	for (size_t i = 0; i <= before->n_outputs; i++) {
		struct move *move = &moves.moves[i];

		buf_fini(&move->from);
		buf_fini(&move->to);
	}
	free(moves.moves);
}

void setup_say_spools(const struct setup *setup)
{
	const struct settings *settings = setup->session.settings;
	DIR *dir = opendir(settings->state);
	struct buf path = { 0 };
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const char *end = strrchr(entry->d_name, '.');

		if (end == NULL || strcmp(end, ending) != 0)
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/%s", settings->state, entry->d_name);
		if (!has_spool(settings, buf_str(&path)))
			say_left(settings, path.ptr);
	}
	if (dir != NULL)
		closedir(dir);
	buf_fini(&path);
}
