/*
 * A walk over the words of a record, from its beginning on.  Every step takes one that may
 * stand in a head, and looks no further than two words ahead; the first that may not ends it.
 */
#include <purposed/engine/head_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

enum { BRACKETED_MAX = 96, FIELD_MAX = 128 };

/* The word behind the one that ends at byte end; empty: there is none. */
static struct word next_word(const struct head_walk *w, size_t end)
{
	return head_word_at(w->text, head_skip_blanks(w->text, end));
}

/* --- RFC 5424 ------------------------------------------------------------------- */

/* Behind the structured data at byte pos: "-", or elements whose values may hold brackets. */
static size_t structured_end(struct span text, size_t pos)
{
	bool quoted = false;

	if (pos >= text.len || text.ptr[pos] != '[')
		return head_word_end(text, pos);
	for (; pos < text.len; pos++) {
		char c = text.ptr[pos];

		if (c == '\\')
			pos++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == ']' && !quoted && (pos + 1 == text.len || text.ptr[pos + 1] != '['))
			return pos + 1;
	}
	return text.len;
}

/* Behind the header that begins with the version at the walk's place. */
static void pass_header5424(struct head_walk *w)
{
	static const char bom[] = "\xEF\xBB\xBF";

	/* Version, time, host, program, process, message id. */
	for (int i = 0; i < 6; i++)
		w->pos = head_skip_blanks(w->text, head_word_end(w->text, w->pos));
	w->pos = head_skip_blanks(w->text, structured_end(w->text, w->pos));
	if (w->text.len - w->pos >= 3 && memcmp(w->text.ptr + w->pos, bom, 3) == 0)
		w->pos += 3;
	w->tagged = true;
}

/* <134>, and what follows it. */
static bool pass_priority(struct head_walk *w)
{
	size_t end = 1;

	while (end < w->text.len && end < 4 && w->text.ptr[end] >= '0' && w->text.ptr[end] <= '9')
		end++;
	if (w->pos != 0 || end == 1 || end >= w->text.len || w->text.ptr[end] != '>')
		return false;
	w->pos = end + 1;
	w->timed = true;
	if (span_is(head_word_at(w->text, w->pos).text, "1"))
		pass_header5424(w);
	return true;
}

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
		bool dated = head_is_date(word);

		timed |= dated || head_is_clock(word);
		others += !dated && !head_is_number(word) && !head_is_level(word) &&
			  !is_unit(word.text);
		pos = head_skip_blanks(inside, word.end);
	}
	w->timed |= timed;
	w->pos += inside.len + 2;
	return words <= 1 || others <= timed;
}

/* Whether the word stands between two of mark: | word | */
static bool is_between(const struct head_walk *w, struct span word, struct span next, char mark)
{
	size_t before = w->pos;

	if (word.len > FIELD_MAX || next.len == 0 || next.ptr[0] != mark)
		return false;
	while (before > 0 && (head_byte(w->text.ptr[before - 1]) & HEAD_BLANK) != 0)
		before--;
	return memchr(word.ptr, '"', word.len) == NULL &&
	       (before == 0 ? mark == '|' : w->text.ptr[before - 1] == mark);
}

/* 203.0.113.9:4711 */
static bool is_endpoint(struct word word)
{
	return head_is_number(word) && memchr(word.text.ptr, '.', word.text.len) != NULL &&
	       memchr(word.text.ptr, ':', word.text.len) != NULL;
}

/*
 * A load balancer's line begins with the protocol, or names itself behind the time and
 * before both ends of the connection.
 */
static bool is_balancer(const struct head_walk *w, struct word word, struct word next)
{
	static const char *const protocols[] = {
		"http", "https", "h2", "h3", "ws", "wss", "grpcs"
	};

	for (size_t i = 0; w->pos == 0 && i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (span_is(word.text, protocols[i]))
			return head_is_clock(next);
	}
	if (!w->timed || !head_is_plain(word))
		return false;
	if (word.text.len > 4 && memcmp(word.text.ptr, "app/", 4) == 0)
		return true;
	return is_endpoint(next) && is_endpoint(next_word(w, next.end));
}

static bool is_stream(const struct head_walk *w, struct span word, struct span next)
{
	return w->timed && (span_is(word, "stdout") || span_is(word, "stderr")) &&
	       (span_is(next, "F") || span_is(next, "P"));
}

/* A host is followed by a tag, or follows the time of RFC 3164. */
static bool is_host(const struct head_walk *w, struct word word, struct word next)
{
	return w->timed && !w->tagged && head_is_plain(word) &&
	       (w->behind_time || head_is_tag(next));
}

static bool is_field(const struct head_walk *w, struct word word)
{
	return word.text.len <= FIELD_MAX && word.end < w->text.len &&
	       w->text.ptr[word.end] == '\t' && (w->pos == 0 || w->text.ptr[w->pos - 1] == '\t');
}

/* Whether the word may stand anywhere in a head. */
static bool may_stand(const struct head_walk *w, struct word word, struct word next)
{
	return head_is_level(word) || head_is_name(word) || head_is_cipher(word) ||
	       is_between(w, word.text, next.text, '|') ||
	       is_between(w, word.text, next.text, '-') || is_balancer(w, word, next) ||
	       is_field(w, word);
}

/* Passes over one word; false: it is none of a head. */
static bool pass_word(struct head_walk *w, struct word word)
{
	struct word next;

	if (head_is_number(word) || head_is_address6(word)) {
		w->timed |= head_is_clock(word);
	} else {
		next = next_word(w, word.end);
		if (may_stand(w, word, next)) {
		} else if (is_stream(w, word.text, next.text)) {
			word.end = next.end;
		} else if (w->timed && !w->tagged && head_is_tag(word)) {
			w->tagged = true;
		} else if (!is_host(w, word, next)) {
			return false;
		}
	}
	w->behind_time = false;
	w->pos = word.end;
	return true;
}

static bool pass(struct head *head, struct head_walk *w)
{
	struct word word = head_word_at(w->text, w->pos);
	size_t end = head_pass_pair(head, w->text, word);
	char c = w->text.ptr[w->pos];

	if (end != 0) {
		w->pos = end;
		w->keyed = true;
		return true;
	}
	if (w->keyed)
		return false;
	if (c == '<' && pass_priority(w))
		return true;
	if (c == '[')
		return pass_bracketed(w);
	end = w->tagged ? 0 : head_time3164(w->text, w->pos);
	if (end != 0) {
		w->pos += end;
		w->timed = w->behind_time = true;
		return true;
	}
	return pass_word(w, word);
}

/* One step of the walk. */
static void step(struct head *head, struct head_walk *w)
{
	size_t before = w->pos;

	w->pos = head_skip_blanks(w->text, before);
	head_end(head, w->text, before, w->pos);
	if (w->pos == w->text.len) {
		w->over = true;
	} else if (w->text.ptr[w->pos] == '"' && !w->keyed) {
		head_end(head, w->text, w->pos + 1, w->pos + 1);
		w->over = true;
	} else if (w->text.ptr[w->pos] == '{' && !w->keyed) {
		head_walk_json(head, w->text, w->pos);
		w->over = true;
	} else {
		w->over = !pass(head, w);
	}
}

void head_walk_text(struct head *head, struct span text)
{
	struct head_walk w = { .text = text };

	while (!w.over)
		step(head, &w);
}

/* --- What is known --------------------------------------------------------------- */

void head_end(struct head *head, struct span text, size_t first, size_t last)
{
	size_t start = (size_t)(text.ptr - head->record.ptr);

	first += start;
	last += start;
	if (last >= head->cap) {
		head->cap = 2 * (last + 1);
		head->ends = mem_resize(head->ends, head->cap, sizeof(*head->ends));
	}
	if (first > head->n)
		memset(head->ends + head->n, false, first - head->n);
	memset(head->ends + first, true, last + 1 - first);
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
		head->n = 0;
	}
	while (at >= head->n && !head->walk.over)
		step(head, &head->walk);
	return at < head->n && head->ends[at];
}
