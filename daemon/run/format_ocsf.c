/*
 * A Data Security Finding of the Open Cybersecurity Schema Framework (class 2006;
 * schema.ocsf.io, version 1.4.0): one JSON object a record.
 *
 * Required are, by the schema: activity_id, category_uid, class_uid, finding_info
 * (uid, title), metadata (product, version), severity_id, time and type_uid.  What
 * the schema has no place for stands in "unmapped", as it wants it.
 */
#include <purposed/run/format_parts.h>

#include <purposed/engine/policy.h>

#define OCSF_VERSION "1.4.0"

enum {
	CATEGORY_FINDINGS = 2,
	CLASS_DATA_SECURITY = 2006,
	ACTIVITY_CREATE = 1,
	STATUS_NEW = 1,
	DATA_PERSONAL = 1,	/* data_security.category_id */
	DETECTION_DISCOVERY = 4 /* data_security.detection_system_id */
};

static void add_class(struct json *j)
{
	json_uint(j, "activity_id", ACTIVITY_CREATE);
	json_string(j, "activity_name", "Create");
	json_uint(j, "category_uid", CATEGORY_FINDINGS);
	json_string(j, "category_name", "Findings");
	json_uint(j, "class_uid", CLASS_DATA_SECURITY);
	json_string(j, "class_name", "Data Security Finding");
	json_uint(j, "type_uid", CLASS_DATA_SECURITY * 100 + ACTIVITY_CREATE);
}

static void add_severity(struct json *j, enum verdict verdict)
{
	static const struct {
		unsigned id;
		const char *name;
	} severities[] = {
		[SEVERITY_INFORMATIONAL] = { 1, "Informational" },
		[SEVERITY_LOW] = { 2, "Low" },
		[SEVERITY_MEDIUM] = { 3, "Medium" },
		[SEVERITY_HIGH] = { 4, "High" },
	};
	enum severity severity = format_severity(verdict);

	json_uint(j, "severity_id", severities[severity].id);
	json_string(j, "severity", severities[severity].name);
}

static void begin_metadata(struct json *j)
{
	json_begin_object(j, "metadata");
	json_string(j, "version", OCSF_VERSION);
	json_begin_object(j, "product");
	json_string(j, "name", "purposed");
	json_string(j, "vendor_name", "purposed");
	json_string(j, "version", PURPOSED_VERSION);
	json_end_object(j);
}

static void add_metadata(struct json *j, const struct format_job *job)
{
	begin_metadata(j);
	json_string(j, "log_name", job->record->input);
	format_json_time(j, "original_time", job->record);
	json_end_object(j);
}

/* Numbers start anew with every run; with the time of reading a record has its own name. */
static void add_uid(struct json *j, const struct record *record)
{
	struct buf uid = { 0 };

	buf_printf(&uid, "%s:%llu:%lld.%09ld", record->input, record->number,
		   (long long)record->read_at.tv_sec, record->read_at.tv_nsec);
	json_span(j, "uid", buf_span(&uid));
	buf_fini(&uid);
}

static void add_finding_info(struct json *j, const struct format_job *job)
{
	json_begin_object(j, "finding_info");
	add_uid(j, job->record);
	format_json_added(j, "title", format_add_title, job);
	format_json_categories(j, "types", job);
	json_begin_array(j, "data_sources");
	json_string(j, NULL, job->record->input);
	json_end_array(j);
	json_end_object(j);
}

static void add_data_security(struct json *j, const struct format_job *job)
{
	const struct policy *policy = engine_policy(job->plan->engine);

	json_begin_object(j, "data_security");
	json_uint(j, "category_id", DATA_PERSONAL);
	json_string(j, "category", "Personal");
	json_uint(j, "detection_system_id", DETECTION_DISCOVERY);
	json_string(j, "detection_system", "Data Discovery & Classification");
	format_json_added(j, "detection_pattern", format_add_rules, job);
	json_begin_object(j, "policy");
	json_string(j, "name", policy_title(policy, POLICY_EN));
	json_string(j, "version", policy_version(policy));
	json_end_object(j);
	json_end_object(j);
}

static unsigned ocsf_add(struct buf *out, const struct format_job *job, size_t *tail_r)
{
	struct json j = json_to(out);

	(void)tail_r;
	json_begin_object(&j, NULL);
	add_class(&j);
	add_severity(&j, job->result->verdict);
	format_json_millis(&j, "time", &job->record->read_at);
	format_json_added(&j, "message", format_add_title, job);
	json_uint(&j, "status_id", STATUS_NEW);
	json_bool(&j, "is_alert", verdict_is_flagged(job->result->verdict));
	add_metadata(&j, job);
	add_finding_info(&j, job);
	add_data_security(&j, job);
	if (job->options->with_text)
		format_json_text(&j, "raw_data", job);
	json_begin_object(&j, "unmapped");
	format_json_place(&j, job->record);
	format_json_verdict(&j, job);
	json_end_object(&j);
	json_end_object(&j);
	return 0;
}

static void ocsf_add_count(struct buf *line, unsigned long long n,
			   const struct format_period *period)
{
	struct json j = format_json_reopen(line, 1);

	json_uint(&j, "count", n);
	format_json_millis(&j, "start_time", &period->first);
	format_json_millis(&j, "end_time", &period->last);
	json_end_object(&j);
}

static void ocsf_add_held(struct buf *out, const struct format_held *held)
{
	struct json j = json_to(out);
	struct buf text = { 0 };

	json_begin_object(&j, NULL);
	add_class(&j);
	add_severity(&j, VERDICT_UNSCANNED);
	format_json_millis(&j, "time", &held->period.last);
	begin_metadata(&j);
	json_end_object(&j);
	json_begin_object(&j, "finding_info");
	buf_printf(&text, "%s:held:%lld.%09ld", held->output, (long long)held->period.first.tv_sec,
		   held->period.first.tv_nsec);
	json_span(&j, "uid", buf_span(&text));
	buf_clear(&text);
	format_held_title(&text, held);
	json_span(&j, "title", buf_span(&text));
	json_end_object(&j);
	json_begin_object(&j, "unmapped");
	json_string(&j, "output", held->output);
	format_json_held(&j, held);
	json_end_object(&j);
	json_end_object(&j);
	ocsf_add_count(out, held->n, &held->period);
	buf_fini(&text);
}

const struct format format_ocsf = {
	.name = "ocsf",
	.is_record = false,
	.depth = PRESCAN_DEPTHS,
	.add = ocsf_add,
	.add_count = ocsf_add_count,
	.add_held = ocsf_add_held,
};
