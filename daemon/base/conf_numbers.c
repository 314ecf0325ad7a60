/*
 * libconfig keeps an integer without an L at its end in 32 bits, and drops the others
 * without a word: 5000000000 would be 705032704.  So such numbers are looked for before.
 */
#include <purposed/base/conf_private.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *string_end(const char *c)
{
	for (c++; *c != '\0' && *c != '"';)
		c += *c == '\\' && c[1] != '\0' ? 2 : 1;
	return c + (*c != '\0');
}

/* Where the word, string, comment or other byte ends that begins at c. */
static const char *piece_end(const char *c)
{
	const char *end;

	if (*c == '"')
		return string_end(c);
	if (*c == '#' || (c[0] == '/' && c[1] == '/'))
		return c + strcspn(c, "\n");
	if (c[0] == '/' && c[1] == '*') {
		end = strstr(c + 2, "*/");
		return end != NULL ? end + 2 : c + strlen(c);
	}
	for (end = c; isalnum((unsigned char)*end) || (*end != '\0' && strchr("._-", *end));)
		end++;
	return end != c ? end : c + 1;
}

/* Whether the word at c, of len bytes, is an integer that does not fit. */
static bool is_too_large(const char *c, size_t len)
{
	size_t digits = strspn(c, "0123456789");
	long long value;

	if (digits != len || digits == 0)
		return false;
	errno = 0;
	value = strtoll(c, NULL, 10);
	return errno != 0 || value > INT_MAX;
}

int conf_check_numbers(const char *text, const char *path, struct err *e)
{
	unsigned line = 1;
	const char *end;

	for (const char *c = text; *c != '\0'; c = end) {
		int len;

		end = piece_end(c);
		len = (int)(end - c);
		if (is_too_large(c, (size_t)len)) {
			err_at(e, path, line, "%.*s needs an L at its end: %.*sL", len, c, len, c);
			return -1;
		}
		for (const char *lf = c; (lf = memchr(lf, '\n', (size_t)(end - lf))) != NULL; lf++)
			line++;
	}
	return 0;
}
