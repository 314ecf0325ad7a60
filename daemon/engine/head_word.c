#include <purposed/engine/head_private.h>

#include <string.h>
#include <strings.h>

enum { TAG_MAX_BYTES = 96 };

/* --- Bytes ---------------------------------------------------------------------- */

#define IS_DIGIT(c) ((c) >= '0' && (c) <= '9')
#define IS_CAPITAL(c) ((c) >= 'A' && (c) <= 'Z')
#define IS_ALNUM(c) (IS_DIGIT(c) || IS_CAPITAL(c) || ((c) >= 'a' && (c) <= 'z'))
#define IS_HEX(c) (IS_DIGIT(c) || ((c) >= 'a' && (c) <= 'f') || ((c) >= 'A' && (c) <= 'F'))
#define JOINS_NUMBER(c)                                                                      \
	((c) == '.' || (c) == ':' || (c) == ',' || (c) == ';' || (c) == '/' || (c) == '+' || \
	 (c) == '-' || (c) == '_' || (c) == '#' || (c) == '|' || (c) == 'T' || (c) == 'Z')
#define JOINS_ADDRESS6(c) ((c) == ':' || (c) == '.' || (c) == '%' || (c) == ',')
#define JOINS_NAME(c) ((c) == '.' || (c) == '_' || (c) == '-')
#define JOINS_PLAIN(c) (JOINS_NAME(c) || (c) == '/' || (c) == '@' || (c) == '(' || (c) == ')')

#define BYTE(c)                                                                          \
	(((c) == ' ' || (c) == '\t' ? HEAD_BLANK : 0) | (IS_DIGIT(c) ? HEAD_DIGIT : 0) | \
	 (IS_DIGIT(c) || JOINS_NUMBER(c) ? HEAD_NUMBER : 0) |                            \
	 (IS_HEX(c) || JOINS_ADDRESS6(c) ? HEAD_ADDRESS6 : 0) |                          \
	 (IS_DIGIT(c) || IS_CAPITAL(c) || (c) == '-' || (c) == '_' ? HEAD_CIPHER : 0) |  \
	 (IS_ALNUM(c) || JOINS_NAME(c) || (c) == ':' ? HEAD_NAME : 0) |                  \
	 (IS_ALNUM(c) || JOINS_PLAIN(c) ? HEAD_PLAIN : 0) |                              \
	 (IS_ALNUM(c) || JOINS_NAME(c) || (c) == '@' ? HEAD_KEY : 0) |                   \
	 ((c) == ':' ? HEAD_COLON : 0) | ((c) == '.' ? HEAD_DOT : 0) |                   \
	 ((c) == '=' ? HEAD_EQUAL : 0))
#define BYTES4(c) BYTE(c), BYTE((c) + 1), BYTE((c) + 2), BYTE((c) + 3)
#define BYTES16(c) BYTES4(c), BYTES4((c) + 4), BYTES4((c) + 8), BYTES4((c) + 12)

/* Of other bytes than those of ASCII nothing in a head is made. */
const uint16_t head_bytes[256] = { BYTES16(0),	BYTES16(16), BYTES16(32), BYTES16(48),
				   BYTES16(64), BYTES16(80), BYTES16(96), BYTES16(112) };

static bool is_digit(char c)
{
	return (head_byte(c) & HEAD_DIGIT) != 0;
}

size_t head_word_end(struct span text, size_t pos)
{
	while (pos < text.len && (head_byte(text.ptr[pos]) & HEAD_BLANK) == 0)
		pos++;
	return pos;
}

size_t head_skip_blanks(struct span text, size_t pos)
{
	while (pos < text.len && (head_byte(text.ptr[pos]) & HEAD_BLANK) != 0)
		pos++;
	return pos;
}

struct word head_word_at(struct span text, size_t pos)
{
	unsigned all = ~0U;
	unsigned some = 0;
	size_t end = pos;

	for (; end < text.len; end++) {
		unsigned byte = head_byte(text.ptr[end]);

		if ((byte & HEAD_BLANK) != 0)
			break;
		all &= byte;
		some |= byte;
	}
	return (struct word){ span_slice(text, pos, end), end, all, some };
}

static size_t count(struct span text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == c;
	return n;
}

/* --- Words ---------------------------------------------------------------------- */

bool head_is_clock(const struct word *word)
{
	struct span text = word->text;
	const char *colon;

	if (!head_is_number(word) || !head_has(word, HEAD_COLON))
		return false;
	colon = memchr(text.ptr, ':', text.len);
	return colon != text.ptr && is_digit(colon[-1]) && colon + 1 != text.ptr + text.len &&
	       is_digit(colon[1]);
}

bool head_is_address6(const struct word *word)
{
	return head_is_all(word, HEAD_ADDRESS6) && count(word->text, ':') >= 2;
}

bool head_is_cipher(const struct word *word)
{
	return head_is_all(word, HEAD_CIPHER) &&
	       count(word->text, '-') + count(word->text, '_') >= 2;
}

struct name {
	const char *text;
	size_t len;
};

/* What levels are called, by the first letter. */
#define NAME(text)                       \
	{                                \
		(text), sizeof(text) - 1 \
	}
static const struct name levels['z' - 'a' + 1][5] = {
	['a' - 'a'] = { NAME("alert") },
	['c' - 'a'] = { NAME("critical"), NAME("crit") },
	['d' - 'a'] = { NAME("debug"), NAME("d,") },
	['e' - 'a'] = { NAME("error"), NAME("err"), NAME("emerg"), NAME("e,") },
	['f' - 'a'] = { NAME("fatal"), NAME("fine"), NAME("f,") },
	['i' - 'a'] = { NAME("info"), NAME("information"), NAME("i,") },
	['l' - 'a'] = { NAME("log") },
	['n' - 'a'] = { NAME("notice") },
	['p' - 'a'] = { NAME("panic") },
	['s' - 'a'] = { NAME("severe") },
	['t' - 'a'] = { NAME("trace") },
	['w' - 'a'] = { NAME("warn"), NAME("warning"), NAME("w,") },
};

bool head_is_level(const struct word *word)
{
	struct span text = word->text;
	unsigned letter = text.len < 2 ? 0 : (unsigned char)text.ptr[0] | 0x20U;

	if (letter < 'a' || letter > 'z')
		return false;
	if (text.ptr[text.len - 1] == ':')
		text.len--;
	for (const struct name *level = levels[letter - 'a']; level->len != 0; level++) {
		if (text.len == level->len && (text.ptr[1] | 0x20) == level->text[1] &&
		    strncasecmp(text.ptr, level->text, text.len) == 0)
			return true;
	}
	return false;
}

/* ":443", or what is left of one. */
static bool is_port(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i]) && text.ptr[i] != ':')
			return false;
	}
	return true;
}

bool head_is_name(const struct word *word)
{
	static const char self[] = "localhost";
	struct span text = word->text;
	const char *colon;
	size_t len = text.len;

	if (!head_has(word, HEAD_DOT | HEAD_COLON))
		return span_is(text, self);
	if ((word->all & HEAD_NAME) == 0)
		return false;
	colon = memchr(text.ptr, ':', text.len);
	if (colon != NULL)
		len = (size_t)(colon - text.ptr);
	if (len == 0 || len > HEAD_NAME_MAX || text.ptr[0] == '.' || text.ptr[len - 1] == '.' ||
	    !is_port(span_slice(text, len, text.len)))
		return false;
	return text.len > len + 1 || head_has(word, HEAD_DOT) ||
	       span_is(span_slice(text, 0, len), self);
}

/* Whether bytes [start, end) of a word are plain. */
static bool is_plain_within(const struct word *word, size_t start, size_t end)
{
	struct word part = head_word_at(span_slice(word->text, start, end), 0);

	return head_is_plain(&part);
}

bool head_is_tag(const struct word *word)
{
	struct span text = word->text;
	size_t end = text.len - 1;
	const char *bracket;
	size_t number;

	if (text.len < 2 || text.len > TAG_MAX_BYTES || text.ptr[end] != ':')
		return false;
	if (text.ptr[end - 1] != ']')
		return is_plain_within(word, 0, end);
	bracket = memchr(text.ptr, '[', end);
	if (bracket == NULL)
		return false;
	number = (size_t)(bracket - text.ptr) + 1;
	return is_plain_within(word, 0, number - 1) && is_plain_within(word, number, end - 1);
}

/* --- Times ---------------------------------------------------------------------- */

bool head_is_month(const char *at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t i = 0; i < 12; i++) {
		if (memcmp(at, months + 3 * i, 3) == 0)
			return true;
	}
	return false;
}

/* What "12/Mar/2024" and "12/Mar/2024:08:01:02" begin with. */
bool head_is_date(const struct word *word)
{
	struct span text = word->text;
	size_t day = 0;

	while (day < text.len && is_digit(text.ptr[day]))
		day++;
	if (day == 0 || day > 2 || text.len < day + 9 || text.ptr[day] != '/' ||
	    !head_is_month(text.ptr + day + 1) || text.ptr[day + 4] != '/')
		return false;
	for (size_t i = day + 5; i < text.len; i++) {
		if (!is_digit(text.ptr[i]) && text.ptr[i] != ':' && text.ptr[i] != '.')
			return false;
	}
	return true;
}
