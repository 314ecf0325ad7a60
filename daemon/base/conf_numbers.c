/*
 * libconfig keeps an integer without an L at its end in 32 bits, and drops the others
 * without a word: 5000000000 would be 705032704.  So such numbers are looked for before.
 */
#include <purposed/base/conf_private.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state { CODE, STRING, LINE_COMMENT, BLOCK_COMMENT };

/* Where the state ends that begins or goes on at c; it may be c itself. */
static const char *skip(const char *c, enum state *state)
{
	switch (*state) {
	case STRING:
		while (*c != '\0' && *c != '"')
			c += *c == '\\' && c[1] != '\0' ? 2 : 1;
		break;
	case BLOCK_COMMENT:
		while (*c != '\0' && (c[0] != '*' || c[1] != '/'))
			c++;
		if (*c != '\0')
			c++;
		break;
	default: c += strlen(c); break;
	}
	if (*state == LINE_COMMENT || *c != '\0') {
		*state = CODE;
		c += *c != '\0';
	}
	return c;
}

/* What begins at c, if it is no code; c is moved into it. */
static enum state begins(const char **c)
{
	enum state state = CODE;

	if (**c == '"')
		state = STRING;
	else if (**c == '#' || ((*c)[0] == '/' && (*c)[1] == '/'))
		state = LINE_COMMENT;
	else if ((*c)[0] == '/' && (*c)[1] == '*')
		state = BLOCK_COMMENT;
	if (state != CODE)
		*c += state == BLOCK_COMMENT ? 2 : 1;
	return state;
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

/* Looks through a line, or goes on with a string or comment of the one before. */
static int check_line(const char *c, enum state *state, const char *path, unsigned number,
		      struct err *e)
{
	while (*c != '\0') {
		size_t len;

		if (*state == CODE)
			*state = begins(&c);
		if (*state != CODE) {
			c = skip(c, state);
			continue;
		}
		for (len = 0;
		     isalnum((unsigned char)c[len]) || (c[len] != '\0' && strchr("._-", c[len]));)
			len++;
		if (is_too_large(c, len)) {
			err_at(e, path, number, "%.*s needs an L at its end: %.*sL", (int)len, c,
			       (int)len, c);
			return -1;
		}
		c += len != 0 ? len : 1;
	}
	return 0;
}

int conf_check_numbers(const char *path, struct err *e)
{
	FILE *file = fopen(path, "re");
	enum state state = CODE;
	unsigned number = 0;
	char *line = NULL;
	size_t cap = 0;
	int bad = 0;

	while (file != NULL && bad == 0 && getline(&line, &cap, file) >= 0)
		bad = check_line(line, &state, path, ++number, e);
	if (file != NULL)
		fclose(file);
	free(line);
	return bad;
}
