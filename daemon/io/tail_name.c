/* What is under a name: a file that is known, by this name or another, one to be taken up, or none.
 */
#include <purposed/io/tail_private.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/clock.h>
#include <purposed/base/mem.h>

static bool is_file(const struct tail_file *file, const struct stat *st)
{
	return file->device == st->st_dev && file->inode == st->st_ino;
}

/* --- Where to begin ----------------------------------------------------------- */

void tail_begin(struct tail *t, struct tail_file *file)
{
	bool first = !t->started && !t->resumed;

	/* A copy that is there at first is a file as any other. */
	if (!first && tail_is_copy(t, file)) {
		file->state = TAIL_COPY;
		return;
	}
	if (t->started)
		tail_order_take_places(t, &file, 1);
	if (!first)
		tail_take_rotated(t, file->path);
	file->state = TAIL_FOLLOWED;
	if (first && t->from_end)
		tail_file_skip(file);
	t->version++;
	tail_files_queue(&t->files, file);
}

static void drop_position(struct tail *t, size_t index)
{
	position_fini(&t->positions[index]);
	t->positions[index] = t->positions[--t->n_positions];
}

/* Whether an earlier tail has read of it. */
static bool resume(struct tail *t, struct tail_file *file)
{
	for (size_t i = 0; i < t->n_positions; i++) {
		if (!tail_file_is(file, &t->positions[i]))
			continue;
		tail_file_resume(file, &t->positions[i]);
		file->state = t->positions[i].copy ? TAIL_DONE : TAIL_FOLLOWED;
		drop_position(t, i);
		tail_files_queue(&t->files, file);
		return true;
	}
	return false;
}

/* --- Names -------------------------------------------------------------------- */

static void depart(struct tail *t, struct tail_file *file)
{
	tail_files_rename(&t->files, file, "");
	file->departed = true;
	file->grown_ms = clock_now_ms();
	tail_files_queue(&t->files, file);
}

static void cannot_read(struct tail *t, const char *path, int error)
{
	char text[256];

	if (error == 0)
		snprintf(text, sizeof(text), "it is no regular file, and not read");
	else if (error == EMFILE || error == ENFILE)
		snprintf(text, sizeof(text),
			 "cannot be read: too many files are open (LimitNOFILE)");
	else
		snprintf(text, sizeof(text), "cannot be read: %s; it is tried again",
			 strerror(error));
	troubles_add(&t->troubles, path, text);
}

static void take_up(struct tail *t, const char *path)
{
	struct tail_file *file = tail_file_open(path);
	struct stat st;

	if (file == NULL) {
		if (errno != ENOENT)
			cannot_read(t, path, errno);
		return;
	}
	troubles_end(&t->troubles, path);
	if (tail_files_identical(&t->files, file->device, file->inode) != NULL) {
		/* it came between */
		tail_file_free(&file);
		return;
	}
	file->indirect = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
	tail_files_add(&t->files, file);
	t->fresh = true;
	if (!resume(t, file) && t->started)
		tail_begin(t, file);
}

/* What was refused, and is larger or smaller now, may be another text. */
static void look_again(struct tail *t, struct tail_file *file, const struct stat *st)
{
	struct tail_file *now = tail_file_open(file->name);
	bool same = now != NULL && is_file(now, st) && fingerprint_fits(&file->print, now->fd);
	char *path = mem_string(file->name);

	tail_file_free(&now);
	file->size = st->st_size;
	if (!same) {
		tail_files_remove(&t->files, file);
		troubles_forget(&t->troubles, path);
		take_up(t, path);
	}
	free(path);
}

/* A copy that was read: whether it is what it was then. */
static bool is_as_read(const struct tail_file *file, const struct stat *st)
{
	return st->st_size == file->at && fingerprint_fits(&file->print, file->fd);
}

static void check(struct tail *t, struct tail_file *file, const struct stat *st)
{
	if (file->state == TAIL_REFUSED) {
		if (file->size != st->st_size)
			look_again(t, file, st);
	} else if (file->state == TAIL_COPY ||
		   (file->state == TAIL_DONE && !file->departed && !is_as_read(file, st))) {
		tail_file_restart(file);
		tail_begin(t, file);
	} else if (file->state == TAIL_FOLLOWED && file->at != st->st_size) {
		tail_files_queue(&t->files, file);
	}
}

void tail_look_at(struct tail *t, const char *path)
{
	struct tail_file *file = tail_files_named(&t->files, path);
	struct stat st;

	if (stat(path, &st) != 0) {
		if (errno != ENOENT && errno != ENOTDIR) {
			cannot_read(t, path, errno);
			return;
		}
		troubles_forget(&t->troubles, path);
		if (file != NULL)
			depart(t, file);
		return;
	}
	if (file != NULL && is_file(file, &st)) {
		check(t, file, &st);
		return;
	}
	if (file != NULL)
		depart(t, file);
	file = tail_files_identical(&t->files, st.st_dev, st.st_ino);
	if (file != NULL) {
		tail_files_rename(&t->files, file, path);
		file->departed = !tail_fits(t, path);
		check(t, file, &st);
	} else if (tail_fits(t, path)) {
		take_up(t, path);
	}
}
