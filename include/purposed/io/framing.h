/*
 * framing: cuts a block of bytes into borrowed records.
 */
#ifndef PURPOSED_IO_FRAMING_H
#define PURPOSED_IO_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>
#include <purposed/io/origin.h>

enum framing {
	FRAMING_LINES,	  /* records end with LF or CR LF; the last may have no end */
	FRAMING_MESSAGES, /* each record was put there by framing_add_message */
};

/* A record in a block; the spans are borrowed from the block. */
struct frame {
	struct span text;
	struct span end;    /* its line end, "" for a last line without one and for messages */
	size_t len;	    /* bytes the record has; more than text where a message was cut */
	struct span origin; /* of a message, for origin_read; "" where the block says none */
};

/*
 * The record at *at of block; false at its end.  *at moves behind the record.
 * *frame is zeroed before the first record of a block, and then goes from one to
 * the next, since an origin holds for all messages behind it.
 */
bool framing_next(enum framing framing, struct span block, size_t *at, struct frame *frame);

/*
 * Appends a message to a block.  len: bytes it had before it was cut, or those
 * of message; of what is longer than 4 GiB no more is known than that.
 */
void framing_add_message(struct buf *block, struct span message, size_t len);

/* Gives the last line of a block of lines an end, if it has none. */
void framing_end_line(struct buf *block);

/* Of the messages that are appended from now on; all fields empty: nothing is known. */
void framing_add_origin(struct buf *block, const struct origin *origin);

/* How many records a block of lines holds. */
size_t framing_count_lines(struct span block);

#endif
