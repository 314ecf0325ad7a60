#include <purposed/io/position.h>

#include <inttypes.h>
#include <stdio.h>
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

int position_read(struct position *position_r, struct span line)
{
	struct position p = { 0 };
	char *text = mem_span_string(line);
	int used = 0;
	char what[5] = "";
	int n = sscanf(text, "%4s %" SCNu64 " %" SCNu64 " %lld %lld %zu %" SCNx64 " %n", what,
		       &p.device, &p.inode, &p.at, &p.line, &p.print.len, &p.print.hash, &used);

	p.copy = strcmp(what, "copy") == 0;
	if (n == 7 && (p.copy || strcmp(what, "file") == 0) && used != 0 && p.line >= 0 &&
	    p.at >= p.line && p.print.len <= FINGERPRINT_BYTES)
		p.path = unescape(span_slice(line, (size_t)used, line.len));
	free(text);
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
