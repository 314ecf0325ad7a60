#include <purposed/run/setup.h>

#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/run/alerts.h>

/* STDOUT_PATIENCE_MS: how late a signal may be noticed while a reader is slow. */
enum { STDOUT_PATIENCE_MS = 100, WORKERS_MAX = 4 };

/* The plan of a list of purposes; the default one where the list is not set. */
static int find_plan(struct setup *setup, const struct settings_ids *ids,
		     const struct plan **plan_r, struct err *e)
{
	struct plan *plan = NULL;

	if (ids->where == NULL) {
		*plan_r = setup->session.plan;
		return 0;
	}
	if (plan_new(&plan, setup->session.engine, ids->ids, ids->n, ids->where, e) != 0)
		return -1;
	setup->plans =
		mem_grow(setup->plans, setup->n_plans, &setup->plans_cap, sizeof(struct plan *));
	setup->plans[setup->n_plans++] = plan;
	*plan_r = plan;
	return 0;
}

/* A plan of one purpose that records may carry. */
static int allow_purpose(struct setup *setup, struct stream *stream, const char *id,
			 const char *where, struct err *e)
{
	const struct settings_ids ids = { .ids = &id, .n = 1, .where = (char *)(uintptr_t)where };
	const struct plan *plan = NULL;

	if (find_plan(setup, &ids, &plan, e) != 0)
		return -1;
	stream_allow(stream, id, plan);
	return 0;
}

static int trust_records(struct setup *setup, const struct settings_input *input,
			 struct stream *stream, struct err *e)
{
	const struct settings_ids *allowed = &input->allow_purposes;
	const struct settings_ids none = { .where = allowed->where };
	const struct plan *unknown = NULL;
	int bad = 0;

	if (!input->trust_record_purpose)
		return 0;
	if (find_plan(setup, &none, &unknown, e) != 0)
		return -1;
	setup->plans[setup->n_plans - 1]->set.unknown = true;
	stream_trust(stream, (unsigned)setup->session.settings->enterprise_id, unknown);
	for (size_t i = 0; i < allowed->n; i++)
		bad |= allow_purpose(setup, stream, allowed->ids[i], allowed->where, e);
	return bad;
}

/* Of what comes through a pipe the offset is that since the start. */
static bool has_offsets(enum input_type type)
{
	return type == INPUT_STDIN || type == INPUT_TAIL || type == INPUT_FIFO;
}

static int make_stream(struct setup *setup, const struct settings_input *input,
		       struct stream **stream_r, struct err *e)
{
	const struct plan *plan = setup->session.plan;
	int bad = find_plan(setup, &input->purposes, &plan, e);

	*stream_r = stream_new(input->name, plan, input->kind, has_offsets(input->type));
	for (size_t i = 0; i < input->n_binds; i++) {
		const struct settings_bind *bind = &input->binds[i];

		plan = setup->session.plan;
		bad |= find_plan(setup, &bind->purposes, &plan, e);
		stream_bind(*stream_r, &bind->selector, plan);
	}
	return bad | trust_records(setup, input, *stream_r, e);
}

static int make_receiver(const struct settings *settings, const struct settings_output *from,
			 struct sink **sink_r, struct err *e)
{
	const struct tls_settings tls = settings_tls(&from->tls);
	struct buf spool = { 0 };
	struct sink_syslog_settings to = {
		.name = from->name,
		.to = &from->to,
		.framing = from->framing,
		.tls = &tls,
		.spool_bytes = (unsigned long long)from->spool_bytes,
	};
	int result;

	/* What else is wrong with the folder is said when the file is made in it. */
	mkdir(settings->state, 0700);
	buf_printf(&spool, "%s/%s.spool", settings->state, from->name);
	to.spool = buf_str(&spool);
	result = sink_syslog_new(sink_r, &to, e);
	buf_fini(&spool);
	return result;
}

static int make_sink(const struct setup *setup, const struct settings_output *from,
		     struct output *output, struct err *e)
{
	switch (from->type) {
	case OUTPUT_FILE: return sink_file_new(&output->sink, from->path, &from->file, e);
	case OUTPUT_JOURNAL:
		output->envelope = &envelope_journal;
		output->sink = sink_journal_new(from->socket);
		return 0;
	case OUTPUT_SYSLOG:
		output->envelope = &envelope_syslog;
		return make_receiver(setup->session.settings, from, &output->sink, e);
	default:
		output->sink = sink_fd_new(STDOUT_FILENO, "standard output", STDOUT_PATIENCE_MS);
		return 0;
	}
}

/* Puts alert control before the sink. */
static void control(struct output *output, const struct settings_output *from)
{
	output->sink =
		alerts_new(output->sink, &(struct alerts_settings){
						 .name = from->name,
						 .output = output,
						 .window_s = (unsigned long long)from->window,
						 .rate_limit = (unsigned long long)from->rate_limit,
					 });
	output->controlled = true;
}

static int make_output(const struct setup *setup, const struct settings_output *from,
		       struct output *output, struct err *e)
{
	*output = (struct output){
		.format = from->format,
		.select = from->select,
		.options = {
			.redact = from->redact,
			.with_text = from->with_text,
			.enterprise_id = (unsigned)setup->session.settings->enterprise_id,
			.host = setup->host,
			.facility = (unsigned)from->facility,
			.pseudonyms = setup->session.pseudonyms,
		},
	};
	if (make_sink(setup, from, output, e) != 0)
		return -1;
	if (from->window != 0 || from->rate_limit != 0)
		control(output, from);
	return 0;
}

static int make_all(struct setup *setup, const char *config, struct err *e)
{
	const struct settings *settings = setup->session.settings;
	int bad = 0;

	if (settings->n_inputs == 0)
		err_add(e, "%s: there is no input", config);
	if (settings->n_outputs == 0)
		err_add(e, "%s: there is no output", config);
	setup->streams = mem_new(settings->n_inputs, sizeof(struct stream *));
	setup->outputs = mem_new(settings->n_outputs, sizeof(*setup->outputs));
	for (size_t i = 0; i < settings->n_inputs; i++)
		bad |= make_stream(setup, &settings->inputs[i], &setup->streams[i], e);
	if (bad != 0 || settings->n_inputs == 0 || settings->n_outputs == 0)
		return -1;
	for (size_t i = 0; i < settings->n_outputs; i++)
		bad |= make_output(setup, &settings->outputs[i], &setup->outputs[i], e);
	return bad;
}

/* One for each processor that we may use; the one that receives beside them needs little. */
static unsigned count_workers(const struct settings *settings)
{
	cpu_set_t set;
	int n = 1;

	if (settings->workers != 0)
		return (unsigned)settings->workers;
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		n = CPU_COUNT(&set);
	return n < WORKERS_MAX ? (unsigned)n : WORKERS_MAX;
}

static void warm_up(const struct setup *setup)
{
	const struct plan **plans = mem_new(setup->n_plans + 1, sizeof(struct plan *));

	plans[0] = setup->session.plan;
	for (size_t i = 0; i < setup->n_plans; i++)
		plans[i + 1] = setup->plans[i];
	pipeline_warm(setup->pipeline, setup->session.engine, plans, setup->n_plans + 1);
	free(plans);
}

int setup_open(struct setup **setup_r, const struct session_request *request,
	       void (*wake)(void *context), void *context, struct err *e)
{
	struct setup *setup = mem_new(1, sizeof(*setup));

	if (session_open(&setup->session, request, e) != 0) {
		free(setup);
		return -1;
	}
	gethostname(setup->host, sizeof(setup->host) - 1);
	if (make_all(setup, request->config, e) != 0) {
		setup_free(&setup);
		return -1;
	}
	setup->pipeline = pipeline_new(setup->outputs, setup->session.settings->n_outputs,
				       policy_category_count(engine_policy(setup->session.engine)),
				       count_workers(setup->session.settings),
				       session_batch_bytes(&setup->session));
	pipeline_hold(setup->pipeline, wake, context);
	pipeline_apart(setup->pipeline);
	warm_up(setup);
	*setup_r = setup;
	return 0;
}

void setup_free(struct setup **setup)
{
	struct setup *s;

	if (setup == NULL || *setup == NULL)
		return;
	s = *setup;
	*setup = NULL;
	pipeline_free(&s->pipeline);
	for (size_t i = 0; i < s->session.settings->n_outputs; i++)
		sink_free(&s->outputs[i].sink);
	for (size_t i = 0; i < s->session.settings->n_inputs; i++)
		stream_unref(&s->streams[i]);
	for (size_t i = 0; i < s->n_plans; i++)
		plan_free(&s->plans[i]);
	free(s->outputs);
	free(s->streams);
	free(s->plans);
	session_close(&s->session);
	free(s);
}

/* Index of the output of that name, or n_outputs. */
static size_t find_output(const struct settings *settings, const char *name)
{
	size_t i = 0;

	while (i < settings->n_outputs && strcmp(settings->outputs[i].name, name) != 0)
		i++;
	return i;
}

/* Lines that are held for a controlled output have marks, which must come off. */
static void take_alerts(struct setup *setup, size_t to, struct setup *old, size_t from)
{
	struct output *output = &setup->outputs[to];

	if (!old->outputs[from].controlled)
		return;
	if (!output->controlled)
		control(output, &setup->session.settings->outputs[to]);
	alerts_take(output->sink, old->outputs[from].sink);
}

/* An output that is no more writes what it can. */
static void end_output(struct setup *old, size_t index)
{
	const char *name = old->session.settings->outputs[index].name;
	struct output *output = &old->outputs[index];
	size_t held = pipeline_held(old->pipeline, index);
	struct err e = { 0 };

	if (held != 0)
		log_error("output '%s' is no more: %zu bytes that it could not write are dropped",
			  name, held);
	if (output->controlled && alerts_tick(output->sink, true, &e) != SINK_ACCEPTED)
		log_error("output '%s' is no more: alerts that waited in its windows are dropped",
			  name);
	err_fini(&e);
}

static struct sink **sink_of(struct output *output)
{
	return output->controlled ? alerts_sink(output->sink) : &output->sink;
}

static void take_held(struct setup *setup, struct setup *old)
{
	const struct settings *settings = setup->session.settings;
	const struct settings *before = old->session.settings;

	for (size_t i = 0; i < before->n_outputs; i++) {
		size_t to = find_output(settings, before->outputs[i].name);

		if (to < settings->n_outputs) {
			take_alerts(setup, to, old, i);
			pipeline_move_held(old->pipeline, i, setup->pipeline, to);
		} else {
			end_output(old, i);
		}
	}
}

/* A receiver that stays the same goes on as it is; the sink that was made for it is not used. */
static void take_receivers(struct setup *setup, struct setup *old)
{
	const struct settings *settings = setup->session.settings;
	const struct settings *before = old->session.settings;
	bool same_state = strcmp(settings->state, before->state) == 0;

	for (size_t i = 0; i < before->n_outputs && same_state; i++) {
		size_t to = find_output(settings, before->outputs[i].name);
		struct sink *sink = *sink_of(&old->outputs[i]);

		if (to == settings->n_outputs ||
		    !settings_same_receiver(&before->outputs[i], &settings->outputs[to]))
			continue;
		*sink_of(&old->outputs[i]) = *sink_of(&setup->outputs[to]);
		*sink_of(&setup->outputs[to]) = sink;
	}
}

/* What was counted of an input goes on; findings do not, since the policy may be another. */
static void take_counts(struct setup *setup, const struct setup *old)
{
	const struct settings *settings = setup->session.settings;
	const struct settings *before = old->session.settings;

	for (size_t i = 0; i < settings->n_inputs; i++) {
		for (size_t j = 0; j < before->n_inputs; j++) {
			const struct stream_counts counts = stream_counted(old->streams[j]);

			if (strcmp(settings->inputs[i].name, before->inputs[j].name) == 0)
				stream_count(setup->streams[i], &counts);
		}
	}
}

void setup_start(struct setup *setup)
{
	for (size_t i = 0; i < setup->session.settings->n_outputs; i++)
		sink_start(setup->outputs[i].sink);
}

void setup_succeed(struct setup *setup, struct setup *old)
{
	struct session *session = &setup->session;

	take_held(setup, old);
	take_receivers(setup, old);
	take_counts(setup, old);
	if (session->settings->pseudonym_key_file != NULL ||
	    old->session.settings->pseudonym_key_file != NULL) {
		if (pseudonymizer_clashes(session->pseudonyms, old->session.pseudonyms))
			log_warning("the pseudonym key has changed, but not its id: pseudonyms "
				    "from before look like those from now on; give it a new id");
		return;
	}
	pseudonymizer_free(&session->pseudonyms);
	session->pseudonyms = old->session.pseudonyms;
	old->session.pseudonyms = NULL;
	for (size_t i = 0; i < session->settings->n_outputs; i++)
		setup->outputs[i].options.pseudonyms = session->pseudonyms;
}

enum sink_result setup_tick(struct setup *setup, bool all, struct err *e)
{
	enum sink_result worst = SINK_ACCEPTED;

	for (size_t i = 0; i < setup->session.settings->n_outputs; i++) {
		enum sink_result result = SINK_ACCEPTED;

		if (setup->outputs[i].controlled)
			result = alerts_tick(setup->outputs[i].sink, all, e);
		if (result > worst)
			worst = result;
	}
	return worst;
}

static bool has_windows(const struct setup *setup, size_t output)
{
	return setup->session.settings->outputs[output].window != 0;
}

int setup_sync(struct setup *setup, struct err *e)
{
	int bad = 0;

	for (size_t i = 0; i < setup->session.settings->n_outputs; i++)
		bad |= sink_sync(setup->outputs[i].sink, e);
	return bad;
}

int setup_save_alerts(struct setup *setup, const struct state *state, struct err *e)
{
	int bad = 0;

	for (size_t i = 0; i < setup->session.settings->n_outputs; i++) {
		if (setup->outputs[i].controlled)
			bad |= alerts_save(setup->outputs[i].sink, state, e);
	}
	return bad;
}

int setup_load_alerts(struct setup *setup, const struct state *state, struct err *e)
{
	int bad = 0;

	for (size_t i = 0; i < setup->session.settings->n_outputs; i++) {
		if (has_windows(setup, i))
			bad |= alerts_load(setup->outputs[i].sink, state, e);
	}
	return bad;
}

void setup_forget_alerts(const struct setup *setup, struct setup *old, const struct state *state)
{
	const struct settings *settings = setup->session.settings;

	for (size_t i = 0; i < old->session.settings->n_outputs; i++) {
		size_t to = find_output(settings, old->session.settings->outputs[i].name);

		if (has_windows(old, i) && (to == settings->n_outputs || !has_windows(setup, to)))
			alerts_forget(old->outputs[i].sink, state);
	}
}

static void count_output(struct counters_output *c, const struct output *output)
{
	struct sink_counters sink;
	struct alerts_counters alerts = { 0 };

	sink_count(output->sink, &sink);
	if (output->controlled)
		alerts_count(output->sink, &alerts);
	c->grouped = alerts.grouped;
	c->held_back = alerts.held_back;
	c->waiting = alerts.waiting;
	c->sent = sink.sent;
	c->repeated = sink.repeated;
	c->spooled = sink.spooled;
	c->cut = sink.cut;
	c->connections = sink.connections;
	c->failures = sink.failures;
	c->spool_bytes = sink.spool_bytes;
	c->connected = sink.connected;
}

void setup_count(struct setup *setup, struct counters *counters)
{
	const struct settings *settings = setup->session.settings;

	pipeline_stats(setup->pipeline, &counters->stats);
	for (size_t i = 0; i < settings->n_inputs; i++) {
		const struct stream_counts counts = stream_counted(setup->streams[i]);

		counters->inputs[i] = (struct counters_input){
			.name = settings->inputs[i].name,
			.records = counts.records,
			.bytes = counts.bytes,
			.flagged = counts.flagged,
			.lag_ms = counts.lag_ms,
		};
	}
	for (size_t i = 0; i < settings->n_outputs; i++) {
		struct counters_output *c = &counters->outputs[i];

		count_output(c, &setup->outputs[i]);
		c->name = settings->outputs[i].name;
		c->bytes = pipeline_written(setup->pipeline, i);
		c->held_bytes = pipeline_held(setup->pipeline, i);
	}
}

int setup_reopen(struct setup *setup, struct err *e)
{
	int bad = 0;

	for (size_t i = 0; i < setup->session.settings->n_outputs; i++) {
		if (sink_reopen(setup->outputs[i].sink, e) == 0)
			pipeline_rewind(setup->pipeline, i);
		else
			bad = -1;
	}
	return bad;
}
