/*
 * Two kinds: a socket of messages (io/input.h), of which each batch is read and
 * submitted at once, and standard input, whose lines a feed cuts.
 *
 * Standard input has no end that we could make, so a stop counts what it has
 * still to give and ends it there, as if its writer had.
 */
#include <purposed/run/port.h>

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/io/input.h>
#include <purposed/run/source_fd.h>

/* One batch of messages is read until it holds that much. */
enum { BLOCK_BYTES = 64 * 1024 };

struct port {
	struct port_owner owner;
	enum input_type type;
	char *listen;	     /* the path of a socket, or NULL */
	struct input *input; /* INPUT_SYSLOG */
	struct source_fd fd; /* INPUT_STDIN */
	struct feed *feed;
	bool stopped;
	size_t left; /* bytes of a stopped standard input that are still to be read */
	struct pipeline *pipeline;
	struct stream *stream; /* a reference */
	struct loop_source *watch;
};

static void on_ready(void *context)
{
	struct port *port = context;

	port->owner.ready(port->owner.context, port);
}

int port_open(struct port **port_r, const struct settings_input *settings,
	      const struct port_owner *owner, struct err *e)
{
	struct port *port = mem_new(1, sizeof(*port));
	int fd = STDIN_FILENO;
	int result = 0;

	port->owner = *owner;
	port->type = settings->type;
	port->fd = (struct source_fd){ .fd = STDIN_FILENO, .name = "stdin" };
	if (settings->type == INPUT_SYSLOG) {
		port->listen = mem_string(settings->listen);
		result = input_syslog_new(&port->input, settings->listen, e);
		fd = result == 0 ? port->input->fd : -1;
	}
	if (result != 0 || loop_add_fd(owner->loop, &port->watch, fd, on_ready, port, e) != 0) {
		port_free(&port);
		return -1;
	}
	loop_enable(port->watch, false);
	*port_r = port;
	return 0;
}

bool port_serves(const struct port *port, const struct settings_input *settings)
{
	if (port->type != settings->type)
		return false;
	return port->input == NULL ||
	       (strcmp(port->listen, settings->listen) == 0 && input_reachable(port->input));
}

bool port_can_move(const struct port *port)
{
	return port->feed == NULL || feed_can_move(port->feed);
}

/* --- Standard input --------------------------------------------------------- */

static ssize_t read_lines(void *context, char *bytes, size_t cap, struct err *e)
{
	struct port *port = context;
	struct source source = source_of_fd(&port->fd);
	ssize_t n;

	if (port->stopped && cap > port->left)
		cap = port->left;
	if (cap == 0)
		return 0;
	n = source.read(source.context, bytes, cap, e);
	if (port->stopped && n > 0)
		port->left -= (size_t)n;
	return n;
}

static bool lines_ready(void *context)
{
	struct port *port = context;
	struct source source = source_of_fd(&port->fd);

	return port->stopped ? port->left != 0 : source.ready(source.context);
}

static enum port_result step_lines(struct port *port, struct err *e)
{
	enum feed_result result = feed_step(port->feed, e);

	if (result == FEED_MORE || result == FEED_OUTPUT_FAILED)
		return PORT_MORE;
	feed_finish(port->feed);
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

/* --- Messages --------------------------------------------------------------- */

static enum port_result step_messages(struct port *port, struct err *e)
{
	struct batch *batch = pipeline_take(port->pipeline);
	unsigned long long before = port->input->messages;
	enum input_result result = input_read(port->input, &batch->bytes, BLOCK_BYTES, e);

	if (port->input->messages == before) {
		pipeline_return(port->pipeline, batch);
	} else {
		batch->stream = stream_ref(port->stream);
		batch->framing = FRAMING_MESSAGES;
		batch->first_number = before + 1;
		clock_gettime(CLOCK_REALTIME, &batch->read_at);
		pipeline_submit(port->pipeline, batch);
	}
	if (result == INPUT_FAILED)
		return PORT_FAILED;
	return result == INPUT_MORE ? PORT_MORE : PORT_EMPTY;
}

/* --- Both ------------------------------------------------------------------- */

void port_attach(struct port *port, struct pipeline *pipeline, struct stream *stream)
{
	const struct source source = { read_lines, lines_ready, port };

	stream_unref(&port->stream);
	port->stream = stream_ref(stream);
	port->pipeline = pipeline;
	if (port->feed != NULL)
		feed_move(port->feed, pipeline, stream);
	else if (port->type == INPUT_STDIN)
		port->feed = feed_new(pipeline, stream, &source);
}

void port_enable(struct port *port, bool on)
{
	loop_enable(port->watch, on);
}

enum port_result port_step(struct port *port, struct err *e)
{
	return port->type == INPUT_STDIN ? step_lines(port, e) : step_messages(port, e);
}

void port_stop(struct port *port)
{
	if (port->type == INPUT_STDIN)
		port->left = waiting(port->fd.fd);
	else
		input_stop(port->input);
	port->stopped = true;
}

unsigned long long port_cut(const struct port *port)
{
	return port->input != NULL ? port->input->cut : 0;
}

void port_free(struct port **port)
{
	struct port *p;

	if (port == NULL || *port == NULL)
		return;
	p = *port;
	*port = NULL;
	loop_remove(&p->watch);
	feed_free(&p->feed);
	input_free(&p->input);
	stream_unref(&p->stream);
	free(p->listen);
	free(p);
}
