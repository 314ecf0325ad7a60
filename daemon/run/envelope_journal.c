/*
 * The fields of a journal entry (systemd.journal-fields(7)).  A field of several
 * values stands several times, since that is what `journalctl PURPOSED_ELEMENT=email`
 * finds.
 */
#include <purposed/run/envelope.h>

#include <purposed/engine/policy.h>
#include <purposed/io/sink.h>

static void add_field(struct buf *out, const char *name, struct span value)
{
	buf_printf(out, "%s=", name);
	envelope_add_plain(out, value);
	buf_add_char(out, SINK_FIELD_END);
}

/* A field for each of the ids that add lists, separated by commas. */
static void add_each(struct buf *out, const char *name,
		     void (*add)(struct buf *out, const struct format_job *job),
		     const struct format_job *job)
{
	struct buf list = { 0 };
	size_t from = 0;

	add(&list, job);
	for (size_t at = 0; at <= list.len && list.len != 0; at++) {
		if (at != list.len && list.ptr[at] != ',')
			continue;
		add_field(out, name, span_slice(buf_span(&list), from, at));
		from = at + 1;
	}
	buf_fini(&list);
}

static unsigned journal_add(struct buf *out, const struct format *format,
			    const struct format_job *job)
{
	const struct result *result = job->result;
	const struct finding *worst = format_worst(result);
	size_t tail;

	buf_printf(out, "PRIORITY=%u%c", envelope_severity(result->verdict), SINK_FIELD_END);
	add_field(out, "SYSLOG_IDENTIFIER", span_str("purposed"));
	add_field(out, "PURPOSED_VERDICT", span_str(verdict_name(result->verdict)));
	if (worst != NULL && worst->decision.reason != REASON_NONE)
		add_field(out, "PURPOSED_REASON", span_str(reason_name(worst->decision.reason)));
	add_field(out, "PURPOSED_INPUT", span_str(job->record->input));
	buf_printf(out, "PURPOSED_RECORD=%llu%c", job->record->number, SINK_FIELD_END);
	if (result->kind_source != KIND_NONE)
		add_field(out, "PURPOSED_KIND", span_str(result->kind));
	add_each(out, "PURPOSED_PURPOSE", format_add_purposes, job);
	add_each(out, "PURPOSED_CATEGORY", format_add_categories, job);
	add_each(out, "PURPOSED_ELEMENT", format_add_elements, job);
	add_each(out, "PURPOSED_RULE", format_add_rules, job);
	buf_add_str(out, "MESSAGE=");
	return format->add(out, job, &tail);
}

static void journal_add_held(struct buf *out, const struct format *format,
			     const struct format_options *options, const struct format_held *held)
{
	(void)options;
	buf_printf(out, "PRIORITY=%u%c", envelope_severity(VERDICT_UNSCANNED), SINK_FIELD_END);
	add_field(out, "SYSLOG_IDENTIFIER", span_str("purposed"));
	buf_printf(out, "PURPOSED_HELD_BACK=%llu%cMESSAGE=", held->n, SINK_FIELD_END);
	format->add_held(out, held);
}

const struct envelope envelope_journal = {
	.depth = PRESCAN_DEPTHS,
	.add = journal_add,
	.add_held = journal_add_held,
};
