/* Everything is made before anything is at work; and what the loop asks of all outputs. */
#include <purposed/run/setup_private.h>

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/run/alerts.h>

enum { WORKERS_MAX = 4 };

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
		bad |= setup_make_stream(setup, &settings->inputs[i], &setup->streams[i], e);
	if (bad != 0 || settings->n_inputs == 0 || settings->n_outputs == 0)
		return -1;
	for (size_t i = 0; i < settings->n_outputs; i++)
		bad |= setup_make_output(setup, &settings->outputs[i], &setup->outputs[i], e);
	return bad;
}

/* One for each processor that we may use; the one that receives beside them needs little. */
static unsigned count_workers(const struct settings *settings, unsigned jobs)
{
	cpu_set_t set;
	int n = 1;

	if (jobs != 0)
		return jobs;
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
				       count_workers(setup->session.settings, request->jobs),
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

void setup_rehearse(struct setup *setup)
{
	static const char usual[] =
		"<14>Jan  1 00:00:00 host web: 192.0.2.1 - - [01/Jan/2025:00:00:00 +0000] "
		"\"GET /?q=jan.maes%40example.org HTTP/1.1\" 200 1 \"-\" \"Mozilla/5.0\"";

	for (size_t i = 0; i < setup->session.settings->n_inputs; i++)
		pipeline_rehearse(setup->pipeline, setup->streams[i], span_str(usual));
}

void setup_start(struct setup *setup)
{
	for (size_t i = 0; i < setup->session.settings->n_outputs; i++)
		sink_start(setup->outputs[i].sink);
}

bool setup_has_windows(const struct setup *setup, size_t output)
{
	return setup->session.settings->outputs[output].window != 0;
}

bool setup_ticks(const struct setup *setup)
{
	for (size_t i = 0; i < setup->session.settings->n_outputs; i++) {
		if (setup->outputs[i].controlled)
			return true;
	}
	return false;
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
		if (setup_has_windows(setup, i))
			bad |= alerts_load(setup->outputs[i].sink, state, e);
	}
	return bad;
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
