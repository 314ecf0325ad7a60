/*
 * The record, and what we say of it, as an RFC 5424 SD element:
 *
 *	203.0.113.9 - - [...] "GET / HTTP/1.1" ... [purposed@32473 verdict="..." ...]
 *
 * A record that is itself RFC 5424 gets it inside its STRUCTURED-DATA, and any
 * element there that claims to be ours is taken out first: a sender could
 * otherwise tag its own records.  Elsewhere ours is the last on the line, so a
 * forged one before it proves nothing.
 */
#include <purposed/run/format.h>

#include <stdio.h>

#include <purposed/io/syslog.h>

/* All ids are of [a-z0-9_-]: nothing of them is to be escaped. */
void format_add_tag(struct buf *out, const struct format_job *job)
{
	buf_add_str(out, "[purposed@");
	buf_add_uint(out, job->options->enterprise_id);
	buf_add_str(out, " verdict=\"");
	buf_add_str(out, verdict_name(job->result->verdict));
	buf_add_str(out, "\" purpose=\"");
	format_add_purposes(out, job);
	buf_add_str(out, "\" categories=\"");
	format_add_categories(out, job);
	buf_add_str(out, "\" elements=\"");
	format_add_elements(out, job);
	buf_add_str(out, "\"]");
}

static unsigned add_structured(struct buf *out, const struct format_job *job, struct span data)
{
	struct span text = job->record->text;
	size_t data_start = (size_t)(data.ptr - text.ptr);
	struct span element;
	struct span id;
	char ours[32];
	size_t at = 0;
	unsigned forged = 0;

	snprintf(ours, sizeof(ours), "purposed@%u", job->options->enterprise_id);
	format_add_text(out, job, 0, data_start);
	while (syslog_next_element(data, &at, &element, &id)) {
		size_t start = (size_t)(element.ptr - text.ptr);

		if (span_is(id, ours))
			forged++;
		else
			format_add_text(out, job, start, start + element.len);
	}
	format_add_tag(out, job);
	format_add_text(out, job, data_start + data.len, text.len);
	return forged;
}

static unsigned tag_add(struct buf *out, const struct format_job *job, size_t *tail_r)
{
	struct span data;
	unsigned forged = 0;

	if (syslog_find_data(job->record->text, &data)) {
		forged = add_structured(out, job, data);
		*tail_r = out->len;
		return forged;
	}
	format_add_text(out, job, 0, job->record->text.len);
	*tail_r = out->len;
	buf_add_char(out, ' ');
	format_add_tag(out, job);
	return 0;
}

const struct format format_tag = {
	.name = "tag",
	.is_record = true,
	.depth = LOOK_CATEGORIES,
	.add = tag_add,
};
