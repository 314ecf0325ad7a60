/*
 * err: what went wrong, in words for the user, collected on the way up.
 *
 * The callee describes (what, where, what to do), the caller decides, only
 * main prints and exits.  One err holds any number of messages, so that a
 * configuration with nine mistakes reports nine.  A function that fails adds
 * at least one message and leaves its outputs untouched.
 *
 * A message is one line without a trailing newline, is kept as visible text
 * (visible.h), and never holds a byte of a record.  Zero-initialise ({ 0 });
 * release with err_fini.  Not shared between threads.
 */
#ifndef PURPOSED_BASE_ERR_H
#define PURPOSED_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/buf.h>

struct err {
	struct buf text; /* messages, each ended by '\n' */
	size_t count;	 /* messages added, also those beyond the ones kept */
};

void err_fini(struct err *e);

/* "message" */
void err_add(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "file:line: message"; line 0 leaves the line out. */
void err_at(struct err *e, const char *file, unsigned line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* "message: strerror(errno)"; errno is read first and preserved. */
void err_errno(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds the messages of another one, which stays as it is. */
void err_append(struct err *e, const struct err *from);

static inline bool err_any(const struct err *e)
{
	return e->count != 0;
}

/* Writes every message to stderr, each behind "purposed: ". */
void err_print(const struct err *e);

#endif
