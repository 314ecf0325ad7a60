/*
 * Which inputs are read just now.
 *
 *	         +-- a sink does not take all --> stalled
 *	running  |                                   |  retry timer
 *	         +<------- nothing is held ----------+
 *
 * While stalled no input is read: senders wait, nothing is dropped.  And while one is
 * within a line longer than a batch nobody else is, since the pieces of such a line go to
 * the outputs one by one.
 */
#include <purposed/run/serve_private.h>

#include <purposed/base/log.h>

enum { RETRY_MS = 1000 };

/* The pieces of a long line go to the outputs one by one: nobody else is read within it. */
void serve_enable_ports(struct serve *s, bool on)
{
	for (size_t i = 0; i < s->n_ports; i++) {
		struct port *port = s->ports[i];

		if (port != NULL)
			port_enable(port, on && (s->in_line == NULL || s->in_line == port));
	}
}

struct port *serve_find_in_line(const struct serve *s)
{
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] != NULL && !port_can_move(s->ports[i]))
			return s->ports[i];
	}
	return NULL;
}

void serve_follow_lines(struct serve *s)
{
	struct port *before = s->in_line;

	s->in_line = serve_find_in_line(s);
	if (s->in_line != before)
		serve_enable_ports(s, !s->stalled);
}

/* Says why, at first and then now and again; a reader that is slow is no failure. */
static void set_retry(struct serve *s)
{
	const struct err *error = pipeline_error(s->setup->pipeline);

	loop_set_timer(s->retry, err_any(error) ? RETRY_MS : 0);
	if (!err_any(error) ||
	    (s->complained != 0 && serve_now() - s->complained < SERVE_COMPLAIN_S))
		return;
	log_error("%.*s; inputs wait until it works again", (int)error->text.len - 1,
		  error->text.ptr);
	s->complained = serve_now();
	serve_on_status(s);
}

/* To be called after whatever may have written; false: nothing is to be read for now. */
bool serve_may_go_on(struct serve *s)
{
	if (!s->stalled && pipeline_stopped(s->setup->pipeline)) {
		/* What is under way is held too: until nothing is, nobody else has the sinks. */
		pipeline_drain(s->setup->pipeline);
		s->stalled = true;
		serve_enable_ports(s, false);
		set_retry(s);
	}
	return !s->stalled;
}

void serve_on_held(void *context)
{
	serve_may_go_on(context);
}

void serve_on_retry(void *context)
{
	struct serve *s = context;

	if (pipeline_retry(s->setup->pipeline) != SINK_ACCEPTED) {
		if (s->stopping && serve_now() >= s->give_up)
			serve_give_up(s);
		else
			set_retry(s);
		return;
	}
	s->stalled = false;
	if (s->checkpoint_missed)
		serve_save(s, NULL);
	s->checkpoint_missed = false;
	serve_plan_checkpoint(s);
	if (s->complained != 0) {
		log_notice("every output works again");
		s->complained = 0;
		serve_on_status(s);
	}
	if (s->stopping)
		serve_drain(s);
	else
		serve_enable_ports(s, true);
}
