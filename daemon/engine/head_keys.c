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

/* Where the string whose first byte is at pos ends: at its quote, or at the end of text. */
static size_t string_end(struct span text, size_t pos)
{
	while (pos < text.len && text.ptr[pos] != '"')
		pos += text.ptr[pos] == '\\' ? 2 : 1;
	return pos < text.len ? pos : text.len;
}

/* Whether the value is a request line, the whole of it, that begins at byte at. */
static bool is_request_line(struct span text, struct span key, size_t start, size_t end, size_t at)
{
	static const char protocol[] = " HTTP/";
	size_t digit = end;

	while (digit > start && ((text.ptr[digit - 1] >= '0' && text.ptr[digit - 1] <= '9') ||
				 text.ptr[digit - 1] == '.'))
		digit--;
	return at == start && is_one_of(key, request_lines) && digit - start >= 6 &&
	       memcmp(text.ptr + digit - 6, protocol, 6) == 0;
}

/* --- JSON ----------------------------------------------------------------------- */

static size_t skip_space(struct span text, size_t pos)
{
	while (pos < text.len && text.ptr[pos] != '\0' && strchr(" \t\r\n", text.ptr[pos]) != NULL)
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

/* Behind a number, true, false or null. */
static size_t skip_scalar(struct span text, size_t pos)
{
	while (pos < text.len && text.ptr[pos] != '\0' && strchr(",}]\"{[", text.ptr[pos]) == NULL)
		pos++;
	return pos;
}

struct object {
	struct span text;
	size_t pos, at;
	size_t depth;
	bool tells[DEPTH_MAX]; /* the object of that depth says what was requested */
};

static bool string_begins(const struct object *o, struct span key, size_t start, size_t end)
{
	if (!o->tells[o->depth] || o->at < start || o->at > end)
		return false;
	if (is_request_line(o->text, key, start, end, o->at))
		return true;
	return is_text(key) && head_ends_at(span_slice(o->text, start, end), o->at - start);
}

/* Passes over one value; false: there is none, or it is where the walk ends, *begins_r or not. */
static bool pass_value(struct object *o, struct span key, bool *begins_r)
{
	size_t pos = o->pos;
	size_t end;

	if (pos >= o->text.len)
		return false;
	switch (o->text.ptr[pos]) {
	case '"':
		end = string_end(o->text, pos + 1);
		*begins_r = string_begins(o, key, pos + 1, end);
		o->pos = end + 1;
		return o->at > end;
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

bool head_in_json(struct span text, size_t pos, size_t at)
{
	struct object o = { .text = text, .pos = pos + 1, .at = at, .tells = { true } };
	bool begins = false;

	while (!begins && (o.pos = skip_space(text, o.pos)) <= at && o.pos < text.len) {
		size_t start = o.pos + 1;
		size_t end;

		if (text.ptr[o.pos] == '}') {
			if (o.depth-- == 0)
				return false;
			o.pos++;
			continue;
		}
		if (text.ptr[o.pos] == ',') {
			o.pos++;
			continue;
		}
		if (text.ptr[o.pos] != '"')
			return false;
		end = string_end(text, start);
		if (at < end)
			return o.tells[o.depth];
		o.pos = skip_space(text, end + 1);
		if (o.pos >= text.len || text.ptr[o.pos] != ':')
			return false;
		o.pos = skip_space(text, o.pos + 1);
		if (!pass_value(&o, span_slice(text, start, end), &begins))
			return begins;
	}
	return begins;
}

/* --- logfmt --------------------------------------------------------------------- */

static bool in_key(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '-' || c == '@';
}

size_t head_pair(struct span text, size_t pos, size_t at, bool *begins_r)
{
	size_t equal = pos;
	size_t end;

	while (equal < text.len && in_key(text.ptr[equal]))
		equal++;
	if (equal == pos || equal >= text.len || text.ptr[equal] != '=')
		return 0;
	*begins_r = at < equal;
	end = equal + 1;
	if (end < text.len && text.ptr[end] == '"') {
		size_t start = end + 1;

		end = string_end(text, start);
		*begins_r |= is_request_line(text, span_slice(text, pos, equal), start, end, at);
		end += end < text.len;
	}
	return head_word_end(text, end);
}
