/*
 * The escapes, one by one: how each kind is written (decode.h), what bytes it stands for,
 * and where in a text the next one is.
 */
#include <purposed/engine/decode_private.h>

#include <endian.h>
#include <string.h>

#include <purposed/base/utf8.h>

const char decode_escapes[] = "%(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})"
			      "|\\\\(?:[\"'\\\\/nrt]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})"
			      "|&(?:#[0-9xX]|[A-Za-z]{2,6};)"
			      "|[^\\x00- \"'<>]\\+"
			      "|\\x1b\\[|(?:^|[^\\x00])\\x00|\\xc2\\xa0|\\xe2\\x80[\\x80-\\xaf]";

enum { NAME_MAX_BYTES = 8, DOMAIN_MAX = 15, SEQUENCE_MAX = 40 };

static bool begins_escape(char c)
{
	return c == '%' || c == '\\' || c == '&' || c == '+' || c == '\x1b' || c == '\0' ||
	       c == '\xc2' || c == '\xe2';
}

/* By byte: what it is as a hex digit, and one more; 0: it is none. */
static const unsigned char hex_digits[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static int hex_value(char c)
{
	return hex_digits[(unsigned char)c] - 1;
}

/* The value of n hex digits at text[at], or -1. */
static long hex_number(struct span text, size_t at, size_t n)
{
	long value = 0;

	if (at + n > text.len)
		return -1;
	for (size_t i = at; i < at + n; i++) {
		int digit = hex_value(text.ptr[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static struct decode_escape escape_byte(size_t len, long byte)
{
	return (struct decode_escape){ .len = len, .bytes = { (char)byte }, .n_bytes = 1 };
}

static struct decode_escape escape_code(size_t len, uint32_t code)
{
	struct decode_escape escape = { .len = len };

	escape.n_bytes = utf8_encode(code, escape.bytes);
	if (escape.n_bytes == 0)
		escape.len = 0;
	return escape;
}

/* HHHH at text[at] behind a prefix of that length, joined with a low surrogate behind it. */
static struct decode_escape escape_utf16(struct span text, size_t at, size_t prefix)
{
	long unit = hex_number(text, at + prefix, 4);
	long low;
	size_t len = prefix + 4;

	if (unit < 0)
		return (struct decode_escape){ 0 };
	if (unit < 0xd800 || unit > 0xdfff)
		return escape_code(len, (uint32_t)unit);
	if (unit > 0xdbff || at + 2 * len > text.len ||
	    memcmp(text.ptr + at, text.ptr + at + len, prefix) != 0)
		return (struct decode_escape){ 0 };
	low = hex_number(text, at + len + prefix, 4);
	if (low < 0xdc00 || low > 0xdfff)
		return (struct decode_escape){ 0 };
	return escape_code(2 * len, (uint32_t)(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)));
}

int decode_percent(struct span text, size_t at)
{
	int high;
	int low;

	if (text.len - at < 3 || text.ptr[at] != '%')
		return -1;
	high = hex_value(text.ptr[at + 1]);
	low = hex_value(text.ptr[at + 2]);
	return high >= 0 && low >= 0 ? high * 16 + low : -1;
}

static struct decode_escape escape_percent(struct span text, size_t at)
{
	int byte = decode_percent(text, at);

	if (byte >= 0)
		return escape_byte(3, byte);
	if (at + 1 < text.len && text.ptr[at + 1] == 'u')
		return escape_utf16(text, at, 2);
	return (struct decode_escape){ 0 };
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether a name in capitals ends before byte at: of a Windows domain, as NetBIOS has it. */
static bool ends_domain(struct span text, size_t at)
{
	size_t start = at;

	while (start > 0 && (is_capital(text.ptr[start - 1]) || is_digit(text.ptr[start - 1]) ||
			     text.ptr[start - 1] == '-'))
		start--;
	return at - start >= 2 && at - start <= DOMAIN_MAX && is_capital(text.ptr[start]) &&
	       (start == 0 || (!begins_escape(text.ptr[start - 1]) && text.ptr[start - 1] != ';' &&
			       text.ptr[start - 1] != '_' &&
			       !(text.ptr[start - 1] >= 'a' && text.ptr[start - 1] <= 'z')));
}

/*
 * CITY\u10432 is an account of digits, and no letter of Georgia behind a word in capitals:
 * what comes there in earnest is Latin (below 0x250), or a sign (0x2000 to 0x2bff).
 */
static bool is_account(struct span text, size_t at)
{
	long code = hex_number(text, at + 2, 4);

	if (code < 0x250 || (code >= 0x2000 && code <= 0x2bff))
		return false;
	for (size_t i = at + 2; i < at + 6; i++) {
		if (!is_digit(text.ptr[i]))
			return false;
	}
	return ends_domain(text, at);
}

static struct decode_escape escape_backslash(struct span text, size_t at)
{
	long byte;

	if (at + 1 >= text.len)
		return (struct decode_escape){ 0 };
	switch (text.ptr[at + 1]) {
	case '"':
	case '\'':
	case '\\':
	case '/': return escape_byte(2, text.ptr[at + 1]);
	case 'n': return escape_byte(2, '\n');
	case 'r': return escape_byte(2, '\r');
	case 't': return escape_byte(2, '\t');
	case 'u':
		return !is_account(text, at) ? escape_utf16(text, at, 2)
					     : (struct decode_escape){ 0 };
	case 'x':
		byte = hex_number(text, at + 2, 2);
		return byte >= 0 ? escape_byte(4, byte) : (struct decode_escape){ 0 };
	default: return (struct decode_escape){ 0 };
	}
}

/* &#64; or &#x40; */
static struct decode_escape escape_numeric_reference(struct span text, size_t at)
{
	size_t i = at + 2;
	bool hex = i < text.len && (text.ptr[i] == 'x' || text.ptr[i] == 'X');
	uint32_t code = 0;
	size_t digits = 0;

	if (hex)
		i++;
	for (; i < text.len && digits < 7; i++, digits++) {
		int digit = hex_value(text.ptr[i]);

		if (digit < 0 || (!hex && digit > 9))
			break;
		code = code * (hex ? 16 : 10) + (uint32_t)digit;
	}
	if (digits == 0 || i >= text.len || text.ptr[i] != ';')
		return (struct decode_escape){ 0 };
	return escape_code(i + 1 - at, code);
}

static struct decode_escape escape_reference(struct span text, size_t at)
{
	/* The names that web frameworks write, of the HTML standard's 2,231. */
	static const struct {
		const char *name;
		uint32_t code;
	} names[] = {
		{ "&amp;", '&' },     { "&lt;", '<' },	    { "&gt;", '>' },
		{ "&quot;", '"' },    { "&apos;", '\'' },   { "&nbsp;", 0xa0 },
		{ "&commat;", '@' },  { "&plus;", '+' },    { "&period;", '.' },
		{ "&agrave;", 0xe0 }, { "&acirc;", 0xe2 },  { "&auml;", 0xe4 },
		{ "&ccedil;", 0xe7 }, { "&egrave;", 0xe8 }, { "&eacute;", 0xe9 },
		{ "&ecirc;", 0xea },  { "&euml;", 0xeb },   { "&iuml;", 0xef },
		{ "&icirc;", 0xee },  { "&ocirc;", 0xf4 },  { "&ouml;", 0xf6 },
		{ "&ugrave;", 0xf9 }, { "&ucirc;", 0xfb },  { "&uuml;", 0xfc },
		{ "&szlig;", 0xdf },  { "&Eacute;", 0xc9 }, { "&Egrave;", 0xc8 },
		{ "&Auml;", 0xc4 },   { "&Ouml;", 0xd6 },   { "&Uuml;", 0xdc },
	};
	struct span rest = span_slice(text, at, text.len);

	if (rest.len > 2 && rest.ptr[1] == '#')
		return escape_numeric_reference(text, at);
	/* Most '&' stand between the fields of a query: no name, which would end soon. */
	if (memchr(rest.ptr, ';', rest.len < NAME_MAX_BYTES ? rest.len : NAME_MAX_BYTES) == NULL)
		return (struct decode_escape){ 0 };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_starts(rest, names[i].name))
			return escape_code(strlen(names[i].name), names[i].code);
	}
	return (struct decode_escape){ 0 };
}

/* --- What looks like a blank, or like nothing ---------------------------------- */

/* The end of the bytes from text[at] on that lie between first and last. */
static size_t skip(struct span text, size_t at, char first, char last)
{
	while (at < text.len && text.ptr[at] >= first && text.ptr[at] <= last)
		at++;
	return at;
}

/* What a terminal is told (ECMA-48, 5.4: parameters, intermediate bytes, a final one). */
static struct decode_escape escape_sequence(struct span text, size_t at)
{
	struct span near =
		span_slice(text, 0, text.len - at < SEQUENCE_MAX ? text.len : at + SEQUENCE_MAX);
	size_t final;

	if (at + 1 >= near.len || near.ptr[at + 1] != '[')
		return (struct decode_escape){ 0 };
	final = skip(near, skip(near, at + 2, '0', '?'), ' ', '/');
	if (final >= near.len || near.ptr[final] < '@' || near.ptr[final] > '~')
		return (struct decode_escape){ 0 };
	return escape_byte(final + 1 - at, ' ');
}

/* The end of a string of C, or what a file is filled up with. */
static struct decode_escape escape_nul(struct span text, size_t at)
{
	return escape_byte(skip(text, at, '\0', '\0') - at, ' ');
}

/* Blanks of Unicode (category Z) but U+0020: those of typesetters, between groups of digits. */
static struct decode_escape escape_blank(struct span text, size_t at)
{
	struct span rest = span_slice(text, at, text.len);
	unsigned char last;

	if (span_starts(rest, "\xc2\xa0"))
		return escape_byte(2, ' ');
	if (!span_starts(rest, "\xe2\x80") || rest.len < 3)
		return (struct decode_escape){ 0 };
	last = (unsigned char)rest.ptr[2];
	if ((last >= 0x80 && last <= 0x8a) || last == 0xa8 || last == 0xa9 || last == 0xaf)
		return escape_byte(3, ' ');
	return (struct decode_escape){ 0 };
}

static struct decode_escape escape_at(struct span text, size_t at, struct decode_plus *plus)
{
	switch (text.ptr[at]) {
	case '%': return escape_percent(text, at);
	case '\\': return escape_backslash(text, at);
	case '&': return escape_reference(text, at);
	case '\x1b': return escape_sequence(text, at);
	case '\0': return escape_nul(text, at);
	case '\xc2':
	case '\xe2': return escape_blank(text, at);
	case '+':
		return decode_plus_is_space(text, at, plus) ? escape_byte(1, ' ')
							    : (struct decode_escape){ 0 };
	default: return (struct decode_escape){ 0 };
	}
}

/* Sixteen bytes, which every processor compares at once. */
typedef unsigned char some_bytes __attribute__((vector_size(16)));
typedef uint64_t two_words __attribute__((vector_size(16)));

/* All ones in each byte that may begin an escape; else 0. */
static two_words beginnings(const char *bytes)
{
	some_bytes b;

	memcpy(&b, bytes, sizeof(b));
	return (two_words)((b == '%') | (b == '\\') | (b == '&') | (b == '+') | (b == 0x1b) |
			   (b == 0) | (b == 0xc2) | (b == 0xe2));
}

/* Most of most records has none. */
size_t decode_find_beginning(struct span text, size_t at)
{
	for (; text.len - at >= sizeof(some_bytes); at += sizeof(some_bytes)) {
		two_words found = beginnings(text.ptr + at);

		if (found[0] != 0)
			return at + (size_t)__builtin_ctzll(le64toh(found[0])) / 8;
		if (found[1] != 0)
			return at + 8 + (size_t)__builtin_ctzll(le64toh(found[1])) / 8;
	}
	while (at < text.len && !begins_escape(text.ptr[at]))
		at++;
	return at;
}

struct decode_escape decode_next_escape(struct span text, size_t end, size_t *at,
					struct decode_plus *plus)
{
	struct span begins = span_slice(text, 0, end);
	struct decode_escape escape = { 0 };

	for (*at = decode_find_beginning(begins, *at); *at < end;
	     *at = decode_find_beginning(begins, *at + 1)) {
		escape = escape_at(text, *at, plus);
		if (escape.len != 0)
			break;
	}
	return escape;
}
