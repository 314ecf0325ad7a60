/*
 * A checkpoint is
 *
 *	purposed checkpoint 1 TYPE
 *	... whatever the input says, in lines ...
 *	end HASH
 *
 * where HASH is of all bytes before that line.  A file that is cut short, or of
 * which a disk made something else, so never passes for a position.
 */
#include <purposed/io/state.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/hash.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/io/position.h>

enum { CHECKPOINT_MAX = 256 << 20, END_BYTES = 21 /* "end ", 16 digits, "\n" */ };

struct state {
	char *path;
	int folder;
	int lock;
	dev_t device;
	ino_t inode;
};

/* --- The folder ------------------------------------------------------------- */

/*
 * The lock is an open file description's: it is one process's however many threads it has, ends
 * with it, and whoever only asks for it (state_is_others) does not take it for that.
 */
static struct flock whole_file(void)
{
	return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
}

static int lock_folder(struct state *s, struct err *e)
{
	struct flock lock = whole_file();

	s->lock = openat(s->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (s->lock < 0) {
		err_errno(e, "cannot make %s/lock", s->path);
		return -1;
	}
	if (fcntl(s->lock, F_OFD_SETLK, &lock) == 0)
		return 0;
	if (errno == EAGAIN || errno == EACCES)
		err_add(e,
			"the state folder %s is in use by another purposed; give each its own "
			"with the setting 'state'",
			s->path);
	else
		err_errno(e, "cannot lock %s/lock", s->path);
	return -1;
}

int state_open(struct state **state_r, const char *path, struct err *e)
{
	struct state *s = mem_new(1, sizeof(*s));
	struct stat st;

	*s = (struct state){ .path = mem_string(path), .folder = -1, .lock = -1 };
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		s->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder < 0 || fstat(s->folder, &st) != 0) {
		err_errno(e, "cannot use the state folder %s (setting 'state')", path);
		state_free(&s);
		return -1;
	}
	s->device = st.st_dev;
	s->inode = st.st_ino;
	if (lock_folder(s, e) != 0) {
		state_free(&s);
		return -1;
	}
	*state_r = s;
	return 0;
}

void state_free(struct state **state)
{
	struct state *s;

	if (state == NULL || *state == NULL)
		return;
	s = *state;
	*state = NULL;
	if (s->lock >= 0)
		close(s->lock);
	if (s->folder >= 0)
		close(s->folder);
	free(s->path);
	free(s);
}

bool state_is_others(const char *path)
{
	struct flock lock = whole_file();
	struct buf file = { 0 };
	bool held;
	int fd;

	buf_printf(&file, "%s/lock", path);
	fd = open(file.ptr, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	held = fd < 0 ? errno != ENOENT && errno != ENOTDIR
		      : fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
	if (fd >= 0)
		close(fd);
	buf_fini(&file);
	return held;
}

bool state_is(const struct state *state, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == state->device && st.st_ino == state->inode;
}

/* --- Checkpoints ------------------------------------------------------------ */

static const char ending[] = ".checkpoint";

/* "web" is kept in "web.checkpoint". */
static void add_name(struct buf *out, const char *name, const char *end)
{
	position_add_escaped(out, span_str(name), true);
	buf_add_str(out, end);
	buf_str(out);
}

const char *state_checkpoint_path(struct buf *path, const char *folder, const char *name)
{
	buf_clear(path);
	buf_printf(path, "%s/", folder);
	add_name(path, name, ending);
	return path->ptr;
}

static int read_all(int fd, struct buf *out)
{
	for (;;) {
		ssize_t n = read(fd, buf_reserve(out, 4096), 4096);

		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -1;
		out->len += n > 0 ? (size_t)n : 0;
		if (out->len > CHECKPOINT_MAX) {
			errno = EFBIG;
			return -1;
		}
	}
}

/* What stands before the last line, if that is its hash. */
static bool check_end(struct span *text)
{
	char wanted[END_BYTES + 1];
	struct span end;

	if (text->len < END_BYTES)
		return false;
	end = span_slice(*text, text->len - END_BYTES, text->len);
	*text = span_slice(*text, 0, text->len - END_BYTES);
	snprintf(wanted, sizeof(wanted), "end %016" PRIx64 "\n", hash_add(HASH_START, *text));
	return span_is(end, wanted);
}

static void put_aside(const struct state *s, const char *name, const char *file)
{
	struct buf aside = { 0 };

	add_name(&aside, name, ".damaged");
	log_warning("the checkpoint %s/%s is damaged", s->path, file);
	if (renameat(s->folder, file, s->folder, aside.ptr) == 0)
		log_warning("it is kept as %s/%s", s->path, aside.ptr);
	buf_fini(&aside);
}

static enum checkpoint take(const struct state *s, const char *name, const char *file,
			    const char *type, struct span text, struct buf *out, struct err *e)
{
	struct buf head = { 0 };
	enum checkpoint result = CHECKPOINT_LOADED;

	buf_printf(&head, "purposed checkpoint 1 %s\n", type);
	if (!check_end(&text) || !span_starts(text, "purposed checkpoint ")) {
		put_aside(s, name, file);
		result = CHECKPOINT_DAMAGED;
	} else if (!span_starts(text, buf_str(&head))) {
		err_add(e,
			"the checkpoint %s/%s is that of another type of input, or of another "
			"version; move it away to read input '%s' as if for the first time, or "
			"give the input another name",
			s->path, file, name);
		result = CHECKPOINT_FAILED;
	} else {
		buf_add_span(out, span_slice(text, head.len, text.len));
	}
	buf_fini(&head);
	return result;
}

enum checkpoint state_load(const struct state *s, const char *name, const char *type,
			   struct buf *out, struct err *e)
{
	enum checkpoint result = CHECKPOINT_FAILED;
	struct buf file = { 0 };
	struct buf text = { 0 };
	int fd;

	add_name(&file, name, ending);
	fd = openat(s->folder, file.ptr, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		result = CHECKPOINT_NONE;
	else if (fd < 0 || read_all(fd, &text) != 0)
		err_errno(e, "cannot read the checkpoint %s/%s", s->path, file.ptr);
	else
		result = take(s, name, file.ptr, type, buf_span(&text), out, e);
	if (fd >= 0)
		close(fd);
	buf_fini(&text);
	buf_fini(&file);
	return result;
}

static int write_all(int fd, struct span bytes)
{
	while (bytes.len != 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno != EINTR)
			return -1;
		bytes = span_slice(bytes, n > 0 ? (size_t)n : 0, bytes.len);
	}
	return 0;
}

/* Writes file anew and to the disk; -1: errno, and it is gone. */
static int write_file(const struct state *s, const char *file, struct span bytes)
{
	int fd = openat(s->folder, file,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
	int error = 0;

	if (fd < 0)
		return -1;
	if (write_all(fd, bytes) != 0 || fsync(fd) != 0)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error == 0)
		return 0;
	unlinkat(s->folder, file, 0);
	errno = error;
	return -1;
}

void state_forget(const struct state *s, const char *name)
{
	struct buf file = { 0 };

	add_name(&file, name, ending);
	if (unlinkat(s->folder, file.ptr, 0) != 0 && errno != ENOENT)
		log_warning("cannot remove the checkpoint %s/%s: %s", s->path, file.ptr,
			    strerror(errno));
	buf_fini(&file);
}

int state_save(const struct state *s, const char *name, const char *type, struct span text,
	       struct err *e)
{
	struct buf file = { 0 };
	struct buf draft = { 0 };
	struct buf all = { 0 };
	int result = 0;

	add_name(&file, name, ending);
	add_name(&draft, name, ".checkpoint.new");
	buf_printf(&all, "purposed checkpoint 1 %s\n", type);
	buf_add_span(&all, text);
	buf_printf(&all, "end %016" PRIx64 "\n", hash_add(HASH_START, buf_span(&all)));
	if (write_file(s, draft.ptr, buf_span(&all)) != 0 ||
	    renameat(s->folder, draft.ptr, s->folder, file.ptr) != 0 || fsync(s->folder) != 0) {
		err_errno(e, "cannot write the checkpoint %s/%s", s->path, file.ptr);
		result = -1;
	}
	buf_fini(&all);
	buf_fini(&draft);
	buf_fini(&file);
	return result;
}
