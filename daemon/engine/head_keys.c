#include <purposed/engine/head_private.h>

#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 8 };

/* Objects that say of a record what was requested. */
static const char *const request_objects[] = {
	"request", "req",	  "http",	 "httpRequest",	   "http_request", "access",
	"nginx",   "apache",	  "transaction", "properties",	   "attributes",   "context",
	"event",   "jsonPayload", "json",	 "requestContext", "httpMessage",  NULL
};

/* Keys whose value is a request line. */
static const char *const request_lines[] = {
	"request", "request_line", "requestLine", "http_request", "first_line", "req", NULL
};

/*
 * Keys whose value is all that a container, or a service of a journal, wrote.  (A "message" is
 * what a program makes of the texts of others.)
 */
static bool is_text(struct span key)
{
	return (key.len == 3 && memcmp(key.ptr, "log", 3) == 0) ||
	       (key.len == 7 && memcmp(key.ptr, "MESSAGE", 7) == 0);
}

static bool is_one_of(struct span key, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (key.len == strlen(*names) && strncasecmp(key.ptr, *names, key.len) == 0)
			return true;
	}
	return false;
}

/* The first byte c from byte pos on and before byte end, which is returned where there is none. */
static size_t find(struct span text, size_t pos, size_t end, char c)
{
	const char *found = pos < end ? memchr(text.ptr + pos, c, end - pos) : NULL;

	return found != NULL ? (size_t)(found - text.ptr) : end;
}

/* Where the string whose first byte is at pos ends: at its quote, or at the end of text. */
static size_t string_end(struct span text, size_t pos)
{
	size_t quote = find(text, pos, text.len, '"');

	while ((pos = find(text, pos, quote, '\\')) < quote) {
		pos += 2;
		if (pos > quote)
			quote = find(text, pos, text.len, '"');
	}
	return quote;
}

/* Whether the value is a request line, the whole of it. */
static bool is_request_line(struct span text, struct span key, size_t start, size_t end)
{
	static const char protocol[] = " HTTP/";
	size_t digit = end;

	while (digit > start && ((text.ptr[digit - 1] >= '0' && text.ptr[digit - 1] <= '9') ||
				 text.ptr[digit - 1] == '.'))
		digit--;
	return digit - start >= 6 && memcmp(text.ptr + digit - 6, protocol, 6) == 0 &&
	       is_one_of(key, request_lines);
}

/* --- JSON ----------------------------------------------------------------------- */

static size_t skip_space(struct span text, size_t pos)
{
	while (pos < text.len && (text.ptr[pos] == ' ' || text.ptr[pos] == '\t' ||
				  text.ptr[pos] == '\r' || text.ptr[pos] == '\n'))
		pos++;
	return pos;
}

/* Behind the array at byte pos. */
static size_t skip_array(struct span text, size_t pos)
{
	size_t depth = 0;

	for (; pos < text.len; pos++) {
		char c = text.ptr[pos];

		if (c == '"')
			pos = string_end(text, pos + 1);
		else if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && --depth == 0)
			return pos + 1;
	}
	return text.len;
}

/* Whether c ends a number, true, false or null. */
static bool ends_scalar(char c)
{
	switch (c) {
	case '\0':
	case ',':
	case '"':
	case '{':
	case '}':
	case '[':
	case ']': return true;
	default: return false;
	}
}

static size_t skip_scalar(struct span text, size_t pos)
{
	while (pos < text.len && !ends_scalar(text.ptr[pos]))
		pos++;
	return pos;
}

struct object {
	struct head *head;
	struct span text;
	size_t pos;
	size_t depth;
	bool tells[DEPTH_MAX]; /* the object of that depth says what was requested */
};

/* Passes over one value, into an object; false: there is none. */
static bool pass_value(struct object *o, struct span key)
{
	size_t pos = o->pos;
	size_t end;

	if (pos >= o->text.len)
		return false;
	switch (o->text.ptr[pos]) {
	case '"':
		end = string_end(o->text, ++pos);
		if (o->tells[o->depth] && is_request_line(o->text, key, pos, end))
			head_end(o->head, o->text, pos, pos);
		else if (o->tells[o->depth] && is_text(key))
			head_walk_text(o->head, span_slice(o->text, pos, end));
		o->pos = end + 1;
		return true;
	case '{':
		if (o->depth + 1 == DEPTH_MAX)
			return false;
		o->tells[o->depth + 1] = o->tells[o->depth] && is_one_of(key, request_objects);
		o->depth++;
		o->pos = pos + 1;
		return true;
	case '[': o->pos = skip_array(o->text, pos); return true;
	default: o->pos = skip_scalar(o->text, pos); return o->pos != pos;
	}
}

/* Passes over a key and its value; false: there is none. */
static bool pass_member(struct object *o)
{
	size_t start = o->pos;
	size_t end;

	if (o->text.ptr[start] != '"')
		return false;
	end = string_end(o->text, start + 1);
	if (o->tells[o->depth])
		head_end(o->head, o->text, start, end - 1);
	o->pos = skip_space(o->text, end + 1);
	if (o->pos >= o->text.len || o->text.ptr[o->pos] != ':')
		return false;
	o->pos = skip_space(o->text, o->pos + 1);
	return pass_value(o, span_slice(o->text, start + 1, end));
}

void head_walk_json(struct head *head, struct span text, size_t pos)
{
	struct object o = { .head = head, .text = text, .pos = pos + 1, .tells = { true } };

	while ((o.pos = skip_space(text, o.pos)) < text.len) {
		switch (text.ptr[o.pos]) {
		case '}':
			if (o.depth-- == 0)
				return;
			o.pos++;
			break;
		case ',': o.pos++; break;
		default:
			if (!pass_member(&o))
				return;
		}
	}
}

/* --- logfmt --------------------------------------------------------------------- */

/* A key is what the word begins with, up to "="; the value may go on behind the word. */
size_t head_pass_pair(struct head *head, struct span text, const struct word *word)
{
	size_t start = word->end - word->text.len;
	size_t equal = start;
	size_t value;
	size_t end;

	while (equal < word->end && (head_byte(text.ptr[equal]) & HEAD_KEY) != 0)
		equal++;
	if (equal == start || equal >= word->end || text.ptr[equal] != '=')
		return 0;
	head_end(head, text, start, equal - 1);
	value = equal + 1;
	if (value == text.len || text.ptr[value] != '"')
		return word->end;
	end = string_end(text, ++value);
	if (is_request_line(text, span_slice(text, start, equal), value, end))
		head_end(head, text, value, value);
	return head_word_end(text, end + (end < text.len));
}
