/*
 * For eyes, like grep:
 *
 *	access.log:12: out-of-purpose email,national_number  ...?email=c***@e***.be&rrn=8***...
 *
 * The text around the first of the worst findings, with every value in it
 * masked, and control bytes escaped: a log line must not drive a terminal.
 */
#include <purposed/run/format.h>

#include <purposed/base/visible.h>
#include <purposed/engine/timestamp.h>

enum { AROUND_BYTES = 72 };

struct paint {
	const char *on;
	const char *off;
};

static struct paint paint(const struct format_job *job, const char *code)
{
	return job->options->color ? (struct paint){ code, "\033[0m" } : (struct paint){ "", "" };
}

static const char *verdict_color(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_CLEAN:
	case VERDICT_PERMITTED: return "\033[32m";
	case VERDICT_NOTICE: return "\033[36m";
	case VERDICT_GAP:
	case VERDICT_UNSCANNED: return "\033[33m";
	default: return "\033[1;31m";
	}
}

static bool inside_sequence(struct span text, size_t at)
{
	return at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80;
}

/* What the excerpt is about. */
static struct redact_stretch find_middle(const struct result *result, struct span text)
{
	const struct finding *finding = format_worst(result);

	if (finding == NULL)
		return (struct redact_stretch){ 0, 0 };
	if (finding->decision.verdict == VERDICT_UNSCANNED)
		return redact_stretch(finding, text);
	return (struct redact_stretch){ finding->start, finding->end };
}

static void add_excerpt(struct buf *out, const struct format_job *job)
{
	struct span text = job->record->text;
	const struct redact_stretch middle = find_middle(job->result, text);
	size_t first = middle.start < text.len ? middle.start : 0;
	size_t last = middle.end <= text.len ? middle.end : first;
	size_t start = first > AROUND_BYTES ? first - AROUND_BYTES : 0;
	size_t end = text.len - last > AROUND_BYTES ? last + AROUND_BYTES : text.len;
	struct buf excerpt = { 0 };

	if (end - start > 8 * (size_t)AROUND_BYTES)
		end = start + 8 * (size_t)AROUND_BYTES;
	for (int i = 0; i < 3 && inside_sequence(text, start); i++)
		start--;
	for (int i = 0; i < 3 && inside_sequence(text, end); i++)
		end++;
	if (job->options->with_text)
		format_add_text(&excerpt, job, start, end);
	else
		redact_add(&excerpt, job->classifier, engine_rules(job->plan->engine), job->result,
			   text, start, end, REDACT_MASK, job->options->pseudonyms);
	if (start > 0)
		buf_add_str(out, "…");
	visible_add(out, buf_span(&excerpt));
	if (end < text.len)
		buf_add_str(out, "…");
	buf_fini(&excerpt);
}

/* What was found, or, where a limit stopped the search, which. */
static void add_what(struct buf *out, const struct format_job *job)
{
	size_t start = out->len;

	format_add_elements(out, job);
	if (out->len == start && job->result->verdict == VERDICT_UNSCANNED)
		buf_add_str(out, reason_name(format_worst(job->result)->decision.reason));
}

static unsigned text_add(struct buf *out, const struct format_job *job, size_t *tail_r)
{
	struct paint place = paint(job, "\033[35m");
	struct paint verdict = paint(job, verdict_color(job->result->verdict));

	(void)tail_r;
	buf_add_str(out, place.on);
	visible_add(out, span_str(job->record->input));
	buf_printf(out, "%s:%llu: %s%s%s ", place.off, job->record->number, verdict.on,
		   verdict_name(job->result->verdict), verdict.off);
	add_what(out, job);
	buf_add_str(out, "  ");
	add_excerpt(out, job);
	return 0;
}

static void add_period(struct buf *out, const struct format_period *period)
{
	timestamp_add(out, &period->first);
	buf_add_str(out, " to ");
	timestamp_add(out, &period->last);
}

static void text_add_count(struct buf *line, unsigned long long n,
			   const struct format_period *period)
{
	buf_printf(line, "  (%llu time%s, ", n, n == 1 ? "" : "s");
	add_period(line, period);
	buf_add_char(line, ')');
}

static void text_add_held(struct buf *out, const struct format_held *held)
{
	const char *before = ":";

	buf_printf(out, "%llu alert%s held back, ", held->n, held->n == 1 ? " was" : "s were");
	add_period(out, &held->period);
	for (int v = VERDICT_COUNT - 1; v >= 0; v--) {
		if (held->verdicts[v] == 0)
			continue;
		buf_printf(out, "%s %llu %s", before, held->verdicts[v],
			   verdict_name((enum verdict)v));
		before = ",";
	}
}

const struct format format_text = {
	.name = "text",
	.is_record = false,
	.depth = PRESCAN_DEPTHS,
	.add = text_add,
	.add_count = text_add_count,
	.add_held = text_add_held,
};
