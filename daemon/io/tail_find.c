/*
 * When which file is looked at.  Events of the folders say what happened to which name;
 * every few seconds everything is looked at anew, since events can be missed
 * (a folder that comes later, a symbolic link, a network file system, a queue
 * that ran over).
 *
 * A file that has lost its name stays open until nobody seems to write to it:
 *
 *	followed --renamed away or deleted--> departed --idle, and deleted or
 *	          replaced by a file that is written to--> closed
 */
#include <purposed/io/tail_private.h>

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include <purposed/base/clock.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>

enum {
	RESCAN_S = 5,
	EVENTS_MAX = 1024, /* at a time: files are to be read, too */
	/* More than can wait (fs.inotify.max_queued_events): what came before a new file that is
	 * taken up must be known before that is read. */
	EVENTS_ALL = 64 * 1024,
	AWAY_S = 2, /* who did not look for so long may have missed what came and went */
	LINE_PATIENCE_MS = 5 * 1000,  /* so long a line may take to be written */
	DEPARTED_IDLE_MS = 60 * 1000, /* so long a writer may hold on to a file and be silent */
};

bool tail_fits(const struct tail *t, const char *path)
{
	return fnmatch(t->pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0;
}

/* --- Everything --------------------------------------------------------------- */

static int glob_quietly(const char *path, int error)
{
	(void)path, (void)error;
	return 0;
}

static void watch_folders(struct tail *t)
{
	glob_t found;

	if (glob(t->folders, GLOB_NOSORT | GLOB_ONLYDIR, glob_quietly, &found) != 0) {
		troubles_add(&t->troubles, t->folders,
			     "there is no such folder; it is looked for again");
		globfree(&found);
		return;
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char text[256];

		if (watch_folder(t->watch, found.gl_pathv[i]) == 0) {
			troubles_end(&t->troubles, found.gl_pathv[i]);
			continue;
		}
		if (errno == ENOTDIR)
			continue;
		snprintf(text, sizeof(text), "cannot watch the folder: %s%s; it is tried again",
			 strerror(errno), errno == ENOSPC ? " (fs.inotify.max_user_watches)" : "");
		troubles_add(&t->troubles, found.gl_pathv[i], text);
	}
	troubles_forget(&t->troubles, t->folders);
	globfree(&found);
}

static void scan(struct tail *t)
{
	glob_t found;

	watch_folders(t);
	if (glob(t->pattern, GLOB_NOSORT, glob_quietly, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			tail_look_at(t, found.gl_pathv[i]);
	}
	globfree(&found);
}

/* Names that are there no more, and files that have none that fits. */
static void scan_known(struct tail *t)
{
	for (size_t i = t->files.n; i-- > 0;) {
		struct tail_file *file = t->files.all[i];
		char *name;

		if (file->name[0] == '\0') {
			if (file->state != TAIL_FOLLOWED)
				tail_files_remove(&t->files, file);
			continue;
		}
		name = mem_string(file->name);
		tail_look_at(t, name);
		free(name);
	}
}

void tail_start(struct tail *t)
{
	if (t->since > time(NULL))
		log_warning("%s: the clock was set back since the last checkpoint; what was "
			    "written to and rotated away meanwhile may be missed",
			    t->pattern);
	scan(t);
	tail_settle_positions(t);
	for (size_t i = 0; i < t->files.n; i++) {
		if (t->files.all[i]->state == TAIL_NEW)
			tail_begin(t, t->files.all[i]);
	}
	tail_forget_positions(t);
	tail_order_start(t);
	t->started = true;
	t->since = 0;
	t->looked = time(NULL);
	t->looked_ms = clock_now_ms();
	t->version++;
	watch_again(t->watch, true);
}

/* --- What happens ------------------------------------------------------------- */

static bool is_replaced(const struct tail *t, const struct tail_file *file)
{
	const struct tail_file *other = tail_files_named(&t->files, file->path);

	return other != NULL && other != file && other->size > 0;
}

/* A file that no event may tell of, or of which time tells something; false: it is closed. */
static bool look_after(struct tail *t, struct tail_file *file, long long now_ms)
{
	struct stat st;

	if (!tail_file_look(file, &st) || file->failing || file->size < file->at) {
		tail_files_queue(&t->files, file);
		return true;
	}
	if (file->size == file->at) {
		if (!file->departed || now_ms - file->grown_ms < DEPARTED_IDLE_MS ||
		    (st.st_nlink != 0 && !is_replaced(t, file)))
			return true;
		tail_files_remove(&t->files, file);
		t->version++;
		return false;
	}
	if (now_ms - file->grown_ms >= LINE_PATIENCE_MS)
		file->whole = true;
	if (file->whole || file->size != file->searched)
		tail_files_queue(&t->files, file);
	return true;
}

static void on_second(struct tail *t)
{
	const long long now_ms = clock_now_ms();

	for (size_t i = t->files.n; i-- > 0;) {
		struct tail_file *file = t->files.all[i];

		if (file->state == TAIL_DONE && file->departed &&
		    now_ms - file->grown_ms >= DEPARTED_IDLE_MS)
			tail_files_remove(&t->files, file);
		else if (file->state == TAIL_FOLLOWED &&
			 (file->departed || file->indirect || file->failing ||
			  file->searched > file->at || file->line < file->at))
			look_after(t, file, now_ms);
	}
	if (++t->seconds % RESCAN_S == 0) {
		scan(t);
		scan_known(t);
	}
}

static void on_changed(struct tail *t, const char *path)
{
	struct tail_file *file = tail_files_named(&t->files, path);

	if (file != NULL && file->state == TAIL_FOLLOWED) {
		/* Before it is truncated once more. */
		if (tail_order_waits(file) && tail_file_is_other(file))
			tail_restarted(t, file);
		/* So that it is known again in a copy, should it wait to be read until then. */
		if (file->print.len == 0)
			fingerprint_take(&file->print, file->fd);
		tail_files_queue(&t->files, file);
	} else if (file != NULL || tail_fits(t, path))
		tail_look_at(t, path);
}

/*
 * What was known under the name has lost it: that is what the event tells of.  If
 * it has not, something else came and went before anybody looked, and may have
 * been written to: two rotations, one right behind the other.
 */
static void on_went(struct tail *t, const char *path)
{
	const struct tail_file *before = tail_files_named(&t->files, path);

	tail_look_at(t, path);
	if (!tail_fits(t, path) || (before != NULL && tail_files_named(&t->files, path) != before))
		return;
	if (t->since == 0)
		t->since = t->looked - 1;
	tail_take_rotated(t, path);
}

static void on_event(struct tail *t, enum watch_what what, const char *path)
{
	switch (what) {
	case WATCH_CHANGED: on_changed(t, path); break;
	case WATCH_CAME: tail_look_at(t, path); break;
	case WATCH_WENT: on_went(t, path); break;
	case WATCH_SECOND: on_second(t); break;
	default:
		t->since = t->looked - 1;
		scan(t);
		scan_known(t);
	}
}

/*
 * Files say when they were written to by the wall clock.  Where that was set back since the
 * last look, what was written after it bears a time of before that look.
 */
static void follow_clock(struct tail *t, time_t now, long long now_ms)
{
	time_t ought_to_be = t->looked + (time_t)((now_ms - t->looked_ms) / 1000);

	if (now < ought_to_be - 1)
		t->looked -= ought_to_be - now;
}

void tail_find(struct tail *t)
{
	const time_t now = time(NULL);
	const long long now_ms = clock_now_ms();
	const char *path = "";
	enum watch_what what = WATCH_MISSED;

	follow_clock(t, now, now_ms);
	if (now - t->looked > AWAY_S)
		t->since = t->looked - 1;
	t->fresh = false;
	for (int i = 0; i < (t->fresh ? EVENTS_ALL : EVENTS_MAX) && what != WATCH_NOTHING; i++) {
		what = watch_next(t->watch, &path);
		if (what != WATCH_NOTHING)
			on_event(t, what, path);
	}
	t->since = 0;
	/* Events that are still to come are of what was written since the last look. */
	if (what == WATCH_NOTHING) {
		t->looked = now;
		t->looked_ms = now_ms;
	}
}
