/*
 * buf: bytes that grow, for building output.
 *
 * Storage is the caller's struct; zero-initialise it ({ 0 }) and release it
 * with buf_fini.  Growing never fails (see mem.h).  Most bufs hold bytes of
 * records, so memory that a buf lets go of, by buf_fini or by growing, is
 * overwritten.  One that is kept for the next record is not: see buf_wipe.
 */
#ifndef PURPOSED_BASE_BUF_H
#define PURPOSED_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include <purposed/base/span.h>

struct buf {
	char *ptr;
	size_t len;
	size_t cap;
};

/* Overwrites and releases the bytes; the buf is empty and usable again. */
void buf_fini(struct buf *b);

/*
 * Overwrites every byte ever held, then empties; capacity is kept.  For a large
 * buf of which little is used, mem_wipe of what was used is cheaper.
 */
void buf_wipe(struct buf *b);

static inline void buf_clear(struct buf *b)
{
	b->len = 0;
}

static inline struct span buf_span(const struct buf *b)
{
	return span_of(b->ptr, b->len);
}

/* Makes room for extra more bytes behind len; returns where they go. */
char *buf_grow(struct buf *b, size_t extra);

/* The same where there may be room already.  Inline: output is made of small pieces. */
static inline char *buf_reserve(struct buf *b, size_t extra)
{
	return b->ptr != NULL && b->cap - b->len >= extra ? b->ptr + b->len : buf_grow(b, extra);
}

static inline void buf_add(struct buf *b, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	memcpy(buf_reserve(b, len), bytes, len);
	b->len += len;
}

static inline void buf_add_span(struct buf *b, struct span s)
{
	buf_add(b, s.ptr, s.len);
}

static inline void buf_add_str(struct buf *b, const char *str)
{
	buf_add(b, str, strlen(str));
}

static inline void buf_add_char(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->len++;
}

void buf_add_uint(struct buf *b, unsigned long long n);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* The bytes as a C string, valid until the next change of b. */
const char *buf_str(struct buf *b);

#endif
