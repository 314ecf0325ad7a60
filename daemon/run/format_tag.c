/*
 * The record, and what we say of it, as an RFC 5424 SD element:
 *
 *	203.0.113.9 - - [...] "GET / HTTP/1.1" ... [purposed@32473 verdict="..." ...]
 *
 * A record that is itself RFC 5424 gets it inside its STRUCTURED-DATA, and any
 * element that claims to be ours is taken out first, there and in the message
 * behind: a sender could otherwise tag its own records.  Elsewhere ours is the
 * last on the line, so a forged one before it proves nothing.
 */
#include <purposed/run/format.h>

#include <stdio.h>
#include <string.h>

#include <purposed/io/syslog.h>
#include <purposed/run/format_memo.h>

/* All ids are of [a-z0-9_-]: nothing of them is to be escaped. */
static void make_tag(struct buf *out, const struct format_job *job)
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

void format_add_tag(struct buf *out, const struct format_job *job)
{
	uint64_t form = FORMAT_MEMO_TAG + (uint64_t)job->options->enterprise_id;
	struct buf *known;

	/* Of one that is less than a notice no element is named: most tags are one of a few. */
	if (job->memo == NULL || job->result->verdict >= VERDICT_NOTICE) {
		make_tag(out, job);
		return;
	}
	known = format_memo_judgement(job->memo, form, job->plan, job->result);
	if (known->len == 0)
		make_tag(known, job);
	buf_add_span(out, buf_span(known));
}

enum { CLAIM_MAX = 4096 }; /* ours with every purpose and element is shorter */

/* An SD-ID with room for any number. */
struct own_id {
	char text[32];
};

static struct own_id own_id(const struct format_job *job)
{
	struct own_id id;

	snprintf(id.text, sizeof(id.text), "purposed@%u", job->options->enterprise_id);
	return id;
}

/* Where the next tag that claims to be ours begins: true, and it is to be taken out up to *end_r.
 */
static bool find_claim(struct span text, size_t from, const char *ours, size_t *start_r,
		       size_t *end_r)
{
	size_t len = strlen(ours);

	for (;;) {
		const char *at = memmem(text.ptr + from, text.len - from, ours, len);
		struct span element;
		struct span id;

		if (at == NULL)
			return false;
		*start_r = (size_t)(at - text.ptr);
		from = *start_r + len;
		if (from < text.len && text.ptr[from] >= '0' && text.ptr[from] <= '9')
			continue; /* another's number */
		if (text.len - *start_r > CLAIM_MAX)
			text.len = *start_r + CLAIM_MAX;
		*end_r = *start_r;
		/* Of one that is not well-formed what it would be known by. */
		if (!syslog_next_element(text, end_r, &element, &id))
			*end_r = from;
		return true;
	}
}

unsigned format_add_message(struct buf *out, const struct format_job *job, size_t start)
{
	struct span text = job->record->text;
	struct buf ours = { 0 };
	size_t claim;
	size_t end;
	unsigned forged = 0;

	buf_printf(&ours, "[%s", own_id(job).text);
	while (find_claim(text, start, buf_str(&ours), &claim, &end)) {
		format_add_text(out, job, start, claim);
		/* What stands on both sides must not make another. */
		if (claim != start && text.ptr[claim - 1] != ' ')
			buf_add_char(out, ' ');
		start = end;
		forged++;
	}
	format_add_text(out, job, start, text.len);
	buf_fini(&ours);
	return forged;
}

static unsigned add_structured(struct buf *out, const struct format_job *job, struct span data)
{
	struct span text = job->record->text;
	size_t data_start = (size_t)(data.ptr - text.ptr);
	const struct own_id ours = own_id(job);
	struct span element;
	struct span id;
	size_t at = 0;
	unsigned forged = 0;

	format_add_text(out, job, 0, data_start);
	while (syslog_next_element(data, &at, &element, &id)) {
		size_t start = (size_t)(element.ptr - text.ptr);

		if (span_is(id, ours.text))
			forged++;
		else
			format_add_text(out, job, start, start + element.len);
	}
	format_add_tag(out, job);
	return forged + format_add_message(out, job, data_start + data.len);
}

static unsigned tag_add(struct buf *out, const struct format_job *job, size_t *tail_r)
{
	const struct record *record = job->record;
	struct span data;
	bool structured = syslog_find_data(record->text, &data);
	unsigned forged = 0;

	if (structured)
		forged = add_structured(out, job, data);
	else
		format_add_text(out, job, 0, record->text.len);
	*tail_r = out->len;
	/* In bytes that are passed on unseen there may be one: ours is the last again. */
	if (!structured || record->len > record->text.len) {
		buf_add_char(out, ' ');
		format_add_tag(out, job);
	}
	return forged;
}

const struct format format_tag = {
	.name = "tag",
	.is_record = true,
	.depth = PRESCAN_CATEGORIES,
	.add = tag_add,
};
