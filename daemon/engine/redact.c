/*
 * Findings come sorted by start, the longer first, so one walk suffices: what
 * starts before the end of the last replacement is swallowed by it, and only
 * moves that end where it reaches further.
 */
#include <purposed/engine/redact.h>

const char *const redact_words[] = { "none", "element", "pseudonym", NULL };

/*
 * Masking shows where a finding stands: a permitted value that holds others
 * (a request URI with an address in it) is opened, and these are masked.
 */
static bool is_replaced(const struct result *result, size_t index, enum redact_mode mode)
{
	const struct finding *finding = &result->findings[index];

	if (verdict_is_flagged(finding->decision.verdict))
		return mode != REDACT_NONE;
	if (mode != REDACT_MASK)
		return false;
	return index + 1 == result->n || result->findings[index + 1].end > finding->end;
}

static void add_replacement(struct buf *out, struct classifier *classifier,
			    const struct rules *rules, const struct finding *finding,
			    enum redact_mode mode, const struct pseudonymizer *pseudonyms)
{
	const char *id;
	struct element element;

	if (finding->element == FINDING_NONE) {
		buf_add_str(out, "<unscanned>");
		return;
	}
	id = rules_element(rules, finding->element);
	element = element_find(id);
	if (mode == REDACT_MASK && mask_sample(out, element, classify_value(classifier, finding)))
		return;
	buf_add_char(out, '<');
	buf_add_str(out, id);
	if (mode == REDACT_PSEUDONYM && element.sample != SAMPLE_NONE) {
		buf_add_char(out, ':');
		pseudonym_add(pseudonyms, out, element, classify_value(classifier, finding));
	}
	buf_add_char(out, '>');
}

static bool in_window(const struct finding *finding, struct span text, size_t start, size_t end)
{
	/* The rest of an overlong record would follow its text. */
	if (finding->rule == FINDING_NONE && finding->start >= text.len)
		return end == text.len;
	return start < end && finding->start < end && finding->end > start;
}

void redact_add(struct buf *out, struct classifier *classifier, const struct rules *rules,
		const struct result *result, struct span text, size_t start, size_t end,
		enum redact_mode mode, const struct pseudonymizer *pseudonyms)
{
	size_t done = start; /* bytes before it have been written or replaced */

	for (size_t i = 0; i < result->n; i++) {
		const struct finding *finding = &result->findings[i];

		if (!in_window(finding, text, start, end) || !is_replaced(result, i, mode))
			continue;
		if (finding->start >= done || done == start) {
			if (finding->start > done)
				buf_add(out, text.ptr + done, finding->start - done);
			add_replacement(out, classifier, rules, finding, mode, pseudonyms);
		}
		if (finding->end > done)
			done = finding->end;
	}
	if (done < end)
		buf_add(out, text.ptr + done, end - done);
}
