/*
 * A walk over the words of a record, from its beginning on.  Every step takes one that may
 * stand in a head, and looks no further than two words ahead; the first that may not ends it.
 */
#include <purposed/engine/head_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

enum { BRACKETED_MAX = 96, FIELD_MAX = 128, END_BITS = 64 };

/* --- Words ---------------------------------------------------------------------- */

/* What stands beside numbers in brackets: [pid 7:tid 8], [Fri Oct 08 17:08:41 2021]. */
static bool is_unit(struct span word)
{
	static const char *const units[] = { "pid", "tid", "Mon", "Tue", "Wed", "Thu", "Fri",
					     "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "May",
					     "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (word.len >= 3 && memcmp(word.ptr, units[i], 3) == 0 &&
		    (word.len == 3 || word.ptr[3] == ':'))
			return true;
	}
	return word.len > 4 && memcmp(word.ptr + word.len - 4, ":tid", 4) == 0;
}

/* One word in brackets, or numbers and what they are of, beside a time with one word more. */
static bool pass_bracketed(struct head_walk *w)
{
	size_t room = w->text.len - w->pos;
	const char *close =
		memchr(w->text.ptr + w->pos, ']', room < BRACKETED_MAX ? room : BRACKETED_MAX);
	struct span inside;
	size_t words = 0;
	size_t others = 0;
	bool timed = false;

	if (close == NULL)
		return false;
	inside = span_slice(w->text, w->pos + 1, (size_t)(close - w->text.ptr));
	if (memchr(inside.ptr, '"', inside.len) != NULL)
		return false;
	for (size_t pos = head_skip_blanks(inside, 0); pos < inside.len; words++) {
		struct word word = head_word_at(inside, pos);
		bool dated = head_is_date(&word);

		timed |= dated || head_is_clock(&word);
		others += !dated && !head_is_number(&word) && !head_is_level(&word) &&
			  !is_unit(word.text);
		pos = head_skip_blanks(inside, word.end);
	}
	w->timed |= timed;
	w->pos += inside.len + 2;
	return words <= 1 || others <= timed;
}

/* Whether the word stands between two of a mark: | word | */
static bool is_between(const struct head_walk *w, const struct word *word)
{
	size_t before = w->pos;
	size_t next;
	char mark;

	while (before > 0 && (head_byte(w->text.ptr[before - 1]) & HEAD_BLANK) != 0)
		before--;
	mark = before == 0 ? '|' : w->text.ptr[before - 1];
	if ((mark != '|' && mark != '-') || word->text.len > FIELD_MAX)
		return false;
	next = head_skip_blanks(w->text, word->end);
	return next < w->text.len && w->text.ptr[next] == mark &&
	       memchr(word->text.ptr, '"', word->text.len) == NULL;
}

static bool is_field(const struct head_walk *w, const struct word *word)
{
	return word->end < w->text.len && w->text.ptr[word->end] == '\t' &&
	       (w->pos == 0 || w->text.ptr[w->pos - 1] == '\t') && word->text.len <= FIELD_MAX;
}

/* Whether the word may stand anywhere in a head. */
static bool may_stand(const struct head_walk *w, const struct word *word)
{
	return head_is_level(word) || head_is_name(word) || head_is_cipher(word) ||
	       is_between(w, word) || is_field(w, word);
}

/* 203.0.113.9:4711 */
static bool is_endpoint(const struct word *word)
{
	return head_is_number(word) && head_has(word, HEAD_DOT) && head_has(word, HEAD_COLON);
}

/* Of a load balancer's line, which begins with one. */
static bool is_protocol(struct span word)
{
	static const char *const protocols[] = {
		"http", "https", "h2", "h3", "ws", "wss", "grpcs"
	};

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (span_is(word, protocols[i]))
			return true;
	}
	return false;
}

static bool is_endpoint_at(const struct head_walk *w, size_t pos)
{
	struct word word = head_next_word(w->text, pos);

	return is_endpoint(&word);
}

/* A load balancer names itself behind the time and before both ends of the connection. */
static bool is_balancer(const struct head_walk *w, struct span word, const struct word *next)
{
	return (word.len > 4 && span_starts(word, "app/")) ||
	       (is_endpoint(next) && is_endpoint_at(w, next->end));
}

/* Of the Kubernetes log form. */
static bool is_stream(struct span word)
{
	return span_is(word, "stdout") || span_is(word, "stderr");
}

/* Whether the word is right behind a time of RFC 3164, and none of those that need more there. */
static bool is_behind_time(const struct head_walk *w, const struct word *word)
{
	return w->behind_time && head_is_plain(word) && !is_stream(word->text);
}

/* Passes over a plain word, if it stands there for what is before and behind it. */
static bool pass_plain(struct head_walk *w, struct word *word)
{
	struct word next = head_next_word(w->text, word->end);

	if (w->pos == 0)
		return is_protocol(word->text) && head_is_clock(&next);
	if (!w->timed)
		return false;
	if (is_stream(word->text) && (span_is(next.text, "F") || span_is(next.text, "P"))) {
		word->end = next.end;
		return true;
	}
	/* A host is followed by a tag, or follows the time of RFC 3164. */
	return is_balancer(w, word->text, &next) ||
	       (!w->tagged && (w->behind_time || head_is_tag(&next)));
}

/* The same of any word. */
static bool pass_placed(struct head_walk *w, struct word *word)
{
	if (w->timed && !w->tagged && head_is_tag(word)) {
		w->tagged = true;
		return true;
	}
	return head_is_plain(word) && pass_plain(w, word);
}

/* Passes over one word; false: it is none of a head. */
static bool pass_word(struct head_walk *w, struct word *word)
{
	if (head_is_number(word) || head_is_address6(word))
		w->timed |= head_is_clock(word);
	else if (!is_behind_time(w, word) && !may_stand(w, word) && !pass_placed(w, word))
		return false;
	w->behind_time = false;
	w->pos = word->end;
	return true;
}

/* Passes over key=value, or over a word. */
static bool pass_pair(struct head *head, struct head_walk *w)
{
	struct word word = head_word_at(w->text, w->pos);
	size_t end = head_has(&word, HEAD_EQUAL) ? head_pass_pair(head, w->text, &word) : 0;

	if (end == 0)
		return !w->keyed && pass_word(w, &word);
	w->pos = end;
	w->keyed = true;
	return true;
}

static bool pass(struct head *head, struct head_walk *w)
{
	char c = w->text.ptr[w->pos];

	/* None of these begins a key. */
	if (!w->keyed) {
		if (c == '[')
			return pass_bracketed(w);
		if ((c == '<' && head_pass_priority(w)) || head_pass_time3164(w))
			return true;
	}
	return pass_pair(head, w);
}

/* Passes over blanks.  Heads end before and behind each, and so may the walk. */
static void pass_blanks(struct head *head, struct head_walk *w)
{
	size_t before = w->pos;

	w->pos = head_skip_blanks(w->text, before);
	w->over = w->pos == w->text.len;
	head_end(head, w->text, before, w->pos);
}

/* One step of the walk, from a word to the next one. */
static void step(struct head *head, struct head_walk *w)
{
	char c = w->text.ptr[w->pos];

	if (c == '"' && !w->keyed)
		head_end(head, w->text, w->pos + 1, w->pos + 1);
	else if (c == '{' && !w->keyed)
		head_walk_json(head, w->text, w->pos);
	else if (pass(head, w)) {
		pass_blanks(head, w);
		return;
	}
	w->over = true;
}

void head_walk_text(struct head *head, struct span text)
{
	struct head_walk w = { .text = text };

	pass_blanks(head, &w);
	while (!w.over)
		step(head, &w);
}

/* --- What is known --------------------------------------------------------------- */

void head_end(struct head *head, struct span text, size_t first, size_t last)
{
	size_t start = (size_t)(text.ptr - head->record.ptr);

	first += start;
	last += start;
	if (last / END_BITS >= head->cap) {
		head->cap = 2 * (last / END_BITS + 1);
		head->ends = mem_resize(head->ends, head->cap, sizeof(*head->ends));
	}
	for (; head->n_ends <= last / END_BITS; head->n_ends++)
		head->ends[head->n_ends] = 0;
	while (first <= last) {
		size_t until = first | (END_BITS - 1);
		size_t n = (until < last ? until : last) - first;

		head->ends[first / END_BITS] |= ~UINT64_C(0) >> (END_BITS - 1 - n)
									<< first % END_BITS;
		first += n + 1;
	}
	head->n = last + 1;
}

void head_forget(struct head *head)
{
	head->known = false;
}

void head_fini(struct head *head)
{
	free(head->ends);
	*head = (struct head){ 0 };
}

bool head_ends_at(struct head *head, struct span record, size_t at)
{
	if (!head->known || head->record.ptr != record.ptr || head->record.len != record.len) {
		head->record = record;
		head->known = true;
		head->walk = (struct head_walk){ .text = record };
		head->n = head->n_ends = 0;
		pass_blanks(head, &head->walk);
	}
	while (at >= head->n && !head->walk.over)
		step(head, &head->walk);
	return at < head->n && (head->ends[at / END_BITS] >> at % END_BITS & 1) != 0;
}
