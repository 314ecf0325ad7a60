#include <purposed/engine/head_private.h>

#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 255, TAG_MAX_BYTES = 96 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_month(const char *at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t i = 0; i < 12; i++) {
		if (memcmp(at, months + 3 * i, 3) == 0)
			return true;
	}
	return false;
}

bool head_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t head_word_end(struct span text, size_t pos)
{
	while (pos < text.len && !head_is_blank(text.ptr[pos]))
		pos++;
	return pos;
}

size_t head_skip_blanks(struct span text, size_t pos)
{
	while (pos < text.len && head_is_blank(text.ptr[pos]))
		pos++;
	return pos;
}

/* How many of the first bytes of word are of set. */
static size_t count_of(struct span word, const char *set)
{
	size_t n = 0;

	while (n < word.len && word.ptr[n] != '\0' && strchr(set, word.ptr[n]) != NULL)
		n++;
	return n;
}

static bool contains_any(struct span word, const char *set)
{
	for (; *set != '\0'; set++) {
		if (memchr(word.ptr, *set, word.len) != NULL)
			return true;
	}
	return false;
}

bool head_is_number(struct span word)
{
	return word.len != 0 && count_of(word, "0123456789.:,;/+-_#|TZ") == word.len &&
	       (word.len > 1 || !is_letter(word.ptr[0]));
}

bool head_is_clock(struct span word)
{
	const char *colon = memchr(word.ptr, ':', word.len);

	return head_is_number(word) && colon != NULL && colon != word.ptr && is_digit(colon[-1]) &&
	       colon + 1 != word.ptr + word.len && is_digit(colon[1]);
}

bool head_is_address6(struct span word)
{
	size_t colons = 0;

	for (size_t i = 0; i < word.len; i++)
		colons += word.ptr[i] == ':';
	return colons >= 2 && count_of(word, "0123456789abcdefABCDEF:.%,") == word.len;
}

bool head_is_level(struct span word)
{
	static const char *const levels[] = {
		"trace", "debug",    "info", "information", "notice", "warn",  "warning", "error",
		"err",	 "critical", "crit", "alert",	    "emerg",  "fatal", "panic",	  "severe",
		"fine",	 "log",	     "i,",   "d,",	    "w,",     "e,",    "f,"
	};

	if (word.len > 1 && word.ptr[word.len - 1] == ':')
		word.len--;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (word.len == strlen(levels[i]) &&
		    strncasecmp(word.ptr, levels[i], word.len) == 0)
			return true;
	}
	return false;
}

bool head_is_plain(struct span word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];

		if (!is_letter(c) && !is_digit(c) && (c == '\0' || strchr("._-/@()", c) == NULL))
			return false;
	}
	return word.len != 0 && word.len <= NAME_MAX_BYTES;
}

bool head_is_name(struct span word)
{
	static const char self[] = "localhost";
	const char *colon = memchr(word.ptr, ':', word.len);
	size_t len = colon != NULL ? (size_t)(colon - word.ptr) : word.len;
	struct span port = span_slice(word, len, word.len);
	struct span name = span_slice(word, 0, len);

	if (!head_is_plain(name) || contains_any(name, "/@()") || name.ptr[0] == '.' ||
	    name.ptr[len - 1] == '.' || count_of(port, ":0123456789") != port.len)
		return false;
	return port.len > 1 || (len == strlen(self) && memcmp(name.ptr, self, len) == 0) ||
	       memchr(name.ptr, '.', len) != NULL;
}

bool head_is_tag(struct span word)
{
	const char *bracket = memchr(word.ptr, '[', word.len);

	if (word.len < 2 || word.len > TAG_MAX_BYTES || word.ptr[word.len - 1] != ':')
		return false;
	word.len--;
	if (bracket == NULL)
		return head_is_plain(word);
	return word.ptr[word.len - 1] == ']' &&
	       head_is_plain(span_slice(word, 0, (size_t)(bracket - word.ptr))) &&
	       head_is_plain(span_slice(word, (size_t)(bracket - word.ptr) + 1, word.len - 1));
}

/* What "12/Mar/2024" and "12/Mar/2024:08:01:02" begin with. */
bool head_is_date(struct span word)
{
	size_t day = count_of(word, "0123456789");

	return (day == 1 || day == 2) && word.len >= day + 9 && word.ptr[day] == '/' &&
	       is_month(word.ptr + day + 1) && word.ptr[day + 4] == '/' &&
	       count_of(span_slice(word, day + 5, word.len), "0123456789:.") == word.len - day - 5;
}

bool head_is_cipher(struct span word)
{
	size_t joints = 0;

	for (size_t i = 0; i < word.len; i++)
		joints += word.ptr[i] == '-' || word.ptr[i] == '_';
	return joints >= 2 && count_of(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == word.len;
}

size_t head_time3164(struct span text, size_t pos)
{
	size_t day = pos + 3;
	size_t end;

	if (text.len - pos < sizeof("Nov 28 10:00:00") - 1 || !is_month(text.ptr + pos) ||
	    !head_is_blank(text.ptr[day]))
		return 0;
	day = head_skip_blanks(text, day);
	end = head_word_end(text, day);
	if (end - day > 2 || !head_is_number(span_slice(text, day, end)))
		return 0;
	day = head_skip_blanks(text, end);
	end = head_word_end(text, day);
	return head_is_clock(span_slice(text, day, end)) ? end - pos : 0;
}
