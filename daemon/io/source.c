/* See source.h for what is the end of a file that others write to. */
#include <purposed/io/source.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/mem.h>

struct source {
	struct reader head;
	int fd;
	off_t size; /* at open, or -1: read until the end */
	off_t at;
	bool finish_line;
	char last;   /* the byte before at */
	size_t tail; /* bytes read behind size */
};

/* read(2) that waits, also on a stdin that somebody else made non-blocking. */
static ssize_t read_fd(struct source *s, void *buf, size_t cap)
{
	struct pollfd poller = { .fd = s->fd, .events = POLLIN };
	ssize_t n;

	while ((n = read(s->fd, buf, cap)) < 0 && (errno == EINTR || errno == EAGAIN)) {
		if (errno == EAGAIN)
			poll(&poller, 1, -1);
	}
	if (n < 0)
		return fault_set(&s->head.fault, FAULT_IO, "cannot be read: %s", strerror(errno));
	if (n > 0) {
		s->at += n;
		s->last = ((const char *)buf)[n - 1];
	}
	return n;
}

/*
 * Bytes behind the size at open, up to the line's end.  What is read beyond it
 * is dropped: nobody else reads this descriptor's offset.
 */
static ssize_t read_tail(struct source *s, void *buf, size_t cap)
{
	const char *newline;
	ssize_t n;

	if (!s->finish_line || s->last == '\n' || s->tail == SOURCE_TAIL_MAX)
		return 0;
	if (cap > SOURCE_TAIL_MAX - s->tail)
		cap = SOURCE_TAIL_MAX - s->tail;
	n = read_fd(s, buf, cap);
	if (n <= 0)
		return n;
	newline = memchr(buf, '\n', (size_t)n);
	if (newline != NULL) {
		size_t kept = (size_t)(newline - (const char *)buf) + 1;

		mem_wipe((char *)buf + kept, (size_t)n - kept);
		n = (ssize_t)kept;
		s->last = '\n';
	}
	s->tail += (size_t)n;
	return n;
}

static ssize_t source_read(struct reader *r, void *buf, size_t cap)
{
	struct source *s = (struct source *)r;
	ssize_t n;

	if (s->size < 0)
		return read_fd(s, buf, cap);
	if (s->at >= s->size)
		return read_tail(s, buf, cap);
	if (cap > (size_t)(s->size - s->at))
		cap = (size_t)(s->size - s->at);
	n = read_fd(s, buf, cap);
	if (n == 0)
		return fault_set(&r->fault, FAULT_IO,
				 "shrank while it was read: %lld of %lld bytes", (long long)s->at,
				 (long long)s->size);
	return n;
}

static void source_free(struct reader *r)
{
	close(((struct source *)r)->fd);
	free(r);
}

static const struct reader_class source_class = { source_read, source_free };

static int source_new(struct reader **source_r, int fd, bool stream, struct meter *meter,
		      struct fault *f)
{
	struct source *s;
	struct stat st;
	const char *what = NULL;

	if (fstat(fd, &st) != 0) {
		fault_set(f, FAULT_IO, "%s", strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		what = "a folder";
	} else if (!S_ISREG(st.st_mode) && !stream) {
		what = S_ISFIFO(st.st_mode) ? "a named pipe" : "a device";
	}
	if (what != NULL)
		fault_set(f, FAULT_IO, "is %s, not a file", what);
	if (f->kind != FAULT_NONE) {
		close(fd);
		return -1;
	}
	s = mem_new(1, sizeof(*s));
	reader_init(&s->head, &source_class, meter, 0);
	s->fd = fd;
	s->size = S_ISREG(st.st_mode) && st.st_size > 0 ? st.st_size : -1;
	if (S_ISREG(st.st_mode)) {
		/* A redirected stdin may have been read from before. */
		off_t at = lseek(fd, 0, SEEK_CUR);

		s->at = at > 0 ? at : 0;
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	*source_r = &s->head;
	return 0;
}

bool source_is_stream(const char *path)
{
	return strcmp(path, "-") == 0 || strcmp(path, "/dev/stdin") == 0 ||
	       strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/self/fd/", 14) == 0;
}

int source_open(struct reader **source_r, const char *path, struct meter *meter, struct fault *f)
{
	bool stream = source_is_stream(path);
	int fd;

	if (strcmp(path, "-") == 0)
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else /* not to hang on a pipe that took the file's place */
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (stream ? 0 : O_NONBLOCK));
	if (fd < 0)
		return fault_set(f, FAULT_IO, "%s", strerror(errno));
	return source_new(source_r, fd, stream, meter, f);
}

void source_finish_line(struct reader *source)
{
	struct source *s = (struct source *)source;

	if (s->size < 0)
		return;
	s->finish_line = true;
	source->ended = false; /* a look at the first bytes may have met the end */
}
