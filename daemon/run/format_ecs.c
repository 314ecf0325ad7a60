/*
 * An event of the Elastic Common Schema (elastic.co/guide/en/ecs, 8.11): one JSON
 * object a record.
 *
 * ECS has no category of events for data in the wrong place, and wants the field
 * left out then.  What is ours alone stands below "purposed", since names that a
 * product chooses must not be the schema's own.
 */
#include <purposed/run/format_parts.h>

#include <purposed/engine/policy.h>

#define ECS_VERSION "8.11.0"

/* The numbers that Elastic's detection rules give to low, medium and high. */
static unsigned severity_of(enum verdict verdict)
{
	switch (format_severity(verdict)) {
	case SEVERITY_HIGH: return 73;
	case SEVERITY_MEDIUM: return 47;
	case SEVERITY_LOW: return 21;
	default: return 0;
	}
}

static void add_event(struct json *j, const struct format_job *job)
{
	const struct finding *worst = format_worst(job->result);
	bool alert = verdict_is_flagged(job->result->verdict);

	json_begin_object(j, "event");
	json_string(j, "kind", alert ? "alert" : "event");
	json_string(j, "module", "purposed");
	json_string(j, "dataset", "purposed.verdict");
	json_string(j, "provider", "purposed");
	json_string(j, "code", verdict_name(job->result->verdict));
	if (worst != NULL && worst->decision.reason != REASON_NONE)
		json_string(j, "reason", reason_name(worst->decision.reason));
	json_uint(j, "severity", severity_of(job->result->verdict));
	format_json_read_at(j, "created", job->record);
	if (job->options->with_text)
		format_json_text(j, "original", job);
	json_end_object(j);
}

static void add_observer(struct json *j)
{
	json_begin_object(j, "observer");
	json_string(j, "vendor", "purposed");
	json_string(j, "product", "purposed");
	json_string(j, "type", "dlp");
	json_string(j, "version", PURPOSED_VERSION);
	json_end_object(j);
}

/* The rule of the worst finding; all of them are among purposed.findings. */
static void add_rule(struct json *j, const struct format_job *job)
{
	const struct policy *policy = engine_policy(job->plan->engine);
	const struct finding *worst = format_worst(job->result);

	if (worst == NULL || worst->rule == FINDING_NONE)
		return;
	json_begin_object(j, "rule");
	json_string(j, "id", rules_at(engine_rules(job->plan->engine), worst->rule)->id);
	json_string(j, "category", policy_category_id(policy, worst->category));
	json_string(j, "ruleset", policy_title(policy, POLICY_EN));
	json_string(j, "version", policy_version(policy));
	json_end_object(j);
}

static unsigned ecs_add(struct buf *out, const struct format_job *job, size_t *tail_r)
{
	struct json j = json_to(out);

	(void)tail_r;
	json_begin_object(&j, NULL);
	format_json_time(&j, "@timestamp", job->record);
	json_begin_object(&j, "ecs");
	json_string(&j, "version", ECS_VERSION);
	json_end_object(&j);
	format_json_added(&j, "message", format_add_title, job);
	add_observer(&j);
	add_rule(&j, job);
	json_begin_object(&j, "purposed");
	format_json_place(&j, job->record);
	format_json_verdict(&j, job);
	json_end_object(&j);
	add_event(&j, job); /* the last: ecs_add_count goes on with it */
	json_end_object(&j);
	return 0;
}

/* A name with a dot is a field of that object, for Elasticsearch. */
static void ecs_add_count(struct buf *line, unsigned long long n,
			  const struct format_period *period)
{
	struct json j = format_json_reopen(line, 2);

	format_json_period(&j, "start", "end", period);
	json_end_object(&j);
	json_uint(&j, "purposed.count", n);
	json_end_object(&j);
}

static void ecs_add_held(struct buf *out, const struct format_held *held)
{
	struct json j = json_to(out);
	struct buf title = { 0 };

	format_held_title(&title, held);
	json_begin_object(&j, NULL);
	format_json_period(&j, "@timestamp", "event.end", &held->period);
	json_begin_object(&j, "ecs");
	json_string(&j, "version", ECS_VERSION);
	json_end_object(&j);
	json_span(&j, "message", buf_span(&title));
	json_begin_object(&j, "event");
	json_string(&j, "kind", "alert");
	json_string(&j, "module", "purposed");
	json_string(&j, "dataset", "purposed.held_back");
	json_end_object(&j);
	add_observer(&j);
	json_begin_object(&j, "purposed");
	json_string(&j, "output", held->output);
	format_json_held(&j, held);
	json_end_object(&j);
	json_end_object(&j);
	buf_fini(&title);
}

const struct format format_ecs = {
	.name = "ecs",
	.is_record = false,
	.depth = PRESCAN_DEPTHS,
	.add = ecs_add,
	.add_count = ecs_add_count,
	.add_held = ecs_add_held,
};
