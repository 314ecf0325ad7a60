#include <purposed/base/visible.h>

#include <stdint.h>

#include <purposed/base/utf8.h>

enum { ESCAPED_BYTES = 4 }; /* \xHH */

/* Beyond ASCII: Unicode's general categories Cc, Zl and Zp, and its property Bidi_Control. */
static bool is_obeyed(uint32_t code)
{
	return (code >= 0x80 && code <= 0x9f) || code == 0x61c || code == 0x200e ||
	       code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

size_t visible_length(struct span text, size_t at)
{
	unsigned char c = at < text.len ? (unsigned char)text.ptr[at] : 0;
	size_t len;

	if (c < 0x80) /* most are */
		return c >= 0x20 && c != 0x7f ? 1 : 0;
	len = utf8_length(text, at);
	return len != 0 && !is_obeyed(utf8_code(text, at)) ? len : 0;
}

size_t visible_copy(char *out, size_t cap, struct span text)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0;

	for (size_t at = 0; at < text.len;) {
		unsigned char c = (unsigned char)text.ptr[at];
		const char escaped[ESCAPED_BYTES] = { '\\', 'x', hex[c >> 4], hex[c & 15] };
		size_t taken = visible_length(text, at);
		size_t len = taken != 0 ? taken : ESCAPED_BYTES;

		if (cap - used < len)
			break;
		memcpy(out + used, taken != 0 ? text.ptr + at : escaped, len);
		used += len;
		at += taken != 0 ? taken : 1;
	}
	return used;
}

void visible_add(struct buf *out, struct span text)
{
	size_t most = ESCAPED_BYTES * text.len;

	out->len += visible_copy(buf_reserve(out, most), most, text);
}
