/* Files that others write (io/tail.h), a batch of lines of one of them in each step. */
#include <purposed/run/port_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/io/origin.h>
#include <purposed/io/tail.h>
#include <purposed/run/overlong.h>

/* More in flight would be memory for nothing. */
enum { READ_AHEAD = 512 * 1024 };

struct tail_port {
	struct port port;
	char *path;
	enum input_from from;
	struct tail *tail;
	unsigned long long number; /* of the next record */
	struct overlong *line;	   /* being read: a line longer than a batch, */
	struct batch *head;	   /* and its first bytes */
	bool stopped;
};

static bool tail_serves(const struct port *port, const struct settings_input *settings)
{
	const struct tail_port *p = (const struct tail_port *)port;

	return strcmp(p->path, settings->path) == 0 && p->from == settings->from;
}

static bool tail_can_move(const struct port *port)
{
	return ((const struct tail_port *)port)->line == NULL;
}

static void describe(const struct tail_port *p, const struct tail_piece *piece, struct batch *batch)
{
	const struct origin origin = { .path = span_str(piece->path) };

	batch->stream = stream_ref(p->port.stream);
	batch->framing = FRAMING_LINES;
	batch->first_number = p->number;
	batch->offset = piece->offset;
	origin_write(&batch->origin, &origin);
	clock_gettime(CLOCK_REALTIME, &batch->read_at);
}

/* Whether it had a line end or not: the next record must not stand on the same line. */
static void end_line(struct tail_port *p, bool torn)
{
	overlong_end(&p->line, span_of("\n", 1), torn);
	pipeline_return(p->port.pipeline, p->head);
	p->head = NULL;
	p->number++;
}

static void go_on_with_line(struct tail_port *p, const struct tail_piece *piece,
			    struct batch *batch)
{
	overlong_more(p->line, buf_span(&batch->bytes));
	pipeline_return(p->port.pipeline, batch);
	if (piece->what != TAIL_PART)
		end_line(p, piece->what == TAIL_END_TORN);
}

static enum port_result tail_step(struct port *port, struct err *e)
{
	struct tail_port *p = (struct tail_port *)port;
	struct tail_piece piece = { .what = TAIL_NOTHING };
	struct batch *batch;

	(void)e;
	if (p->stopped && p->line == NULL)
		return PORT_EMPTY;
	pipeline_wait(port->pipeline, READ_AHEAD);
	batch = pipeline_take(port->pipeline);
	piece = tail_read(p->tail, &batch->bytes);
	switch (piece.what) {
	case TAIL_NOTHING: pipeline_return(port->pipeline, batch); return PORT_EMPTY;
	case TAIL_LINES:
		describe(p, &piece, batch);
		framing_end_line(&batch->bytes);
		p->number += framing_count_lines(buf_span(&batch->bytes));
		pipeline_submit(port->pipeline, batch);
		break;
	case TAIL_HEAD:
		describe(p, &piece, batch);
		p->head = batch;
		p->line = overlong_begin(port->pipeline, batch);
		break;
	default: go_on_with_line(p, &piece, batch);
	}
	return PORT_MORE;
}

/* What is not read now will be the next time. */
static void tail_stop(struct port *port)
{
	((struct tail_port *)port)->stopped = true;
}

static struct input_counts counts(struct port *port)
{
	struct input_counts counts = { 0 };

	tail_count(((struct tail_port *)port)->tail, &counts.files, &counts.unread);
	return counts;
}

static void tail_add_position(const struct port *port, struct buf *out)
{
	tail_add_positions(((const struct tail_port *)port)->tail, out);
}

static unsigned long long version(const struct port *port)
{
	return tail_version(((const struct tail_port *)port)->tail);
}

static void tail_port_free(struct port *port)
{
	struct tail_port *p = (struct tail_port *)port;

	if (p->line != NULL)
		end_line(p, true);
	tail_free(&p->tail);
	free(p->path);
}

int port_tail_new(struct port **port_r, const struct settings_input *settings,
		  const struct port_start *start, struct err *e)
{
	static const struct port_ops ops = {
		.serves = tail_serves,
		.can_move = tail_can_move,
		.step = tail_step,
		.stop = tail_stop,
		.counts = counts,
		.add_position = tail_add_position,
		.version = version,
		.free = tail_port_free,
	};
	const struct tail_options options = {
		.pattern = settings->path,
		.from_end = settings->from == FROM_END,
		.resumed = start->resumed,
		.positions = start->position,
	};
	struct tail_port *p;
	struct tail *tail;

	if (tail_new(&tail, &options, e) != 0)
		return -1;
	p = mem_new(1, sizeof(*p));
	p->port = (struct port){ .ops = &ops, .fd = tail_fd(tail) };
	p->tail = tail;
	p->path = mem_string(settings->path);
	p->from = settings->from;
	p->number = 1;
	*port_r = &p->port;
	return 0;
}
