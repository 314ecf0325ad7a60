/*
 * conf_private: what the sources of conf share: conf.c has libconfig, conf_include.c looks
 * at what a document includes, conf_numbers.c at its integers.
 */
#ifndef PURPOSED_BASE_CONF_PRIVATE_H
#define PURPOSED_BASE_CONF_PRIVATE_H

#include <purposed/base/err.h>

/* The path of a file that @include names: it is resolved beside the document; the caller's. */
char *conf_included(const char *document, const char *file);

/*
 * -1: libconfig would end the process over the document at path, or misread it.  It
 * includes, at whatever depth, what cannot be read, or more files in each other than
 * libconfig takes, or a number is too large for it; described in e.
 */
int conf_check(const char *path, struct err *e);

/* -1: a file has an integer of more than 32 bits without an L at its end; described in e. */
int conf_check_numbers(const char *path, struct err *e);

#endif
