/*
 * conf_private: what the sources of conf share: conf.c has libconfig, conf_text.c reads
 * documents, conf_include.c looks at what they include, conf_numbers.c at their integers.
 */
#ifndef PURPOSED_BASE_CONF_PRIVATE_H
#define PURPOSED_BASE_CONF_PRIVATE_H

#include <purposed/base/buf.h>
#include <purposed/base/err.h>

/* A descriptor to read a document from, the caller's; -1: errno.  It never waits. */
int conf_open(const char *path);

/* Appends all that is to be read; NULL, or why it is no document, till the next call. */
const char *conf_read_text(int fd, struct buf *text);

/* The path of a file that @include names: it is resolved beside the document; the caller's. */
char *conf_included(const char *document, const char *file);

/*
 * -1: libconfig would end the process over the text of the document at path, or misread
 * it.  It includes, at whatever depth, what cannot be read, or more files in each other
 * than libconfig takes, or a number is too large for it; described in e.
 */
int conf_check(const char *path, const char *text, struct err *e);

/* -1: text has an integer of more than 32 bits without an L at its end; described in e. */
int conf_check_numbers(const char *text, const char *path, struct err *e);

#endif
