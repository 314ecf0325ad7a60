/*
 * socket: sockets that senders find: made, or taken over from whoever started us.
 *
 * A unix socket is made with mode 0666: every local process may log, as with
 * /dev/log.  One that is there already is replaced where nobody listens on it;
 * anything else at its path is left alone and an error.  A host of several
 * addresses has as many sockets; "*" and "::" are one for both families.
 */
#ifndef PURPOSED_IO_SOCKET_H
#define PURPOSED_IO_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <purposed/base/err.h>
#include <purposed/io/address.h>

enum { SOCKETS_MAX = 16 };

struct sockets {
	struct address address;
	int fds[SOCKETS_MAX]; /* they do not block */
	size_t n;
	bool passed;  /* taken over: they go on without us */
	dev_t device; /* of a unix socket's own node, */
	ino_t inode;  /* so that nobody else's is removed; 0: there is none */
};

/*
 * passed: n_passed descriptors that become ours, also on failure; with none, sockets
 * are made.  Those for streams listen.  Storage is the caller's.
 */
int sockets_open(struct sockets *sockets, const struct address *address, const int *passed,
		 size_t n_passed, struct err *e);

/* Whether senders still find them where they were opened. */
bool sockets_reachable(const struct sockets *sockets);

/* Senders do not find them any more, but what was queued can still be read. */
void sockets_hide(struct sockets *sockets);

/* Closes what is open; again is fine. */
void sockets_close(struct sockets *sockets);

/* The address, as text that lives as long as the buffer does. */
const char *sockets_name(const struct sockets *sockets, struct buf *text);

#endif
