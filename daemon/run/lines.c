#include <purposed/run/lines.h>

#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

/* Whether there are bytes in the chunk. */
static bool fill(struct lines *l, struct err *e)
{
	ssize_t n;

	if (l->at < l->chunk.len)
		return true;
	if (l->ended)
		return false;
	buf_reserve(&l->chunk, CHUNK_BYTES);
	n = l->source.read(l->source.context, l->chunk.ptr, l->chunk.cap, e);
	l->at = 0;
	l->chunk.len = n > 0 ? (size_t)n : 0;
	l->ended = n <= 0;
	l->torn = n < 0;
	return n > 0;
}

static void keep(struct lines *l, struct span bytes)
{
	size_t room = l->max > l->kept.len ? l->max - l->kept.len : 0;

	buf_add(&l->kept, bytes.ptr, bytes.len < room ? bytes.len : room);
	l->len += bytes.len;
}

/* A line's end is LF or CR LF, as in framing.h. */
static void drop_carriage(struct lines *l, bool carriage)
{
	if (!carriage)
		return;
	l->len--;
	if (l->kept.len > l->len)
		l->kept.len = l->len;
}

bool lines_next(struct lines *l, struct err *e)
{
	bool carriage = false;

	buf_clear(&l->kept);
	l->len = 0;
	while (fill(l, e)) {
		struct span rest = span_slice(buf_span(&l->chunk), l->at, l->chunk.len);
		const char *lf = memchr(rest.ptr, '\n', rest.len);
		size_t n = lf != NULL ? (size_t)(lf - rest.ptr) : rest.len;

		keep(l, span_of(rest.ptr, n));
		if (n != 0)
			carriage = rest.ptr[n - 1] == '\r';
		l->at += n;
		if (lf != NULL) {
			l->at++;
			drop_carriage(l, carriage);
			l->number++;
			return true;
		}
	}
	l->number += l->len != 0;
	return l->len != 0;
}

void lines_fini(struct lines *l)
{
	buf_fini(&l->kept);
	buf_fini(&l->chunk);
}
