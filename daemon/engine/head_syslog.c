/* Headers of syslog. */
#include <purposed/engine/head_private.h>

#include <string.h>

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

bool head_pass_priority(struct head_walk *w)
{
	size_t end = 1;

	while (end < w->text.len && end < 4 && w->text.ptr[end] >= '0' && w->text.ptr[end] <= '9')
		end++;
	if (w->pos != 0 || end == 1 || end >= w->text.len || w->text.ptr[end] != '>')
		return false;
	w->pos = end + 1;
	w->timed = true;
	if (head_word_end(w->text, w->pos) == w->pos + 1 && w->text.ptr[w->pos] == '1')
		pass_header5424(w);
	return true;
}

/* --- RFC 3164 ------------------------------------------------------------------- */

/* Behind a time of day that is the next word from byte pos on; 0: it is none. */
static size_t clock_end(struct span text, size_t pos)
{
	struct word clock = head_next_word(text, pos);

	return head_is_clock(&clock) ? clock.end : 0;
}

/* Behind a day of the month, likewise. */
static size_t day_end(struct span text, size_t pos)
{
	struct word day = head_next_word(text, pos);

	return day.text.len <= 2 && head_is_number(&day) ? day.end : 0;
}

/* Behind the "Nov 28 10:00:00" at byte pos; 0: none stands there. */
static size_t time3164_end(struct span text, size_t pos)
{
	size_t end;

	if (text.len - pos < sizeof("Nov 28 10:00:00") - 1 ||
	    (head_byte(text.ptr[pos + 3]) & HEAD_BLANK) == 0 || !head_is_month(text.ptr + pos))
		return 0;
	end = day_end(text, pos + 3);
	return end != 0 ? clock_end(text, end) : 0;
}

bool head_pass_time3164(struct head_walk *w)
{
	size_t end = w->tagged ? 0 : time3164_end(w->text, w->pos);

	if (end == 0)
		return false;
	w->pos = end;
	w->timed = w->behind_time = true;
	return true;
}
