/*
 * framing: cuts a block of bytes into borrowed records.
 */
#ifndef PURPOSED_IO_FRAMING_H
#define PURPOSED_IO_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>

enum framing {
	FRAMING_LINES,	  /* records end with LF or CR LF; the last may have no end */
	FRAMING_MESSAGES, /* each record was put there by framing_add_message */
};

/* A record in a block; both spans are borrowed from the block. */
struct frame {
	struct span text;
	struct span end; /* its line end, "" for a last line without one and for messages */
	size_t len;	 /* bytes the record has; more than text where a message was cut */
};

/* The record at *at of block; false at its end.  *at moves behind the record. */
bool framing_next(enum framing framing, struct span block, size_t *at, struct frame *frame_r);

/*
 * Appends a message to a block.  len: bytes it had before it was cut, or those
 * of message; less than 4 GiB.
 */
void framing_add_message(struct buf *block, struct span message, size_t len);

/* How many records a block of lines holds. */
size_t framing_count_lines(struct span block);

#endif
