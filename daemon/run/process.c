#include <purposed/run/process.h>

#include <purposed/run/torn.h>

const char *const select_words[] = { "all", "personal", "flagged", NULL };

/*
 * What is said of a record can be fifty times as long as the record, and a batch
 * with it: 256 KiB of addresses and nothing else are 15 MB of JSON.
 */
enum { DRAIN_BYTES = 1024 * 1024 };

bool output_selects(const struct output *output, enum verdict verdict)
{
	switch (output->select) {
	case SELECT_PERSONAL: return verdict != VERDICT_CLEAN;
	case SELECT_FLAGGED: return verdict_is_flagged(verdict);
	default: return true;
	}
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

static void write_record(struct batch *batch, const struct output *output, struct buf *out,
			 struct format_job *job, struct span end)
{
	size_t start = out->len;
	size_t tail;

	job->options = &output->options;
	batch->stats.forged_tags += output->format->add(out, job, &tail);
	if (!output->format->is_record) {
		buf_add_char(out, '\n');
	} else if (job->record->is_message) {
		escape_line_ends(out, start);
		buf_add_char(out, '\n');
	} else {
		buf_add_span(out, end);
	}
}

void process_batch(struct batch *batch, const struct output *outputs, size_t n_outputs,
		   struct classifier *classifier, const struct process_drain *drain)
{
	struct span block = buf_span(&batch->bytes);
	struct record record = {
		.number = batch->first_number,
		.input = stream_name(batch->stream),
		.read_at = batch->read_at,
		.is_message = batch->framing == FRAMING_MESSAGES,
	};
	struct torn torn = { 0 };
	struct frame frame;
	size_t at = 0;

	for (size_t start = 0; framing_next(batch->framing, block, &at, &frame); start = at) {
		struct format_job job = { .record = &record, .classifier = classifier };

		record.text = frame.text;
		record.len = frame.len;
		record.offset =
			stream_has_offsets(batch->stream) ? batch->offset + (long long)start : -1;
		job.plan = stream_plan(batch->stream, frame.text);
		job.result = classify_run(classifier, job.plan, frame.text, record.len,
					  stream_kind(batch->stream));
		if (batch->torn && at == block.len && frame.end.len == 0)
			job.result = torn_result(&torn, job.result, frame.len);
		for (size_t i = 0; i < n_outputs; i++) {
			if (output_selects(&outputs[i], job.result->verdict))
				write_record(batch, &outputs[i], &batch->out[i], &job, frame.end);
			if (batch->out[i].len > DRAIN_BYTES)
				drain->drain(drain->context, batch, i);
		}
		stats_record(&batch->stats, job.result, frame.len + frame.end.len,
			     job.plan->set.n != 0);
		record.number++;
	}
	classifier_wipe(classifier);
	torn_fini(&torn);
}
