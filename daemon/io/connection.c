/*
 * Bytes are read into memory that all connections share, behind what is pending of
 * an incomplete message, cut there, and what then is incomplete is kept again: so a
 * connection that says nothing costs nothing.  A long beginning is not carried to
 * and fro for every byte that follows: what is read is added to it where it is kept.
 */
#include <purposed/io/connection.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <purposed/base/mem.h>

enum {
	CHUNK_BYTES = 16 * 1024,      /* the first of what is read at once waits for the last */
	LONG_CHUNK_BYTES = 64 * 1024, /* of a long message only its end is waited for */
	CARRIED_MAX = 16 * 1024,      /* what is pending and longer grows in place */
	TLS_ROOM = 16 * 1024,	      /* a TLS record fits: then OpenSSL keeps nothing back */
};

struct connection *connection_new(int fd, struct tls_context *tls, const char *peer,
				  size_t message_max, time_t now)
{
	struct connection *c = mem_new(1, sizeof(*c));

	c->fd = fd;
	c->tls = tls != NULL ? tls_accept(tls, fd) : NULL;
	c->handshaking = tls != NULL;
	c->peer = mem_string(peer);
	c->since = now;
	c->cutter.message_max = message_max;
	return c;
}

void connection_free(struct connection **connection)
{
	struct connection *c;

	if (connection == NULL || *connection == NULL)
		return;
	c = *connection;
	*connection = NULL;
	tls_free(&c->tls);
	close(c->fd);
	buf_fini(&c->pending);
	free(c->peer);
	free(c);
}

static enum connection_state state_of(enum tls_result result)
{
	switch (result) {
	case TLS_WANT_WRITE: return CONNECTION_WRITES;
	case TLS_CLOSED: return CONNECTION_OVER;
	case TLS_FAILED: return CONNECTION_FAILED;
	default: return CONNECTION_READS;
	}
}

enum connection_state connection_handshake(struct connection *c, struct err *e)
{
	enum tls_result result = tls_handshake(c->tls, e);

	if (result == TLS_OK) {
		c->handshaking = false;
		if (tls_peer(c->tls) != NULL) {
			free(c->peer);
			c->peer = mem_string(tls_peer(c->tls));
		}
	}
	return state_of(result);
}

/* --- Receiving ------------------------------------------------------------------- */

static enum connection_state receive_plain(struct connection *c, char *bytes, size_t cap,
					   size_t *n_r, struct err *e)
{
	ssize_t n;

	do {
		n = recv(c->fd, bytes, cap, MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n > 0) {
		*n_r = (size_t)n;
		c->received += (size_t)n;
		return CONNECTION_READS;
	}
	if (n == 0)
		return CONNECTION_OVER;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return CONNECTION_READS;
	err_errno(e, "cannot read");
	return CONNECTION_FAILED;
}

/* As many records as there are, and room for whole ones. */
static enum connection_state receive_tls(struct connection *c, char *bytes, size_t cap, size_t *n_r,
					 struct err *e)
{
	enum tls_result result = TLS_OK;

	while (result == TLS_OK && cap - *n_r >= TLS_ROOM) {
		size_t n = 0;

		result = tls_read(c->tls, bytes + *n_r, cap - *n_r, &n, e);
		*n_r += n;
	}
	c->received = tls_bytes_received(c->tls);
	return state_of(result);
}

static enum connection_state receive(struct connection *c, struct buf *into, size_t most,
				     size_t *n_r, struct err *e)
{
	size_t chunk = c->pending.len >= CHUNK_BYTES / 2 ? LONG_CHUNK_BYTES : CHUNK_BYTES;
	size_t cap;
	char *bytes;
	enum connection_state state;

	/* Of short TLS records many are read, of long ones one. */
	if (c->tls != NULL)
		chunk += TLS_ROOM;
	cap = most != 0 && most < chunk ? most : chunk;
	bytes = buf_reserve(into, chunk);
	*n_r = 0;
	if (c->tls != NULL)
		state = receive_tls(c, bytes, cap < TLS_ROOM ? TLS_ROOM : cap, n_r, e);
	else
		state = receive_plain(c, bytes, cap, n_r, e);
	into->len += *n_r;
	return state;
}

/* --- Cutting --------------------------------------------------------------------- */

/* Gives away all that is complete; bytes up to the one returned are done with. */
static size_t cut_all(struct connection *c, struct span bytes, connection_take *take, void *context)
{
	struct cut cut;
	size_t at = 0;

	while (cutter_next(&c->cutter, bytes, &at, &cut)) {
		c->has_spoken = true;
		c->waits = 0;
		take(context, c, &cut);
	}
	return at;
}

/* What is pending now; it may be a part of what was. */
static void keep(struct connection *c, struct span rest)
{
	struct buf kept = { 0 };

	buf_add_span(&kept, rest);
	buf_fini(&c->pending);
	c->pending = kept;
}

/* Reads behind what is pending, all of it in scratch. */
static enum connection_state read_short(struct connection *c, struct buf *scratch, size_t most,
					connection_take *take, void *context, size_t *n_r,
					struct err *e)
{
	enum connection_state state;

	buf_add_span(scratch, buf_span(&c->pending));
	state = receive(c, scratch, most, n_r, e);
	if (*n_r != 0) {
		size_t done = cut_all(c, buf_span(scratch), take, context);

		keep(c, span_slice(buf_span(scratch), done, scratch->len));
	}
	return state;
}

/* The same where much is pending. */
static enum connection_state read_long(struct connection *c, struct buf *scratch, size_t most,
				       connection_take *take, void *context, size_t *n_r,
				       struct err *e)
{
	enum connection_state state = receive(c, scratch, most, n_r, e);
	size_t done;

	if (*n_r == 0)
		return state;
	buf_add_span(&c->pending, buf_span(scratch));
	done = cut_all(c, buf_span(&c->pending), take, context);
	if (done != 0)
		keep(c, span_slice(buf_span(&c->pending), done, c->pending.len));
	return state;
}

enum connection_state connection_read(struct connection *c, struct buf *scratch, size_t most,
				      time_t now, connection_take *take, void *context, size_t *n_r,
				      struct err *e)
{
	bool is_long = c->pending.len > CARRIED_MAX;
	enum connection_state state;

	buf_clear(scratch);
	state = (is_long ? read_long : read_short)(c, scratch, most, take, context, n_r, e);
	mem_wipe(scratch->ptr, scratch->len);
	if (*n_r != 0 && c->pending.len != 0 && c->waits == 0)
		c->waits = now;
	return state;
}

void connection_end(struct connection *c, bool whole, connection_take *take, void *context)
{
	struct cut cut;

	if (cutter_end(&c->cutter, buf_span(&c->pending), whole, &cut))
		take(context, c, &cut);
	buf_fini(&c->pending);
}

void connection_forget(struct connection *c)
{
	buf_fini(&c->pending);
}
