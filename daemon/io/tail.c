/*
 * Files that may have something to read stand in a queue, and each is read a block
 * at a time, so that one that grows fast does not keep the others from being read.
 * Within a long line no other file is read: its pieces must come one behind the
 * other.
 */
#include <purposed/io/tail_private.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <purposed/base/mem.h>

enum { RESTARTS_MAX = 8 };

/* "time SECONDS" says when the positions were those of the files. */
static int read_positions(struct tail *t, struct span text, struct err *e)
{
	while (text.len != 0) {
		const char *lf = memchr(text.ptr, '\n', text.len);
		size_t len = lf != NULL ? (size_t)(lf - text.ptr) : text.len;

		if (lf != NULL && span_starts(text, "time ")) {
			t->since = (time_t)strtoll(text.ptr + strlen("time "), NULL, 10);
			text = span_slice(text, len + 1, text.len);
			continue;
		}
		t->positions = mem_resize(t->positions, t->n_positions + 1, sizeof(*t->positions));
		if (position_read(&t->positions[t->n_positions], span_of(text.ptr, len)) != 0) {
			err_add(e, "a checkpoint holds a line that is no position of a file");
			return -1;
		}
		t->positions[t->n_positions].order = t->n_positions;
		t->n_positions++;
		text = span_slice(text, len + (lf != NULL), text.len);
	}
	return 0;
}

static char *folder_of(const char *pattern)
{
	const char *slash = strrchr(pattern, '/');

	if (slash == NULL)
		return mem_string(".");
	return mem_span_string(span_of(pattern, slash != pattern ? (size_t)(slash - pattern) : 1));
}

/* Events name what happens by the folder that is watched: one way to write a path must do. */
static char *absolute(const char *pattern)
{
	char here[PATH_MAX];
	struct buf path = { 0 };

	if (pattern[0] != '/' && getcwd(here, sizeof(here)) != NULL)
		buf_printf(&path, "%s/", here);
	buf_add_str(&path, pattern);
	buf_str(&path);
	return path.ptr;
}

int tail_new(struct tail **tail_r, const struct tail_options *options, struct err *e)
{
	struct tail *t = mem_new(1, sizeof(*t));

	t->pattern = absolute(options->pattern);
	t->folders = folder_of(t->pattern);
	t->from_end = options->from_end;
	t->resumed = options->resumed;
	if (read_positions(t, options->positions, e) != 0 || watch_new(&t->watch, e) != 0) {
		tail_free(&t);
		return -1;
	}
	tail_start(t);
	*tail_r = t;
	return 0;
}

void tail_free(struct tail **tail)
{
	struct tail *t;

	if (tail == NULL || *tail == NULL)
		return;
	t = *tail;
	*tail = NULL;
	tail_files_fini(&t->files);
	watch_free(&t->watch);
	troubles_fini(&t->troubles);
	for (size_t i = 0; i < t->n_positions; i++)
		position_fini(&t->positions[i]);
	free(t->positions);
	free(t->pattern);
	free(t->folders);
	free(t);
}

int tail_fd(const struct tail *t)
{
	return watch_fd(t->watch);
}

unsigned long long tail_version(const struct tail *t)
{
	return t->version;
}

void tail_count(const struct tail *t, unsigned long long *files_r, unsigned long long *unread_r)
{
	*files_r = 0;
	*unread_r = 0;
	for (size_t i = 0; i < t->files.n; i++) {
		const struct tail_file *file = t->files.all[i];
		struct stat st;

		if (file->state != TAIL_FOLLOWED)
			continue;
		++*files_r;
		if (fstat(file->fd, &st) == 0 && st.st_size > file->at)
			*unread_r += (unsigned long long)(st.st_size - file->at);
	}
}

static void add_position(struct buf *out, const struct tail_file *file)
{
	const struct position position = {
		.device = file->device,
		.inode = file->inode,
		.at = file->at,
		.line = file->line,
		.print = file->print,
		.copy = file->state == TAIL_DONE,
		.path = file->path,
	};

	if (file->state == TAIL_FOLLOWED || file->state == TAIL_DONE)
		position_add(out, &position);
}

/* Those of a row one behind the other, the oldest first. */
void tail_add_positions(const struct tail *t, struct buf *out)
{
	buf_printf(out, "time %lld\n", (long long)t->looked);
	for (size_t i = 0; i < t->n_positions; i++)
		position_add(out, &t->positions[i]);
	for (size_t i = 0; i < t->files.n; i++) {
		const struct tail_file *file = t->files.all[i];

		if (file->before != NULL)
			continue;
		for (; file != NULL; file = file->after)
			add_position(out, file);
	}
}

/* --- Reading ------------------------------------------------------------------ */

/*
 * A copy that was read to its end is done with: whoever makes the next one may
 * write over it.
 */
static void end_copy(struct tail *t, struct tail_file *file)
{
	t->version++;
	file->state = TAIL_DONE;
	file->copied = false;
}

static void refuse(struct tail *t, struct tail_file *file, const char *why)
{
	char text[256];

	snprintf(text, sizeof(text), "it is no text, and not read: %s", why);
	troubles_add(&t->troubles, file->path, text);
	close(file->fd);
	file->fd = -1;
	file->state = TAIL_REFUSED;
	t->version++;
}

/*
 * A file that is another one each time that it is looked at, as those of /proc are, whose size
 * is 0 whatever they hold, is not looked at for ever.  Nothing is said of it anew, nor has
 * anything of it to be noted, before it holds what goes with its size.
 */
static void begin_anew(struct tail *t, struct tail_file *file)
{
	if (file->restarts < RESTARTS_MAX) {
		file->restarts++;
		tail_restarted(t, file);
		return;
	}
	file->failing = true;
	troubles_add(&t->troubles, file->path,
		     "what it holds does not go with its size, as in /proc: it is not read");
	tail_file_restart(file);
}

/* Up to limit.  False: there is nothing (more) to be read of the file for now. */
static bool read_file(struct tail *t, struct tail_file *file, struct buf *block, long long limit,
		      struct tail_piece *piece)
{
	const char *why = NULL;
	enum tail_got got =
		tail_file_read(file, block, limit, file->whole || file->copied, piece, &why);

	if (got != TAIL_GOT_OTHER)
		file->restarts = 0;
	switch (got) {
	case TAIL_GOT:
		t->version++;
		t->line = file->within != 0 ? file : NULL;
		if (t->line == NULL && (file->size > file->at || file->copied))
			tail_files_queue(&t->files, file);
		break;
	case TAIL_GOT_OTHER:
		if (file->copied)
			end_copy(t, file);
		else
			begin_anew(t, file);
		return false;
	case TAIL_GOT_BINARY: refuse(t, file, why); return false;
	case TAIL_GOT_ERROR:
		file->failing = true;
		troubles_add(&t->troubles, file->path, strerror(errno));
		return false;
	default:
		file->whole = false;
		if (file->size > limit)
			tail_files_queue(&t->files, file);
		else if (file->copied)
			end_copy(t, file);
		return false;
	}
	file->whole = false;
	if (file->failing)
		troubles_end(&t->troubles, file->path);
	file->failing = false;
	return true;
}

/* The same of a file and all that must come out before it. */
static bool read_in_order(struct tail *t, struct tail_file *file, struct buf *block,
			  struct tail_piece *piece)
{
	struct tail_file *first;

	tail_order_begin(file);
	while ((first = tail_order_first(file)) != NULL) {
		if (read_file(t, first, block, first->due, piece)) {
			tail_files_queue(&t->files, file);
			return true;
		}
		first->due = first->at;
	}
	if (read_file(t, file, block, file->limit, piece))
		return true;
	file->limit = file->at;
	return false;
}

static bool read_next(struct tail *t, struct tail_file *file, struct buf *block,
		      struct tail_piece *piece)
{
	if (file->state != TAIL_FOLLOWED)
		return false;
	if (t->line != NULL)
		return read_file(t, file, block, file->size, piece);
	return read_in_order(t, file, block, piece);
}

struct tail_piece tail_read(struct tail *t, struct buf *block)
{
	struct tail_piece piece = { .what = TAIL_NOTHING };
	struct tail_file *file;

	if (t->line == NULL)
		tail_find(t);
	while ((file = t->line != NULL ? t->line : tail_files_next(&t->files)) != NULL) {
		if (read_next(t, file, block, &piece)) {
			watch_again(t->watch, true);
			return piece;
		}
	}
	watch_again(t->watch, false);
	return (struct tail_piece){ .what = TAIL_NOTHING };
}
