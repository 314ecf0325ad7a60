#include <purposed/run/counters.h>

#include <stdlib.h>

#include <purposed/base/json.h>
#include <purposed/base/mem.h>

const struct counter counters_of_daemon[] = {
	{ "records", COUNTER_SUM, offsetof(struct counters_daemon, records),
	  "records that were judged, and whose outputs accepted them" },
	{ "bytes", COUNTER_SUM, offsetof(struct counters_daemon, bytes),
	  "of these records, line ends included" },
	{ "flagged", COUNTER_SUM, offsetof(struct counters_daemon, flagged),
	  "records that are out of purpose, a gap, or unscanned" },
	{ "undeclared", COUNTER_SUM, offsetof(struct counters_daemon, undeclared),
	  "records without a declared purpose" },
	{ "forged_tags", COUNTER_SUM, offsetof(struct counters_daemon, forged_tags),
	  "verdicts that were taken out of records" },
	{ "passed", COUNTER_SUM, offsetof(struct counters_daemon, passed),
	  "records of which no more is known than that they are not flagged" },
	{ "cut_messages", COUNTER_SUM, offsetof(struct counters_daemon, cut_messages),
	  "messages that lost their end" },
	{ "dropped_datagrams", COUNTER_SUM, offsetof(struct counters_daemon, dropped_datagrams),
	  "that the kernel had no room for" },
	{ "refused_connections", COUNTER_SUM, offsetof(struct counters_daemon, refused_connections),
	  "beyond limits.connections" },
	{ "connections", COUNTER_GAUGE, offsetof(struct counters_daemon, connections),
	  "open now, of all inputs" },
	{ "queued_batches", COUNTER_GAUGE, offsetof(struct counters_daemon, queued_batches),
	  "on their way to the outputs" },
	{ "stalled", COUNTER_GAUGE, offsetof(struct counters_daemon, stalled),
	  "1 while an output does not take all, and inputs wait" },
	{ "reloads", COUNTER_SUM, offsetof(struct counters_daemon, reloads), "that were done" },
	{ "refused_reloads", COUNTER_SUM, offsetof(struct counters_daemon, refused_reloads),
	  "for a configuration with mistakes" },
	{ "uptime_s", COUNTER_GAUGE, offsetof(struct counters_daemon, uptime_s),
	  "seconds since the start" },
};
const size_t counters_of_daemon_count = sizeof(counters_of_daemon) / sizeof(struct counter);

const struct counter counters_of_input[] = {
	{ "records", COUNTER_SUM, offsetof(struct counters_input, records),
	  "as above, of this input" },
	{ "bytes", COUNTER_SUM, offsetof(struct counters_input, bytes), "as above" },
	{ "flagged", COUNTER_SUM, offsetof(struct counters_input, flagged), "as above" },
	{ "lag_ms", COUNTER_GAUGE, offsetof(struct counters_input, lag_ms),
	  "milliseconds from reading the last batch to its acceptance" },
	{ "messages", COUNTER_SUM, offsetof(struct counters_input, messages),
	  "read, of inputs that bring messages" },
	{ "cut", COUNTER_SUM, offsetof(struct counters_input, cut),
	  "of them: those that lost their end" },
	{ "dropped", COUNTER_SUM, offsetof(struct counters_input, dropped),
	  "datagrams that the kernel had no room for" },
	{ "refused", COUNTER_SUM, offsetof(struct counters_input, refused),
	  "connections beyond the limit" },
	{ "connections", COUNTER_GAUGE, offsetof(struct counters_input, connections), "open now" },
	{ "files", COUNTER_GAUGE, offsetof(struct counters_input, files),
	  "followed now, those that were rotated away included" },
	{ "unread_bytes", COUNTER_GAUGE, offsetof(struct counters_input, unread_bytes),
	  "of these files, that are still to be read" },
	{ "ended", COUNTER_GAUGE, offsetof(struct counters_input, ended),
	  "1 when nothing comes any more" },
};
const size_t counters_of_input_count = sizeof(counters_of_input) / sizeof(struct counter);

const struct counter counters_of_output[] = {
	{ "bytes", COUNTER_SUM, offsetof(struct counters_output, bytes),
	  "of the lines that it took" },
	{ "held_bytes", COUNTER_GAUGE, offsetof(struct counters_output, held_bytes),
	  "that it has still to take" },
	{ "grouped", COUNTER_SUM, offsetof(struct counters_output, grouped),
	  "records that went into an alert with others" },
	{ "held_back", COUNTER_SUM, offsetof(struct counters_output, held_back),
	  "alerts that the rate limit kept away" },
	{ "waiting", COUNTER_GAUGE, offsetof(struct counters_output, waiting),
	  "alerts in their windows" },
	{ "sent", COUNTER_SUM, offsetof(struct counters_output, sent),
	  "messages handed to the receiver's connection" },
	{ "repeated", COUNTER_SUM, offsetof(struct counters_output, repeated),
	  "of them: again, since they may not have arrived" },
	{ "spooled", COUNTER_SUM, offsetof(struct counters_output, spooled),
	  "messages that went to the disk first" },
	{ "cut", COUNTER_SUM, offsetof(struct counters_output, cut),
	  "messages that were longer than a datagram" },
	{ "connections", COUNTER_SUM, offsetof(struct counters_output, connections),
	  "made to the receiver" },
	{ "failures", COUNTER_SUM, offsetof(struct counters_output, failures),
	  "of connections, or of making them" },
	{ "spool_bytes", COUNTER_GAUGE, offsetof(struct counters_output, spool_bytes),
	  "on the disk" },
	{ "connected", COUNTER_GAUGE, offsetof(struct counters_output, connected),
	  "1 while the receiver is there" },
};
const size_t counters_of_output_count = sizeof(counters_of_output) / sizeof(struct counter);

void counters_init(struct counters *counters, size_t n_inputs, size_t n_outputs,
		   const struct policy *policy)
{
	*counters = (struct counters){
		.inputs = mem_new(n_inputs, sizeof(*counters->inputs)),
		.n_inputs = n_inputs,
		.outputs = mem_new(n_outputs, sizeof(*counters->outputs)),
		.n_outputs = n_outputs,
		.policy = policy,
	};
	stats_init(&counters->stats, policy_category_count(policy));
}

void counters_fini(struct counters *counters)
{
	free(counters->inputs);
	free(counters->outputs);
	stats_fini(&counters->stats);
}

unsigned long long counter_value(const struct counter *row, const void *of)
{
	unsigned long long value;

	memcpy(&value, (const char *)of + row->field, sizeof(value));
	return value;
}

static void add_table(struct json *j, const struct counter *rows, size_t n, const void *of)
{
	for (size_t i = 0; i < n; i++)
		json_uint(j, rows[i].name, counter_value(&rows[i], of));
}

/* Rows of the policy are many, most of them without a record: only others are written. */
static void add_nonzero(struct json *j, const char *key, unsigned long long n)
{
	if (n != 0)
		json_uint(j, key, n);
}

static void add_verdicts(struct json *j, const struct stats *stats)
{
	json_begin_object(j, "verdicts");
	for (int v = 0; v < VERDICT_COUNT; v++)
		json_uint(j, verdict_name((enum verdict)v), stats->verdicts[v]);
	json_end_object(j);
}

static void add_reasons(struct json *j, const char *key, const unsigned long long *findings)
{
	json_begin_object(j, key);
	add_nonzero(j, "permitted", findings[REASON_NONE]);
	for (int r = REASON_NONE + 1; r < REASON_COUNT; r++)
		add_nonzero(j, reason_name((enum reason)r), findings[r]);
	json_end_object(j);
}

static void add_findings(struct json *j, const struct counters *c)
{
	const struct stats *stats = &c->stats;

	json_begin_object(j, "findings");
	for (size_t i = 0; i < stats->n_categories; i++)
		add_reasons(j, policy_category_id(c->policy, i),
			    stats->findings + i * REASON_COUNT);
	add_reasons(j, POLICY_OUTSIDE_ID, stats->findings + stats->n_categories * REASON_COUNT);
	json_end_object(j);
	/* What was not searched, by the limit that was hit. */
	add_reasons(j, "limits", stats->findings + (stats->n_categories + 1) * REASON_COUNT);
}

static void add_purposes(struct json *j, const struct counters *c)
{
	json_begin_object(j, "purposes");
	for (size_t p = 0; p < c->stats.n_purposes; p++) {
		const unsigned long long *row = c->stats.purposes + p * STATS_VERDICTS;
		unsigned long long sum = 0;

		for (int v = 0; v < STATS_VERDICTS; v++)
			sum += row[v];
		if (sum == 0)
			continue;
		json_begin_object(j, policy_purpose(c->policy, p)->id);
		for (int v = 0; v < VERDICT_COUNT; v++)
			add_nonzero(j, verdict_name((enum verdict)v), row[v]);
		add_nonzero(j, "not-flagged", row[VERDICT_COUNT]);
		json_end_object(j);
	}
	json_end_object(j);
}

void counters_write(struct buf *out, const struct counters *c)
{
	struct json j = json_to(out);

	json_begin_object(&j, NULL);
	add_table(&j, counters_of_daemon, counters_of_daemon_count, &c->daemon);
	add_verdicts(&j, &c->stats);
	add_findings(&j, c);
	add_purposes(&j, c);
	json_begin_array(&j, "inputs");
	for (size_t i = 0; i < c->n_inputs; i++) {
		json_begin_object(&j, NULL);
		json_string(&j, "name", c->inputs[i].name);
		add_table(&j, counters_of_input, counters_of_input_count, &c->inputs[i]);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_begin_array(&j, "outputs");
	for (size_t i = 0; i < c->n_outputs; i++) {
		json_begin_object(&j, NULL);
		json_string(&j, "name", c->outputs[i].name);
		add_table(&j, counters_of_output, counters_of_output_count, &c->outputs[i]);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	buf_add_char(out, '\n');
}
