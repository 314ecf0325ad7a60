/* Pieces of JSON that several formats share. */
#include <purposed/run/format_parts.h>

#include <purposed/base/clock.h>
#include <purposed/engine/element.h>
#include <purposed/engine/policy.h>
#include <purposed/engine/timestamp.h>
#include <purposed/io/origin.h>
#include <purposed/run/format_memo.h>

void format_json_place(struct json *j, const struct record *record)
{
	const struct span path = origin_read(record->origin).path;

	json_string(j, "input", record->input);
	if (path.len != 0) /* of a file that is tailed */
		json_span(j, "path", path);
	json_uint(j, "record", record->number);
	if (record->offset >= 0)
		json_uint(j, "offset", (unsigned long long)record->offset);
}

static void add_time(struct json *j, const char *key, const struct timespec *time)
{
	size_t begin = json_begin_string(j, key);

	timestamp_add(j->out, time);
	json_end_string(j, begin);
}

void format_json_time(struct json *j, const char *key, const struct record *record)
{
	const struct timespec time = format_time(record);

	add_time(j, key, &time);
}

void format_json_read_at(struct json *j, const char *key, const struct record *record)
{
	add_time(j, key, &record->read_at);
}

void format_json_millis(struct json *j, const char *key, const struct timespec *time)
{
	long long ms = clock_ms(time);

	json_uint(j, key, ms > 0 ? (unsigned long long)ms : 0);
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

void format_json_categories(struct json *j, const char *key, const struct format_job *job)
{
	const struct policy *policy = engine_policy(job->plan->engine);
	size_t category = POLICY_NONE;

	json_begin_array(j, key);
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

/* All of a finding but what its record has: the numbers of its place, and its value. */
static void fill_pieces(struct format_pieces *pieces, const struct format_job *job,
			const struct finding *finding)
{
	const struct rules *rules = engine_rules(job->plan->engine);
	bool scanned = finding->rule != FINDING_NONE;
	struct json j = json_to(&pieces->before);

	pieces->element = (struct element){ .sample = SAMPLE_NONE };
	json_begin_object(&j, NULL);
	if (scanned) {
		const char *element = rules_element(rules, finding->element);

		pieces->element = element_find(element);
		json_string(&j, "rule", rules_at(rules, finding->rule)->id);
		json_string(&j, "element", element);
		json_string(
			&j, "category",
			policy_category_id(engine_policy(job->plan->engine), finding->category));
	} else {
		json_null(&j, "rule");
		json_null(&j, "element");
		json_null(&j, "category");
	}
	buf_add_str(&pieces->before, ",\"start\":");
	j.out = &pieces->behind;
	json_string(&j, "verdict", verdict_name(finding->decision.verdict));
	if (finding->decision.reason != REASON_NONE)
		json_string(&j, "reason", reason_name(finding->decision.reason));
	if (scanned)
		add_cells(&j, job, finding->category);
	if (pieces->element.sample != SAMPLE_NONE)
		json_begin_string(&j, "sample");
}

/* sample and pseudonym: what may be said of a value that is not written. */
static void make_value(struct json *j, const struct pseudonymizer *pseudonyms,
		       struct element element, struct span value)
{
	size_t begin = j->out->len;

	mask_sample(j->out, element, value);
	json_end_string(j, begin);
	buf_add_str(j->out, ",\"pseudonym\":\"");
	pseudonym_add(pseudonyms, j->out, element, value);
	buf_add_char(j->out, '"');
}

static struct format_value value_of(const struct format_job *job, const struct finding *finding)
{
	const struct format_value value =
		format_value_of(job->options->pseudonyms, finding->element,
				classify_value(job->classifier, finding));

	if (job->memo != NULL)
		format_values_expect(format_memo_values(job->memo), &value);
	return value;
}

static void add_value(struct json *j, const struct format_job *job,
		      const struct format_value *value, struct element element)
{
	size_t begin = j->out->len;
	struct span said;

	if (job->memo == NULL) {
		make_value(j, value->pseudonyms, element, value->bytes);
		return;
	}
	said = format_values_find(format_memo_values(job->memo), value);
	if (said.len != 0) {
		buf_add_span(j->out, said);
		return;
	}
	make_value(j, value->pseudonyms, element, value->bytes);
	said = span_slice(buf_span(j->out), begin, j->out->len);
	format_values_add(format_memo_values(job->memo), value, said);
}

static void add_pieces(struct json *j, const struct format_job *job, const struct finding *finding,
		       struct format_pieces *pieces)
{
	struct format_value value = { 0 };
	bool shows;

	if (pieces->before.len == 0)
		fill_pieces(pieces, job, finding);
	shows = pieces->element.sample != SAMPLE_NONE;
	if (shows)
		value = value_of(job, finding);
	if (j->comma)
		buf_add_char(j->out, ',');
	buf_add_span(j->out, buf_span(&pieces->before));
	buf_add_uint(j->out, finding->start);
	buf_add_str(j->out, ",\"end\":");
	buf_add_uint(j->out, finding->end);
	buf_add_span(j->out, buf_span(&pieces->behind));
	if (shows)
		add_value(j, job, &value, pieces->element);
	json_end_object(j);
}

static void add_finding(struct json *j, const struct format_job *job, const struct finding *finding)
{
	struct format_pieces own = { 0 };

	if (job->memo != NULL) {
		add_pieces(j, job, finding, format_memo_pieces(job->memo, job->plan, finding));
		return;
	}
	add_pieces(j, job, finding, &own);
	format_pieces_fini(&own);
}

/* What is said of a record before its findings. */
static void add_judgement(struct json *j, const struct format_job *job)
{
	add_purposes(j, job);
	add_kind(j, job->result);
	json_string(j, "verdict", verdict_name(job->result->verdict));
	format_json_categories(j, "categories", job);
}

static void copy_judgement(struct json *j, const struct format_job *job)
{
	struct buf *text =
		format_memo_judgement(job->memo, FORMAT_MEMO_JSON, job->plan, job->result);

	if (text->len == 0) {
		struct json made = json_to(text);

		add_judgement(&made, job);
	}
	if (j->comma)
		buf_add_char(j->out, ',');
	buf_add_span(j->out, buf_span(text));
	j->comma = true;
}

void format_json_verdict(struct json *j, const struct format_job *job)
{
	if (job->memo != NULL)
		copy_judgement(j, job);
	else
		add_judgement(j, job);
	json_begin_array(j, "findings");
	for (size_t i = 0; i < job->result->n; i++)
		add_finding(j, job, &job->result->findings[i]);
	json_end_array(j);
}

void format_json_text(struct json *j, const char *key, const struct format_job *job)
{
	size_t begin = json_begin_string(j, key);

	format_add_text(j->out, job, 0, job->record->text.len);
	json_end_string(j, begin);
}

void format_json_added(struct json *j, const char *key,
		       void (*add)(struct buf *out, const struct format_job *job),
		       const struct format_job *job)
{
	size_t begin = json_begin_string(j, key);

	add(j->out, job);
	json_end_string(j, begin);
}

void format_json_period(struct json *j, const char *first, const char *last,
			const struct format_period *period)
{
	add_time(j, first, &period->first);
	add_time(j, last, &period->last);
}

void format_json_held(struct json *j, const struct format_held *held)
{
	json_uint(j, "held_back", held->n);
	json_begin_object(j, "verdicts");
	for (int v = VERDICT_COUNT - 1; v >= 0; v--) {
		if (held->verdicts[v] != 0)
			json_uint(j, verdict_name((enum verdict)v), held->verdicts[v]);
	}
	json_end_object(j);
}

void format_held_title(struct buf *out, const struct format_held *held)
{
	buf_printf(out, "%llu alert%s held back", held->n, held->n == 1 ? " was" : "s were");
}

struct json format_json_reopen(struct buf *line, size_t n)
{
	line->len -= n;
	return (struct json){ .out = line, .comma = true };
}
