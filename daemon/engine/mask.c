/* Samples: what is shown of a value. */
#include <purposed/engine/mask.h>

#include <string.h>

#include <purposed/base/visible.h>

/* The first character of text, where it can be shown, and stars for the rest. */
static void mask_start(struct buf *out, struct span text)
{
	size_t first = text.len > 1 ? visible_length(text, 0) : 0;

	if (first != 0 && text.ptr[0] != ' ')
		buf_add(out, text.ptr, first);
	buf_add_str(out, "***");
}

static size_t last_of(struct span text, char c)
{
	size_t at = text.len;

	while (at > 0 && text.ptr[at - 1] != c)
		at--;
	return at; /* behind c; 0: there is none */
}

static void mask_email(struct buf *out, struct span value)
{
	size_t host = last_of(value, '@');
	size_t top = last_of(value, '.');

	if (host == 0) {
		mask_start(out, value);
		return;
	}
	mask_start(out, span_slice(value, 0, host - 1));
	buf_add_char(out, '@');
	mask_start(out, span_slice(value, host, value.len));
	if (top > host) {
		buf_add_char(out, '.');
		for (size_t i = top; i < value.len; i++) {
			char c = value.ptr[i];

			buf_add_char(out, c > ' ' && c < 0x7f ? c : '?');
		}
	}
}

static void mask_url(struct buf *out, struct span value)
{
	size_t at = 0;

	while (at < value.len && value.ptr[at] >= 'A' && value.ptr[at] <= 'z')
		at++;
	if (at == 0 || value.len - at < 3 || memcmp(value.ptr + at, "://", 3) != 0) {
		mask_start(out, value);
		return;
	}
	buf_add(out, value.ptr, at + 3);
	mask_start(out, span_slice(value, at + 3, value.len));
}

bool mask_sample(struct buf *out, struct element element, struct span value)
{
	switch (element.sample) {
	case SAMPLE_NONE: return false;
	case SAMPLE_EMAIL: mask_email(out, value); break;
	case SAMPLE_URL: mask_url(out, value); break;
	case SAMPLE_START: mask_start(out, value); break;
	}
	return true;
}
