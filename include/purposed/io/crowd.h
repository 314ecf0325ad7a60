/*
 * crowd: the connections of an input_stream, and who is let in.
 *
 * One epoll set holds the listening sockets, every connection and a timer.  There
 * is room for so many connections, and nobody is sent away for being quiet: a
 * sender may have nothing to say for a day.  Only when there is no room for a new
 * one, one goes that has given no message for a while although it began to: with
 * its handshake, with its first message, or with one that it does not complete.
 * Without such a one the new one is sent away.  Handshakes have a limit in any case.
 *
 * What has come of messages that are not complete is bounded, all together: whoever would
 * add to it is not read until others have completed theirs.
 */
#ifndef PURPOSED_IO_CROWD_H
#define PURPOSED_IO_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <purposed/base/err.h>
#include <purposed/base/seldom.h>
#include <purposed/io/connection.h>
#include <purposed/io/input.h>
#include <purposed/io/socket.h>

/* Storage is the input's, which sets what is borrowed. */
struct crowd {
	char *name;		     /* borrowed: of the input, for what is logged */
	struct input_counts *counts; /* borrowed */
	connection_take *take;	     /* gets the last message of whoever goes */
	/* Told of a connection that is about to be no more. */
	void (*gone)(void *context, const struct connection *connection);
	void *context; /* of both */
	size_t message_bytes, connections_max;
	struct tls_context *tls; /* of new connections, or NULL; the input's */
	time_t now;		 /* in seconds of crowd_now; kept up to date by the input */

	/* The rest is the crowd's, and may be read. */
	struct sockets sockets;
	int set;   /* polls as readable when there is something to do */
	int timer; /* ticks every second while it is armed */
	bool armed;
	bool paused; /* no descriptors are left: nobody is let in before the next tick */
	bool closed; /* nobody makes room for anybody any more */
	struct connection *first;
	size_t handshaking;
	size_t begun;		     /* bytes of messages that are not complete */
	size_t held;		     /* connections that are not read for that */
	struct connection *favoured; /* the one with a long message that is read all the same */
	struct seldom said_refused, said_failed, said_descriptors, said_held;
};

time_t crowd_now(void);

/* passed: see socket.h.  -1: crowd_fini releases what there is. */
int crowd_open(struct crowd *crowd, const struct address *address, const int *passed,
	       size_t n_passed, struct err *e);
void crowd_fini(struct crowd *crowd);

/* What the set says of: a socket, the timer, or a connection. */
bool crowd_is_socket(const struct crowd *crowd, const void *what);

/* Lets in whoever waits at the socket; no more than some at a time. */
void crowd_let_in(struct crowd *crowd, int socket);

/* Lets in everybody who waits, and then nobody any more. */
void crowd_close(struct crowd *crowd);

/* A second has passed. */
void crowd_tick(struct crowd *crowd);

/* Goes on with a handshake; true once there is none to be done. */
bool crowd_shake_hands(struct crowd *crowd, struct connection *connection,
		       enum connection_state *state_r, struct err *e);

/*
 * Whether to read it now, *most_r bytes at most (0: as connection_read likes).  It is not
 * waited for where that is false, until others have completed their messages.
 */
bool crowd_may_read(struct crowd *crowd, struct connection *connection, size_t *most_r);

/* It was read. */
void crowd_note_begun(struct crowd *crowd, struct connection *connection);

/* Takes note of what a call came to: waits for what is next, or drops the connection. */
void crowd_settle(struct crowd *crowd, struct connection *connection, enum connection_state state,
		  struct err *e);

/* Ends a connection; whole: the sender ended it, and properly. */
void crowd_drop(struct crowd *crowd, struct connection *connection, bool whole);

/* A peer for what is logged. */
const char *crowd_peer(const struct connection *connection);

#endif
