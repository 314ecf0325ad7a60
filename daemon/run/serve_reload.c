/*
 * A reload opens the new setup and the new inputs beside the old ones, and changes nothing
 * until all of them stand.  Inputs that both know stay open.  When it fails, output files
 * are opened anew all the same: log rotation must not depend on a good configuration.
 */
#include <purposed/run/serve_private.h>

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/log.h>
#include <purposed/base/mapped.h>
#include <purposed/base/mem.h>
#include <purposed/run/service.h>

static bool is_among(const struct port *port, struct port *const *ports, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

/* The open port that serves input, if it is not among the n that others have. */
static struct port *find_port(const struct serve *s, const struct settings_input *input,
			      struct port *const *taken, size_t n)
{
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] != NULL && port_serves(s->ports[i], input) &&
		    !is_among(s->ports[i], taken, n))
			return s->ports[i];
	}
	return NULL;
}

/* The index of a port of an input of that name and type, from whose position another one may go
 * on; or n_ports. */
static size_t find_before(const struct serve *s, const struct settings_input *input)
{
	for (size_t i = 0; i < s->n_ports && s->setup != NULL; i++) {
		const struct settings_input *before = &s->setup->session.settings->inputs[i];

		if (s->ports[i] != NULL && before->type == input->type &&
		    strcmp(before->name, input->name) == 0)
			return i;
	}
	return s->n_ports;
}

/* The ports of settings: those that are open already, and new ones. */
static int open_ports(struct serve *s, const struct settings *settings, const struct state *state,
		      struct port ***ports_r, struct err *e)
{
	const struct port_owner owner = { s->loop, serve_on_ready, s };
	size_t n = settings->n_inputs;
	struct port **ports = mem_new(n, sizeof(struct port *));
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		const struct settings_input *input = &settings->inputs[i];

		size_t before = find_before(s, input);

		ports[i] = find_port(s, input, ports, i);
		if (ports[i] == NULL && !(input->type == INPUT_STDIN && s->stdin_ended))
			bad |= port_open(&ports[i], input, &owner,
					 before < s->n_ports ? s->ports[before] : NULL, state, e);
	}
	if (bad == 0) {
		*ports_r = ports;
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		if (!is_among(ports[i], s->ports, s->n_ports))
			port_free(&ports[i]);
	}
	free(ports);
	return -1;
}

/*
 * Ports that the next setup does not know end here, with what is queued in them.
 * That goes through even while something is held: it is bounded, and the
 * alternative would be to lose it.
 */
static void close_ports(struct serve *s, struct port *const *kept, size_t n_kept)
{
	struct err e = { 0 };

	for (size_t i = 0; i < s->n_ports; i++) {
		enum port_result result = PORT_MORE;

		if (s->ports[i] == NULL || is_among(s->ports[i], kept, n_kept))
			continue;
		port_stop(s->ports[i]);
		while (result == PORT_MORE)
			result = port_step(s->ports[i], &e);
		serve_close_port(s, i, result, &e);
	}
}

/* Of before a crash; an orderly end leaves none. */
static void load_alerts(struct setup *setup, const struct state *state)
{
	struct err e = { 0 };

	if (state != NULL && setup_load_alerts(setup, state, &e) != 0)
		serve_complain(&e);
	err_fini(&e);
}

/* Alerts of the old setup, before a checkpoint; whether they are taken the next tick says. */
static void write_alerts(struct setup *setup)
{
	struct err e = { 0 };

	setup_tick(setup, false, &e);
	err_fini(&e);
}

/* Checkpoints of what was read until now: under the old names, and under the new ones. */
static void save_before_change(struct serve *s, const struct settings *settings,
			       struct port *const *ports, const struct state *state)
{
	const struct settings_input **before =
		mem_new(settings->n_inputs, sizeof(const struct settings_input *));

	serve_save(s, NULL);
	for (size_t i = 0; i < settings->n_inputs; i++) {
		size_t index = 0;

		while (index < s->n_ports && (ports[i] == NULL || s->ports[index] != ports[i]))
			index++;
		if (index == s->n_ports)
			index = find_before(s, &settings->inputs[i]);
		if (index < s->n_ports)
			before[i] = &s->setup->session.settings->inputs[index];
	}
	serve_carry(s, settings, before, state);
	free(before);
}

/* Everything stands: from here on nothing can fail. */
static void change_to(struct serve *s, struct setup *setup, struct port **ports,
		      struct state *state)
{
	size_t n = setup->session.settings->n_inputs;
	struct err e = { 0 };

	if (s->setup != NULL) {
		save_before_change(s, setup->session.settings, ports, state);
		close_ports(s, ports, n);
		pipeline_drain(s->setup->pipeline);
		setup_succeed(setup, s->setup, &e);
		serve_complain(&e);
		if (s->state != NULL)
			setup_forget_alerts(setup, s->setup, s->state);
	} else {
		load_alerts(setup, state);
		if (state != NULL || !state_is_others(setup->session.settings->state))
			setup_say_spools(setup);
	}
	for (size_t i = 0; i < n; i++) {
		if (ports[i] != NULL && is_among(ports[i], s->ports, s->n_ports))
			port_renew(ports[i], &setup->session.settings->inputs[i]);
		if (ports[i] != NULL)
			port_attach(ports[i], setup->pipeline, setup->streams[i]);
	}
	if (s->setup != NULL) {
		struct stats sum = serve_totals(s);

		s->before = sum;
		setup_free(&s->setup);
	}
	free(s->ports);
	s->ports = ports;
	s->n_ports = n;
	s->setup = setup;
	setup_start(setup);
	serve_plan_stats(s);
	loop_set_timer(s->tick, 0); /* alerts of the old setup wait no longer */
	if (s->state != state)
		state_free(&s->state);
	s->state = state;
	write_alerts(setup);
	/* So that the first checkpoint says where everything began. */
	serve_save(s, NULL);
	if (!s->stalled)
		serve_enable_ports(s, true);
}

/* The folder that the settings name, if an input or an output needs it; the one at work if that is
 * the same. */
static int open_state(struct serve *s, const struct settings *settings, struct state **state_r,
		      struct err *e)
{
	bool needed = false;

	for (size_t i = 0; i < settings->n_inputs; i++)
		needed |= port_type_has_position(settings->inputs[i].type);
	for (size_t i = 0; i < settings->n_outputs; i++)
		needed |= settings->outputs[i].type == OUTPUT_SYSLOG ||
			  settings->outputs[i].window != 0;
	*state_r = NULL;
	if (!needed)
		return 0;
	if (s->state != NULL && state_is(s->state, settings->state)) {
		*state_r = s->state;
		return 0;
	}
	return state_open(state_r, settings->state, e);
}

/* Called by any thread. */
static void wake(void *context)
{
	struct serve *s = context;

	loop_wake(s->held);
}

int serve_build(struct serve *s, struct err *e)
{
	struct setup *setup;
	struct state *state = NULL;
	struct port **ports;

	if (setup_open(&setup, s->request, wake, s, e) != 0)
		return -1;
	/* Where senders find a socket the first record is as quick as the last.  A reload goes on.
	 */
	if (s->setup == NULL)
		pipeline_wait_warm(setup->pipeline);
	/* What making it took is let go of, and what searching takes is there. */
	mapped_release();
	setup_rehearse(setup);
	if (open_state(s, setup->session.settings, &state, e) != 0 ||
	    open_ports(s, setup->session.settings, state, &ports, e) != 0) {
		if (state != s->state)
			state_free(&state);
		setup_free(&setup);
		return -1;
	}
	change_to(s, setup, ports, state);
	/* The old whole, and what reading the new one took: the heap would keep them. */
	malloc_trim(0);
	return 0;
}

static void refuse_reload(struct serve *s, struct err *e)
{
	struct err reopen = { 0 };

	serve_complain(e);
	log_error("the configuration is refused; everything goes on as before");
	s->refused_reloads++;
	pipeline_drain(s->setup->pipeline);
	if (setup_reopen(s->setup, &reopen) != 0)
		serve_complain(&reopen);
}

void serve_reload(struct serve *s)
{
	struct err e = { 0 };

	s->reload_due = false;
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] != NULL && !port_can_move(s->ports[i])) {
			s->reload_due = true;
			log_notice("the reload waits for the end of a very long line");
			return;
		}
	}
	service_reloading();
	if (serve_build(s, &e) != 0) {
		refuse_reload(s, &e);
	} else {
		s->reloads++;
		serve_say_size(s, "reloaded");
	}
	service_ready();
	serve_may_go_on(s);
}

void serve_on_reload(void *context)
{
	struct serve *s = context;

	if (!s->stopping)
		serve_reload(s);
}
