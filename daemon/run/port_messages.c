/* A socket of messages (io/input.h), of which each batch is read and submitted at once. */
#include <purposed/run/port_private.h>

#include <purposed/base/mem.h>
#include <purposed/io/input.h>

/* One batch of messages is read until it holds that much. */
enum { BLOCK_BYTES = 64 * 1024 };

struct messages_port {
	struct port port;
	struct address listen;
	struct input *input;
};

static bool messages_serves(const struct port *port, const struct settings_input *settings)
{
	const struct messages_port *p = (const struct messages_port *)port;

	return address_equal(&p->listen, &settings->listen) && input_reachable(p->input);
}

static enum port_result messages_step(struct port *port, struct err *e)
{
	struct messages_port *p = (struct messages_port *)port;
	struct batch *batch = pipeline_take(port->pipeline);
	unsigned long long before = p->input->messages;
	enum input_result result = input_read(p->input, &batch->bytes, BLOCK_BYTES, e);

	if (p->input->messages == before) {
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

static void messages_stop(struct port *port)
{
	input_stop(((struct messages_port *)port)->input);
}

static unsigned long long messages_cut(const struct port *port)
{
	return ((const struct messages_port *)port)->input->cut;
}

static void messages_free(struct port *port)
{
	struct messages_port *p = (struct messages_port *)port;

	input_free(&p->input);
	address_fini(&p->listen);
}

static int open_input(struct input **input_r, const struct settings_input *settings, struct err *e)
{
	if (settings->listen.transport == TRANSPORT_UNIX)
		return input_syslog_new(input_r, settings->listen.path, e);
	err_add(e, "input '%s': this version listens on \"unix:/path\" only", settings->name);
	return -1;
}

int port_messages_new(struct port **port_r, const struct settings_input *settings, struct err *e)
{
	static const struct port_ops ops = {
		.serves = messages_serves,
		.step = messages_step,
		.stop = messages_stop,
		.cut = messages_cut,
		.free = messages_free,
	};
	struct messages_port *p;
	struct input *input;

	if (open_input(&input, settings, e) != 0)
		return -1;
	p = mem_new(1, sizeof(*p));
	p->port = (struct port){ .ops = &ops, .fd = input->fd };
	p->input = input;
	address_copy(&p->listen, &settings->listen);
	*port_r = &p->port;
	return 0;
}
