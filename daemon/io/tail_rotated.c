/*
 * What rotations leave behind: texts under other names, and copies.
 *
 * What was read of a file is known by its inode, or, of a copy, by its first bytes.
 * What came and was rotated away while nobody looked (the daemon was down, an output
 * took nothing for long, or rotations were faster than looks) was never known by
 * either: it is what lies under a rotated name and was written to since.
 */
#include <purposed/io/tail_private.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>

static struct tail_file *find_identical(const struct tail *t, const struct tail_file *file)
{
	return tail_files_identical(&t->files, file->device, file->inode);
}

static void end_copy(struct tail_file *file)
{
	tail_file_skip(file);
	fingerprint_take(&file->print, file->fd);
	file->state = TAIL_DONE;
	file->copied = false;
}

/* It stands at a position; a copy may have been made before that. */
static void follow(struct tail *t, struct tail_file *file)
{
	file->state = TAIL_FOLLOWED;
	if (file->copied && file->size < file->at)
		end_copy(file);
	tail_files_queue(&t->files, file);
}

/* The same for a file that was not known. */
static void follow_new(struct tail *t, struct tail_file *file)
{
	file->departed = !tail_fits(t, file->name);
	tail_files_add(&t->files, file);
	follow(t, file);
}

/* --- What was never known ------------------------------------------------------- */

/* Whether an earlier tail has read of it. */
static bool has_position(const struct tail *t, const struct tail_file *file)
{
	for (size_t i = 0; i < t->n_positions; i++) {
		if (tail_file_is(file, &t->positions[i]))
			return true;
	}
	return false;
}

/* It is taken up if it was written to since; name is its path.  NULL: it is not. */
static struct tail_file *take_if_new(struct tail *t, const char *path, const char *name)
{
	struct tail_file *file = NULL;
	struct stat st;

	if (stat(name, &st) == 0 && st.st_mtim.tv_sec >= t->since &&
	    tail_files_identical(&t->files, st.st_dev, st.st_ino) == NULL)
		file = tail_file_open(name);
	if (file == NULL)
		return NULL;
	if (!tail_file_is_text(file) || tail_fits(t, name) || find_identical(t, file) != NULL ||
	    has_position(t, file) || tail_is_copy(t, file)) {
		tail_file_free(&file);
		return NULL;
	}
	free(file->path);
	file->path = mem_string(path);
	follow_new(t, file);
	return file;
}

void tail_take_rotated(struct tail *t, const char *path)
{
	size_t folder = (size_t)(strrchr(path, '/') + 1 - path);
	struct tail_file **taken = NULL;
	struct tail_file *file;
	struct buf name = { 0 };
	struct dirent *entry;
	size_t n = 0;
	size_t cap = 0;
	DIR *dir;

	if (t->since == 0)
		return;
	buf_add(&name, path, folder);
	dir = opendir(buf_str(&name));
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		name.len = folder;
		buf_add_str(&name, entry->d_name);
		if (!tail_is_rotated_name(path, buf_str(&name)))
			continue;
		file = take_if_new(t, path, name.ptr);
		if (file != NULL) {
			taken = mem_grow(taken, n, &cap, sizeof(struct tail_file *));
			taken[n++] = file;
		}
	}
	if (t->started)
		tail_order_take_places(t, taken, n);
	if (dir != NULL)
		closedir(dir);
	free(taken);
	buf_fini(&name);
}

/* --- Renamed while there was no tail ---------------------------------------------- */

static void settle_position(struct tail *t, const struct position *position)
{
	struct tail_file *file = tail_locate(position->path, position);
	struct tail_file *known = file != NULL ? find_identical(t, file) : NULL;

	if (known != NULL) {
		if (known->state == TAIL_NEW) {
			tail_file_resume(known, position);
			known->copied = known->inode != position->inode;
			follow(t, known);
		}
		tail_file_free(&file);
	} else if (file != NULL) {
		file->copied = file->inode != position->inode;
		follow_new(t, file);
	} else {
		log_warning(
			"%s: the file that was read up to byte %lld is gone; what was written to "
			"it since is not read",
			position->path, position->at);
	}
}

/* Its file is there and cannot be read now: it keeps its place. */
static bool is_waiting(const struct tail *t, const struct position *position)
{
	struct stat st;

	if (position->copy || !tail_fits(t, position->path))
		return false;
	if (stat(position->path, &st) != 0)
		return errno != ENOENT && errno != ENOTDIR;
	return tail_files_named(&t->files, position->path) == NULL;
}

/* A copy that was read stays known, so that it is not taken for a new text. */
static void settle_copy(struct tail *t, const struct position *position)
{
	struct tail_file *file = tail_locate(position->path, position);

	if (file == NULL || file->inode != position->inode || find_identical(t, file) != NULL) {
		tail_file_free(&file);
		return;
	}
	file->copied = true;
	follow_new(t, file);
	end_copy(file);
}

void tail_settle_positions(struct tail *t)
{
	for (size_t i = 0; i < t->n_positions; i++) {
		const struct position *position = &t->positions[i];

		if (position->copy)
			settle_copy(t, position);
		else if (tail_fits(t, position->path) && !is_waiting(t, position))
			settle_position(t, position);
	}
	/* All that is known is known now; what else is there is new. */
	for (size_t i = 0; i < t->n_positions; i++) {
		if (tail_fits(t, t->positions[i].path))
			tail_take_rotated(t, t->positions[i].path);
	}
}

void tail_forget_positions(struct tail *t)
{
	size_t n = t->n_positions;

	t->n_positions = 0;
	for (size_t i = 0; i < n; i++) {
		if (is_waiting(t, &t->positions[i]))
			t->positions[t->n_positions++] = t->positions[i];
		else
			position_fini(&t->positions[i]);
	}
}

/* --- Copied and truncated --------------------------------------------------------- */

/* Whether file begins as other does. */
static bool begins_alike(const struct tail_file *other, const struct tail_file *file)
{
	struct stat st;
	bool empty = fstat(other->fd, &st) != 0 || st.st_size == 0;

	return !empty && fingerprint_alike(other->fd, file->fd);
}

/* Whether file begins as other did until it was truncated, which was not seen yet. */
static bool began_alike(const struct tail_file *other, const struct tail_file *file)
{
	return other->print.len != 0 && !fingerprint_fits(&other->print, other->fd) &&
	       fingerprint_fits(&other->print, file->fd);
}

/*
 * Others go on while this is asked: whoever copied the file may truncate it between any
 * two reads.  A copy begins as the file does until then, and as the file did from then on;
 * so the first is asked first.  The other way round both answers are no where the file is
 * truncated in between, the copy counts as a new text, and all of it is read a second time.
 *
 * What was renamed since it was truncated has its copy, too (it departed).  One that was not
 * truncated has none: what begins as it does came after it, as where each text has one title.
 */
static bool is_copy_of(const struct tail_file *other, const struct tail_file *file)
{
	if (other->state != TAIL_FOLLOWED || !tail_is_rotated_name(other->path, file->name))
		return false;
	return (!other->departed && begins_alike(other, file)) || began_alike(other, file);
}

bool tail_is_copy(const struct tail *t, const struct tail_file *file)
{
	for (size_t i = 0; i < t->files.n; i++) {
		const struct tail_file *other = t->files.all[i];

		if (other != file && is_copy_of(other, file))
			return true;
	}
	return false;
}

/* Copies that were seen in the making go on where `of` was read to; true: there is one. */
static bool begin_copies(struct tail *t, struct tail_file *of, const struct position *position)
{
	bool found = false;

	for (size_t i = 0; i < t->files.n; i++) {
		struct tail_file *file = t->files.all[i];
		struct stat st;

		if (file->state != TAIL_COPY || !tail_file_look(file, &st) ||
		    position->print.len == 0 || !fingerprint_fits(&position->print, file->fd))
			continue;
		tail_file_resume(file, position);
		file->copied = true;
		if (found) {
			end_copy(file);
		} else {
			follow(t, file);
			tail_order_put(file, of);
		}
		found = true;
	}
	return found;
}

void tail_restarted(struct tail *t, struct tail_file *file)
{
	const struct position position = {
		.at = file->at, .line = file->line, .print = file->print, .path = file->path
	};
	bool copied = begin_copies(t, file, &position);
	struct tail_file *copy = copied ? NULL : tail_locate(file->path, &position);

	if (copy != NULL) {
		struct tail_file *known = find_identical(t, copy);

		copied = true;
		copy->copied = true;
		if (known != NULL && known->state == TAIL_DONE) { /* written over */
			tail_files_remove(&t->files, known);
			known = NULL;
		}
		if (known == NULL) {
			follow_new(t, copy);
			tail_order_put(copy, file);
		} else {
			tail_file_free(&copy);
		}
	}
	log_info("%s was truncated; %sit is read from its start", file->path,
		 copied ? "its copy is read to its end, and " : "");
	tail_take_rotated(t, file->path);
	tail_file_restart(file);
	t->version++;
	tail_files_queue(&t->files, file);
}
