/* What all ports have in common; each kind is a file of its own, port_*.c. */
#include <purposed/run/port_private.h>

#include <stdlib.h>

#include <purposed/base/log.h>
#include <purposed/run/settings_private.h>

static const struct kind {
	int (*new)(struct port **port_r, const struct settings_input *settings,
		   const struct port_start *start, struct err *e);
	bool has_position;
} kinds[] = {
	[INPUT_STDIN] = { port_lines_new, false },    [INPUT_SYSLOG] = { port_messages_new, false },
	[INPUT_TAIL] = { port_tail_new, true },	      [INPUT_FIFO] = { port_lines_new, false },
	[INPUT_JOURNAL] = { port_journal_new, true },
};

static void on_ready(void *context)
{
	struct port *port = context;

	port->owner.ready(port->owner.context, port);
}

bool port_type_has_position(enum input_type type)
{
	return kinds[type].has_position;
}

/* Where to begin; the position is put into text. */
static int find_start(const struct settings_input *settings, const struct port *before,
		      const struct state *state, struct buf *text, struct port_start *start_r,
		      struct err *e)
{
	enum checkpoint found = CHECKPOINT_NONE;

	if (before != NULL) {
		before->ops->add_position(before, text);
		found = CHECKPOINT_LOADED;
	} else if (state != NULL) {
		found = state_load(state, settings->name, settings_input_types[settings->type],
				   text, e);
	}
	if (found == CHECKPOINT_DAMAGED)
		log_warning("input '%s' is read from the beginning; nothing is missed, but records "
			    "may come out again",
			    settings->name);
	*start_r = (struct port_start){ found != CHECKPOINT_NONE, buf_span(text) };
	return found == CHECKPOINT_FAILED ? -1 : 0;
}

int port_open(struct port **port_r, const struct settings_input *settings,
	      const struct port_owner *owner, const struct port *before, const struct state *state,
	      struct err *e)
{
	const struct kind *kind = &kinds[settings->type];
	struct port_start start = { 0 };
	struct buf text = { 0 };
	struct port *port;
	int bad = 0;

	if (kind->has_position)
		bad = find_start(settings, before, state, &text, &start, e);
	if (bad == 0)
		bad = kind->new (&port, settings, &start, e);
	buf_fini(&text);
	if (bad != 0)
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
	/* Its checkpoint may bear another name now, or lie in another folder. */
	port->saved_in = NULL;
	stream_unref(&port->stream);
	port->stream = stream_ref(stream);
	port->pipeline = pipeline;
	if (port->ops->attach != NULL)
		port->ops->attach(port);
}

bool port_is_unsaved(const struct port *port, const struct state *state)
{
	return port->ops->add_position != NULL &&
	       (port->saved_in != state || port->saved_version != port->ops->version(port));
}

int port_save(struct port *port, const struct state *state, struct err *e)
{
	unsigned long long version;
	struct buf text = { 0 };
	int result;

	if (!port_is_unsaved(port, state))
		return 0;
	version = port->ops->version(port);
	port->ops->add_position(port, &text);
	result = state_save(state, stream_name(port->stream), settings_input_types[port->type],
			    buf_span(&text), e);
	buf_fini(&text);
	if (result == 0) {
		port->saved_in = state;
		port->saved_version = version;
	}
	return result;
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
