/* What all ports have in common; each kind is a file of its own, port_*.c. */
#include <purposed/run/port_private.h>

#include <stdlib.h>

static int (*const kinds[])(struct port **port_r, const struct settings_input *settings,
			    struct err *e) = {
	[INPUT_STDIN] = port_lines_new,
	[INPUT_SYSLOG] = port_messages_new,
};

static void on_ready(void *context)
{
	struct port *port = context;

	port->owner.ready(port->owner.context, port);
}

int port_open(struct port **port_r, const struct settings_input *settings,
	      const struct port_owner *owner, struct err *e)
{
	struct port *port;

	if (kinds[settings->type](&port, settings, e) != 0)
		return -1;
	port->type = settings->type;
	port->owner = *owner;
	if (loop_add_fd(owner->loop, &port->watch, port->fd, on_ready, port, e) != 0) {
		port_free(&port);
		return -1;
	}
	loop_enable(port->watch, false);
	*port_r = port;
	return 0;
}

bool port_serves(const struct port *port, const struct settings_input *settings)
{
	return port->type == settings->type && port->ops->serves(port, settings);
}

bool port_can_move(const struct port *port)
{
	return port->ops->can_move == NULL || port->ops->can_move(port);
}

void port_attach(struct port *port, struct pipeline *pipeline, struct stream *stream)
{
	stream_unref(&port->stream);
	port->stream = stream_ref(stream);
	port->pipeline = pipeline;
	if (port->ops->attach != NULL)
		port->ops->attach(port);
}

void port_enable(struct port *port, bool on)
{
	loop_enable(port->watch, on);
}

enum port_result port_step(struct port *port, struct err *e)
{
	return port->ops->step(port, e);
}

void port_stop(struct port *port)
{
	port->ops->stop(port);
}

void port_renew(struct port *port, const struct settings_input *settings)
{
	if (port->ops->renew != NULL)
		port->ops->renew(port, settings);
}

struct input_counts port_counts(struct port *port)
{
	return port->ops->counts != NULL ? port->ops->counts(port) : (struct input_counts){ 0 };
}

void port_free(struct port **port)
{
	struct port *p;

	if (port == NULL || *port == NULL)
		return;
	p = *port;
	*port = NULL;
	loop_remove(&p->watch);
	p->ops->free(p);
	stream_unref(&p->stream);
	free(p);
}
