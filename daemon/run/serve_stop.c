/*
 * The end: inputs take nothing new, what is queued in them goes through (stalled or not),
 * and then the loop ends.  After STOP_PATIENCE_S, or a second signal, what a sink still
 * refuses is given up, and said.
 */
#include <purposed/run/serve_private.h>

#include <purposed/base/log.h>
#include <purposed/run/service.h>

enum { STOP_PATIENCE_S = 20, FINISH_MS = 1000 };

void serve_give_up(struct serve *s)
{
	const struct settings *settings = s->setup->session.settings;

	for (size_t i = 0; i < settings->n_outputs; i++) {
		size_t held = pipeline_held(s->setup->pipeline, i);

		if (held != 0)
			log_error("output '%s' failed until the end: %zu bytes were not written, "
				  "and what was still queued behind them was not read",
				  settings->outputs[i].name, held);
	}
	s->failed = true;
	loop_end(s->loop);
}

void serve_close_port(struct serve *s, size_t i, enum port_result result, struct err *e)
{
	if (result == PORT_FAILED) {
		serve_complain(e);
		s->failed = true;
	}
	if (s->setup->session.settings->inputs[i].type == INPUT_STDIN)
		s->stdin_ended = true;
	serve_add_counts(&s->gone, port_counts(s->ports[i]));
	s->gone.connections = 0;
	serve_save(s, s->ports[i]);
	if (s->in_line == s->ports[i])
		s->in_line = NULL;
	port_free(&s->ports[i]);
}

/* What waits in windows of alerts goes too; while an output refuses that, it is tried again. */
static void finish(struct serve *s)
{
	struct err e = { 0 };
	enum sink_result result = setup_tick(s->setup, true, &e);

	if (result != SINK_ACCEPTED && serve_now() < s->give_up) {
		loop_set_timer(s->retry, FINISH_MS);
	} else {
		if (result != SINK_ACCEPTED) {
			log_error("alerts that waited in their windows were not written");
			s->failed = true;
		} else if (s->state != NULL && serve_save_alerts(s, &e) != 0) {
			serve_complain(&e);
		}
		loop_end(s->loop);
	}
	err_fini(&e);
}

/* Everything that the stopped ports still have; again after a stall. */
void serve_drain(struct serve *s)
{
	struct err e = { 0 };

	/* A long line that was begun goes first. */
	while (s->in_line != NULL && serve_may_go_on(s)) {
		if (port_step(s->in_line, &e) != PORT_MORE)
			break; /* it is closed below */
		s->in_line = serve_find_in_line(s);
	}
	for (size_t i = 0; i < s->n_ports; i++) {
		while (s->ports[i] != NULL && serve_may_go_on(s)) {
			enum port_result result = port_step(s->ports[i], &e);

			if (result != PORT_MORE)
				serve_close_port(s, i, result, &e);
		}
	}
	pipeline_drain(s->setup->pipeline);
	if (serve_may_go_on(s))
		finish(s);
}

void serve_stop(struct serve *s)
{
	s->stopping = true;
	s->give_up = serve_now() + STOP_PATIENCE_S;
	service_stopping();
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] != NULL)
			port_stop(s->ports[i]);
	}
	serve_drain(s);
}

void serve_on_stop(void *context)
{
	struct serve *s = context;

	if (s->stopping)
		serve_give_up(s);
	else
		serve_stop(s);
}
