/*
 * cutter: messages out of the bytes of a connection (RFC 6587, RFC 5425).
 *
 * Senders count octets ("17 <13>app: message") or end each message with a line
 * feed, and some change between the two: each message is looked at for itself.
 * Digits, a space and '<' (or a byte order mark and '<') are a count; everything
 * else is a line.  Of a count zeros may come first; one of more than ten digits is
 * none.
 */
#ifndef PURPOSED_IO_CUTTER_H
#define PURPOSED_IO_CUTTER_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/span.h>

/* Zero-initialised, but for message_max, it stands between two messages. */
struct cutter {
	size_t message_max; /* bytes that are kept of a message; at least 1 */
	/* The rest is the cutter's. */
	size_t scanned; /* bytes at the front of what is left that have no line feed */
	size_t skip;	/* bytes to come that belong to a message that was cut */
	bool skip_line; /* so does all up to the next line feed */
};

struct cut {
	struct span message; /* borrowed from the bytes, without line ends and NULs at its end */
	/*
	 * Bytes it has: more than message where its end is lost.  How long a line
	 * would have been is then not known: it is one more.
	 */
	size_t len;
};

/*
 * The next message in bytes, from *at on; *at moves behind it.  false: more bytes are
 * needed; those from *at on are to be at the front of the next call's bytes.  Empty
 * lines are no messages.
 */
bool cutter_next(struct cutter *cutter, struct span bytes, size_t *at, struct cut *cut_r);

/*
 * The connection is over, and rest was left of its bytes; false: of no message.
 * whole: the sender has ended it properly, so a line needs no line feed at its end.
 */
bool cutter_end(struct cutter *cutter, struct span rest, bool whole, struct cut *cut_r);

/* message without the line ends and NULs that senders put behind it. */
struct span cutter_without_end(struct span message);

#endif
