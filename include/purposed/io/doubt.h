/*
 * doubt: messages that were handed to a connection and may not have arrived.
 *
 * A connection that breaks takes with it what was still on its way, and what the
 * receiver's machine had but the receiver had not read.  No protocol of syslog tells
 * which that was.  So a message stays in doubt until a second has gone by and the
 * receiver's machine has all that was sent, or until a MiB was sent behind it; what is
 * in doubt when a connection breaks is sent again.
 *
 * A message is kept here itself, or, where it lies in a spool, as its place there.
 * Zero-initialise; release with doubt_fini.
 */
#ifndef PURPOSED_IO_DOUBT_H
#define PURPOSED_IO_DOUBT_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>

struct doubt {
	struct buf bytes;
	size_t start;	 /* of the oldest entry */
	size_t n;	 /* entries */
	size_t n_direct; /* of them that are kept here themselves */
};

void doubt_fini(struct doubt *doubt);

/*
 * sent: bytes that had been handed over with this message; now_ms never goes back.
 * place: behind the message in its spool; 0: message itself is kept.
 */
void doubt_add(struct doubt *doubt, struct span message, unsigned long long place,
	       unsigned long long sent, long long now_ms);

/*
 * Forgets what is in doubt no more, of which sent bytes were handed over and
 * unacknowledged of them have not arrived.  Returns the last place of these, or 0.
 */
unsigned long long doubt_settle(struct doubt *doubt, unsigned long long sent,
				unsigned long long unacknowledged, long long now_ms);

/*
 * Walks through what is kept here itself, oldest first: start with *at = DOUBT_FIRST;
 * false behind the last one.  Between two calls doubt_place may say that the message was
 * put into a spool.
 */
#define DOUBT_FIRST ((size_t)-1)
bool doubt_next(struct doubt *doubt, size_t *at, struct span *message_r);
void doubt_place(struct doubt *doubt, size_t at, unsigned long long place);

void doubt_clear(struct doubt *doubt);

#endif
