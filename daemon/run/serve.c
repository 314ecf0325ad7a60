/*
 * What the loop calls, and in which state:
 *
 *	         +-- a sink does not take all --> stalled
 *	running  |                                   |  retry timer
 *	         +<------- nothing is held ----------+
 *	   |
 *	   | SIGTERM, SIGINT, or the last input has ended
 *	   v
 *	stopping: inputs take nothing new; what is queued goes through (stalled or
 *	          not, as above); then the loop ends
 *
 * While stalled no input is read: senders wait, nothing is dropped.  Stopping
 * has no such way out, so after STOP_PATIENCE_S, or a second signal, what a sink
 * still refuses is given up, and said.
 *
 * Inputs with a position (files, the journal) are read again from their last
 * checkpoint after a crash.  A checkpoint is written only when nothing is held:
 * then all that was read is accepted by every output.
 *
 * A reload opens the new setup and the new inputs beside the old ones, and
 * changes nothing until all of them stand.  Inputs that both know stay open.
 * When it fails, output files are opened anew all the same: log rotation must
 * not depend on a good configuration.
 */
#include <purposed/run/serve.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/engine/regex.h>
#include <purposed/run/loop.h>
#include <purposed/run/port.h>
#include <purposed/run/service.h>
#include <purposed/run/setup.h>

enum {
	RETRY_MS = 1000,
	FIRST_CHECKPOINT_MS = 100,
	STATUS_MS = 10 * 1000,
	TICK_MS = 1000,	 /* how often alerts in their windows are looked at */
	COMPLAIN_S = 60, /* a sink that goes on failing is mentioned that often */
	STOP_PATIENCE_S = 20,
	N_SIGNALS = 4,
};

struct serve {
	const struct session_request *request;
	struct loop *loop;
	struct loop_source *signals[N_SIGNALS];
	struct loop_source *retry;
	struct loop_source *status;
	struct loop_source *checkpoint;
	struct loop_source *tick;
	struct loop_source *stats;
	struct state *state; /* NULL: no input has a position */
	struct setup *setup;
	struct port **ports; /* one per input of the settings; NULL: ended */
	size_t n_ports;
	struct port *in_line;	  /* it is within a line longer than a batch; NULL: none is */
	struct stats before;	  /* of the setups before this one; findings are not kept */
	struct input_counts gone; /* of ports that are no more */
	unsigned long long reloads, refused_reloads;
	time_t started;
	struct {
		time_t at;
		unsigned long long records, flagged;
	} said;		   /* with the last status */
	time_t complained; /* when the failing sink was last mentioned; 0: it does not fail */
	time_t unsaved;	   /* the same of checkpoints that cannot be written */
	bool checkpoint_due;
	unsigned checkpoints; /* written, or tried, since the start */
	time_t give_up;	      /* stopping: when */
	bool stalled;
	bool stopping;
	bool reload_due; /* as soon as every port can move */
	bool stdin_ended;
	bool failed;
	bool interpreted; /* patterns run without machine code */
};

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Logs every message of e, and empties it. */
static void complain(struct err *e)
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

/* --- Counters --------------------------------------------------------------- */

/* Everything since the start, without findings. */
static struct stats totals(struct serve *s)
{
	struct stats sum = s->before;
	struct stats current;

	stats_init(&current, policy_category_count(engine_policy(s->setup->session.engine)));
	pipeline_stats(s->setup->pipeline, &current);
	stats_add_records(&sum, &current);
	stats_fini(&current);
	return sum;
}

static void add_counts(struct input_counts *into, struct input_counts from)
{
	into->messages += from.messages;
	into->cut += from.cut;
	into->dropped += from.dropped;
	into->refused += from.refused;
	into->connections += from.connections;
}

static struct input_counts input_totals(const struct serve *s)
{
	struct input_counts sum = s->gone;

	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] != NULL)
			add_counts(&sum, port_counts(s->ports[i]));
	}
	return sum;
}

static void count_port(struct counters_input *c, struct input_counts counts)
{
	c->messages = counts.messages;
	c->cut = counts.cut;
	c->dropped = counts.dropped;
	c->refused = counts.refused;
	c->connections = counts.connections;
}

static void collect(struct serve *s, struct counters *c)
{
	const struct input_counts counts = input_totals(s);
	const struct stats sum = totals(s);

	counters_init(c, s->n_ports, s->setup->session.settings->n_outputs,
		      engine_policy(s->setup->session.engine));
	setup_count(s->setup, c);
	stats_add_records(&c->stats, &s->before);
	c->daemon = (struct counters_daemon){
		.records = sum.records,
		.bytes = sum.bytes,
		.flagged = stats_flagged(&sum),
		.undeclared = sum.undeclared,
		.forged_tags = sum.forged_tags,
		.passed = sum.passed,
		.cut_messages = counts.cut,
		.dropped_datagrams = counts.dropped,
		.refused_connections = counts.refused,
		.connections = counts.connections,
		.queued_batches = pipeline_queued(s->setup->pipeline),
		.stalled = s->stalled,
		.reloads = s->reloads,
		.refused_reloads = s->refused_reloads,
		.uptime_s = (unsigned long long)(now() - s->started),
	};
	for (size_t i = 0; i < s->n_ports; i++) {
		c->inputs[i].ended = s->ports[i] == NULL;
		if (s->ports[i] != NULL)
			count_port(&c->inputs[i], port_counts(s->ports[i]));
	}
}

static void on_counters(void *context)
{
	struct serve *s = context;
	struct counters counters;
	struct buf out = { 0 };

	collect(s, &counters);
	counters_write(&out, &counters);
	if (write(STDERR_FILENO, out.ptr, out.len) < 0)
		log_debug("nobody reads the counters");
	counters_fini(&counters);
	buf_fini(&out);
}

static void on_stats(void *context)
{
	struct serve *s = context;

	on_counters(s);
	loop_set_timer(s->stats, (uint64_t)s->setup->session.settings->stats_interval * 1000);
}

/* Begins anew with every setup. */
static void plan_stats(struct serve *s)
{
	long long seconds = s->setup->session.settings->stats_interval;

	loop_enable(s->stats, false);
	if (seconds != 0)
		loop_set_timer(s->stats, (uint64_t)seconds * 1000);
}

static double per_second(unsigned long long n, unsigned long long before, time_t seconds)
{
	return n >= before && seconds > 0 ? (double)(n - before) / (double)seconds : 0;
}

/* Whether patterns run without machine code: a hardened unit may forbid it to be made. */
static bool is_interpreted(const struct serve *s)
{
	const struct rules *rules = engine_rules(s->setup->session.engine);

	/* What holds for one holds for all. */
	return rules_count(rules) != 0 && !regex_has_jit(rules_at(rules, 0)->regex);
}

static void on_status(void *context)
{
	struct serve *s = context;
	const struct stats sum = totals(s);
	unsigned long long flagged = stats_flagged(&sum);
	time_t seconds = now() - s->said.at;

	service_status("%s%s%llu records (%.0f/s), %llu flagged (%.1f/s)",
		       s->complained != 0 ? "an output fails, inputs wait; " : "",
		       s->interpreted ? "patterns are interpreted; " : "", sum.records,
		       per_second(sum.records, s->said.records, seconds), flagged,
		       per_second(flagged, s->said.flagged, seconds));
	if (seconds > 0) {
		s->said.at = now();
		s->said.records = sum.records;
		s->said.flagged = flagged;
	}
	loop_set_timer(s->status, STATUS_MS);
}

/* --- Outputs that do not take all ------------------------------------------- */

/* The pieces of a long line go to the outputs one by one: nobody else is read within it. */
static void enable_ports(struct serve *s, bool on)
{
	for (size_t i = 0; i < s->n_ports; i++) {
		struct port *port = s->ports[i];

		if (port != NULL)
			port_enable(port, on && (s->in_line == NULL || s->in_line == port));
	}
}

static struct port *find_in_line(const struct serve *s)
{
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] != NULL && !port_can_move(s->ports[i]))
			return s->ports[i];
	}
	return NULL;
}

static void follow_lines(struct serve *s)
{
	struct port *before = s->in_line;

	s->in_line = find_in_line(s);
	if (s->in_line != before)
		enable_ports(s, !s->stalled);
}

/* Says why, at first and then now and again; a reader that is slow is no failure. */
static void set_retry(struct serve *s)
{
	const struct err *error = pipeline_error(s->setup->pipeline);

	loop_set_timer(s->retry, err_any(error) ? RETRY_MS : 0);
	if (!err_any(error) || (s->complained != 0 && now() - s->complained < COMPLAIN_S))
		return;
	log_error("%.*s; inputs wait until it works again", (int)error->text.len - 1,
		  error->text.ptr);
	s->complained = now();
	on_status(s);
}

/* To be called after whatever may have written; false: nothing is to be read for now. */
static bool may_go_on(struct serve *s)
{
	if (!s->stalled && pipeline_stopped(s->setup->pipeline)) {
		s->stalled = true;
		enable_ports(s, false);
		set_retry(s);
	}
	return !s->stalled;
}

static void give_up(struct serve *s)
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

/* --- Checkpoints ------------------------------------------------------------ */

static void complain_unsaved(struct serve *s, struct err *e)
{
	if (s->unsaved == 0 || now() - s->unsaved >= COMPLAIN_S) {
		complain(e);
		log_error(
			"the last checkpoint stays; what is read since would come out again after "
			"a crash");
		s->unsaved = now();
	}
	err_fini(e);
}

/* Of all ports, or of one. */
static void save(struct serve *s, struct port *only)
{
	struct err e = { 0 };
	int bad = 0;

	if (s->state == NULL || pipeline_drain(s->setup->pipeline) != 0)
		return;
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] != NULL && (only == NULL || s->ports[i] == only))
			bad |= port_save(s->ports[i], s->state, &e);
	}
	if (bad != 0) {
		complain_unsaved(s, &e);
	} else if (s->unsaved != 0) {
		log_notice("checkpoints can be written again");
		s->unsaved = 0;
	}
}

/* A checkpoint that is not written now will be in a while. */
static void plan_checkpoint(struct serve *s)
{
	uint64_t ms = (uint64_t)s->setup->session.settings->checkpoint_interval * 1000;

	/* At first more often: who is killed again and again must get on, too. */
	if (s->checkpoints < 16 && ms > (uint64_t)FIRST_CHECKPOINT_MS << s->checkpoints)
		ms = (uint64_t)FIRST_CHECKPOINT_MS << s->checkpoints;
	if (s->checkpoint_due || s->state == NULL || s->stalled)
		return;
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] == NULL || !port_is_unsaved(s->ports[i], s->state))
			continue;
		s->checkpoint_due = true;
		loop_set_timer(s->checkpoint, ms);
		return;
	}
}

static void on_checkpoint(void *context)
{
	struct serve *s = context;

	s->checkpoint_due = false;
	s->checkpoints++;
	save(s, NULL);
	plan_checkpoint(s);
}

/* --- Inputs ----------------------------------------------------------------- */

static void close_port(struct serve *s, size_t i, enum port_result result, struct err *e)
{
	if (result == PORT_FAILED) {
		complain(e);
		s->failed = true;
	}
	if (s->setup->session.settings->inputs[i].type == INPUT_STDIN)
		s->stdin_ended = true;
	add_counts(&s->gone, port_counts(s->ports[i]));
	s->gone.connections = 0;
	save(s, s->ports[i]);
	if (s->in_line == s->ports[i])
		s->in_line = NULL;
	port_free(&s->ports[i]);
}

/* What waits in windows of alerts goes too; while an output refuses that, it is tried again. */
static void finish(struct serve *s)
{
	struct err e = { 0 };
	enum sink_result result = setup_tick(s->setup, true, &e);

	if (result != SINK_ACCEPTED && now() < s->give_up) {
		loop_set_timer(s->retry, RETRY_MS);
	} else {
		if (result != SINK_ACCEPTED) {
			log_error("alerts that waited in their windows were not written");
			s->failed = true;
		}
		loop_end(s->loop);
	}
	err_fini(&e);
}

static void on_tick(void *context)
{
	struct serve *s = context;
	struct err e = { 0 };

	if (!s->stopping && setup_tick(s->setup, false, &e) == SINK_ERROR && s->complained == 0) {
		complain(&e);
		s->complained = now();
	}
	err_fini(&e);
	loop_set_timer(s->tick, TICK_MS);
}

/* Everything that the stopped ports still have; again after a stall. */
static void drain(struct serve *s)
{
	struct err e = { 0 };

	/* A long line that was begun goes first. */
	while (s->in_line != NULL && may_go_on(s)) {
		if (port_step(s->in_line, &e) != PORT_MORE)
			break; /* it is closed below */
		s->in_line = find_in_line(s);
	}
	for (size_t i = 0; i < s->n_ports; i++) {
		while (s->ports[i] != NULL && may_go_on(s)) {
			enum port_result result = port_step(s->ports[i], &e);

			if (result != PORT_MORE)
				close_port(s, i, result, &e);
		}
	}
	if (may_go_on(s))
		finish(s);
}

static void stop(struct serve *s)
{
	s->stopping = true;
	s->give_up = now() + STOP_PATIENCE_S;
	service_stopping();
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] != NULL)
			port_stop(s->ports[i]);
	}
	drain(s);
}

static void on_stop(void *context)
{
	struct serve *s = context;

	if (s->stopping)
		give_up(s);
	else
		stop(s);
}

static void on_retry(void *context)
{
	struct serve *s = context;

	if (pipeline_retry(s->setup->pipeline) != SINK_ACCEPTED) {
		if (s->stopping && now() >= s->give_up)
			give_up(s);
		else
			set_retry(s);
		return;
	}
	s->stalled = false;
	plan_checkpoint(s);
	if (s->complained != 0) {
		log_notice("every output works again");
		s->complained = 0;
		on_status(s);
	}
	if (s->stopping)
		drain(s);
	else
		enable_ports(s, true);
}

static void reload(struct serve *s);

static void on_ready(void *context, struct port *port)
{
	struct serve *s = context;
	struct err e = { 0 };
	enum port_result result = port_step(port, &e);
	bool alone = true;

	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] == port && result >= PORT_END)
			close_port(s, i, result, &e);
		alone &= s->ports[i] == NULL;
	}
	follow_lines(s);
	plan_checkpoint(s);
	/* A port that failed is not done without: the service manager starts us anew. */
	if (alone || result == PORT_FAILED)
		stop(s);
	else if (may_go_on(s) && s->reload_due)
		reload(s);
}

/* --- Building and changing the whole ---------------------------------------- */

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

/* A port of an input of that name and type, from whose position another one may go on. */
static struct port *find_before(const struct serve *s, const struct settings_input *input)
{
	const struct settings *settings;

	if (s->setup == NULL)
		return NULL;
	settings = s->setup->session.settings;
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] != NULL && settings->inputs[i].type == input->type &&
		    strcmp(settings->inputs[i].name, input->name) == 0)
			return s->ports[i];
	}
	return NULL;
}

/* The ports of settings: those that are open already, and new ones. */
static int open_ports(struct serve *s, const struct settings *settings, const struct state *state,
		      struct port ***ports_r, struct err *e)
{
	const struct port_owner owner = { s->loop, on_ready, s };
	size_t n = settings->n_inputs;
	struct port **ports = mem_new(n, sizeof(struct port *));
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		const struct settings_input *input = &settings->inputs[i];

		ports[i] = find_port(s, input, ports, i);
		if (ports[i] == NULL && !(input->type == INPUT_STDIN && s->stdin_ended))
			bad |= port_open(&ports[i], input, &owner, find_before(s, input), state, e);
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
		close_port(s, i, result, &e);
	}
}

/* Everything stands: from here on nothing can fail. */
static void change_to(struct serve *s, struct setup *setup, struct port **ports,
		      struct state *state)
{
	size_t n = setup->session.settings->n_inputs;

	if (s->setup != NULL) {
		close_ports(s, ports, n);
		setup_succeed(setup, s->setup);
	}
	for (size_t i = 0; i < n; i++) {
		if (ports[i] != NULL && is_among(ports[i], s->ports, s->n_ports))
			port_renew(ports[i], &setup->session.settings->inputs[i]);
		if (ports[i] != NULL)
			port_attach(ports[i], setup->pipeline, setup->streams[i]);
	}
	if (s->setup != NULL) {
		struct stats sum = totals(s);

		s->before = sum;
		setup_free(&s->setup);
	}
	free(s->ports);
	s->ports = ports;
	s->n_ports = n;
	s->setup = setup;
	setup_start(setup);
	plan_stats(s);
	if (s->state != state)
		state_free(&s->state);
	s->state = state;
	/* So that the first checkpoint says where everything began. */
	save(s, NULL);
	if (!s->stalled)
		enable_ports(s, true);
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
		needed |= settings->outputs[i].type == OUTPUT_SYSLOG;
	*state_r = NULL;
	if (!needed)
		return 0;
	if (s->state != NULL && state_is(s->state, settings->state)) {
		*state_r = s->state;
		return 0;
	}
	return state_open(state_r, settings->state, e);
}

static int build(struct serve *s, struct err *e)
{
	struct setup *setup;
	struct state *state = NULL;
	struct port **ports;

	if (setup_open(&setup, s->request, e) != 0)
		return -1;
	if (open_state(s, setup->session.settings, &state, e) != 0 ||
	    open_ports(s, setup->session.settings, state, &ports, e) != 0) {
		if (state != s->state)
			state_free(&state);
		setup_free(&setup);
		return -1;
	}
	change_to(s, setup, ports, state);
	return 0;
}

static void refuse_reload(struct serve *s, struct err *e)
{
	struct err reopen = { 0 };

	complain(e);
	log_error("the configuration is refused; everything goes on as before");
	s->refused_reloads++;
	if (setup_reopen(s->setup, &reopen) != 0)
		complain(&reopen);
}

static void reload(struct serve *s)
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
	if (build(s, &e) != 0) {
		refuse_reload(s, &e);
	} else {
		s->reloads++;
		log_notice("reloaded: %zu inputs, %zu outputs", s->n_ports,
			   s->setup->session.settings->n_outputs);
	}
	service_ready();
	may_go_on(s);
}

static void on_reload(void *context)
{
	struct serve *s = context;

	if (!s->stopping)
		reload(s);
}

/* --- From start to end ------------------------------------------------------ */

static int add_sources(struct serve *s, struct err *e)
{
	static const struct {
		int number;
		void (*call)(void *context);
	} signals[N_SIGNALS] = {
		{ SIGTERM, on_stop },
		{ SIGINT, on_stop },
		{ SIGHUP, on_reload },
		{ SIGUSR1, on_counters },
	};

	/* A reader that goes away is an error of that sink. */
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < N_SIGNALS; i++) {
		if (loop_add_signal(s->loop, &s->signals[i], signals[i].number, signals[i].call, s,
				    e) != 0)
			return -1;
	}
	if (loop_add_timer(s->loop, &s->retry, on_retry, s, e) != 0)
		return -1;
	if (loop_add_timer(s->loop, &s->tick, on_tick, s, e) != 0 ||
	    loop_add_timer(s->loop, &s->stats, on_stats, s, e) != 0)
		return -1;
	if (loop_add_timer(s->loop, &s->checkpoint, on_checkpoint, s, e) != 0)
		return -1;
	return loop_add_timer(s->loop, &s->status, on_status, s, e);
}

static void fini(struct serve *s)
{
	for (size_t i = 0; i < s->n_ports; i++)
		port_free(&s->ports[i]);
	free(s->ports);
	setup_free(&s->setup);
	for (size_t i = 0; i < N_SIGNALS; i++)
		loop_remove(&s->signals[i]);
	loop_remove(&s->retry);
	loop_remove(&s->status);
	loop_remove(&s->checkpoint);
	loop_remove(&s->tick);
	loop_remove(&s->stats);
	state_free(&s->state);
	loop_free(&s->loop);
}

/* Every connection is a descriptor; the usual limit is for programs that use select(2). */
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

int serve_run(const struct session_request *request, struct err *e)
{
	struct serve s = { .request = request, .started = now(), .said = { .at = now() } };
	int result = -1;

	raise_descriptors();
	if (loop_new(&s.loop, e) == 0 && add_sources(&s, e) == 0 && build(&s, e) == 0) {
		log_notice("ready: %zu inputs, %zu outputs", s.n_ports,
			   s.setup->session.settings->n_outputs);
		check_passed_sockets(s.setup->session.settings);
		s.interpreted = is_interpreted(&s);
		if (s.interpreted)
			log_notice("patterns are interpreted, since memory may not be made "
				   "executable (MemoryDenyWriteExecute=): the same is found, for "
				   "two to three times the processor time");
		service_ready();
		on_status(&s);
		on_tick(&s);
		result = loop_run(s.loop, e);
		if (s.failed)
			result = -1;
	}
	fini(&s);
	return result;
}
