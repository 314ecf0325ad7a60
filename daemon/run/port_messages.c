/*
 * A socket of messages (io/input.h).  What is read is submitted at once, and not much of it:
 * the more is read together the longer its first message waits for its last.  What comes
 * while the workers are busy is added to the batch that they have not begun.  So a lone
 * message is on its way at once, and many are searched together.
 *
 * What we have read and not yet written is lost when we are killed, and what stands in a
 * connection is not: of connections not more than one batch is read ahead.  Datagrams are
 * taken as they come, since they are lost in the socket too, and more of them into a batch
 * that waits; only where they are so long that their number bounds no memory they wait for
 * those before them.
 */
#include <purposed/run/port_private.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/io/input.h>
#include <purposed/io/socket.h>
#include <purposed/run/service.h>

enum {
	READ_BYTES = 16 * 1024,	     /* of messages, or a few more, are read and go on their way */
	GATHERED = 64 * 1024,	     /* a batch that waits is added to up to here, */
	GATHERED_LOSSY = 160 * 1024, /* if it is one of datagrams */
	READ_AHEAD = 216 * 1024,     /* with what is read next, less than a batch of a file */
	HELD_MAX = 4 * 1024 * 1024,  /* of datagrams; more than all batches of short ones are */
};

struct messages_port {
	struct port port;
	struct address listen;
	struct input *input;
};

/* With another address it is another socket; all else can be renewed. */
static bool messages_serves(const struct port *port, const struct settings_input *settings)
{
	const struct messages_port *p = (const struct messages_port *)port;

	return address_equal(&p->listen, &settings->listen) && input_reachable(p->input);
}

/*
 * The batch that messages are to be added to.  While all workers are busy that is one which
 * waits, and its time, that of its first message, counts for them all: for `lag_ms`, and for
 * records that say no time of their own.
 */
static struct batch *take_batch(struct port *port, unsigned long long messages, size_t gathered)
{
	struct batch *batch = pipeline_take_again(port->pipeline, port->stream, gathered);

	if (batch != NULL)
		return batch;
	batch = pipeline_take(port->pipeline);
	batch->stream = stream_ref(port->stream);
	batch->framing = FRAMING_MESSAGES;
	batch->first_number = messages + 1;
	clock_gettime(CLOCK_REALTIME, &batch->read_at);
	return batch;
}

/* gathered: a batch that waits and has less is added to; lossy: see struct batch. */
static enum port_result step(struct port *port, struct input *input, size_t gathered, bool lossy,
			     struct err *e)
{
	struct batch *batch = take_batch(port, input->counts.messages, gathered);
	size_t enough = batch->bytes.len + READ_BYTES;
	enum input_result result = input_read(input, &batch->bytes, enough, e);

	batch->lossy = lossy;
	if (batch->bytes.len == 0)
		pipeline_return(port->pipeline, batch);
	else
		pipeline_submit(port->pipeline, batch);
	if (result == INPUT_FAILED)
		return PORT_FAILED;
	return result == INPUT_MORE ? PORT_MORE : PORT_EMPTY;
}

enum port_result port_step_messages(struct port *port, struct input *input, struct err *e)
{
	return step(port, input, GATHERED, false, e);
}

static bool is_datagram(const struct address *address)
{
	return address->transport == TRANSPORT_UNIX || address->transport == TRANSPORT_UDP;
}

static enum port_result messages_step(struct port *port, struct err *e)
{
	struct messages_port *p = (struct messages_port *)port;
	bool datagrams = is_datagram(&p->listen);

	pipeline_wait(port->pipeline, datagrams ? HELD_MAX : READ_AHEAD);
	return step(port, p->input, datagrams ? GATHERED_LOSSY : GATHERED,
		    p->listen.transport == TRANSPORT_UDP, e);
}

static void messages_stop(struct port *port)
{
	input_stop(((struct messages_port *)port)->input);
}

static struct input_counts messages_counts(struct port *port)
{
	return *input_count(((struct messages_port *)port)->input);
}

static void messages_free(struct port *port)
{
	struct messages_port *p = (struct messages_port *)port;

	input_free(&p->input);
	address_fini(&p->listen);
}

/* --- Opening -------------------------------------------------------------------- */

static int open_input(struct input **input_r, const struct settings_input *settings,
		      const int *passed, size_t n_passed, struct err *e)
{
	const struct tls_settings tls = settings_tls(&settings->tls);
	const struct input_settings from = {
		.name = settings->name,
		.address = &settings->listen,
		.passed = passed,
		.n_passed = n_passed,
		.receive_bytes = (size_t)settings->receive_bytes,
		.message_bytes = settings->message_bytes,
		.connections = settings->connections,
		.tls = &tls,
	};

	if (*input_r != NULL)
		return input_renew(*input_r, &from, e);
	if (is_datagram(&settings->listen))
		return input_datagram_new(input_r, &from, e);
	return input_stream_new(input_r, &from, e);
}

static void messages_renew(struct port *port, const struct settings_input *settings)
{
	struct messages_port *p = (struct messages_port *)port;
	struct err e = { 0 };

	/* They were checked, so this is rare; what is at work goes on. */
	if (open_input(&p->input, settings, NULL, 0, &e) != 0)
		log_error("input '%s' goes on as before: %.*s", settings->name,
			  (int)(e.text.len - 1), e.text.ptr);
	err_fini(&e);
}

int port_messages_new(struct port **port_r, const struct settings_input *settings,
		      const struct port_start *start, struct err *e)
{
	static const struct port_ops ops = {
		.serves = messages_serves,
		.renew = messages_renew,
		.step = messages_step,
		.stop = messages_stop,
		.counts = messages_counts,
		.free = messages_free,
	};
	struct messages_port *p;
	struct input *input = NULL;
	int passed[SOCKETS_MAX];
	size_t n = service_sockets(settings->name, passed, SOCKETS_MAX);

	(void)start;
	if (open_input(&input, settings, passed, n, e) != 0)
		return -1;
	p = mem_new(1, sizeof(*p));
	p->port = (struct port){ .ops = &ops, .fd = input->fd };
	p->input = input;
	address_copy(&p->listen, &settings->listen);
	*port_r = &p->port;
	return 0;
}
