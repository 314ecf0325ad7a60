/*
 * A buf that grows takes a new block and overwrites the old one: realloc(3)
 * would leave a copy of its bytes to whoever is given that memory next.  It is
 * the whole block, since what len has shrunk from stands behind it; by doubling
 * that costs a byte of wiping for each byte that was ever added.
 */
#include <purposed/base/buf.h>

#include <stdio.h>
#include <stdlib.h>

#include <purposed/base/mem.h>

void buf_fini(struct buf *b)
{
	mem_wipe(b->ptr, b->cap);
	free(b->ptr);
	*b = (struct buf){ 0 };
}

void buf_wipe(struct buf *b)
{
	mem_wipe(b->ptr, b->cap);
	b->len = 0;
}

char *buf_grow(struct buf *b, size_t extra)
{
	size_t cap = b->cap != 0 ? b->cap : 256;
	size_t len = b->len;
	char *grown;

	while (cap - b->len < extra)
		cap *= 2;
	grown = mem_resize(NULL, cap, 1);
	if (b->ptr != NULL)
		memcpy(grown, b->ptr, len);
	buf_fini(b);
	*b = (struct buf){ .ptr = grown, .len = len, .cap = cap };
	return b->ptr + len;
}

void buf_add_uint(struct buf *b, unsigned long long n)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";
	char digits[20];
	size_t at = sizeof(digits);

	for (; n >= 100; n /= 100)
		memcpy(digits + (at -= 2), pairs + n % 100 * 2, 2);
	if (n >= 10)
		memcpy(digits + (at -= 2), pairs + n * 2, 2);
	else
		digits[--at] = (char)('0' + n);
	buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(b, format, args);
	va_end(args);
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len > 0) {
		vsnprintf(buf_reserve(b, (size_t)len + 1), (size_t)len + 1, format, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

const char *buf_str(struct buf *b)
{
	*buf_reserve(b, 1) = '\0';
	return b->ptr;
}
