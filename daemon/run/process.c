#include <purposed/run/process.h>

#include <purposed/run/torn.h>

/*
 * What is said of a record can be fifty times as long as the record, and a batch
 * with it: 256 KiB of addresses and nothing else are 15 MB of JSON.
 */
enum { DRAIN_BYTES = 1024 * 1024 };

/* What the records of a batch have in common on their walk. */
struct walk {
	struct batch *batch;
	const struct process_means *means;
	struct span block;
	struct record record;
	struct frame frame; /* the last one */
	struct torn torn;
	bool only_flagged; /* are of interest: of the others no more is to be known */
};

/* Whether an output gets all lines of the batch as they are, at its end. */
static bool keeps_lines(const struct walk *w, size_t output)
{
	return w->batch->framing == FRAMING_LINES && output_keeps_lines(&w->means->outputs[output]);
}

/*
 * Where only flagged records are wanted, the others are counted alike, whether a
 * first look let them pass or a full one did: which it was is chance.
 */
static void count_record(struct walk *w, const struct result *result, size_t len, bool declared)
{
	if (w->only_flagged && !verdict_is_flagged(result->verdict))
		stats_pass(&w->batch->stats, 1, len, declared);
	else
		stats_record(&w->batch->stats, result, len, declared);
}

/* The record at byte *at of the block, which moves behind it. */
static bool process_record(struct walk *w, size_t *at)
{
	struct batch *batch = w->batch;
	const struct process_means *means = w->means;
	struct format_job job = { .record = &w->record, .classifier = means->classifier };
	size_t start = *at;
	struct frame *frame = &w->frame;

	if (!framing_next(batch->framing, w->block, at, frame))
		return false;
	w->record.text = frame->text;
	w->record.len = frame->len;
	w->record.origin = frame->origin.len != 0 ? frame->origin : buf_span(&batch->origin);
	w->record.offset =
		stream_has_offsets(batch->stream) ? batch->offset + (long long)start : -1;
	job.plan = stream_plan(batch->stream, frame->text, w->record.origin);
	job.result = classify_run(means->classifier, job.plan, frame->text, w->record.len,
				  stream_kind(batch->stream));
	if (batch->torn && *at == w->block.len && frame->end.len == 0)
		job.result = torn_result(&w->torn, job.result, frame->len);
	for (size_t i = 0; i < means->n_outputs; i++) {
		struct buf *own = &batch->out[i].own;

		if (!keeps_lines(w, i) && output_selects(&means->outputs[i], job.result->verdict))
			batch->stats.forged_tags +=
				output_write(&means->outputs[i], own, &job, frame->end);
		if (own->len > DRAIN_BYTES)
			means->drain(means->context, batch, i);
	}
	count_record(w, job.result, frame->len + frame->end.len, job.plan->set.n != 0);
	w->record.number++;
	return true;
}

/* Counts lines that a first look let pass, and passes them on where that is wanted. */
static void pass_lines(struct walk *w, size_t from, size_t to, bool declared)
{
	struct span lines = span_slice(w->block, from, to);
	size_t n = framing_count_lines(lines);

	for (size_t i = 0; i < w->means->n_outputs; i++) {
		if (output_rest(&w->means->outputs[i]) == OUTPUT_REST_PASS && !keeps_lines(w, i))
			outgoing_pass(&w->batch->out[i], lines);
	}
	stats_pass(&w->batch->stats, n, lines.len, declared);
	w->record.number += n;
}

/* Of lines of which only the flagged ones are of interest: those that a first look names. */
static void process_glanced(struct walk *w, const struct plan *plan, size_t end)
{
	struct glance *glance = w->means->glance;
	size_t at = 0;
	size_t line_start;
	size_t line_end;

	glance_begin(glance, plan, span_slice(w->block, 0, end), stream_kind(w->batch->stream));
	while (glance_next(glance, &line_start, &line_end)) {
		pass_lines(w, at, line_start, plan->set.n != 0);
		at = line_start;
		process_record(w, &at);
	}
	pass_lines(w, at, end, plan->set.n != 0);
	glance_wipe(glance);
}

/* Messages come one by one: they are looked at in full, and so counted. */
static bool wants_only_flagged(const struct batch *batch, const struct process_means *means)
{
	for (size_t i = 0; i < means->n_outputs; i++) {
		if (output_rest(&means->outputs[i]) == OUTPUT_REST_LOOK)
			return false;
	}
	return batch->framing == FRAMING_LINES;
}

/* The plan of a first look; NULL: every record is to be looked at in full. */
static const struct plan *glance_plan(const struct walk *w)
{
	const struct plan *plan = stream_only_plan(w->batch->stream, buf_span(&w->batch->origin));

	if (!w->only_flagged || plan == NULL)
		return NULL;
	if (w->block.len < engine_settings(plan->engine)->few_bytes || plan_finder(plan) == NULL)
		return NULL;
	return plan;
}

/* Where the last line that is whole ends, or, of a batch that is not torn, the block. */
static size_t whole_lines(const struct walk *w)
{
	const char *lf = NULL;

	if (!w->batch->torn)
		return w->block.len;
	if (w->block.len != 0)
		lf = memrchr(w->block.ptr, '\n', w->block.len);
	return lf != NULL ? (size_t)(lf - w->block.ptr) + 1 : 0;
}

void process_batch(struct batch *batch, const struct process_means *means)
{
	struct walk w = {
		.batch = batch,
		.means = means,
		.block = buf_span(&batch->bytes),
		.record = {
			.number = batch->first_number,
			.input = stream_name(batch->stream),
			.read_at = batch->read_at,
			.is_message = batch->framing == FRAMING_MESSAGES,
		},
		.only_flagged = wants_only_flagged(batch, means),
	};
	const struct plan *plan = glance_plan(&w);
	size_t at = 0;

	if (plan != NULL) {
		at = whole_lines(&w);
		process_glanced(&w, plan, at);
	} else if (batch->framing == FRAMING_LINES) {
		classifier_look_ahead(means->classifier, w.block);
	}
	while (process_record(&w, &at))
		continue;
	for (size_t i = 0; i < means->n_outputs; i++) {
		if (keeps_lines(&w, i))
			outgoing_pass(&batch->out[i], w.block);
	}
	torn_fini(&w.torn);
	classifier_wipe(means->classifier);
}
