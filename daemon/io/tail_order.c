/*
 * Which of the files of one path is read first.  A rotation leaves a row of them:
 *
 *	app.log.2  <--before--  app.log.1  <--before--  app.log
 *
 * Whatever a writer wrote to one of them before it opened the next comes out before what
 * it wrote to that.  It is so if in each round
 *
 *	1. the size of the file is taken,
 *	2. then the size of the one before it, and so on to the oldest,
 *	3. these are read up to those sizes, the oldest first,
 *	4. and then the file, up to its own:
 *
 * what stands in the file at 1 was written by somebody who had left the others by then,
 * so that 2 cannot miss what he wrote to them.  What is written later waits for the next
 * round, and as a round is bounded no writer that goes on in a file that was rotated away
 * keeps the new one from being read.
 *
 * A line without an end is none yet: nothing waits for it.  A long line is one line, and
 * goes on behind the size.
 *
 * Copies stand in the row as well: before the file that was copied and then truncated.
 */
#include <purposed/io/tail_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* --- The row ------------------------------------------------------------------- */

void tail_order_leave(struct tail_file *file)
{
	if (file->before != NULL)
		file->before->after = file->after;
	if (file->after != NULL)
		file->after->before = file->before;
	file->before = NULL;
	file->after = NULL;
}

void tail_order_put(struct tail_file *file, struct tail_file *next)
{
	tail_order_leave(file);
	file->before = next->before;
	file->after = next;
	if (file->before != NULL)
		file->before->after = file;
	next->before = file;
}

static void put_last(struct tail_file *file, struct tail_file *other)
{
	while (other->after != NULL)
		other = other->after;
	file->before = other;
	other->after = file;
}

/* Whether file may stand behind other: what has no place yet leaves a row that it is put into. */
static bool has_place(const struct tail_file *other, const struct tail_file *file)
{
	return other != file && other->state == TAIL_FOLLOWED && !other->unplaced;
}

static struct tail_file *find_of_path(const struct tail *t, const struct tail_file *file)
{
	for (size_t i = 0; i < t->files.n; i++) {
		struct tail_file *other = t->files.all[i];

		if (has_place(other, file) && strcmp(other->path, file->path) == 0)
			return other;
	}
	return NULL;
}

/*
 * Where the glob takes in what was rotated: one of the path that it was rotated away
 * from, which is the shortest of which its name can be made.
 */
static struct tail_file *find_original(const struct tail *t, const struct tail_file *file)
{
	struct tail_file *best = NULL;

	for (size_t i = 0; i < t->files.n; i++) {
		struct tail_file *other = t->files.all[i];

		if (has_place(other, file) && tail_is_rotated_name(other->path, file->name) &&
		    (best == NULL || strlen(other->path) < strlen(best->path)))
			best = other;
	}
	return best;
}

/* Of two rotated names each could be made of the other: neither is the other's original. */
static bool is_original(const char *path, const char *of)
{
	return tail_is_rotated_name(path, of) && !tail_is_rotated_name(of, path);
}

/* The other way round: where there was nothing at the path yet, what is still to be read. */
static struct tail_file *find_rotated(const struct tail *t, const struct tail_file *file)
{
	for (size_t i = 0; i < t->files.n; i++) {
		struct tail_file *other = t->files.all[i];

		if (has_place(other, file) && other->at < other->size &&
		    is_original(file->path, other->path))
			return other;
	}
	return NULL;
}

static bool has_its_path(const struct tail_file *file)
{
	return strcmp(file->name, file->path) == 0;
}

static void take_place(struct tail *t, struct tail_file *file)
{
	struct tail_file *next = tail_files_named(&t->files, file->path);
	struct tail_file *other = NULL;

	tail_order_leave(file); /* others may have been put before it meanwhile */
	if (next == NULL || next == file) {
		next = NULL;
		other = find_of_path(t, file);
		if (other == NULL && has_its_path(file)) {
			other = find_original(t, file);
			if (other == NULL)
				other = find_rotated(t, file);
			else if (is_original(other->path, file->name))
				next = tail_files_named(&t->files, other->path);
		}
	}
	if (next != NULL)
		tail_order_put(file, next);
	else if (other != NULL)
		put_last(file, other);
	file->unplaced = false;
}

struct aged {
	struct tail_file *file;
	struct timespec written;
};

/* As they stood in the checkpoint; and then what came later, as it was written to last. */
static int by_age(const void *a, const void *b)
{
	const struct aged *x = a;
	const struct aged *y = b;

	if (x->file->order != y->file->order)
		return x->file->order < y->file->order ? -1 : 1;
	if (x->written.tv_sec != y->written.tv_sec)
		return x->written.tv_sec < y->written.tv_sec ? -1 : 1;
	return (x->written.tv_nsec > y->written.tv_nsec) -
	       (x->written.tv_nsec < y->written.tv_nsec);
}

void tail_order_take_places(struct tail *t, struct tail_file *const *files, size_t n)
{
	struct aged *all = mem_new(n, sizeof(*all));

	for (size_t i = 0; i < n; i++) {
		struct stat st = { 0 };

		fstat(files[i]->fd, &st);
		all[i] = (struct aged){ files[i], st.st_mtim };
		tail_order_leave(files[i]);
		files[i]->unplaced = true;
	}
	if (n != 0)
		qsort(all, n, sizeof(*all), by_age);
	for (size_t i = 0; i < n; i++)
		take_place(t, all[i].file);
	free(all);
}

void tail_order_start(struct tail *t)
{
	struct tail_file **files = mem_new(t->files.n, sizeof(struct tail_file *));
	size_t n = 0;

	for (size_t i = 0; i < t->files.n; i++) {
		struct tail_file *file = t->files.all[i];

		/* What is at its path is last in its row: the others are put before it. */
		if (file->state == TAIL_FOLLOWED &&
		    (!has_its_path(file) || (file->at < file->size && find_original(t, file))))
			files[n++] = file;
	}
	tail_order_take_places(t, files, n);
	free(files);
}

/* --- A round ------------------------------------------------------------------- */

void tail_order_begin(struct tail_file *file)
{
	struct stat st;

	if (file->at < file->limit || !tail_file_look(file, &st))
		return;
	file->limit = file->size;
	for (struct tail_file *f = file->before; f != NULL; f = f->before)
		f->due = f->state == TAIL_FOLLOWED && tail_file_look(f, &st) ? f->size : 0;
}

bool tail_order_waits(const struct tail_file *file)
{
	for (const struct tail_file *f = file->before; f != NULL; f = f->before) {
		if (f->state == TAIL_FOLLOWED && f->at < f->size)
			return true;
	}
	return false;
}

struct tail_file *tail_order_first(const struct tail_file *file)
{
	struct tail_file *first = NULL;

	for (struct tail_file *f = file->before; f != NULL; f = f->before) {
		if (f->state == TAIL_FOLLOWED && f->at < f->due)
			first = f;
	}
	return first;
}
