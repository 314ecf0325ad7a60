#include <purposed/io/position.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <purposed/base/mem.h>

void position_add_escaped(struct buf *out, struct span name, bool slashes)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.ptr[i];

		if (c > 0x20 && c < 0x7f && c != '%' && (c != '/' || !slashes))
			buf_add_char(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* NULL: it is not in that form. */
static char *unescape(struct span text)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < text.len; i++) {
		int c = (unsigned char)text.ptr[i];

		if (c == '%') {
			int high = i + 2 < text.len ? digit(text.ptr[i + 1]) : -1;
			int low = high >= 0 ? digit(text.ptr[i + 2]) : -1;

			c = low >= 0 ? high * 16 + low : 0;
			i += 2;
		}
		if (c == 0) {
			buf_fini(&out);
			return NULL;
		}
		buf_add_char(&out, (char)c);
	}
	buf_str(&out);
	return out.ptr;
}

void position_add(struct buf *out, const struct position *p)
{
	buf_printf(out, "%s %" PRIu64 " %" PRIu64 " %lld %lld %zu %016" PRIx64 " ",
		   p->copy ? "copy" : "file", p->device, p->inode, p->at, p->line, p->print.len,
		   p->print.hash);
	position_add_escaped(out, span_str(p->path), false);
	buf_add_char(out, '\n');
}

/* The next word of a line, without the space behind it; empty at its end. */
static struct span next_word(struct span *line)
{
	const char *space = line->len != 0 ? memchr(line->ptr, ' ', line->len) : NULL;
	size_t len = space != NULL ? (size_t)(space - line->ptr) : line->len;
	struct span word = span_of(line->ptr, len);

	*line = span_slice(*line, len + (space != NULL), line->len);
	return word;
}

/* A number without sign; false: it is none, or too large. */
static bool read_number(struct span *line, int base, uint64_t max, uint64_t *number_r)
{
	struct span word = next_word(line);
	char text[24];
	char *end;

	if (!span_copy(text, sizeof(text), word) || !isxdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*number_r = strtoull(text, &end, base);
	return errno == 0 && *end == '\0' && *number_r <= max;
}

int position_read(struct position *position_r, struct span line)
{
	struct span what = next_word(&line);
	struct position p = { .copy = span_is(what, "copy") };
	uint64_t at;
	uint64_t line_at;
	uint64_t len;

	if (!p.copy && !span_is(what, "file"))
		return -1;
	if (!read_number(&line, 10, UINT64_MAX, &p.device) ||
	    !read_number(&line, 10, UINT64_MAX, &p.inode) ||
	    !read_number(&line, 10, INT64_MAX, &at) || !read_number(&line, 10, at, &line_at) ||
	    !read_number(&line, 10, FINGERPRINT_BYTES, &len) ||
	    !read_number(&line, 16, UINT64_MAX, &p.print.hash) || line.len == 0)
		return -1;
	p.at = (long long)at;
	p.line = (long long)line_at;
	p.print.len = (size_t)len;
	p.path = unescape(line);
	if (p.path == NULL)
		return -1;
	*position_r = p;
	return 0;
}

void position_fini(struct position *position)
{
	free(position->path);
	position->path = NULL;
}
