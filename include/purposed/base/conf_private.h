/*
 * conf_private: what the sources of conf share: conf.c has libconfig, conf_include.c looks
 * at what a document includes.
 */
#ifndef PURPOSED_BASE_CONF_PRIVATE_H
#define PURPOSED_BASE_CONF_PRIVATE_H

#include <purposed/base/err.h>

/* The path of a file that @include names: it is resolved beside the document; the caller's. */
char *conf_included(const char *document, const char *file);

/*
 * -1: the document at path includes, at whatever depth, what cannot be read, or more files
 * in each other than libconfig takes; described in e.
 */
int conf_check_includes(const char *path, struct err *e);

#endif
