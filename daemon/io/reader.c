/*
 * What all readers have in common: peeking, final ends, and the meter.
 *
 * The ratio is judged here, at every level against the bytes of the file, and
 * not by each decoder against its own input: a bomb is often two modest layers
 * (deflate alone ends at 1,032 to one), and an archive of a thousand small
 * bombs is one as well.
 */
#include <purposed/io/reader.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

int fault_set(struct fault *f, enum fault_kind kind, const char *format, ...)
{
	va_list args;

	if (f->kind != FAULT_NONE)
		return -1;
	f->kind = kind;
	va_start(args, format);
	vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
	return -1;
}

void reader_init(struct reader *r, const struct reader_class *class, struct meter *meter,
		 unsigned level)
{
	*r = (struct reader){ .class = class, .meter = meter, .level = level };
}

int reader_too_large(struct fault *f, uint64_t need, size_t allowed, size_t limit)
{
	enum { MIB = 1 << 20 };
	size_t around = limit - allowed;

	need += around;
	return fault_set(f, FAULT_REFUSED,
			 "needs %llu MiB to decode%s, limits.decoder_bytes allows %zu MiB",
			 (unsigned long long)need / MIB + (need % MIB != 0),
			 around != 0 ? " together with what it is in" : "", limit / MIB);
}

uint64_t reader_number(const unsigned char *bytes, size_t len)
{
	uint64_t value = 0;

	while (len > 0)
		value = value << 8 | bytes[--len];
	return value;
}

/* Counts what came up; -1 when it is too much for the little that was read of the file. */
static int metered(struct reader *r, size_t len)
{
	struct meter *m = r->meter;

	m->bytes[r->level] += len;
	if (r->level == 0 || m->bytes[r->level] < m->ratio_from_bytes ||
	    m->bytes[r->level] / m->ratio_max < m->bytes[0])
		return 0;
	return fault_set(&r->fault, FAULT_REFUSED,
			 "unpacks to more than %llu times its size, limits.archive_ratio allows "
			 "no more: an archive bomb?",
			 (unsigned long long)m->ratio_max);
}

static ssize_t read_below(struct reader *r, void *buf, size_t cap)
{
	ssize_t n = 0;

	if (!r->ended && r->fault.kind == FAULT_NONE)
		n = r->class->read(r, buf, cap);
	if (n > 0 && metered(r, (size_t)n) == 0)
		return n;
	if (n > 0)
		mem_wipe(buf, (size_t)n);
	r->ended = true;
	return r->fault.kind != FAULT_NONE ? -1 : 0;
}

ssize_t reader_read(struct reader *r, void *buf, size_t cap)
{
	size_t len = r->ahead_len - r->ahead_at;

	if (len == 0)
		return read_below(r, buf, cap);
	if (len > cap)
		len = cap;
	memcpy(buf, r->ahead + r->ahead_at, len);
	r->ahead_at += len;
	return (ssize_t)len;
}

size_t reader_peek(struct reader *r, size_t len, const unsigned char **bytes_r)
{
	if (r->ahead == NULL)
		r->ahead = mem_new(READER_PEEK_MAX, 1);
	while (r->ahead_len < len) {
		ssize_t n = read_below(r, r->ahead + r->ahead_len, len - r->ahead_len);

		if (n <= 0)
			break;
		r->ahead_len += (size_t)n;
	}
	*bytes_r = r->ahead;
	return r->ahead_len;
}

void reader_free(struct reader **r)
{
	if (*r == NULL)
		return;
	if ((*r)->ahead != NULL)
		mem_wipe((*r)->ahead, READER_PEEK_MAX);
	free((*r)->ahead);
	(*r)->class->free(*r);
	*r = NULL;
}
