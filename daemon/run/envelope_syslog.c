/*
 * A syslog message (RFC 5424) with the verdict as structured data:
 *
 *	<PRI>1 TIME HOST APP PROCID MSGID [purposed@32473 verdict="..." ...] MSG
 *
 * A format that is the record passes it on: a message keeps the header that it came
 * with, one of RFC 3164 in the form of RFC 5424, and its own structured data; what is
 * no message gets a header of ours with the input as APP.  All other formats are
 * alerts: they come from purposed, and MSGID is the verdict.
 */
#include <purposed/run/envelope.h>

#include <unistd.h>

#include <purposed/engine/timestamp.h>
#include <purposed/io/syslog.h>

/* How long the fields of a header may be (RFC 5424, 6). */
enum { HOST_MAX = 255, APP_MAX = 48 };

/* A field: visible ASCII, and '-' where there is none. */
static void add_field(struct buf *out, struct span value, size_t max)
{
	if (value.len > max)
		value.len = max;
	if (value.len == 0)
		buf_add_char(out, '-');
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		buf_add_char(out, c > ' ' && c <= '~' ? c : '?');
	}
	buf_add_char(out, ' ');
}

/* What the record's header has for a field, redacted like all of the record. */
static void add_own_field(struct buf *out, const struct format_job *job, struct span own,
			  const char *otherwise, size_t max)
{
	struct buf text = { 0 };
	size_t start;

	if (own.len == 0) {
		add_field(out, span_str(otherwise), max);
		return;
	}
	start = (size_t)(own.ptr - job->record->text.ptr);
	format_add_text(&text, job, start, start + own.len);
	add_field(out, buf_span(&text), max);
	buf_fini(&text);
}

static void add_start(struct buf *out, unsigned facility, unsigned severity,
		      const struct timespec *time)
{
	buf_printf(out, "<%u>1 ", facility * 8 + severity);
	timestamp_add(out, time);
	buf_add_char(out, ' ');
}

static unsigned add_record(struct buf *out, const struct format_job *job)
{
	struct span text = job->record->text;
	const struct syslog_message message = syslog_parse(text);
	const struct timespec time = format_time(job->record);
	bool has_priority = message.facility >= 0;
	size_t tail;

	if (message.form == SYSLOG_RFC5424)
		return format_tag.add(out, job, &tail);
	add_start(out, has_priority ? (unsigned)message.facility : job->options->facility,
		  has_priority ? (unsigned)message.severity
			       : envelope_severity(job->result->verdict),
		  &time);
	add_own_field(out, job, message.host, job->options->host, HOST_MAX);
	add_own_field(out, job, message.app, job->record->input, APP_MAX);
	buf_add_str(out, "- - ");
	format_add_tag(out, job);
	buf_add_char(out, ' ');
	return format_add_message(out, job, text.len - message.text.len);
}

static unsigned add_alert(struct buf *out, const struct format *format,
			  const struct format_job *job)
{
	size_t tail;

	add_start(out, job->options->facility, envelope_severity(job->result->verdict),
		  &job->record->read_at);
	add_field(out, span_str(job->options->host), HOST_MAX);
	buf_printf(out, "purposed %ld %s ", (long)getpid(), verdict_name(job->result->verdict));
	format_add_tag(out, job);
	buf_add_char(out, ' ');
	return format->add(out, job, &tail);
}

static unsigned syslog_add(struct buf *out, const struct format *format,
			   const struct format_job *job)
{
	return format->is_record ? add_record(out, job) : add_alert(out, format, job);
}

static void syslog_add_held(struct buf *out, const struct format *format,
			    const struct format_options *options, const struct format_held *held)
{
	add_start(out, options->facility, envelope_severity(VERDICT_UNSCANNED), &held->period.last);
	add_field(out, span_str(options->host), HOST_MAX);
	buf_printf(out, "purposed %ld held-back [purposed@%u held_back=\"%llu\"] ", (long)getpid(),
		   options->enterprise_id, held->n);
	format->add_held(out, held);
}

const struct envelope envelope_syslog = {
	.depth = PRESCAN_CATEGORIES,
	.add = syslog_add,
	.add_held = syslog_add_held,
};
