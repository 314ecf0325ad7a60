#include <purposed/run/cuts.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

void cuts_fini(struct cuts *cuts)
{
	free(cuts->cuts);
	free(cuts->records);
	free(cuts->named);
	*cuts = (struct cuts){ 0 };
}

static void grow(struct cuts *cuts)
{
	if (cuts->n < cuts->cap)
		return;
	cuts->cap = cuts->cap != 0 ? 2 * cuts->cap : 256;
	cuts->cuts = mem_resize(cuts->cuts, cuts->cap, sizeof(*cuts->cuts));
	cuts->records = mem_resize(cuts->records, cuts->cap, sizeof(*cuts->records));
	cuts->named = mem_resize(cuts->named, cuts->cap, sizeof(*cuts->named));
}

static struct span slice_of(const struct cuts *cuts, const struct batch *batch)
{
	return span_slice(buf_span(&batch->bytes), cuts->from, cuts->to);
}

static void add_record(struct cuts *cuts, const struct batch *batch, size_t start,
		       const struct plan *only)
{
	const struct frame *frame = &cuts->frame;
	/* A record without text stands where it begins. */
	size_t text = frame->text.len != 0 ? (size_t)(frame->text.ptr - batch->bytes.ptr) : start;

	grow(cuts);
	cuts->cuts[cuts->n] = (struct cuts_record){ *frame, start };
	cuts->records[cuts->n++] = (struct prescan_record){
		.start = text - cuts->from,
		.end = text - cuts->from + frame->text.len,
		.plan = only != NULL ? only
				     : stream_plan(batch->stream, frame->text, frame->origin),
		.named = true,
	};
}

void cuts_begin(struct cuts *cuts)
{
	cuts->from = cuts->to = 0;
	cuts->last = false;
	cuts->frame = (struct frame){ 0 };
}

bool cuts_next(struct cuts *cuts, const struct batch *batch)
{
	struct span block = buf_span(&batch->bytes);
	const struct plan *only = NULL;
	size_t enough = batch->lossy ? CUTS_BYTES_LOSSY : CUTS_BYTES;

	if (cuts->last)
		return false;
	if (batch->framing == FRAMING_LINES)
		only = stream_only_plan(batch->stream, buf_span(&batch->origin));
	cuts->from = cuts->to;
	cuts->n = 0;
	while (cuts->n < CUTS_MAX && cuts->to - cuts->from < enough) {
		size_t start = cuts->to;

		if (!framing_next(batch->framing, block, &cuts->to, &cuts->frame)) {
			cuts->last = true;
			break;
		}
		if (cuts->frame.origin.len == 0)
			cuts->frame.origin = buf_span(&batch->origin);
		add_record(cuts, batch, start, only);
	}
	cuts->last |= cuts->to == block.len;
	if (cuts->last)
		cuts->to = block.len;
	cuts->seen += cuts->to - cuts->from;
	return true;
}

/* Whether the plan at i has not been looked at yet: it stands before none of the same. */
static bool is_first_of_plan(const struct cuts *cuts, size_t i)
{
	/* Records of one plan come in a row, or there are few plans. */
	for (size_t k = i; k > 0; k--) {
		if (cuts->records[k - 1].plan == cuts->records[i].plan)
			return false;
	}
	return true;
}

/*
 * Few bytes are searched without what takes long to make, and so are many that
 * come in small batches, until it is there; where nothing is to be derived for it, it is
 * made at once.  Nobody waits for what is being made beside him.
 */
static bool is_ready(const struct cuts *cuts, const struct batch *batch, const struct plan *plan,
		     enum prescan_depth depth, bool making)
{
	size_t few = engine_settings(plan->engine)->few_bytes;

	if (cuts->seen < few)
		return false;
	if (plan_has_prescan(plan, depth))
		return true;
	return !making && (batch->bytes.len >= few || engine_has_finders(plan->engine));
}

/* What is missing of a record is not searched: that is for the full look to say. */
static void name_incomplete(struct cuts *cuts, const struct batch *batch)
{
	for (size_t i = 0; i < cuts->n && batch->framing == FRAMING_MESSAGES; i++)
		cuts->records[i].named |= cuts->cuts[i].frame.len > cuts->cuts[i].frame.text.len;
	if (batch->torn && cuts->last && cuts->n != 0)
		cuts->records[cuts->n - 1].named = true;
}

const struct plan *cuts_look(struct cuts *cuts, const struct batch *batch, enum prescan_depth depth,
			     struct prescan *prescan, bool making)
{
	struct span block = slice_of(cuts, batch);
	const char *kind = stream_kind(batch->stream);
	const struct plan *missing = NULL;

	if (depth == PRESCAN_DEPTHS)
		return NULL;
	for (size_t i = 0; i < cuts->n; i++) {
		const struct plan *plan = cuts->records[i].plan;

		if (!is_first_of_plan(cuts, i))
			continue;
		if (!is_ready(cuts, batch, plan, depth, making))
			missing = plan_has_prescan(plan, depth) ? missing : plan;
		else if (plan_prescan(plan, depth) != NULL)
			prescan_run(prescan, plan, depth, block, cuts->records, cuts->n, kind);
	}
	name_incomplete(cuts, batch);
	return missing;
}

void cuts_look_ahead(struct cuts *cuts, struct classifier *classifier)
{
	size_t n = 0;

	for (size_t i = 0; i < cuts->n; i++) {
		if (cuts->records[i].named)
			cuts->named[n++] = cuts->cuts[i].frame.text;
	}
	classifier_look_ahead(classifier, cuts->named, n);
}
