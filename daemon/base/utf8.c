#include <purposed/base/utf8.h>

static unsigned byte_at(struct span s, size_t at)
{
	return at < s.len ? (unsigned char)s.ptr[at] : 0;
}

static int is_tail(unsigned byte)
{
	return (byte & 0xc0) == 0x80;
}

size_t utf8_length(struct span s, size_t at)
{
	unsigned a = byte_at(s, at);
	unsigned b = byte_at(s, at + 1);

	if (at >= s.len)
		return 0;
	if (a < 0x80)
		return 1;
	if (a >= 0xc2 && a <= 0xdf)
		return is_tail(b) ? 2 : 0;
	if (!is_tail(b) || !is_tail(byte_at(s, at + 2)))
		return 0;
	/* Second bytes that would be overlong, surrogates, or past U+10FFFF. */
	if ((a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f))
		return 0;
	if (a >= 0xe0 && a <= 0xef)
		return 3;
	if ((a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f))
		return 0;
	if (a >= 0xf0 && a <= 0xf4)
		return is_tail(byte_at(s, at + 3)) ? 4 : 0;
	return 0;
}

size_t utf8_start(struct span s, size_t at)
{
	if (!is_tail(byte_at(s, at))) /* nearly always */
		return at;
	for (size_t back = 1; back < 4 && back <= at; back++) {
		if (utf8_length(s, at - back) > back)
			return at - back;
	}
	return at;
}

uint32_t utf8_code(struct span s, size_t at)
{
	static const unsigned char head_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t len = utf8_length(s, at);
	uint32_t code = byte_at(s, at) & head_bits[len];

	for (size_t i = 1; i < len; i++)
		code = code << 6 | (byte_at(s, at + i) & 0x3f);
	return code;
}

size_t utf8_encode(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code >= 0xd800 && code <= 0xdfff)
		return 0;
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	if (code > 0x10ffff)
		return 0;
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}
