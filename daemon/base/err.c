/*
 * Messages are kept as one text.  Past ERR_KEPT_MAX they are only counted: a
 * policy with thousands of cells can be wrong in thousands of ways.
 */
#include <purposed/base/err.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <purposed/base/visible.h>

enum { ERR_KEPT_MAX = 1000 };

/* Takes over message.  What it quotes (a file name, an argument) may hold any byte. */
static void keep(struct err *e, struct buf *message)
{
	struct span text = buf_span(message);

	if (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	visible_add(&e->text, text);
	buf_add_char(&e->text, '\n');
	buf_fini(message);
}

void err_fini(struct err *e)
{
	buf_fini(&e->text);
	e->count = 0;
}

void err_add(struct err *e, const char *format, ...)
{
	struct buf message = { 0 };
	va_list args;

	if (e->count++ >= ERR_KEPT_MAX)
		return;
	va_start(args, format);
	buf_vprintf(&message, format, args);
	va_end(args);
	keep(e, &message);
}

void err_at(struct err *e, const char *file, unsigned line, const char *format, ...)
{
	struct buf message = { 0 };
	va_list args;

	if (e->count++ >= ERR_KEPT_MAX)
		return;
	if (line != 0)
		buf_printf(&message, "%s:%u: ", file, line);
	else
		buf_printf(&message, "%s: ", file);
	va_start(args, format);
	buf_vprintf(&message, format, args);
	va_end(args);
	keep(e, &message);
}

void err_errno(struct err *e, const char *format, ...)
{
	struct buf message = { 0 };
	int code = errno;
	va_list args;

	if (e->count++ < ERR_KEPT_MAX) {
		va_start(args, format);
		buf_vprintf(&message, format, args);
		va_end(args);
		buf_printf(&message, ": %s", strerror(code));
		keep(e, &message);
	}
	errno = code;
}

void err_append(struct err *e, const struct err *from)
{
	struct span text = buf_span(&from->text);
	size_t kept = 0;

	for (size_t at = 0; at < text.len && e->count + kept < ERR_KEPT_MAX; kept++) {
		const char *lf = memchr(text.ptr + at, '\n', text.len - at);
		size_t end = (size_t)(lf - text.ptr) + 1;

		buf_add_span(&e->text, span_slice(text, at, end));
		at = end;
	}
	e->count += from->count;
}

void err_print(const struct err *e)
{
	struct span text = buf_span(&e->text);
	struct buf out = { 0 };

	for (size_t at = 0; at < text.len;) {
		const char *lf = memchr(text.ptr + at, '\n', text.len - at);
		size_t end = (size_t)(lf - text.ptr) + 1;

		buf_add_str(&out, "purposed: ");
		buf_add_span(&out, span_slice(text, at, end));
		at = end;
	}
	if (e->count > ERR_KEPT_MAX)
		buf_printf(&out, "purposed: and %zu more errors\n", e->count - ERR_KEPT_MAX);
	if (out.len != 0)
		fwrite(out.ptr, 1, out.len, stderr);
	buf_fini(&out);
}
