/*
 * connection: one sender of an input_stream: its descriptor, its encryption, and
 * the beginning of a message that is still to be completed.
 */
#ifndef PURPOSED_IO_CONNECTION_H
#define PURPOSED_IO_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/io/cutter.h>
#include <purposed/io/tls.h>

/* What a connection waits for, after a call that did all that could be done. */
enum connection_state {
	CONNECTION_READS,  /* for bytes of the sender */
	CONNECTION_WRITES, /* to be written to: TLS has something to say */
	CONNECTION_OVER,   /* nothing: the sender has ended it */
	CONNECTION_FAILED, /* nothing: it broke; described in e */
};

struct connection {
	int fd;
	struct tls *tls; /* or NULL */
	bool handshaking;
	bool has_spoken; /* a message has come */
	char *peer;	 /* its name or address; "" of a unix socket */
	time_t since;	 /* when it was accepted */
	time_t waits;	 /* since when a message is incomplete; 0: none is */
	struct cutter cutter;
	struct buf pending; /* the bytes of that */
	/* Of the input: */
	enum connection_state state;
	size_t begun;		     /* bytes pending, as the crowd has counted them */
	bool held;		     /* it is not read for the time being */
	size_t left;		     /* stopped: bytes on the wire that are still to be read */
	unsigned long long received; /* bytes taken from the wire */
	unsigned extra;		     /* stopped: reads beyond them, for a message's end */
	struct connection *prev, *next;
};

/* Takes each message; context is the input. */
typedef void connection_take(void *context, struct connection *connection, const struct cut *cut);

/*
 * fd becomes the connection's.  tls: NULL: nothing is encrypted.  peer is copied.
 */
struct connection *connection_new(int fd, struct tls_context *tls, const char *peer,
				  size_t message_max, time_t now);

/* Closes it; what was incomplete is lost.  Accepts a pointer to NULL; clears it. */
void connection_free(struct connection **connection);

/* Goes on with the handshake. */
enum connection_state connection_handshake(struct connection *connection, struct err *e);

/*
 * Reads once, up to `most` bytes (0: as many as there is room for), and gives every
 * message that is complete to take.  *n_r: bytes read; 0: there were none.  scratch is
 * memory that connections may share; it is left overwritten.
 */
enum connection_state connection_read(struct connection *connection, struct buf *scratch,
				      size_t most, time_t now, connection_take *take, void *context,
				      size_t *n_r, struct err *e);

/* Gives what is left of an incomplete message to take; whole: see cutter_end. */
void connection_end(struct connection *connection, bool whole, connection_take *take,
		    void *context);

/* What is left of an incomplete message is as if it had not been read. */
void connection_forget(struct connection *connection);

#endif
