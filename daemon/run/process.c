#include <purposed/run/process.h>

#include <purposed/run/torn.h>
#include <purposed/run/turn.h>

enum { BRIEF_MAX = 64 };

/*
 * Of a record that a first look did not name: a finding for each category, nothing else.  Their
 * categories are all in which they differ from record to record.
 */
struct brief {
	struct result result;
	struct finding findings[BRIEF_MAX];
};

/* What the records of a batch have in common on their walk. */
struct walk {
	struct batch *batch;
	const struct process_means *means;
	struct record record;
	struct torn torn;
	enum prescan_depth depth; /* how deep the outputs want to know what is not flagged */
	bool quiet;		  /* nothing is written of a record that a first look lets pass */
	struct brief brief;
};

/* --- Results ------------------------------------------------------------------ */

static void brief_init(struct brief *brief)
{
	for (size_t i = 0; i < BRIEF_MAX; i++) {
		brief->findings[i] = (struct finding){
			.rule = FINDING_NONE,
			.element = FINDING_NONE,
			.decision = { VERDICT_PERMITTED, REASON_NONE },
		};
	}
}

static const struct result *brief_result(struct brief *brief, const struct prescan_record *record)
{
	size_t n = 0;

	for (uint64_t left = record->categories; left != 0; left &= left - 1)
		brief->findings[n++].category = (size_t)__builtin_ctzll(left);
	brief->result = (struct result){
		.findings = brief->findings,
		.n = n,
		.verdict = n != 0 ? VERDICT_PERMITTED : VERDICT_CLEAN,
	};
	return &brief->result;
}

/*
 * What is not flagged is counted alike, whether a first look let it pass or a full
 * one did: which it was is chance.
 */
static void count_record(struct walk *w, const struct result *result, size_t len,
			 const struct purpose_set *set)
{
	struct stats *stats = &w->batch->stats;
	unsigned verdict = result->verdict;

	if (w->depth == PRESCAN_DEPTHS || verdict_is_flagged(result->verdict)) {
		stats_record(stats, result, len, set->n != 0);
	} else if (w->depth == PRESCAN_CATEGORIES) {
		stats_verdict(stats, result->verdict, len, set->n != 0);
	} else {
		stats_pass(stats, len, set->n != 0);
		verdict = VERDICT_COUNT;
	}
	stats_purposes(stats, set, verdict);
}

/* --- The walk ----------------------------------------------------------------- */

static bool is_lines(const struct walk *w)
{
	return w->batch->framing == FRAMING_LINES;
}

/* Whether an output gets this line together with those around it, as they came. */
static bool is_passed(const struct walk *w, const struct output *output, bool named)
{
	return is_lines(w) && (named ? output_keeps_lines(output) : output_passes_lines(output));
}

static void write_outputs(struct walk *w, struct format_job *job, struct span end, bool named)
{
	const struct process_means *means = w->means;
	struct batch *batch = w->batch;

	for (size_t i = 0; i < means->n_outputs; i++) {
		const struct output *output = &means->outputs[i];
		struct buf *own = &batch->out[i].own;

		if (!is_passed(w, output, named) && output_selects(output, job->result->verdict))
			batch->stats.forged_tags += output_write(output, own, job, end);
		if (own->len > means->drain_bytes)
			means->drain(means->context, batch, i);
	}
}

/* Passes on bytes [from, to) of the block, which a first look let pass. */
static void pass_lines(struct walk *w, size_t from, size_t to)
{
	struct span lines = span_slice(buf_span(&w->batch->bytes), from, to);

	for (size_t i = 0; i < w->means->n_outputs; i++) {
		const struct output *output = &w->means->outputs[i];

		if (is_passed(w, output, false) && !output_keeps_lines(output))
			outgoing_pass(&w->batch->out[i], lines);
	}
}

/* Passes on the whole block, where that is all that an output wants. */
static void keep_lines(struct walk *w)
{
	for (size_t i = 0; i < w->means->n_outputs; i++) {
		if (is_passed(w, &w->means->outputs[i], true))
			outgoing_pass(&w->batch->out[i], buf_span(&w->batch->bytes));
	}
}

static void process_record(struct walk *w, size_t i)
{
	const struct process_means *means = w->means;
	struct batch *batch = w->batch;
	const struct cuts_record *cut = &means->cuts->cuts[i];
	const struct prescan_record *look = &means->cuts->records[i];
	struct format_job job = { .record = &w->record,
				  .plan = look->plan,
				  .classifier = means->classifier,
				  .memo = means->memo };

	w->record.text = cut->frame.text;
	w->record.len = cut->frame.len;
	w->record.origin = cut->frame.origin;
	w->record.offset =
		stream_has_offsets(batch->stream) ? batch->offset + (long long)cut->at : -1;
	if (look->named)
		job.result = classify_run(means->classifier, look->plan, cut->frame.text,
					  cut->frame.len, stream_kind(batch->stream));
	else
		job.result = brief_result(&w->brief, look);
	if (batch->torn && means->cuts->last && i + 1 == means->cuts->n)
		job.result = torn_result(&w->torn, job.result, cut->frame.len);
	write_outputs(w, &job, cut->frame.end, look->named);
	count_record(w, job.result, cut->frame.len + cut->frame.end.len, &look->plan->set);
	w->record.number++;
}

/* Whether no output has anything to write of records that are not flagged, but to pass lines. */
static bool is_quiet(const struct walk *w)
{
	for (size_t i = 0; i < w->means->n_outputs; i++) {
		const struct output *output = &w->means->outputs[i];

		if (!is_passed(w, output, false) && output_selects(output, VERDICT_CLEAN))
			return false;
	}
	return w->depth == PRESCAN_FLAGS;
}

/* A record that a first look let pass, where that is all. */
static void pass_record(struct walk *w, size_t i)
{
	const struct cuts_record *cut = &w->means->cuts->cuts[i];
	const struct purpose_set *set = &w->means->cuts->records[i].plan->set;

	stats_pass(&w->batch->stats, cut->frame.len + cut->frame.end.len, set->n != 0);
	stats_purposes(&w->batch->stats, set, VERDICT_COUNT);
	w->record.number++;
}

/* The records of a slice, in order; those that were not named pass in runs. */
static void process_records(struct walk *w)
{
	const struct cuts *cuts = w->means->cuts;
	size_t passed = cuts->from; /* all bytes before that are written, or passed on */

	for (size_t i = 0; i < cuts->n; i++) {
		size_t end = i + 1 < cuts->n ? cuts->cuts[i + 1].at : cuts->to;

		if (w->batch->lossy && cuts->cuts[i].at != 0)
			turn_over();
		if (cuts->records[i].named) {
			pass_lines(w, passed, cuts->cuts[i].at);
			passed = end;
		}
		if (w->quiet && !cuts->records[i].named)
			pass_record(w, i);
		else
			process_record(w, i);
	}
	pass_lines(w, passed, cuts->to);
}

static void process_slice(struct walk *w)
{
	const struct process_means *means = w->means;
	const struct batch *batch = w->batch;
	bool making = warm_has_begun(means->warm);
	const struct plan *missing =
		cuts_look(means->cuts, batch, w->depth, means->prescan, making);

	/* With it there, a look is made as soon as it pays. */
	if (!making && !engine_has_finders(stream_engine(batch->stream)))
		warm_want(means->warm, stream_engine(batch->stream), missing, w->depth);
	cuts_look_ahead(means->cuts, means->classifier);
	process_records(w);
}

enum prescan_depth process_depth(const struct output *outputs, size_t n)
{
	enum prescan_depth deepest = PRESCAN_FLAGS;

	for (size_t i = 0; i < n; i++) {
		enum prescan_depth depth = output_depth(&outputs[i]);

		if (depth > deepest)
			deepest = depth;
	}
	return deepest;
}

void process_batch(struct batch *batch, const struct process_means *means)
{
	struct walk w = {
		.batch = batch,
		.means = means,
		.record = {
			.number = batch->first_number,
			.input = stream_name(batch->stream),
			.read_at = batch->read_at,
			.is_message = batch->framing == FRAMING_MESSAGES,
		},
		.depth = process_depth(means->outputs, means->n_outputs),
	};

	w.quiet = is_quiet(&w);
	brief_init(&w.brief);
	cuts_begin(means->cuts);
	while (cuts_next(means->cuts, batch))
		process_slice(&w);
	keep_lines(&w);
	torn_fini(&w.torn);
	prescan_wipe(means->prescan);
	classifier_wipe(means->classifier);
	format_memo_wipe(means->memo);
}
