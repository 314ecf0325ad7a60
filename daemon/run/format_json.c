/* One JSON object a record: the form for programs.  DESIGN section 4 is its contract. */
#include <purposed/run/format.h>

#include <purposed/base/json.h>
#include <purposed/engine/element.h>
#include <purposed/engine/policy.h>
#include <purposed/engine/timestamp.h>

static void add_time(struct json *j, const struct record *record)
{
	struct timespec time = record->read_at;
	struct buf text = { 0 };

	timestamp_find(record->text, &record->read_at, &time);
	timestamp_add(&text, &time);
	json_span(j, "time", buf_span(&text));
	buf_fini(&text);
}

static void add_purposes(struct json *j, const struct format_job *job)
{
	const struct policy *policy = engine_policy(job->plan->engine);
	const struct purpose_set *set = &job->plan->set;

	json_begin_array(j, "purposes");
	for (size_t i = 0; i < set->n; i++)
		json_string(j, NULL, policy_purpose(policy, set->purposes[i])->id);
	json_end_array(j);
}

static void add_kind(struct json *j, const struct result *result)
{
	if (result->kind_source == KIND_NONE)
		return;
	json_string(j, "kind", result->kind);
	json_string(j, "kind_source", result->kind_source == KIND_STATED ? "stated" : "recognised");
}

static void add_categories(struct json *j, const struct format_job *job)
{
	const struct policy *policy = engine_policy(job->plan->engine);
	size_t category = POLICY_NONE;

	json_begin_array(j, "categories");
	while (format_next_category(job->result, &category))
		json_string(j, NULL, policy_category_id(policy, category));
	json_end_array(j);
}

static void add_cells(struct json *j, const struct format_job *job, size_t category)
{
	const struct policy *policy = engine_policy(job->plan->engine);
	const struct purpose_set *set = &job->plan->set;

	json_begin_array(j, "cells");
	for (size_t i = 0; i < set->n && category != POLICY_OUTSIDE; i++) {
		const struct policy_purpose *purpose = policy_purpose(policy, set->purposes[i]);
		const struct policy_cell *cell = policy_cell(policy, set->purposes[i], category);

		json_begin_object(j, NULL);
		json_string(j, "purpose", purpose->id);
		json_uint(j, "row", purpose->row);
		json_uint(j, "column", policy_category(policy, category)->column);
		json_string(j, "cell", policy_cell_name(cell->state));
		if (cell->state == CELL_PERMITTED_ONLY_FOR)
			json_string(j, "only_for", cell->kind);
		json_end_object(j);
	}
	json_end_array(j);
}

/* sample and pseudonym: what may be said of a value that is not written. */
static void add_value(struct json *j, const struct format_job *job, const struct finding *finding,
		      struct element element)
{
	struct buf text = { 0 };
	struct span value = classify_value(job->classifier, finding);

	if (mask_sample(&text, element, value))
		json_span(j, "sample", buf_span(&text));
	buf_clear(&text);
	if (pseudonym_add(job->options->pseudonyms, &text, element, value))
		json_span(j, "pseudonym", buf_span(&text));
	buf_fini(&text);
}

static void add_finding(struct json *j, const struct format_job *job, const struct finding *finding)
{
	const struct rules *rules = engine_rules(job->plan->engine);
	bool scanned = finding->rule != FINDING_NONE;
	const char *element = scanned ? rules_element(rules, finding->element) : NULL;

	json_begin_object(j, NULL);
	if (scanned) {
		json_string(j, "rule", rules_at(rules, finding->rule)->id);
		json_string(j, "element", element);
		json_string(
			j, "category",
			policy_category_id(engine_policy(job->plan->engine), finding->category));
	} else {
		json_null(j, "rule");
		json_null(j, "element");
		json_null(j, "category");
	}
	json_uint(j, "start", finding->start);
	json_uint(j, "end", finding->end);
	json_string(j, "verdict", verdict_name(finding->decision.verdict));
	if (finding->decision.reason != REASON_NONE)
		json_string(j, "reason", reason_name(finding->decision.reason));
	if (scanned) {
		add_cells(j, job, finding->category);
		add_value(j, job, finding, element_find(element));
	}
	json_end_object(j);
}

static void add_text(struct json *j, const struct format_job *job)
{
	struct buf text = { 0 };

	format_add_text(&text, job, 0, job->record->text.len);
	json_span(j, "text", buf_span(&text));
	buf_fini(&text);
}

static unsigned json_add(struct buf *out, const struct format_job *job, size_t *tail_r)
{
	const struct record *record = job->record;
	struct json j = json_to(out);

	(void)tail_r;
	json_begin_object(&j, NULL);
	json_string(&j, "input", record->input);
	json_uint(&j, "record", record->number);
	if (record->offset >= 0)
		json_uint(&j, "offset", (unsigned long long)record->offset);
	add_time(&j, record);
	add_purposes(&j, job);
	add_kind(&j, job->result);
	json_string(&j, "verdict", verdict_name(job->result->verdict));
	add_categories(&j, job);
	json_begin_array(&j, "findings");
	for (size_t i = 0; i < job->result->n; i++)
		add_finding(&j, job, &job->result->findings[i]);
	json_end_array(&j);
	if (job->options->with_text)
		add_text(&j, job);
	json_end_object(&j);
	return 0;
}

const struct format format_json = {
	.name = "json",
	.is_record = false,
	.add = json_add,
};
