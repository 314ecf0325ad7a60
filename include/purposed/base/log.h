/*
 * log: what the running program tells its operator, on stderr.
 *
 * Levels are those of syslog(3).  On a terminal or in a file a line reads
 * "purposed: text"; under systemd (JOURNAL_STREAM is set) it carries the
 * "<N>" prefix of sd-daemon(3), so that the journal knows the level.
 * errno is preserved.  Lines are written whole, from any thread.
 * Never pass a byte of a record.
 */
#ifndef PURPOSED_BASE_LOG_H
#define PURPOSED_BASE_LOG_H

#include <purposed/base/span.h>

enum log_level {
	LOG_LEVEL_ERR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* What is less urgent than level is not written; the start value is NOTICE. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/*
 * So long, in milliseconds, a line waits for who reads standard error; less than 0, as at the
 * start: for ever.  A daemon must not stop because nobody reads what it says: lines are then
 * left out, and counted, which is said as soon as somebody reads again.
 */
void log_set_patience(int ms);

/* A line of another form, with its end, on standard error, in the same way. */
void log_write(struct span line);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
