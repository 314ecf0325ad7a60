#include <purposed/run/output.h>

#include <purposed/run/alerts.h>

const char *const select_words[] = { "all", "personal", "flagged", NULL };

bool output_selects(const struct output *output, enum verdict verdict)
{
	switch (output->select) {
	case SELECT_PERSONAL: return verdict != VERDICT_CLEAN;
	case SELECT_FLAGGED: return verdict_is_flagged(verdict);
	default: return true;
	}
}

/* Of a record that is redacted, what was not searched is not passed on. */
bool output_streams(const struct output *output)
{
	return output->format->is_record && output->envelope == NULL &&
	       output->options.redact == REDACT_NONE;
}

enum prescan_depth output_depth(const struct output *output)
{
	enum prescan_depth depth = output->format->depth;

	if (output->select == SELECT_FLAGGED)
		return PRESCAN_FLAGS;
	if (output->envelope != NULL && output->envelope->depth > depth)
		depth = output->envelope->depth;
	if (output->select == SELECT_PERSONAL && depth < PRESCAN_CATEGORIES)
		depth = PRESCAN_CATEGORIES;
	return depth;
}

/* Redaction replaces flagged values only. */
bool output_passes_lines(const struct output *output)
{
	return output->select == SELECT_ALL && output->format == &format_record &&
	       output->envelope == NULL;
}

bool output_keeps_lines(const struct output *output)
{
	return output_passes_lines(output) && output->options.redact == REDACT_NONE;
}

/*
 * A line of output must be one record.  A message may hold line ends of its
 * own: they are written as syslog daemons write them, "#012".
 */
static void escape_line_ends(struct buf *out, size_t start)
{
	struct buf escaped = { 0 };
	const char *bytes = out->ptr + start;
	size_t len = out->len - start;

	if (len == 0 || (memchr(bytes, '\n', len) == NULL && memchr(bytes, '\r', len) == NULL))
		return;
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\r')
			buf_add_str(&escaped, bytes[i] == '\n' ? "#012" : "#015");
		else
			buf_add_char(&escaped, bytes[i]);
	}
	out->len = start;
	buf_add_span(out, buf_span(&escaped));
	buf_fini(&escaped);
}

unsigned output_write(const struct output *output, struct buf *out, struct format_job *job,
		      struct span end)
{
	bool keeps_end = output->format->is_record && output->envelope == NULL;
	size_t start = out->len;
	size_t tail;
	unsigned forged;

	job->options = &output->options;
	if (output->controlled)
		alerts_add_mark(out, job);
	if (output->envelope != NULL)
		forged = output->envelope->add(out, output->format, job);
	else
		forged = output->format->add(out, job, &tail);
	if (output->envelope != NULL || (keeps_end && job->record->is_message))
		escape_line_ends(out, start);
	if (keeps_end && !job->record->is_message)
		buf_add_span(out, end);
	else
		buf_add_char(out, '\n');
	return forged;
}
