/*
 * address: where a socket is, as a configuration writes it.
 *
 *	unix:PATH  unixstream:PATH  udp://HOST:PORT  tcp://HOST:PORT  tls://HOST:PORT
 *
 * HOST is a name or a number, an IPv6 number in brackets ([::1]); "*", to listen
 * on, is every address of both families.  PORT is a number from 1 to 65535.
 */
#ifndef PURPOSED_IO_ADDRESS_H
#define PURPOSED_IO_ADDRESS_H

#include <netdb.h>
#include <stdbool.h>
#include <sys/un.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>

enum transport {
	TRANSPORT_UNIX, /* datagrams */
	TRANSPORT_UNIXSTREAM,
	TRANSPORT_UDP,
	TRANSPORT_TCP,
	TRANSPORT_TLS,
};

/* Zero-initialised ({ 0 }) it is none. */
struct address {
	enum transport transport;
	char *path; /* of a unix socket, or NULL */
	char *host; /* without brackets, or NULL */
	char *port;
};

/* NULL; or what is wrong with text ("the port must be ..."), and *address_r is untouched. */
const char *address_parse(struct address *address_r, const char *text);

void address_copy(struct address *copy_r, const struct address *address);

/* Releases what it holds; it is then none. */
void address_fini(struct address *address);

/* Whether it says unix: or unixstream:. */
bool address_is_unix(const struct address *address);

/* The same, but for what stands for it ("localhost" is not 127.0.0.1); none equals nothing. */
bool address_equal(const struct address *a, const struct address *b);

/* Adds it as address_parse reads it. */
void address_write(struct buf *out, const struct address *address);

/* How long the path of a socket may be. */
enum { ADDRESS_PATH_MAX = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1 };

/* -1: the path is longer. */
int address_unix(const struct address *address, struct sockaddr_un *r);

/*
 * What to bind a socket to (listen) or to connect it to, one after the other; to be
 * released by freeaddrinfo(3).  May wait for a name server.  -1: described in e.
 */
int address_resolve(const struct address *address, bool listen, struct addrinfo **list_r,
		    struct err *e);

/*
 * Adds the host of a socket's address, as a number, for people and bindings: an
 * IPv4 address inside of IPv6 is written as the former.  Nothing for other families.
 */
void address_write_host(struct buf *out, const struct sockaddr *address);

#endif
