#include <purposed/run/format.h>

#include <string.h>

#include <purposed/engine/policy.h>
#include <purposed/engine/timestamp.h>
#include <purposed/io/origin.h>

static const struct format *const formats[] = {
	&format_tag, &format_json, &format_record, &format_text,
	&format_ecs, &format_ocsf, &format_cef,
};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	}
	return NULL;
}

const char *format_names(void)
{
	return "tag, json, record, text, ecs, ocsf, cef";
}

enum severity format_severity(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_CLEAN:
	case VERDICT_PERMITTED: return SEVERITY_INFORMATIONAL;
	case VERDICT_NOTICE: return SEVERITY_LOW;
	case VERDICT_GAP:
	case VERDICT_UNSCANNED: return SEVERITY_MEDIUM;
	default: return SEVERITY_HIGH;
	}
}

struct timespec format_time(const struct record *record)
{
	const struct span known = origin_read(record->origin).time;
	struct timespec time = record->read_at;

	if (known.len != 0) {
		unsigned long long us = 0;

		for (size_t i = 0; i < known.len; i++)
			us = us * 10 + (unsigned long long)(known.ptr[i] - '0');
		return (struct timespec){ (time_t)(us / 1000000), (long)(us % 1000000) * 1000 };
	}
	timestamp_find(record->text, &record->read_at, &time);
	return time;
}

static bool is_worse(const struct decision *a, const struct decision *b)
{
	return a->verdict != b->verdict ? a->verdict > b->verdict : a->reason > b->reason;
}

const struct finding *format_worst(const struct result *result)
{
	const struct finding *found = NULL;

	for (size_t i = 0; i < result->n; i++) {
		if (found == NULL || is_worse(&result->findings[i].decision, &found->decision))
			found = &result->findings[i];
	}
	return found;
}

void format_add_text(struct buf *out, const struct format_job *job, size_t start, size_t end)
{
	redact_add(out, job->classifier, engine_rules(job->plan->engine), job->result,
		   job->record->text, start, end, job->options->redact, job->options->pseudonyms);
}

bool format_next_category(const struct result *result, size_t *category)
{
	bool any = false;
	size_t next = 0;

	for (size_t i = 0; i < result->n; i++) {
		size_t c = result->findings[i].category;

		/* From POLICY_NONE on, every category; then those behind the last one. */
		if (c == POLICY_NONE || (*category != POLICY_NONE && c <= *category))
			continue;
		if (!any || c < next)
			next = c;
		any = true;
	}
	if (any)
		*category = next;
	return any;
}

static bool is_noted(const struct finding *finding)
{
	return finding->element != FINDING_NONE && finding->decision.verdict >= VERDICT_NOTICE;
}

static bool first_of_element(const struct result *result, size_t i)
{
	if (!is_noted(&result->findings[i]))
		return false;
	for (size_t j = 0; j < i; j++) {
		if (is_noted(&result->findings[j]) &&
		    result->findings[j].element == result->findings[i].element)
			return false;
	}
	return true;
}

static void add_listed(struct buf *out, size_t start, const char *id)
{
	if (out->len != start)
		buf_add_char(out, ',');
	buf_add_str(out, id);
}

void format_add_categories(struct buf *out, const struct format_job *job)
{
	const struct policy *policy = engine_policy(job->plan->engine);
	size_t start = out->len;
	size_t category = POLICY_NONE;

	while (format_next_category(job->result, &category))
		add_listed(out, start, policy_category_id(policy, category));
}

void format_add_elements(struct buf *out, const struct format_job *job)
{
	const struct rules *rules = engine_rules(job->plan->engine);
	size_t start = out->len;

	for (size_t i = 0; i < job->result->n; i++) {
		if (first_of_element(job->result, i))
			add_listed(out, start,
				   rules_element(rules, job->result->findings[i].element));
	}
}

void format_add_purposes(struct buf *out, const struct format_job *job)
{
	const struct policy *policy = engine_policy(job->plan->engine);
	const struct purpose_set *set = &job->plan->set;
	size_t start = out->len;

	for (size_t i = 0; i < set->n; i++)
		add_listed(out, start, policy_purpose(policy, set->purposes[i])->id);
}

static bool first_of_rule(const struct result *result, size_t i)
{
	if (result->findings[i].rule == FINDING_NONE)
		return false;
	for (size_t j = 0; j < i; j++) {
		if (result->findings[j].rule == result->findings[i].rule)
			return false;
	}
	return true;
}

void format_add_rules(struct buf *out, const struct format_job *job)
{
	const struct rules *rules = engine_rules(job->plan->engine);
	size_t start = out->len;

	for (size_t i = 0; i < job->result->n; i++) {
		if (first_of_rule(job->result, i))
			add_listed(out, start, rules_at(rules, job->result->findings[i].rule)->id);
	}
}

void format_add_title(struct buf *out, const struct format_job *job)
{
	const struct finding *worst = format_worst(job->result);
	size_t start;

	buf_add_str(out, verdict_name(job->result->verdict));
	if (worst == NULL)
		return;
	buf_add_str(out, ": ");
	start = out->len;
	format_add_elements(out, job);
	if (out->len == start)
		out->len -= 2;
	if (worst->decision.reason != REASON_NONE)
		buf_printf(out, " (%s)", reason_name(worst->decision.reason));
}
