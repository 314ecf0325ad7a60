/*
 * tls: encrypted connections (RFC 5425, RFC 8446); the only place that knows
 * OpenSSL's TLS.
 *
 * At least TLS 1.2, no renegotiation, no resumption.  The descriptor is the
 * caller's, is not closed here, and should not block: what cannot go on then
 * says for what it waits.  A context and its connections are for one thread.
 */
#ifndef PURPOSED_IO_TLS_H
#define PURPOSED_IO_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/err.h>

/* What a context is made of; strings are borrowed while it is made. */
struct tls_settings {
	const char *cert;	  /* our certificate and what vouches for it, PEM; NULL: none */
	const char *key;	  /* its private key, PEM */
	const char *ca;		  /* who vouches for peers, PEM; NULL: see below */
	const char *const *peers; /* globs: names that a peer's certificate must have one of */
	size_t n_peers;		  /* 0: see below */
};

struct tls_context;
struct tls;

enum tls_result {
	TLS_OK,
	TLS_WANT_READ,	/* again when the descriptor can be read */
	TLS_WANT_WRITE, /* again when it can be written */
	TLS_CLOSED,	/* the peer has ended it, properly */
	TLS_FAILED,	/* described in e, without an address; the connection is of no more use */
};

/*
 * For who accepts connections: cert and key are needed.  With ca every peer must
 * show a certificate that it vouches for, and with peers one of these names;
 * without ca nobody is asked.
 */
int tls_server_context(struct tls_context **context_r, const struct tls_settings *settings,
		       struct err *e);

/*
 * For who connects: the peer must show a certificate that ca (or else the system's
 * authorities) vouches for.  It must have one of the names peers, or else the one
 * that tls_connect is given.  cert and key are shown to a peer that asks.
 */
int tls_client_context(struct tls_context **context_r, const struct tls_settings *settings,
		       struct err *e);

/* Connections of it may go on.  Accepts a pointer to NULL; clears it. */
void tls_context_free(struct tls_context **context);

/* A connection over fd; the handshake is still to be done. */
struct tls *tls_accept(struct tls_context *context, int fd);

/* host: name or number that the peer must prove to be.  NULL: described in e. */
struct tls *tls_connect(struct tls_context *context, int fd, const char *host, struct err *e);

/* Tells the peer, if that does not wait.  Accepts a pointer to NULL; clears it. */
void tls_free(struct tls **tls);

/* TLS_OK once the peer is who it must be; never TLS_CLOSED. */
enum tls_result tls_handshake(struct tls *tls, struct err *e);

/* After the handshake.  TLS_OK: at least one byte, *n_r of them. */
enum tls_result tls_read(struct tls *tls, void *bytes, size_t cap, size_t *n_r, struct err *e);

/*
 * After the handshake.  len is not 0.  TLS_OK: *n_r bytes, at least one, are taken.
 * What waited is to be offered again, with the same bytes at its front.
 */
enum tls_result tls_write(struct tls *tls, const void *bytes, size_t len, size_t *n_r,
			  struct err *e);

/* Bytes taken from the descriptor so far, as they are on the wire. */
unsigned long long tls_bytes_received(const struct tls *tls);

/*
 * The name in the certificate that the peer proved to have: the first DNS name, or
 * else the common name; NULL without one.  Borrowed.
 */
const char *tls_peer(const struct tls *tls);

#endif
