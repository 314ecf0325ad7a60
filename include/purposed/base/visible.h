/*
 * visible: text that others chose, for people to read on one line.
 *
 * A file name, an argument or a record can hold bytes that a terminal obeys
 * and a log breaks at.  Here is the one place that says which these are, for
 * everything that we print: control characters (U+0000 to U+001F, DEL, U+0080
 * to U+009F, written in UTF-8 or as a lone byte), line and paragraph
 * separators, and the marks that turn the direction of writing, behind which
 * a name can pose as another.  Each byte of them, and each byte that is no
 * UTF-8, becomes \xHH; everything else stays.  Visible text is not changed by
 * being made visible again.
 */
#ifndef PURPOSED_BASE_VISIBLE_H
#define PURPOSED_BASE_VISIBLE_H

#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>

/* Bytes of the character at text.ptr[at] if it may be shown as it is, else 0. */
size_t visible_length(struct span text, size_t at);

/* Writes as much of visible text as fits whole into cap bytes; returns their number. */
size_t visible_copy(char *out, size_t cap, struct span text);

void visible_add(struct buf *out, struct span text);

#endif
