/*
 * label: names of files and members, which others chose, for people to read.
 */
#ifndef PURPOSED_IO_LABEL_H
#define PURPOSED_IO_LABEL_H

#include <purposed/base/buf.h>

/* Of a longer name what is behind is written "...". */
enum { LABEL_BYTES_MAX = 4096 };

/* Adds text as visible text (base/visible.h), of a long one the beginning. */
void label_add(struct buf *b, const char *text);

#endif
