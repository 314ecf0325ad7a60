/*
 * Two kinds of output:
 *
 *	record, tag    begin: [the head, formatted] more: [bytes] ... end: [tag][line end]
 *	all others     begin: -                     more: count   ... end: [the line's own form]
 *
 * The first kind must be decided before the length is known.  That is sound:
 * such a line is unscanned at best, so it is flagged, so every selection takes
 * it, and its tag does not tell the length.  A redacting output is of the
 * second kind: what was not searched is not passed on.  So is one that sends
 * messages, which have a length.
 *
 * A CR at the end of a piece may belong to CR LF: it is held back until the
 * next byte is known.
 */
#include <purposed/run/overlong.h>

#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/run/torn.h>

struct overlong {
	struct pipeline *pipeline;
	const struct batch *batch;
	struct classifier *classifier;
	const struct plan *plan;
	struct record record;
	size_t len;	   /* bytes so far, a held back CR not counted */
	bool carriage;	   /* a CR is held back */
	struct buf *after; /* per output: what comes behind the tail */
	unsigned forged;   /* tags that claimed to be ours */
};

static const struct result *classify(struct overlong *line, size_t len)
{
	line->record.len = len;
	return classify_run(line->classifier, line->plan, line->record.text, len,
			    stream_kind(line->batch->stream));
}

static struct format_job job_of(const struct overlong *line, const struct result *result)
{
	return (struct format_job){ .record = &line->record,
				    .result = result,
				    .plan = line->plan,
				    .classifier = line->classifier };
}

/* Formats the head of the line; bytes behind the tail's place go to `after`. */
static void format_head(struct overlong *line, size_t index, const struct result *result,
			struct buf *out)
{
	size_t n;
	const struct output *output = &pipeline_outputs(line->pipeline, &n)[index];
	struct format_job job = job_of(line, result);
	size_t tail = 0;

	job.options = &output->options;
	line->forged += output->format->add(out, &job, &tail);
	buf_add_span(&line->after[index], span_slice(buf_span(out), tail, out->len));
	out->len = tail;
}

struct overlong *overlong_begin(struct pipeline *pipeline, const struct batch *batch)
{
	struct overlong *line = mem_new(1, sizeof(*line));
	struct span text = buf_span(&batch->bytes);
	const struct result *result;
	struct buf out = { 0 };
	size_t n;
	const struct output *outputs = pipeline_outputs(pipeline, &n);

	pipeline_drain(pipeline);
	line->pipeline = pipeline;
	line->batch = batch;
	line->carriage = text.ptr[text.len - 1] == '\r';
	text.len -= line->carriage;
	line->len = text.len;
	line->plan = stream_plan(batch->stream, text, buf_span(&batch->origin));
	line->classifier = pipeline_classifier(pipeline, line->plan->engine);
	line->record = (struct record){
		.text = text,
		.number = batch->first_number,
		.offset = stream_has_offsets(batch->stream) ? batch->offset : -1,
		.input = stream_name(batch->stream),
		.read_at = batch->read_at,
		.origin = buf_span(&batch->origin),
	};
	line->after = mem_new(n, sizeof(*line->after));
	result = classify(line, SIZE_MAX);
	for (size_t i = 0; i < n; i++) {
		if (!output_streams(&outputs[i]))
			continue;
		buf_clear(&out);
		format_head(line, i, result, &out);
		pipeline_write(pipeline, i, buf_span(&out));
	}
	buf_fini(&out);
	return line;
}

static void pass_on(struct overlong *line, struct span bytes)
{
	size_t n;
	const struct output *outputs = pipeline_outputs(line->pipeline, &n);

	line->len += bytes.len;
	for (size_t i = 0; i < n; i++) {
		if (output_streams(&outputs[i]))
			pipeline_write(line->pipeline, i, bytes);
	}
}

void overlong_more(struct overlong *line, struct span bytes)
{
	if (bytes.len == 0)
		return;
	if (line->carriage)
		pass_on(line, span_of("\r", 1));
	line->carriage = bytes.ptr[bytes.len - 1] == '\r';
	pass_on(line, span_slice(bytes, 0, bytes.len - line->carriage));
}

void overlong_end(struct overlong **line_p, struct span end, bool torn)
{
	struct overlong *line = *line_p;
	const struct result *result;
	struct torn torn_line = { 0 };
	size_t n;
	const struct output *outputs = pipeline_outputs(line->pipeline, &n);

	if (line->carriage && end.len == 0)
		pass_on(line, span_of("\r", 1));
	else if (line->carriage)
		end = span_of("\r\n", 2);
	result = classify(line, line->len);
	if (torn)
		result = torn_result(&torn_line, result, line->len);
	for (size_t i = 0; i < n; i++) {
		struct format_job job = job_of(line, result);
		struct buf out = { 0 };

		if (output_streams(&outputs[i])) {
			buf_add_span(&out, buf_span(&line->after[i]));
			buf_add_span(&out, end);
		} else if (output_selects(&outputs[i], result->verdict)) {
			line->forged += output_write(&outputs[i], &out, &job, end);
		}
		pipeline_write(line->pipeline, i, buf_span(&out));
		buf_fini(&out);
		buf_fini(&line->after[i]);
	}
	pipeline_count(line->pipeline, line->batch->stream, line->plan, result, line->len + end.len,
		       line->forged);
	classifier_wipe(line->classifier);
	torn_fini(&torn_line);
	free(line->after);
	free(line);
	*line_p = NULL;
}
