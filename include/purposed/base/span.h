/*
 * span: borrowed bytes with their length.
 *
 * Not NUL-terminated, may hold any byte, NUL included.  Whoever hands out a
 * span says until when its bytes live.  An empty span may have a NULL ptr.
 */
#ifndef PURPOSED_BASE_SPAN_H
#define PURPOSED_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *ptr;
	size_t len;
};

static inline struct span span_of(const char *ptr, size_t len)
{
	return (struct span){ .ptr = ptr, .len = len };
}

/* The bytes of a C string without its NUL; they live as long as str. */
static inline struct span span_str(const char *str)
{
	return span_of(str, strlen(str));
}

/* Bytes [start, end) of s; the caller guarantees start <= end <= s.len. */
static inline struct span span_slice(struct span s, size_t start, size_t end)
{
	return span_of(s.ptr + start, end - start);
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_is(struct span s, const char *str)
{
	return span_equal(s, span_str(str));
}

static inline bool span_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && memcmp(s.ptr, prefix, n) == 0;
}

/* Copies s as a C string into out, cap bytes; false: it does not fit, or holds a NUL. */
static inline bool span_copy(char *out, size_t cap, struct span s)
{
	if (s.len >= cap || (s.len != 0 && memchr(s.ptr, '\0', s.len) != NULL))
		return false;
	if (s.len != 0)
		memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
	return true;
}

/* Where the line starts that byte at of s belongs to, or would if there was one more. */
static inline size_t span_line_start(struct span s, size_t at)
{
	const char *lf = at != 0 ? (const char *)memrchr(s.ptr, '\n', at) : NULL;

	return lf != NULL ? (size_t)(lf - s.ptr) + 1 : 0;
}

#endif
