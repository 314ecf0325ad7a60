#include <purposed/base/json.h>

#include <stdint.h>
#include <string.h>

#include <purposed/base/utf8.h>
#include <purposed/base/visible.h>

/* Whether any of eight bytes is not ASCII, a control character, a quote or a backslash. */
static bool has_special(uint64_t x)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t highs = ones << 7;
	uint64_t quote, backslash, del;

	quote = x ^ ones * '"';
	backslash = x ^ ones * '\\';
	del = x ^ ones * 0x7f;
	/* A byte less one borrows where it is 0; less ' ', where it is a control character. */
	return ((x | ((x - ones * ' ') & ~x) | ((quote - ones) & ~quote) |
		 ((backslash - ones) & ~backslash) | ((del - ones) & ~del)) &
		highs) != 0;
}

static uint64_t eight_at(const char *bytes)
{
	uint64_t eight;

	memcpy(&eight, bytes, sizeof(eight));
	return eight;
}

/* Four to seven bytes, some of them twice. */
static uint64_t few_as_eight(struct span few)
{
	uint32_t first;
	uint32_t last;

	memcpy(&first, few.ptr, sizeof(first));
	memcpy(&last, few.ptr + few.len - sizeof(last), sizeof(last));
	return (uint64_t)first << 32 | last;
}

/*
 * Whether less than eight bytes, from byte at on, are known to go out as they are: looked at
 * together with some before them.  Most of what is written is short, and plain.
 */
static bool ends_plain(struct span value, size_t at)
{
	if (value.len >= 8)
		return at == value.len || !has_special(eight_at(value.ptr + value.len - 8));
	return at == 0 && value.len >= 4 && !has_special(few_as_eight(value));
}

/* How many bytes of value from byte at on go out as they are. */
static size_t plain_length(struct span value, size_t at)
{
	size_t from = at;

	for (;;) {
		size_t len;

		while (value.len - at >= 8 && !has_special(eight_at(value.ptr + at)))
			at += 8;
		if (value.len - at < 8 && ends_plain(value, at))
			return value.len - from;
		while (at < value.len && value.ptr[at] >= ' ' && value.ptr[at] <= '~' &&
		       value.ptr[at] != '"' && value.ptr[at] != '\\')
			at++;
		if (at == value.len || value.ptr[at] == '"' || value.ptr[at] == '\\')
			return at - from;
		len = visible_length(value, at);
		if (len == 0)
			return at - from;
		at += len;
	}
}

/* A key that is plain: nearly all are. */
static void add_plain_key(struct buf *out, const char *key, size_t len)
{
	char *at = buf_reserve(out, len + 3);

	at[0] = '"';
	memcpy(at + 1, key, len);
	memcpy(at + 1 + len, "\":", 2);
	out->len += len + 3;
}

static void json_next(struct json *j, const char *key)
{
	size_t len;

	if (j->comma)
		buf_add_char(j->out, ',');
	j->comma = true;
	if (key == NULL)
		return;
	len = strlen(key);
	if (plain_length(span_of(key, len), 0) == len) {
		add_plain_key(j->out, key, len);
		return;
	}
	buf_add_char(j->out, '"');
	json_escape(j->out, span_of(key, len));
	buf_add(j->out, "\":", 2);
}

static void json_open(struct json *j, const char *key, char bracket)
{
	json_next(j, key);
	buf_add_char(j->out, bracket);
	j->comma = false;
}

static void json_close(struct json *j, char bracket)
{
	buf_add_char(j->out, bracket);
	j->comma = true;
}

void json_begin_object(struct json *j, const char *key)
{
	json_open(j, key, '{');
}

void json_end_object(struct json *j)
{
	json_close(j, '}');
}

void json_begin_array(struct json *j, const char *key)
{
	json_open(j, key, '[');
}

void json_end_array(struct json *j)
{
	json_close(j, ']');
}

void json_string(struct json *j, const char *key, const char *value)
{
	json_span(j, key, span_str(value));
}

void json_span(struct json *j, const char *key, struct span value)
{
	json_next(j, key);
	buf_add_char(j->out, '"');
	json_escape(j->out, value);
	buf_add_char(j->out, '"');
}

size_t json_begin_string(struct json *j, const char *key)
{
	json_next(j, key);
	buf_add_char(j->out, '"');
	return j->out->len;
}

void json_end_string(struct json *j, size_t begin)
{
	struct span text = span_slice(buf_span(j->out), begin, j->out->len);
	size_t plain = plain_length(text, 0);

	if (plain != text.len) {
		struct buf rest = { 0 };

		buf_add_span(&rest, span_slice(text, plain, text.len));
		j->out->len = begin + plain;
		json_escape(j->out, buf_span(&rest));
		buf_fini(&rest);
	}
	buf_add_char(j->out, '"');
}

void json_uint(struct json *j, const char *key, unsigned long long value)
{
	json_next(j, key);
	buf_add_uint(j->out, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	json_next(j, key);
	buf_add_str(j->out, value ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	json_next(j, key);
	buf_add_str(j->out, "null");
}

/* A code point of the first plane: all that is not visible lies there. */
static void escape_code(struct buf *out, uint32_t code)
{
	switch (code) {
	case '"':
	case '\\': buf_add(out, (const char[]){ '\\', (char)code }, 2); break;
	case '\n': buf_add(out, "\\n", 2); break;
	case '\r': buf_add(out, "\\r", 2); break;
	case '\t': buf_add(out, "\\t", 2); break;
	default: buf_printf(out, "\\u%04x", (unsigned)code); break;
	}
}

void json_escape(struct buf *out, struct span value)
{
	size_t at = 0;

	for (;;) {
		size_t plain = plain_length(value, at);
		size_t len;

		buf_add(out, value.ptr + at, plain);
		at += plain;
		if (at == value.len)
			return;
		len = utf8_length(value, at);
		if (len == 0)
			buf_add_str(out, "\xef\xbf\xbd");
		else
			escape_code(out, utf8_code(value, at));
		at += len != 0 ? len : 1;
	}
}
