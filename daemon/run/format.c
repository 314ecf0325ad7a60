#include <purposed/run/format.h>

#include <string.h>

#include <purposed/engine/policy.h>

static const struct format *const formats[] = {
	&format_tag,
	&format_json,
	&format_record,
	&format_text,
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
	return "tag, json, record, text";
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
