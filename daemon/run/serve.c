/*
 * What the loop calls, and in which state (its parts are named in serve_private.h):
 *
 *	running <--> stalled (serve_flow.c)
 *	   |
 *	   | SIGTERM, SIGINT, or the last input has ended
 *	   v
 *	stopping (serve_stop.c)
 */
#include <purposed/run/serve_private.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/engine/regex.h>
#include <purposed/run/service.h>
#include <purposed/run/turn.h>

enum {
	TICK_MS = 1000, /* how often alerts in their windows are looked at */
	LOG_PATIENCE_MS = 1000,
};

time_t serve_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Logs every message of e, and empties it. */
void serve_complain(struct err *e)
{
	char *text = mem_string(buf_str(&e->text));
	char *rest = text;
	char *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] != '\0')
			log_error("%s", line);
	}
	free(text);
	err_fini(e);
}

/* --- Inputs ----------------------------------------------------------------- */

/* Alerts of which the window is over; and those that still wait are saved. */
static void on_tick(void *context)
{
	struct serve *s = context;
	struct err e = { 0 };
	bool failed = false;

	if (!s->stopping && (s->state != NULL || setup_ticks(s->setup))) {
		pipeline_seize(s->setup->pipeline);
		failed = setup_tick(s->setup, false, &e) == SINK_ERROR;
		if (s->state != NULL)
			failed |= serve_save_alerts(s, &e) != 0;
		pipeline_release(s->setup->pipeline);
	}
	if (failed && (s->tick_failed == 0 || serve_now() - s->tick_failed >= SERVE_COMPLAIN_S)) {
		serve_complain(&e);
		s->tick_failed = serve_now();
	}
	if (!failed)
		s->tick_failed = 0;
	err_fini(&e);
	loop_set_timer(s->tick, TICK_MS);
}

void serve_on_ready(void *context, struct port *port)
{
	struct serve *s = context;
	struct err e = { 0 };
	enum port_result result = port_step(port, &e);
	bool alone = true;

	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] == port && result >= PORT_END)
			serve_close_port(s, i, result, &e);
		alone &= s->ports[i] == NULL;
	}
	serve_follow_lines(s);
	serve_plan_checkpoint(s);
	/* A port that failed is not done without: the service manager starts us anew. */
	if (alone || result == PORT_FAILED)
		serve_stop(s);
	else if (serve_may_go_on(s) && s->reload_due)
		serve_reload(s);
}

/* --- From start to end ------------------------------------------------------ */

static int add_sources(struct serve *s, struct err *e)
{
	static const struct {
		int number;
		void (*call)(void *context);
	} signals[SERVE_SIGNALS] = {
		{ SIGTERM, serve_on_stop },
		{ SIGINT, serve_on_stop },
		{ SIGHUP, serve_on_reload },
		{ SIGUSR1, serve_on_counters },
	};

	/* A reader that goes away is an error of that sink. */
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < SERVE_SIGNALS; i++) {
		if (loop_add_signal(s->loop, &s->signals[i], signals[i].number, signals[i].call, s,
				    e) != 0)
			return -1;
	}
	if (loop_add_wake(s->loop, &s->held, serve_on_held, s, e) != 0 ||
	    loop_add_timer(s->loop, &s->retry, serve_on_retry, s, e) != 0)
		return -1;
	if (loop_add_timer(s->loop, &s->tick, on_tick, s, e) != 0 ||
	    loop_add_timer(s->loop, &s->stats, serve_on_stats, s, e) != 0)
		return -1;
	if (loop_add_timer(s->loop, &s->checkpoint, serve_on_checkpoint, s, e) != 0)
		return -1;
	return loop_add_timer(s->loop, &s->status, serve_on_status, s, e);
}

static void fini(struct serve *s)
{
	for (size_t i = 0; i < s->n_ports; i++)
		port_free(&s->ports[i]);
	free(s->ports);
	setup_free(&s->setup);
	for (size_t i = 0; i < SERVE_SIGNALS; i++)
		loop_remove(&s->signals[i]);
	loop_remove(&s->held);
	loop_remove(&s->retry);
	loop_remove(&s->status);
	loop_remove(&s->checkpoint);
	loop_remove(&s->tick);
	loop_remove(&s->stats);
	state_free(&s->state);
	loop_free(&s->loop);
}

/*
 * Every connection and every file that is followed is a descriptor; the usual limit is for
 * programs that use select(2).
 */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Sockets of the service manager that are for nobody are a mistake in its unit. */
static void check_passed_sockets(const struct settings *settings)
{
	const char **names = mem_new(settings->n_inputs, sizeof(*names));

	for (size_t i = 0; i < settings->n_inputs; i++)
		names[i] = settings->inputs[i].name;
	service_check_sockets(names, settings->n_inputs);
	free(names);
}

void serve_say_size(const struct serve *s, const char *what)
{
	size_t outputs = s->setup->session.settings->n_outputs;

	log_notice("%s: %zu %s, %zu %s", what, s->n_ports, s->n_ports == 1 ? "input" : "inputs",
		   outputs, outputs == 1 ? "output" : "outputs");
}

int serve_run(const struct session_request *request, struct err *e)
{
	struct serve s = { .request = request,
			   .started = serve_now(),
			   .said = { .at = serve_now() } };
	int result = -1;

	raise_descriptors();
	log_set_patience(LOG_PATIENCE_MS);
	/* What this thread does is to receive. */
	turn_soon();
	if (loop_new(&s.loop, e) == 0 && add_sources(&s, e) == 0 && serve_build(&s, e) == 0) {
		serve_say_size(&s, "ready");
		check_passed_sockets(s.setup->session.settings);
		s.interpreted = !regex_may_have_jit();
		if (s.interpreted)
			log_notice("patterns are interpreted, since memory may not be made "
				   "executable (MemoryDenyWriteExecute=): the same is found, for "
				   "two to five times the processor time");
		service_ready();
		serve_on_status(&s);
		result = loop_run(s.loop, e);
		if (s.failed)
			result = -1;
	}
	fini(&s);
	return result;
}
