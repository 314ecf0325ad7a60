/*
 * What was counted, collected from everywhere, and printed.
 */
#include <purposed/run/serve_private.h>

#include <purposed/base/log.h>
#include <purposed/run/counters.h>

/* Everything since the start, without findings. */
struct stats serve_totals(struct serve *s)
{
	struct stats sum = s->before;
	struct stats current;

	stats_init(&current, policy_category_count(engine_policy(s->setup->session.engine)));
	pipeline_stats(s->setup->pipeline, &current);
	stats_add_records(&sum, &current);
	stats_fini(&current);
	return sum;
}

void serve_add_counts(struct input_counts *into, struct input_counts from)
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
			serve_add_counts(&sum, port_counts(s->ports[i]));
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
	c->files = counts.files;
	c->unread_bytes = counts.unread;
}

static void collect(struct serve *s, struct counters *c)
{
	const struct input_counts counts = input_totals(s);
	const struct stats sum = serve_totals(s);

	counters_init(c, s->n_ports, s->setup->session.settings->n_outputs,
		      engine_policy(s->setup->session.engine));
	pipeline_seize(s->setup->pipeline);
	setup_count(s->setup, c);
	pipeline_release(s->setup->pipeline);
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
		.uptime_s = (unsigned long long)(serve_now() - s->started),
	};
	for (size_t i = 0; i < s->n_ports; i++) {
		c->inputs[i].ended = s->ports[i] == NULL;
		if (s->ports[i] != NULL)
			count_port(&c->inputs[i], port_counts(s->ports[i]));
	}
}

void serve_on_counters(void *context)
{
	struct serve *s = context;
	struct counters counters;
	struct buf out = { 0 };

	collect(s, &counters);
	counters_write(&out, &counters);
	log_write(buf_span(&out));
	counters_fini(&counters);
	buf_fini(&out);
}

void serve_on_stats(void *context)
{
	struct serve *s = context;

	serve_on_counters(s);
	loop_set_timer(s->stats, (uint64_t)s->setup->session.settings->stats_interval * 1000);
}

/* Begins anew with every setup. */
void serve_plan_stats(struct serve *s)
{
	long long seconds = s->setup->session.settings->stats_interval;

	loop_enable(s->stats, false);
	if (seconds != 0)
		loop_set_timer(s->stats, (uint64_t)seconds * 1000);
}
