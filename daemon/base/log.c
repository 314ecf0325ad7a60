#include <purposed/base/log.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/visible.h>

/*
 * A line is built here whole and written by one write(2), so that threads do not
 * mix; on the stack, since it may be the one that says that memory has run out.
 */
enum { LOG_LINE_MAX = 2048 };

static enum log_level log_level = LOG_LEVEL_NOTICE;

void log_set_level(enum log_level level)
{
	log_level = level;
}

enum log_level log_get_level(void)
{
	return log_level;
}

__attribute__((format(printf, 2, 0))) static void log_line(enum log_level level, const char *format,
							   va_list args)
{
	int saved = errno;
	char text[LOG_LINE_MAX];
	char line[LOG_LINE_MAX];
	size_t room = sizeof(line) - 1; /* the line's end has its own */
	size_t len;
	int formatted;

	if (level > log_level)
		return;
	if (getenv("JOURNAL_STREAM") != NULL)
		len = (size_t)snprintf(line, room, "<%d>", (int)level);
	else
		len = (size_t)snprintf(line, room, "purposed: ");
	formatted = vsnprintf(text, sizeof(text), format, args);
	if (formatted > 0)
		/* What a message quotes must not start a line of its own. */
		len += visible_copy(line + len, room - len, span_of(text, strlen(text)));
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		errno = saved; /* nowhere left to say it */
	errno = saved;
}

#define LOG_FUNCTION(name, level)              \
	void name(const char *format, ...)     \
	{                                      \
		va_list args;                  \
		va_start(args, format);        \
		log_line(level, format, args); \
		va_end(args);                  \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERR)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_notice, LOG_LEVEL_NOTICE)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
