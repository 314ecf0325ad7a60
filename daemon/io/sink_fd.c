/*
 * A descriptor that somebody else opened: standard output.  A slow reader
 * slows us down, and through us the writer before us.
 *
 * With patience, a write must not block beyond it.  The descriptor cannot be
 * made non-blocking, since others may share it; but a pipe that polls as
 * writable has room for PIPE_BUF bytes, so no more is written at a time.
 */
#include <purposed/io/sink.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/io/pipe.h>

struct fd_sink {
	struct sink sink;
	int fd;
	const char *name;
	int patience_ms;
};

static bool wait_for_room(const struct fd_sink *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };

	return poll(&p, 1, s->patience_ms) != 0;
}

static enum sink_result fd_write(struct sink *sink, struct span *bytes, struct err *e)
{
	struct fd_sink *s = (struct fd_sink *)sink;

	while (bytes->len != 0) {
		size_t len = s->patience_ms < 0 || bytes->len < PIPE_BUF ? bytes->len : PIPE_BUF;
		ssize_t n;

		if (s->patience_ms >= 0 && !wait_for_room(s))
			return SINK_FULL;
		n = write(s->fd, bytes->ptr, len);
		if (n >= 0) {
			*bytes = span_slice(*bytes, (size_t)n, bytes->len);
		} else if (errno == EAGAIN) {
			/* Inherited non-blocking from whoever shares the terminal. */
			if (!wait_for_room(s))
				return SINK_FULL;
		} else if (errno != EINTR) {
			err_errno(e, "cannot write to %s", s->name);
			return SINK_ERROR;
		}
	}
	return SINK_ACCEPTED;
}

static int fd_reopen(struct sink *sink, struct err *e)
{
	(void)sink;
	(void)e;
	return 0;
}

static bool fd_goes_on(const struct sink *sink)
{
	(void)sink;
	return true;
}

static void fd_free(struct sink *sink)
{
	free(sink);
}

struct sink *sink_fd_new(int fd, const char *name, int patience_ms)
{
	static const struct sink_ops ops = {
		.write = fd_write,
		.reopen = fd_reopen,
		.free = fd_free,
		.goes_on = fd_goes_on,
	};
	struct fd_sink *s = mem_new(1, sizeof(*s));

	pipe_widen(fd);
	*s = (struct fd_sink){
		.sink = { &ops },
		.fd = fd,
		.name = name,
		.patience_ms = patience_ms,
	};
	return &s->sink;
}
