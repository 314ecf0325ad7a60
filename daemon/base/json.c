#include <purposed/base/json.h>

#include <purposed/base/utf8.h>
#include <purposed/base/visible.h>

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
	size_t plain = 0; /* bytes [plain, at) go out as they are, in one piece */
	size_t at = 0;

	while (at < value.len) {
		char c = value.ptr[at];
		size_t len = c >= ' ' && c <= '~' ? 1 : visible_length(value, at);

		if (len != 0 && c != '"' && c != '\\') {
			at += len;
			continue;
		}
		buf_add(out, value.ptr + plain, at - plain);
		len = utf8_length(value, at);
		if (len == 0)
			buf_add_str(out, "\xef\xbf\xbd");
		else
			escape_code(out, utf8_code(value, at));
		at += len != 0 ? len : 1;
		plain = at;
	}
	buf_add(out, value.ptr + plain, at - plain);
}
