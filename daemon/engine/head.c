/*
 * A walk over the words of a record, from its beginning on.  Every step takes one that may
 * stand in a head, and looks no further than two words ahead; the first that may not ends it.
 */
#include <purposed/engine/head_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

enum { BRACKETED_MAX = 96, FIELD_MAX = 128 };

struct walk {
	struct head *head;
	struct span text;
	size_t pos;
	bool timed;	  /* a time was passed, or a priority */
	bool tagged;	  /* a tag was passed, or a whole header */
	bool keyed;	  /* key=value was: nothing else follows */
	bool behind_time; /* the word before was a time of RFC 3164, which a host follows */
};

static struct span word_at(const struct walk *w, size_t pos)
{
	return span_slice(w->text, pos, head_word_end(w->text, pos));
}

/* The word behind the one that ends at byte end; empty: there is none. */
static struct span next_word(const struct walk *w, size_t end)
{
	return word_at(w, head_skip_blanks(w->text, end));
}

static bool is_word(struct span word, const char *wanted)
{
	return word.len == strlen(wanted) && memcmp(word.ptr, wanted, word.len) == 0;
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
static void pass_header5424(struct walk *w)
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
static bool pass_priority(struct walk *w)
{
	size_t end = 1;

	while (end < w->text.len && end < 4 && w->text.ptr[end] >= '0' && w->text.ptr[end] <= '9')
		end++;
	if (w->pos != 0 || end == 1 || end >= w->text.len || w->text.ptr[end] != '>')
		return false;
	w->pos = end + 1;
	w->timed = true;
	if (is_word(word_at(w, w->pos), "1"))
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
static bool pass_bracketed(struct walk *w)
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
		struct span word = span_slice(inside, pos, head_word_end(inside, pos));

		timed |= head_is_clock(word) || head_is_date(word);
		others += !head_is_number(word) && !head_is_date(word) && !head_is_level(word) &&
			  !is_unit(word);
		pos = head_skip_blanks(inside, pos + word.len);
	}
	w->timed |= timed;
	w->pos += inside.len + 2;
	return words <= 1 || others <= timed;
}

/* Whether the word stands between two of mark: | word | */
static bool is_between(const struct walk *w, struct span word, char mark)
{
	size_t before = w->pos;
	struct span next = next_word(w, w->pos + word.len);

	while (before > 0 && head_is_blank(w->text.ptr[before - 1]))
		before--;
	if (word.len > FIELD_MAX || memchr(word.ptr, '"', word.len) != NULL)
		return false;
	return next.len != 0 && next.ptr[0] == mark &&
	       (before == 0 ? mark == '|' : w->text.ptr[before - 1] == mark);
}

/* 203.0.113.9:4711 */
static bool is_endpoint(struct span word)
{
	return head_is_number(word) && memchr(word.ptr, '.', word.len) != NULL &&
	       memchr(word.ptr, ':', word.len) != NULL;
}

/*
 * A load balancer's line begins with the protocol, or names itself behind the time and
 * before both ends of the connection.
 */
static bool is_balancer(const struct walk *w, struct span word)
{
	struct span next = next_word(w, w->pos + word.len);
	static const char *const protocols[] = {
		"http", "https", "h2", "h3", "ws", "wss", "grpcs"
	};

	for (size_t i = 0; w->pos == 0 && i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (is_word(word, protocols[i]))
			return head_is_clock(next);
	}
	if (word.len > 4 && memcmp(word.ptr, "app/", 4) == 0)
		return w->timed && head_is_plain(word);
	return w->timed && head_is_plain(word) && is_endpoint(next) &&
	       is_endpoint(next_word(w, (size_t)(next.ptr - w->text.ptr) + next.len));
}

static bool is_stream(const struct walk *w, struct span word)
{
	struct span next = next_word(w, w->pos + word.len);

	return w->timed && (is_word(word, "stdout") || is_word(word, "stderr")) &&
	       (is_word(next, "F") || is_word(next, "P"));
}

/* A host is followed by a tag, or follows the time of RFC 3164. */
static bool is_host(const struct walk *w, struct span word)
{
	return w->timed && !w->tagged && head_is_plain(word) &&
	       (w->behind_time || head_is_tag(next_word(w, w->pos + word.len)));
}

static bool is_field(const struct walk *w, struct span word)
{
	size_t end = w->pos + word.len;

	return word.len <= FIELD_MAX && end < w->text.len && w->text.ptr[end] == '\t' &&
	       (w->pos == 0 || w->text.ptr[w->pos - 1] == '\t');
}

/* Passes over one word; false: it is none of a head. */
static bool pass_word(struct walk *w)
{
	struct span word = word_at(w, w->pos);
	bool behind_time = w->behind_time;

	w->behind_time = false;
	if (head_is_number(word) || head_is_address6(word)) {
		w->timed |= head_is_clock(word);
	} else if (head_is_level(word) || head_is_name(word) || head_is_cipher(word) ||
		   is_between(w, word, '|') || is_between(w, word, '-') || is_balancer(w, word) ||
		   is_field(w, word)) {
	} else if (is_stream(w, word)) {
		w->pos = head_word_end(w->text, head_skip_blanks(w->text, w->pos + word.len));
		return true;
	} else if (w->timed && !w->tagged && head_is_tag(word)) {
		w->tagged = true;
	} else {
		w->behind_time = behind_time;
		if (!is_host(w, word))
			return false;
		w->behind_time = false;
	}
	w->pos += word.len;
	return true;
}

static bool pass(struct walk *w)
{
	size_t end = head_pass_pair(w->head, w->text, w->pos);
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
	return pass_word(w);
}

void head_walk(struct head *head, struct span text)
{
	struct walk w = { .head = head, .text = text };

	do {
		size_t before = w.pos;

		w.pos = head_skip_blanks(text, w.pos);
		head_end(head, text, before, w.pos);
		if (w.pos == text.len)
			return;
		if (text.ptr[w.pos] == '"' && !w.keyed) {
			head_end(head, text, w.pos + 1, w.pos + 1);
			return;
		}
		if (text.ptr[w.pos] == '{' && !w.keyed) {
			head_walk_json(head, text, w.pos);
			return;
		}
	} while (pass(&w));
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
		head->n = 0;
		head_walk(head, record);
	}
	return at < head->n && head->ends[at];
}
