/*
 * A file of our own that others rotate.  Renamed, it is written to until we are told to open it
 * anew, as rotation wants it, and that can be done; removed, nobody would ever see what is written
 * to it.
 *
 * A new file begins with a whole line: of one that has no end yet, since the disk is full for
 * one, what was taken is kept.
 */
#include <purposed/io/sink.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/buf.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/base/seldom.h>

enum { KEPT_BYTES = 1024 * 1024 }; /* of a line; longer ones are hardly ever cut */

struct file_sink {
	struct sink sink;
	int fd;
	char *path;
	struct sink_file_options options;
	bool torn;	 /* the last line that was in the file when it was opened has no end */
	struct buf line; /* what was taken of the line that has no end yet */
	size_t line_at;	 /* so much of it is in the file */
	bool too_long;	 /* it is not kept: the file is not made anew within it */
	bool nameless;	 /* it had no name when it was opened: it is not looked for */
	bool due;	 /* it was to be opened anew, and could not be: it is tried again */
	struct seldom removed;
};

/* Whether the file has bytes, and the last of them ends no line. */
static bool ends_torn(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last;

	return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

static bool set_up(int fd, const struct sink_file_options *options)
{
	return (options->mode < 0 || fchmod(fd, (mode_t)options->mode) == 0) &&
	       ((options->owner < 0 && options->group < 0) ||
		fchown(fd, (uid_t)options->owner, (gid_t)options->group) == 0);
}

/* One that could not be made as it should be is not left behind. */
static int make_file(const char *path, const struct sink_file_options *options, struct err *e)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0640);

	if (fd < 0 || set_up(fd, options))
		return fd;
	err_errno(e, "cannot set owner, group or mode of output file %s", path);
	unlink(path);
	close(fd);
	return -1;
}

static int open_file(const char *path, const struct sink_file_options *options, struct err *e)
{
	size_t before = e->count;
	int fd = make_file(path, options, e);

	if (e->count != before)
		return -1;
	/* It is there, or it is a link to one that is not. */
	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	/* One that may be written but not read; that there is none is not what is wrong. */
	if (fd < 0 && errno == EACCES) {
		fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
		errno = EACCES;
	}
	if (fd < 0)
		err_errno(e, "cannot open output file %s", path);
	return fd;
}

/* Writes all of *bytes, or as much as goes. */
static int write_all(struct file_sink *s, struct span *bytes, struct err *e)
{
	while (bytes->len != 0) {
		ssize_t n = write(s->fd, bytes->ptr, bytes->len);

		if (n >= 0) {
			*bytes = span_slice(*bytes, (size_t)n, bytes->len);
		} else if (errno != EINTR) {
			err_errno(e, "cannot write to %s", s->path);
			return -1;
		}
	}
	return 0;
}

/* Of what was taken, what the last line end does not end. */
static void keep_line(struct file_sink *s, struct span taken)
{
	struct span begun = span_slice(taken, span_line_start(taken, taken.len), taken.len);

	if (begun.len < taken.len) {
		buf_fini(&s->line);
		s->too_long = false;
	}
	s->too_long |= s->line.len + begun.len > KEPT_BYTES;
	if (s->too_long)
		buf_fini(&s->line);
	else
		buf_add_span(&s->line, begun);
	s->line_at = s->line.len;
}

/* Writes what the file has not of the line that was begun. */
static int begin_line(struct file_sink *s, struct err *e)
{
	struct span rest = span_slice(buf_span(&s->line), s->line_at, s->line.len);
	int result = write_all(s, &rest, e);

	s->line_at = s->line.len - rest.len;
	return result;
}

static bool is_nameless(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 0;
}

static void take_file(struct file_sink *s, int fd)
{
	s->fd = fd;
	s->torn = ends_torn(fd);
	s->line_at = 0;
	s->nameless = is_nameless(fd);
}

static int open_anew(struct file_sink *s, struct err *e)
{
	int fd = open_file(s->path, &s->options, e);

	if (fd < 0)
		return -1;
	close(s->fd);
	take_file(s, fd);
	return 0;
}

/* The line that was begun is offered from its start again, if it is to go on. */
static int file_reopen(struct sink *sink, struct err *e)
{
	struct file_sink *s = (struct file_sink *)sink;

	s->due = open_anew(s, e) != 0;
	if (s->due)
		return -1;
	buf_fini(&s->line);
	s->too_long = false;
	return 0;
}

/* Between two lines; what is written until it can be opened goes to the old one. */
static void open_late(struct file_sink *s)
{
	struct err e = { 0 };

	if (!s->due || s->line.len != 0 || s->too_long)
		return;
	s->due = open_anew(s, &e) != 0;
	if (!s->due)
		log_notice("output file %s is opened anew, at last", s->path);
	err_fini(&e);
}

/* Where somebody has removed the file; -1: it cannot be made anew. */
static int replace_removed(struct file_sink *s, struct err *e)
{
	if (s->too_long || s->nameless || !is_nameless(s->fd))
		return 0;
	if (open_anew(s, e) != 0)
		return -1;
	if (seldom_now(&s->removed))
		log_warning("output file %s was removed; it is made anew, and what was written to "
			    "the old one last may be lost%s",
			    s->path, seldom_others(&s->removed));
	return 0;
}

static enum sink_result file_write(struct sink *sink, struct span *bytes, struct err *e)
{
	struct file_sink *s = (struct file_sink *)sink;
	struct span line_end = span_of("\n", 1);
	struct span all = *bytes;
	int result;

	open_late(s);
	if (bytes->len != 0 && replace_removed(s, e) != 0)
		return SINK_ERROR;
	if (s->torn && write_all(s, &line_end, e) != 0)
		return SINK_ERROR;
	s->torn = false;
	if (begin_line(s, e) != 0)
		return SINK_ERROR;
	result = write_all(s, bytes, e);
	keep_line(s, span_slice(all, 0, all.len - bytes->len));
	return result == 0 ? SINK_ACCEPTED : SINK_ERROR;
}

static void file_free(struct sink *sink)
{
	struct file_sink *s = (struct file_sink *)sink;

	close(s->fd);
	buf_fini(&s->line);
	free(s->path);
	free(s);
}

int sink_file_new(struct sink **sink_r, const char *path, const struct sink_file_options *options,
		  struct err *e)
{
	static const struct sink_file_options none = { -1, -1, -1 };
	static const struct sink_ops ops = {
		.write = file_write,
		.reopen = file_reopen,
		.free = file_free,
	};
	struct file_sink *s;
	int fd;

	options = options != NULL ? options : &none;
	fd = open_file(path, options, e);
	if (fd < 0)
		return -1;
	s = mem_new(1, sizeof(*s));
	*s = (struct file_sink){ .sink = { &ops }, .path = mem_string(path), .options = *options };
	take_file(s, fd);
	*sink_r = &s->sink;
	return 0;
}
