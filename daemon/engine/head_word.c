#include <purposed/engine/head_private.h>

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 255, TAG_MAX_BYTES = 96, LEVEL_MAX_BYTES = sizeof("information:") - 1 };

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
	 (IS_ALNUM(c) || JOINS_NAME(c) ? HEAD_NAME : 0) |                                \
	 (IS_ALNUM(c) || JOINS_PLAIN(c) ? HEAD_PLAIN : 0) |                              \
	 (IS_ALNUM(c) || JOINS_NAME(c) || (c) == '@' ? HEAD_KEY : 0))
#define BYTES4(c) BYTE(c), BYTE((c) + 1), BYTE((c) + 2), BYTE((c) + 3)
#define BYTES16(c) BYTES4(c), BYTES4((c) + 4), BYTES4((c) + 8), BYTES4((c) + 12)

/* Of other bytes than those of ASCII nothing in a head is made. */
static const uint8_t bytes[256] = { BYTES16(0),	 BYTES16(16), BYTES16(32), BYTES16(48),
				    BYTES16(64), BYTES16(80), BYTES16(96), BYTES16(112) };

unsigned head_byte(char c)
{
	return bytes[(unsigned char)c];
}

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
	size_t end = pos;

	for (; end < text.len; end++) {
		unsigned byte = head_byte(text.ptr[end]);

		if ((byte & HEAD_BLANK) != 0)
			break;
		all &= byte;
	}
	return (struct word){ span_slice(text, pos, end), end, all };
}

static bool is_all(struct word word, unsigned of)
{
	return word.text.len != 0 && (word.all & of) != 0;
}

/* Bytes [start, end) of a word. */
static struct word part_of(struct word word, size_t start, size_t end)
{
	return head_word_at(span_slice(word.text, start, end), 0);
}

static size_t count(struct span text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == c;
	return n;
}

/* --- Words ---------------------------------------------------------------------- */

bool head_is_number(struct word word)
{
	char first = word.text.len == 1 ? word.text.ptr[0] : '0';

	return is_all(word, HEAD_NUMBER) && first != 'T' && first != 'Z';
}

bool head_is_clock(struct word word)
{
	struct span text = word.text;
	const char *colon;

	if (!head_is_number(word))
		return false;
	colon = memchr(text.ptr, ':', text.len);
	return colon != NULL && colon != text.ptr && is_digit(colon[-1]) &&
	       colon + 1 != text.ptr + text.len && is_digit(colon[1]);
}

bool head_is_address6(struct word word)
{
	return is_all(word, HEAD_ADDRESS6) && count(word.text, ':') >= 2;
}

bool head_is_cipher(struct word word)
{
	return is_all(word, HEAD_CIPHER) && count(word.text, '-') + count(word.text, '_') >= 2;
}

bool head_is_level(struct word word)
{
	static const char *const levels[] = {
		"trace", "debug",    "info", "information", "notice", "warn",  "warning", "error",
		"err",	 "critical", "crit", "alert",	    "emerg",  "fatal", "panic",	  "severe",
		"fine",	 "log",	     "i,",   "d,",	    "w,",     "e,",    "f,"
	};
	struct span text = word.text;

	if (text.len < 2 || text.len > LEVEL_MAX_BYTES)
		return false;
	if (text.ptr[text.len - 1] == ':')
		text.len--;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if ((text.ptr[0] | 0x20) == levels[i][0] && text.len == strlen(levels[i]) &&
		    strncasecmp(text.ptr, levels[i], text.len) == 0)
			return true;
	}
	return false;
}

bool head_is_plain(struct word word)
{
	return is_all(word, HEAD_PLAIN) && word.text.len <= NAME_MAX_BYTES;
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

bool head_is_name(struct word word)
{
	static const char self[] = "localhost";
	struct span text = word.text;
	const char *colon = memchr(text.ptr, ':', text.len);
	size_t len = colon != NULL ? (size_t)(colon - text.ptr) : text.len;
	struct word name = colon != NULL ? part_of(word, 0, len) : word;

	if (!is_all(name, HEAD_NAME) || len > NAME_MAX_BYTES || text.ptr[0] == '.' ||
	    text.ptr[len - 1] == '.' || !is_port(span_slice(text, len, text.len)))
		return false;
	return text.len > len + 1 || (len == strlen(self) && memcmp(text.ptr, self, len) == 0) ||
	       memchr(text.ptr, '.', len) != NULL;
}

bool head_is_tag(struct word word)
{
	struct span text = word.text;
	size_t end = text.len - 1;
	const char *bracket;
	size_t number;

	if (text.len < 2 || text.len > TAG_MAX_BYTES || text.ptr[end] != ':')
		return false;
	bracket = memchr(text.ptr, '[', end);
	if (bracket == NULL)
		return head_is_plain(part_of(word, 0, end));
	number = (size_t)(bracket - text.ptr) + 1;
	return text.ptr[end - 1] == ']' && head_is_plain(part_of(word, 0, number - 1)) &&
	       head_is_plain(part_of(word, number, end - 1));
}

/* --- Times ---------------------------------------------------------------------- */

static bool is_month(const char *at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t i = 0; i < 12; i++) {
		if (memcmp(at, months + 3 * i, 3) == 0)
			return true;
	}
	return false;
}

/* What "12/Mar/2024" and "12/Mar/2024:08:01:02" begin with. */
bool head_is_date(struct word word)
{
	struct span text = word.text;
	size_t day = 0;

	while (day < text.len && is_digit(text.ptr[day]))
		day++;
	if (day == 0 || day > 2 || text.len < day + 9 || text.ptr[day] != '/' ||
	    !is_month(text.ptr + day + 1) || text.ptr[day + 4] != '/')
		return false;
	for (size_t i = day + 5; i < text.len; i++) {
		if (!is_digit(text.ptr[i]) && text.ptr[i] != ':' && text.ptr[i] != '.')
			return false;
	}
	return true;
}

size_t head_time3164(struct span text, size_t pos)
{
	struct word day;
	struct word clock;

	if (text.len - pos < sizeof("Nov 28 10:00:00") - 1 ||
	    (head_byte(text.ptr[pos + 3]) & HEAD_BLANK) == 0 || !is_month(text.ptr + pos))
		return 0;
	day = head_word_at(text, head_skip_blanks(text, pos + 3));
	if (day.text.len > 2 || !head_is_number(day))
		return 0;
	clock = head_word_at(text, head_skip_blanks(text, day.end));
	return head_is_clock(clock) ? clock.end - pos : 0;
}
