/* What a setup takes over from the one before it, when a configuration is read anew. */
#include <purposed/run/setup_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/log.h>
#include <purposed/run/alerts.h>

/* Lines that are held for a controlled output have marks, which must come off. */
static void take_alerts(struct setup *setup, size_t to, struct setup *old, size_t from)
{
	struct output *output = &setup->outputs[to];

	if (!old->outputs[from].controlled)
		return;
	if (!output->controlled)
		setup_control_output(output, &setup->session.settings->outputs[to]);
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

struct sink **setup_sink(struct output *output)
{
	return output->controlled ? alerts_sink(output->sink) : &output->sink;
}

static void take_held(struct setup *setup, struct setup *old, const size_t *heirs)
{
	for (size_t i = 0; i < old->session.settings->n_outputs; i++) {
		if (heirs[i] < setup->session.settings->n_outputs) {
			take_alerts(setup, heirs[i], old, i);
			pipeline_move_held(old->pipeline, i, setup->pipeline, heirs[i]);
		} else {
			end_output(old, i);
		}
	}
}

/* A receiver that stays the same goes on as it is; the sink that was made for it is not used. */
static void take_receivers(struct setup *setup, struct setup *old, const size_t *heirs)
{
	const struct settings *settings = setup->session.settings;
	const struct settings *before = old->session.settings;
	bool same_state = settings_same_file(settings->state, before->state);

	for (size_t i = 0; i < before->n_outputs && same_state; i++) {
		size_t to = heirs[i];
		struct sink *sink = *setup_sink(&old->outputs[i]);

		if (to == settings->n_outputs ||
		    !settings_same_receiver(&before->outputs[i], &settings->outputs[to]))
			continue;
		*setup_sink(&old->outputs[i]) = *setup_sink(&setup->outputs[to]);
		*setup_sink(&setup->outputs[to]) = sink;
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

void setup_succeed(struct setup *setup, struct setup *old, struct err *e)
{
	struct session *session = &setup->session;
	size_t *heirs = setup_heirs(session->settings, old->session.settings);

	take_held(setup, old, heirs);
	take_receivers(setup, old, heirs);
	setup_pass_spools(setup, old, heirs, e);
	free(heirs);
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

void setup_forget_alerts(const struct setup *setup, struct setup *old, const struct state *state)
{
	const struct settings *settings = setup->session.settings;

	for (size_t i = 0; i < old->session.settings->n_outputs; i++) {
		size_t to = setup_find_output(settings, old->session.settings->outputs[i].name);

		if (setup_has_windows(old, i) &&
		    (to == settings->n_outputs || !setup_has_windows(setup, to)))
			alerts_forget(old->outputs[i].sink, state);
	}
}
