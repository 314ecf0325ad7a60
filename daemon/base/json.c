#include <purposed/base/json.h>

#include <purposed/base/utf8.h>

static void json_next(struct json *j, const char *key)
{
	if (j->comma)
		buf_add_char(j->out, ',');
	j->comma = true;
	if (key != NULL) {
		buf_add_char(j->out, '"');
		json_escape(j->out, span_str(key));
		buf_add(j->out, "\":", 2);
	}
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

static void escape_control(struct buf *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	const char escaped[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

	switch (c) {
	case '\n': buf_add(out, "\\n", 2); break;
	case '\r': buf_add(out, "\\r", 2); break;
	case '\t': buf_add(out, "\\t", 2); break;
	default: buf_add(out, escaped, sizeof(escaped)); break;
	}
}

void json_escape(struct buf *out, struct span value)
{
	size_t plain = 0; /* bytes [plain, at) go out as they are, in one piece */
	size_t at = 0;

	while (at < value.len) {
		unsigned char c = (unsigned char)value.ptr[at];
		size_t len = c < 0x80 ? 1 : utf8_length(value, at);

		if (c >= 0x20 && c != 0x7f && c != '"' && c != '\\' && len != 0) {
			at += len;
			continue;
		}
		buf_add(out, value.ptr + plain, at - plain);
		if (len == 0)
			buf_add_str(out, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\')
			buf_add(out, (const char[]){ '\\', (char)c }, 2);
		else
			escape_control(out, c);
		plain = ++at;
	}
	buf_add(out, value.ptr + plain, at - plain);
}
