#include <purposed/base/log.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/visible.h>

/*
 * Lines leave one by one.  A pipe that polls as writable takes PIPE_BUF bytes without
 * making us wait; what is longer goes in pieces.
 */
static struct {
	pthread_mutex_t lock;
	int patience_ms;	 /* less than 0: it has no end */
	unsigned long long lost; /* lines, since one was written last */
	bool torn;		 /* the last one that was is not whole */
} out = { .lock = PTHREAD_MUTEX_INITIALIZER, .patience_ms = -1 };

/*
 * A line is built here whole, on the stack, since it may be the one that says that memory has run
 * out.
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

void log_set_patience(int ms)
{
	pthread_mutex_lock(&out.lock);
	out.patience_ms = ms;
	pthread_mutex_unlock(&out.lock);
}

/* Whoever is not read is not waited for again before it is. */
static bool is_read(void)
{
	struct pollfd polled = { .fd = STDERR_FILENO, .events = POLLOUT };

	return out.patience_ms < 0 || poll(&polled, 1, out.lost != 0 ? 0 : out.patience_ms) != 0;
}

/* false: nobody reads it, or not all of it. */
static bool write_line(struct span line)
{
	size_t at = 0;

	while (at < line.len) {
		size_t len = line.len - at < PIPE_BUF ? line.len - at : PIPE_BUF;
		ssize_t n;

		if (!is_read()) {
			out.torn |= at != 0;
			return false;
		}
		n = write(STDERR_FILENO, line.ptr + at, len);
		if (n < 0 && errno != EINTR)
			return true; /* nowhere left to say it */
		at += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static size_t write_head(char *line, size_t room, enum log_level level)
{
	if (getenv("JOURNAL_STREAM") != NULL)
		return (size_t)snprintf(line, room, "<%d>", (int)level);
	return (size_t)snprintf(line, room, "purposed: ");
}

/* What was lost, as soon as it can be said. */
static void say_lost(void)
{
	char line[128] = "\n";
	size_t len = out.torn ? 1 : 0;

	if (out.lost == 0 || !is_read())
		return;
	len += write_head(line + len, sizeof(line) - len, LOG_LEVEL_WARNING);
	len += (size_t)snprintf(line + len, sizeof(line) - len,
				"nobody read this log for a while: %llu lines of it are lost\n",
				out.lost);
	if (write_line(span_of(line, len))) {
		out.lost = 0;
		out.torn = false;
	}
}

void log_write(struct span line)
{
	int saved = errno;

	pthread_mutex_lock(&out.lock);
	say_lost();
	if (out.lost != 0 || !write_line(line))
		out.lost++;
	pthread_mutex_unlock(&out.lock);
	errno = saved;
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
	len = write_head(line, room, level);
	formatted = vsnprintf(text, sizeof(text), format, args);
	if (formatted > 0)
		/* What a message quotes must not start a line of its own. */
		len += visible_copy(line + len, room - len, span_of(text, strlen(text)));
	line[len++] = '\n';
	log_write(span_of(line, len));
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
