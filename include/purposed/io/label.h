/*
 * label: names of files and members, which others chose, for people to read.
 */
#ifndef PURPOSED_IO_LABEL_H
#define PURPOSED_IO_LABEL_H

#include <purposed/base/buf.h>

/* Of a longer name what is behind is written "...". */
enum { LABEL_BYTES_MAX = 4096 };

/* Adds text on one line: control bytes, which a terminal or a log would obey, become \xHH. */
void label_add(struct buf *b, const char *text);

#endif
