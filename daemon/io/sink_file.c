/* A file of our own that others rotate. */
#include <purposed/io/sink.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/mem.h>

struct file_sink {
	struct sink sink;
	int fd;
	char *path;
	struct sink_file_options options;
	bool torn; /* the last line that was in the file when it was opened has no end */
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
static int write_all(const struct file_sink *s, struct span *bytes, struct err *e)
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

static enum sink_result file_write(struct sink *sink, struct span *bytes, struct err *e)
{
	struct file_sink *s = (struct file_sink *)sink;
	struct span line_end = span_of("\n", 1);

	if (s->torn && write_all(s, &line_end, e) != 0)
		return SINK_ERROR;
	s->torn = false;
	return write_all(s, bytes, e) == 0 ? SINK_ACCEPTED : SINK_ERROR;
}

static int file_reopen(struct sink *sink, struct err *e)
{
	struct file_sink *s = (struct file_sink *)sink;
	int fd = open_file(s->path, &s->options, e);

	if (fd < 0)
		return -1;
	close(s->fd);
	s->fd = fd;
	s->torn = ends_torn(fd);
	return 0;
}

static void file_free(struct sink *sink)
{
	struct file_sink *s = (struct file_sink *)sink;

	close(s->fd);
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
	*s = (struct file_sink){
		.sink = { &ops }, .fd = fd, .path = mem_string(path), .options = *options
	};
	s->torn = ends_torn(fd);
	*sink_r = &s->sink;
	return 0;
}
