/*
 * ArcSight's Common Event Format (Implementing ArcSight CEF, version 0):
 *
 *	CEF:0|purposed|purposed|0.1.0|out-of-purpose|Personal data ...|8|rt=... cat=...
 *
 * In the header '\\' and '|' are escaped; it is made of our own words, which have
 * neither.  In a value of the extension '\\', '=' and line ends are; other bytes
 * that are not visible text are written "\\xHH".  Values are cut to the lengths
 * that its dictionary gives them.
 */
#include <purposed/run/format_parts.h>

#include <stdio.h>

#include <purposed/base/clock.h>
#include <purposed/base/utf8.h>
#include <purposed/base/visible.h>
#include <purposed/engine/element.h>

enum { CUSTOM_MAX = 4000, WORD_MAX = 1023 };

static const struct {
	unsigned number;
	const char *name;
} verdicts[] = {
	[VERDICT_CLEAN] = { 0, "No personal data" },
	[VERDICT_PERMITTED] = { 1, "Personal data within its purpose" },
	[VERDICT_NOTICE] = { 3, "Personal data to be looked at" },
	[VERDICT_GAP] = { 5, "Personal data without a known purpose" },
	[VERDICT_UNSCANNED] = { 6, "A record that could not be searched" },
	[VERDICT_OUT_OF_PURPOSE] = { 8, "Personal data outside its purpose" },
};

static void add_escaped(struct buf *out, struct span value)
{
	size_t len;

	for (size_t at = 0; at < value.len; at += len) {
		unsigned char c = (unsigned char)value.ptr[at];

		len = visible_length(value, at);
		if (c == '\\' || c == '=')
			buf_add(out, (const char[]){ '\\', (char)c }, 2);
		else if (len != 0)
			buf_add(out, value.ptr + at, len);
		else if (c == '\n' || c == '\r')
			buf_add_str(out, c == '\n' ? "\\n" : "\\r");
		else
			buf_printf(out, "\\\\x%02x", c);
		len = len != 0 ? len : 1;
	}
}

/* Nothing where value is empty: an absent key says the same. */
static void add_pair(struct buf *out, const char *key, struct span value, size_t max)
{
	if (value.len == 0)
		return;
	if (value.len > max)
		value.len = utf8_start(value, max);
	buf_printf(out, " %s=", key);
	add_escaped(out, value);
}

/* One of the custom fields, cs1 to cs6, with its label. */
static void add_custom(struct buf *out, unsigned number, const char *label, const struct buf *value)
{
	char key[16];

	if (value->len == 0)
		return;
	snprintf(key, sizeof(key), "cs%u", number);
	buf_printf(out, " %sLabel=%s", key, label);
	add_pair(out, key, buf_span(value), CUSTOM_MAX);
}

static void add_list(struct buf *out, unsigned number, const char *label,
		     void (*add)(struct buf *out, const struct format_job *job),
		     const struct format_job *job)
{
	struct buf list = { 0 };

	add(&list, job);
	add_custom(out, number, label, &list);
	buf_fini(&list);
}

/* Whether what was added behind start stands in the list before it already. */
static bool is_listed(const struct buf *list, size_t start)
{
	struct span item = span_slice(buf_span(list), start, list->len);
	size_t from = 0;

	for (size_t at = 0; at < start; at++) {
		if (list->ptr[at] != ',')
			continue;
		if (span_equal(span_slice(buf_span(list), from, at), item))
			return true;
		from = at + 1;
	}
	return false;
}

/* Samples or pseudonyms of all findings, each once. */
static void add_values(struct buf *out, const struct format_job *job, bool pseudonyms)
{
	const struct rules *rules = engine_rules(job->plan->engine);

	for (size_t i = 0; i < job->result->n && out->len < CUSTOM_MAX; i++) {
		const struct finding *finding = &job->result->findings[i];
		struct element element;
		struct span value;
		size_t start = out->len;
		bool any;

		if (finding->rule == FINDING_NONE)
			continue;
		element = element_find(rules_element(rules, finding->element));
		value = classify_value(job->classifier, finding);
		any = pseudonyms ? pseudonym_add(job->options->pseudonyms, out, element, value)
				 : mask_sample(out, element, value);
		if (!any || is_listed(out, start))
			out->len = start;
		else
			buf_add_char(out, ',');
	}
	if (out->len != 0)
		out->len--;
}

static void add_samples(struct buf *out, const struct format_job *job)
{
	add_values(out, job, false);
}

static void add_pseudonyms(struct buf *out, const struct format_job *job)
{
	add_values(out, job, true);
}

static void add_place(struct buf *out, const struct record *record)
{
	add_pair(out, "deviceFacility", span_str(record->input), WORD_MAX);
	buf_printf(out, " cn1Label=record cn1=%llu", record->number);
	if (record->offset >= 0)
		buf_printf(out, " cn2Label=offset cn2=%lld", record->offset);
}

static void add_message(struct buf *out, const struct format_job *job)
{
	struct buf text = { 0 };

	if (job->options->with_text)
		format_add_text(&text, job, 0, job->record->text.len);
	else
		format_add_title(&text, job);
	add_pair(out, "msg", buf_span(&text), WORD_MAX);
	buf_fini(&text);
}

static unsigned cef_add(struct buf *out, const struct format_job *job, size_t *tail_r)
{
	const struct timespec time = format_time(job->record);
	const struct finding *worst = format_worst(job->result);
	enum verdict verdict = job->result->verdict;
	struct buf categories = { 0 };

	(void)tail_r;
	buf_printf(out, "CEF:0|purposed|purposed|" PURPOSED_VERSION "|%s|%s|%u|rt=%lld",
		   verdict_name(verdict), verdicts[verdict].name, verdicts[verdict].number,
		   clock_ms(&time));
	format_add_categories(&categories, job);
	add_pair(out, "cat", buf_span(&categories), WORD_MAX);
	buf_fini(&categories);
	if (worst != NULL)
		add_pair(out, "reason", span_str(reason_name(worst->decision.reason)), WORD_MAX);
	add_place(out, job->record);
	add_list(out, 1, "purposes", format_add_purposes, job);
	add_list(out, 2, "elements", format_add_elements, job);
	add_list(out, 3, "rules", format_add_rules, job);
	add_list(out, 4, "samples", add_samples, job);
	add_list(out, 5, "pseudonyms", add_pseudonyms, job);
	add_message(out, job);
	return 0;
}

static void cef_add_count(struct buf *line, unsigned long long n,
			  const struct format_period *period)
{
	buf_printf(line, " cnt=%llu start=%lld end=%lld", n, clock_ms(&period->first),
		   clock_ms(&period->last));
}

static void cef_add_held(struct buf *out, const struct format_held *held)
{
	struct buf title = { 0 };

	buf_printf(out,
		   "CEF:0|purposed|purposed|" PURPOSED_VERSION
		   "|held-back|Alerts were held back|5|rt=%lld",
		   clock_ms(&held->period.last));
	format_held_title(&title, held);
	add_pair(out, "msg", buf_span(&title), WORD_MAX);
	cef_add_count(out, held->n, &held->period);
	buf_fini(&title);
}

const struct format format_cef = {
	.name = "cef",
	.is_record = false,
	.depth = PRESCAN_DEPTHS,
	.add = cef_add,
	.add_count = cef_add_count,
	.add_held = cef_add_held,
};
