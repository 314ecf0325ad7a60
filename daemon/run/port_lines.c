/*
 * A descriptor whose lines a feed cuts: standard input, or a named pipe.
 *
 * It has no end that we could make, so a stop counts what it has still to give, and
 * ends it behind that, and behind the line that this ends in where the rest of that
 * comes at once.  It is read byte by byte, since what follows belongs to whoever reads
 * next.  Where it does not come the line is torn, unless its writer is gone.
 *
 * A named pipe is opened for writing too, so that it has no end when the last
 * writer closes it: the next one may come at any time.
 */
#include <purposed/run/port_private.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/grace.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/run/source_fd.h>

/* Beside what is read next: when we are killed nobody reads a pipe again. */
enum { READ_AHEAD = 64 * 1024 };

struct lines_port {
	struct port port;
	char *path; /* of a pipe; NULL: standard input */
	struct source_fd fd;
	struct feed *feed;
	bool within; /* the last byte that was read is no line end */
	bool stopped;
	size_t left;	    /* bytes of a stopped one that are still to be read */
	struct grace grace; /* behind those: for the rest of the line */
	bool torn;	    /* it was stopped within a line, and the rest of that did not come */
};

static bool lines_serves(const struct port *port, const struct settings_input *settings)
{
	const struct lines_port *p = (const struct lines_port *)port;
	struct stat ours;
	struct stat there;

	if (p->path == NULL)
		return true;
	return strcmp(p->path, settings->path) == 0 && fstat(p->fd.fd, &ours) == 0 &&
	       stat(p->path, &there) == 0 && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

static bool lines_can_move(const struct port *port)
{
	const struct lines_port *p = (const struct lines_port *)port;

	return p->feed == NULL || feed_can_move(p->feed);
}

/*
 * Whether the line goes on, now or in what is left of the time for it.  That ends for a writer
 * who never pauses, too.  False: p->torn, unless its writer is gone.
 */
static bool line_goes_on(struct lines_port *p)
{
	int ready;

	grace_begin(&p->grace);
	ready = grace_is_over(&p->grace) ? 0 : grace_poll(&p->grace, p->fd.fd);
	p->torn = (ready & (POLLIN | POLLHUP)) == 0;
	return (ready & POLLIN) != 0;
}

/* How much may be read; 0: the stopped port is at its end. */
static size_t may_read(struct lines_port *p, size_t cap)
{
	if (!p->stopped)
		return cap;
	if (p->left != 0)
		return cap < p->left ? cap : p->left;
	return p->within && line_goes_on(p) ? 1 : 0;
}

static ssize_t read_lines(void *context, char *bytes, size_t cap, struct err *e)
{
	struct lines_port *p = context;
	struct source source = source_of_fd(&p->fd);
	ssize_t n;

	cap = may_read(p, cap);
	if (cap == 0)
		return 0;
	n = source.read(source.context, bytes, cap, e);
	if (n <= 0) {
		p->torn = p->stopped && p->within && p->fd.empty;
		return n;
	}
	p->within = bytes[n - 1] != '\n';
	if (p->left != 0)
		p->left -= (size_t)n;
	return n;
}

/* What is read goes its way at once: the batch is wanted by others. */
static bool lines_ready(void *context)
{
	(void)context;
	return false;
}

static void lines_attach(struct port *port)
{
	struct lines_port *p = (struct lines_port *)port;
	const struct source source = { read_lines, lines_ready, p };

	if (p->feed != NULL)
		feed_move(p->feed, port->pipeline, port->stream);
	else
		p->feed = feed_new(port->pipeline, port->stream, &source);
	feed_end_lines(p->feed);
	feed_park(p->feed);
}

static enum port_result lines_step(struct port *port, struct err *e)
{
	struct lines_port *p = (struct lines_port *)port;
	enum feed_result result;

	pipeline_wait(port->pipeline, READ_AHEAD);
	result = feed_step(p->feed, e);

	/* Somebody else may have taken from a pipe what was there. */
	if (result == FEED_DONE && p->fd.empty && !p->stopped)
		result = FEED_MORE;
	if (result == FEED_MORE || result == FEED_OUTPUT_FAILED) {
		feed_park(p->feed);
		return PORT_MORE;
	}
	if (p->torn) {
		log_warning("%s: the stop came within a line, which counts as unscanned",
			    p->fd.name);
		feed_tear(p->feed);
	}
	feed_finish(p->feed);
	return result == FEED_DONE ? PORT_END : PORT_FAILED;
}

/* What waits in a pipe; a file is not read to its end. */
static size_t waiting(int fd)
{
	struct stat st;
	int n = 0;

	if (fstat(fd, &st) != 0 || S_ISREG(st.st_mode) || ioctl(fd, FIONREAD, &n) != 0)
		return 0;
	return n > 0 ? (size_t)n : 0;
}

static void lines_stop(struct port *port)
{
	struct lines_port *p = (struct lines_port *)port;

	p->left = waiting(p->fd.fd);
	p->stopped = true;
}

static void lines_free(struct port *port)
{
	struct lines_port *p = (struct lines_port *)port;

	feed_free(&p->feed);
	if (p->path != NULL)
		close(p->fd.fd);
	free(p->path);
}

/* Makes the pipe where there is nothing. */
static int open_pipe(const char *path, struct err *e)
{
	struct stat st;
	int fd;

	if (mkfifo(path, 0622) == 0)
		chmod(path, 0622); /* everybody may write, whatever the umask is */
	else if (errno != EEXIST)
		goto failed;
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		goto failed;
	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
		return fd;
	err_add(e, "%s is no named pipe", path);
	close(fd);
	return -1;
failed:
	err_errno(e, "cannot open the named pipe %s", path);
	return -1;
}

int port_lines_new(struct port **port_r, const struct settings_input *settings,
		   const struct port_start *start, struct err *e)
{
	static const struct port_ops ops = {
		.serves = lines_serves,
		.can_move = lines_can_move,
		.attach = lines_attach,
		.step = lines_step,
		.stop = lines_stop,
		.free = lines_free,
	};
	struct lines_port *p;
	int fd = STDIN_FILENO;

	(void)start;
	if (settings->type == INPUT_FIFO && (fd = open_pipe(settings->path, e)) < 0)
		return -1;
	p = mem_new(1, sizeof(*p));
	p->port = (struct port){ .ops = &ops, .fd = fd };
	p->fd = (struct source_fd){ .fd = fd, .name = "stdin" };
	if (settings->type == INPUT_FIFO) {
		p->path = mem_string(settings->path);
		p->fd.name = p->path;
		/* What a writer starts with says nothing of what the next one brings. */
		p->fd.begun = true;
		p->fd.passing = true;
	}
	*port_r = &p->port;
	return 0;
}
