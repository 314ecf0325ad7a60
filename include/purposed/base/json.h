/*
 * json: writes JSON (RFC 8259) into a buf.
 *
 * The writer puts the commas: say what comes next, nothing else.  Strings are
 * valid UTF-8 on output whatever goes in: a byte that is not part of a valid
 * sequence becomes U+FFFD.  What is not visible (visible.h) is escaped: a JSON
 * line that somebody looks at must not drive the terminal either.
 */
#ifndef PURPOSED_BASE_JSON_H
#define PURPOSED_BASE_JSON_H

#include <stdbool.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>

struct json {
	struct buf *out; /* borrowed */
	bool comma;	 /* a value stands before the next one */
};

static inline struct json json_to(struct buf *out)
{
	return (struct json){ .out = out, .comma = false };
}

/* key is written escaped; NULL inside arrays and at the top. */
void json_begin_object(struct json *j, const char *key);
void json_end_object(struct json *j);
void json_begin_array(struct json *j, const char *key);
void json_end_array(struct json *j);
void json_string(struct json *j, const char *key, const char *value);
void json_span(struct json *j, const char *key, struct span value);
void json_uint(struct json *j, const char *key, unsigned long long value);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);

/*
 * A string in pieces: what is added to j->out between the two calls is its text, not
 * escaped yet.  The second one is told what the first has returned.
 */
size_t json_begin_string(struct json *j, const char *key);
void json_end_string(struct json *j, size_t begin);

/* The bytes of value as the inside of a JSON string, without the quotes. */
void json_escape(struct buf *out, struct span value);

#endif
