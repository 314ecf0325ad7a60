/*
 * link: messages to a receiver, over any transport of address.h.
 *
 * It connects, frames, and tells when the receiver is gone; it neither waits for a
 * slow one nor remembers what was sent: who uses it does (sink_syslog.c).  For one
 * thread at a time.
 */
#ifndef PURPOSED_IO_LINK_H
#define PURPOSED_IO_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/err.h>
#include <purposed/base/span.h>
#include <purposed/io/address.h>
#include <purposed/io/tls.h>

/* Where one message on a stream ends (RFC 6587, 3.4). */
enum link_framing {
	LINK_OCTET_COUNTING, /* "LEN message" */
	LINK_LF,	     /* "message\n": it must hold no line end */
};

struct link;

/* What is wrong with tls is described in e.  All is copied.  tls: NULL, or for tls://. */
int link_new(struct link **link_r, const struct address *address, enum link_framing framing,
	     const struct tls_settings *tls, struct err *e);

/* Accepts a pointer to NULL; clears it. */
void link_free(struct link **link);

/*
 * Waits until it is connected, and the peer is who it must be; up to 10 s, and a name
 * server's time; given up when wake_fd is readable.  -1: described in e.
 */
int link_connect(struct link *link, int wake_fd, struct err *e);

enum link_result {
	LINK_OK,
	LINK_WAIT,   /* not now: when link_fd can be written */
	LINK_BROKEN, /* described in e; link_close is due */
};

/*
 * Takes a message, which on a stream may still wait for link_flush.  LINK_WAIT, and
 * LINK_BROKEN: it was not taken.
 */
enum link_result link_send(struct link *link, struct span message, struct err *e);

/* Hands on what was taken.  LINK_WAIT: some of it is left. */
enum link_result link_flush(struct link *link, struct err *e);

/* Whether the receiver is still there; what it says is of no interest.  Never LINK_WAIT. */
enum link_result link_check(struct link *link, struct err *e);

/* Tells the receiver that nothing more comes, if that does not wait. */
void link_shut(struct link *link);

void link_close(struct link *link);

int link_fd(const struct link *link); /* -1: not connected */

/* Bytes taken since it was connected; and those that the receiver's machine has not got yet. */
unsigned long long link_taken(const struct link *link);
unsigned long long link_unacknowledged(const struct link *link);

/* Messages that were longer than a datagram can be, and lost their end. */
unsigned long long link_cut(const struct link *link);

#endif
