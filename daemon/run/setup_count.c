/* What inputs, outputs and the pipeline have counted. */
#include <purposed/run/setup_private.h>

#include <purposed/run/alerts.h>

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
