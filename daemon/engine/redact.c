/*
 * Findings come sorted by start, the longer first, and so do the stretches that
 * were not searched, so one walk over both suffices: what starts before the end
 * of the last replacement is swallowed by it, and only moves that end where it
 * reaches further.
 *
 * A value may lie across the edge of such a stretch, where no rule could match
 * it: so what is taken out there begins, and ends, in text that was searched.
 */
#include <purposed/engine/redact.h>

#include <string.h>

#include <purposed/base/utf8.h>

const char *const redact_words[] = { "none", "element", "pseudonym", NULL };

enum {
	/*
	 * Values with blanks in them are shorter (an IBAN has 42 bytes, an address 100, what a
	 * browser calls itself 110), but for prose; those without are one word.
	 */
	EDGE_BYTES = 128,
	WORD_BYTES = 1024, /* looked at of one */
	BLOCK_BYTES = 12,  /* of digits, at most */
	STRETCHES = 8,	   /* there is one for each reason */
};

struct walk {
	struct buf *out;
	struct classifier *classifier;
	const struct rules *rules;
	const struct pseudonymizer *pseudonyms;
	struct span text;
	size_t start, end; /* the window */
	enum redact_mode mode;
	size_t done;		      /* bytes before it have been written or replaced */
	const struct finding *opened; /* the last masked value that was kept for those in it */
	size_t opened_end;	      /* no byte before it is shown */
};

/* --- What was not searched ------------------------------------------------------ */

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t word_start(struct span text, size_t at)
{
	size_t stop = at > WORD_BYTES ? at - WORD_BYTES : 0;

	while (at > stop && !is_blank(text.ptr[at - 1]))
		at--;
	return utf8_start(text, at);
}

static size_t word_end(struct span text, size_t at)
{
	size_t stop = text.len - at > WORD_BYTES ? at + WORD_BYTES : text.len;

	while (at < stop && !is_blank(text.ptr[at]))
		at++;
	return at;
}

/* As numbers in blocks are written: BE68 5390 0754 7034. */
static bool is_block(struct span word)
{
	for (size_t i = 0; i < word.len && word.len <= BLOCK_BYTES; i++) {
		if (word.ptr[i] >= '0' && word.ptr[i] <= '9')
			return true;
	}
	return false;
}

/* Where the text was cut, a value of any kind may be. */
static size_t before_cut(struct span text, size_t cut)
{
	return word_start(text, cut > EDGE_BYTES ? cut - EDGE_BYTES : 0);
}

/* Around escapes that are left, it is in their word, or in blocks of digits beside it. */
static size_t before_escape(struct span text, size_t escape)
{
	size_t start = word_start(text, escape);

	while (start > 1) {
		size_t word = word_start(text, start - 1);

		if (word + EDGE_BYTES < escape || !is_block(span_slice(text, word, start - 1)))
			break;
		start = word;
	}
	return start;
}

static size_t behind_escape(struct span text, size_t escape)
{
	size_t end = word_end(text, escape);

	while (end + 1 < text.len) {
		size_t word = word_end(text, end + 1);

		if (word > escape + EDGE_BYTES || !is_block(span_slice(text, end + 1, word)))
			break;
		end = word;
	}
	return end;
}

static bool is_stretch(const struct finding *finding)
{
	return finding->decision.verdict == VERDICT_UNSCANNED;
}

struct redact_stretch redact_stretch(const struct finding *finding, struct span text)
{
	struct redact_stretch stretch = { finding->start, finding->end };

	if (stretch.start > text.len)
		stretch.start = text.len;
	switch (finding->decision.reason) {
	case REASON_RECORD_LIMIT:
	case REASON_INPUT_ERROR: stretch.start = before_cut(text, stretch.start); break;
	case REASON_DECODE_LIMIT:
		stretch.start = before_escape(text, stretch.start);
		stretch.end = behind_escape(text, stretch.end);
		break;
	default: break; /* a pattern that gave up: all that it could match begins behind start */
	}
	return stretch;
}

/* Those of a result, in order, with none that touch; returns how many. */
static size_t gather(const struct result *result, struct span text,
		     struct redact_stretch stretches[STRETCHES])
{
	size_t n = 0;

	for (size_t i = 0; i < result->n; i++) {
		struct redact_stretch next;
		size_t at;

		if (!is_stretch(&result->findings[i]))
			continue;
		next = redact_stretch(&result->findings[i], text);
		/* All that it touches becomes one with it; so does the last where there are many.
		 */
		at = n;
		while (at > 0 && (stretches[at - 1].end >= next.start || at == STRETCHES)) {
			at--;
			if (stretches[at].start < next.start)
				next.start = stretches[at].start;
			if (stretches[at].end > next.end)
				next.end = stretches[at].end;
		}
		stretches[at] = next;
		n = at + 1;
	}
	return n;
}

/* --- The walk ------------------------------------------------------------------- */

static void add_value(struct walk *w, const struct finding *finding)
{
	const char *id = rules_element(w->rules, finding->element);
	struct element element = element_find(id);

	if (w->mode == REDACT_MASK &&
	    mask_sample(w->out, element, classify_value(w->classifier, finding)))
		return;
	buf_add_char(w->out, '<');
	buf_add_str(w->out, id);
	if (w->mode == REDACT_PSEUDONYM && element.sample != SAMPLE_NONE) {
		buf_add_char(w->out, ':');
		pseudonym_add(w->pseudonyms, w->out, element,
			      classify_value(w->classifier, finding));
	}
	buf_add_char(w->out, '>');
}

/* What stands before a value within an opened one is that one's beginning; all else is stars. */
static void add_masked_gap(struct walk *w)
{
	if (w->done == w->opened->start || (w->done == w->start && w->opened->start < w->start))
		add_value(w, w->opened);
	else if (w->out->len < 3 || memcmp(w->out->ptr + w->out->len - 3, "***", 3) != 0)
		buf_add_str(w->out, "***");
}

/* The bytes up to until, which nothing replaces. */
static void add_gap(struct walk *w, size_t until)
{
	if (w->done >= until)
		return;
	if (w->done < w->opened_end) {
		add_masked_gap(w);
		w->done = until < w->opened_end ? until : w->opened_end;
	}
	buf_add(w->out, w->text.ptr + w->done, until - w->done);
	w->done = until;
}

/* Whether what ends at end shows in the window, and has not been swallowed. */
static bool shows(const struct walk *w, size_t start, size_t end)
{
	return w->start < w->end && start < w->end && end > w->start;
}

static void add_stretch(struct walk *w, const struct redact_stretch *stretch)
{
	/* The rest of a record that is not all there follows its text. */
	bool behind = stretch->end > w->text.len && w->end == w->text.len;

	if (!behind && !shows(w, stretch->start, stretch->end))
		return;
	add_gap(w, stretch->start);
	if (w->done >= stretch->end)
		return;
	buf_add_str(w->out, "<unscanned>");
	w->done = stretch->end;
}

/*
 * Masking shows where a finding stands: a permitted value that holds others
 * (a request URI with an address in it) is opened, and these are masked.
 */
static bool is_opened(const struct result *result, size_t index, enum redact_mode mode)
{
	const struct finding *finding = &result->findings[index];

	return mode == REDACT_MASK && !verdict_is_flagged(finding->decision.verdict) &&
	       index + 1 < result->n && !is_stretch(&result->findings[index + 1]) &&
	       result->findings[index + 1].end <= finding->end;
}

static void add_finding(struct walk *w, const struct result *result, size_t index)
{
	const struct finding *finding = &result->findings[index];

	if (w->mode != REDACT_MASK && !verdict_is_flagged(finding->decision.verdict))
		return;
	if (!shows(w, finding->start, finding->end))
		return;
	add_gap(w, finding->start);
	if (is_opened(result, index, w->mode)) {
		w->opened = finding;
		if (finding->end > w->opened_end)
			w->opened_end = finding->end;
		return;
	}
	if (finding->start >= w->done || w->done == w->start)
		add_value(w, finding);
	if (finding->end > w->done)
		w->done = finding->end;
}

void redact_add(struct buf *out, struct classifier *classifier, const struct rules *rules,
		const struct result *result, struct span text, size_t start, size_t end,
		enum redact_mode mode, const struct pseudonymizer *pseudonyms)
{
	struct redact_stretch stretches[STRETCHES];
	struct walk w = { .out = out,
			  .classifier = classifier,
			  .rules = rules,
			  .pseudonyms = pseudonyms,
			  .text = text,
			  .start = start,
			  .end = end,
			  .mode = mode,
			  .done = start };
	size_t n;
	size_t next = 0;

	if (mode == REDACT_NONE) {
		buf_add_span(out, span_slice(text, start, end));
		return;
	}
	n = gather(result, text, stretches);
	for (size_t i = 0; i < result->n; i++) {
		if (is_stretch(&result->findings[i]))
			continue;
		while (next < n && stretches[next].start <= result->findings[i].start)
			add_stretch(&w, &stretches[next++]);
		add_finding(&w, result, i);
	}
	while (next < n)
		add_stretch(&w, &stretches[next++]);
	add_gap(&w, end);
}
