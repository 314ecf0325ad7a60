/*
 * A descriptor whose lines a feed cuts: standard input.
 *
 * It has no end that we could make, so a stop counts what it has still to give
 * and ends it there, as if its writer had.
 */
#include <purposed/run/port_private.h>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/run/source_fd.h>

struct lines_port {
	struct port port;
	struct source_fd fd;
	struct feed *feed;
	bool stopped;
	size_t left; /* bytes of a stopped one that are still to be read */
};

static bool lines_serves(const struct port *port, const struct settings_input *settings)
{
	(void)port, (void)settings;
	return true;
}

static bool lines_can_move(const struct port *port)
{
	const struct lines_port *p = (const struct lines_port *)port;

	return p->feed == NULL || feed_can_move(p->feed);
}

static ssize_t read_lines(void *context, char *bytes, size_t cap, struct err *e)
{
	struct lines_port *p = context;
	struct source source = source_of_fd(&p->fd);
	ssize_t n;

	if (p->stopped && cap > p->left)
		cap = p->left;
	if (cap == 0)
		return 0;
	n = source.read(source.context, bytes, cap, e);
	if (p->stopped && n > 0)
		p->left -= (size_t)n;
	return n;
}

static bool lines_ready(void *context)
{
	struct lines_port *p = context;
	struct source source = source_of_fd(&p->fd);

	return p->stopped ? p->left != 0 : source.ready(source.context);
}

static void lines_attach(struct port *port)
{
	struct lines_port *p = (struct lines_port *)port;
	const struct source source = { read_lines, lines_ready, p };

	if (p->feed != NULL)
		feed_move(p->feed, port->pipeline, port->stream);
	else
		p->feed = feed_new(port->pipeline, port->stream, &source);
}

static enum port_result lines_step(struct port *port, struct err *e)
{
	struct lines_port *p = (struct lines_port *)port;
	enum feed_result result = feed_step(p->feed, e);

	if (result == FEED_MORE || result == FEED_OUTPUT_FAILED)
		return PORT_MORE;
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
	feed_free(&((struct lines_port *)port)->feed);
}

int port_lines_new(struct port **port_r, const struct settings_input *settings, struct err *e)
{
	static const struct port_ops ops = {
		.serves = lines_serves,
		.can_move = lines_can_move,
		.attach = lines_attach,
		.step = lines_step,
		.stop = lines_stop,
		.free = lines_free,
	};
	struct lines_port *p = mem_new(1, sizeof(*p));

	(void)settings, (void)e;
	p->port = (struct port){ .ops = &ops, .fd = STDIN_FILENO };
	p->fd = (struct source_fd){ .fd = STDIN_FILENO, .name = "stdin" };
	*port_r = &p->port;
	return 0;
}
