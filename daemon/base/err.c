/*
 * Messages are kept as one text.  Past ERR_KEPT_MAX they are only counted: a
 * policy with thousands of cells can be wrong in thousands of ways.
 */
#include <purposed/base/err.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ERR_KEPT_MAX = 1000 };

/* Adds one message, and its end: what it quotes may have line breaks, a message has none. */
__attribute__((format(printf, 2, 0))) static void add_line(struct buf *text, const char *format,
							   va_list args)
{
	size_t start = text->len;

	buf_vprintf(text, format, args);
	if (text->len > start && text->ptr[text->len - 1] == '\n')
		text->len--;
	for (size_t i = start; i < text->len; i++) {
		if (text->ptr[i] == '\n')
			text->ptr[i] = ' ';
	}
	buf_add_char(text, '\n');
}

void err_fini(struct err *e)
{
	buf_fini(&e->text);
	e->count = 0;
}

void err_add(struct err *e, const char *format, ...)
{
	va_list args;

	if (e->count++ >= ERR_KEPT_MAX)
		return;
	va_start(args, format);
	add_line(&e->text, format, args);
	va_end(args);
}

void err_at(struct err *e, const char *file, unsigned line, const char *format, ...)
{
	va_list args;

	if (e->count++ >= ERR_KEPT_MAX)
		return;
	if (line != 0)
		buf_printf(&e->text, "%s:%u: ", file, line);
	else
		buf_printf(&e->text, "%s: ", file);
	va_start(args, format);
	add_line(&e->text, format, args);
	va_end(args);
}

void err_errno(struct err *e, const char *format, ...)
{
	int code = errno;
	va_list args;

	if (e->count++ < ERR_KEPT_MAX) {
		va_start(args, format);
		add_line(&e->text, format, args);
		va_end(args);
		e->text.len--;
		buf_printf(&e->text, ": %s\n", strerror(code));
	}
	errno = code;
}

/* What a message quotes (a file name, an argument) must not drive the terminal. */
static void add_visible(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_add_char(out, (char)c);
	}
}

void err_print(const struct err *e)
{
	struct span text = buf_span(&e->text);
	struct buf out = { 0 };

	for (size_t at = 0; at < text.len;) {
		const char *lf = memchr(text.ptr + at, '\n', text.len - at);
		size_t end = (size_t)(lf - text.ptr);

		buf_add_str(&out, "purposed: ");
		add_visible(&out, span_slice(text, at, end));
		buf_add_char(&out, '\n');
		at = end + 1;
	}
	if (e->count > ERR_KEPT_MAX)
		buf_printf(&out, "purposed: and %zu more errors\n", e->count - ERR_KEPT_MAX);
	if (out.len != 0)
		fwrite(out.ptr, 1, out.len, stderr);
	buf_fini(&out);
}
