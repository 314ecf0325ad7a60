/*
 * On streams messages are collected and written together; what the socket does not
 * take stays in `out`, whose front is always the next byte for it (TLS wants to be
 * offered the same bytes again).
 *
 * The send buffer is small: what is in it when the receiver goes away is in doubt,
 * and will be sent twice.
 */
#include <purposed/io/link.h>

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <purposed/base/buf.h>
#include <purposed/base/clock.h>
#include <purposed/base/mem.h>
#include <purposed/base/utf8.h>

enum {
	CONNECT_MS = 10 * 1000,
	COLLECT_BYTES = 64 * 1024,
	SEND_BUFFER_BYTES = 256 * 1024,
	DATAGRAM_MAX = 65507, /* UDP over IPv4 */
	DATAGRAM_MIN = 1024,
};

struct link {
	struct address address;
	enum link_framing framing;
	struct tls_context *context; /* of tls:// */
	struct tls *tls;
	int fd;
	struct buf out; /* taken, not written yet */
	unsigned long long taken;
	unsigned long long cut;
	size_t datagram_max; /* as far as is known */
};

static bool is_datagram(const struct link *l)
{
	return l->address.transport == TRANSPORT_UNIX || l->address.transport == TRANSPORT_UDP;
}

int link_new(struct link **link_r, const struct address *address, enum link_framing framing,
	     const struct tls_settings *tls, struct err *e)
{
	struct link *l = mem_new(1, sizeof(*l));

	l->fd = -1;
	l->framing = framing;
	address_copy(&l->address, address);
	if (address->transport == TRANSPORT_TLS && tls_client_context(&l->context, tls, e) != 0) {
		link_free(&l);
		return -1;
	}
	*link_r = l;
	return 0;
}

void link_close(struct link *l)
{
	tls_free(&l->tls);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	l->taken = 0;
	buf_fini(&l->out);
}

void link_free(struct link **link)
{
	if (link == NULL || *link == NULL)
		return;
	link_close(*link);
	tls_context_free(&(*link)->context);
	address_fini(&(*link)->address);
	free(*link);
	*link = NULL;
}

/* --- Connecting ------------------------------------------------------------------ */

/* Until fd is ready for events; false: errno says why not. */
static bool wait_for(int fd, short events, int wake_fd, long long until)
{
	struct pollfd p[2] = { { .fd = fd, .events = events },
			       { .fd = wake_fd, .events = POLLIN } };
	long long left;

	while ((left = until - clock_now_ms()) > 0) {
		int n = poll(p, 2, (int)left);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0 && p[1].revents != 0) {
			errno = ECANCELED;
			return false;
		}
		if (n > 0)
			return true;
	}
	errno = ETIMEDOUT;
	return false;
}

/* errno says why not. */
static bool connect_to(struct link *l, int family, const struct sockaddr *to, socklen_t len,
		       int wake_fd, long long until)
{
	int type = is_datagram(l) ? SOCK_DGRAM : SOCK_STREAM;
	const int bytes = SEND_BUFFER_BYTES;
	int code = 0;
	socklen_t size = sizeof(code);

	l->fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return false;
	if (family != AF_UNIX && type == SOCK_STREAM)
		setsockopt(l->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	if (connect(l->fd, to, len) == 0)
		return true;
	if (errno != EINPROGRESS || !wait_for(l->fd, POLLOUT, wake_fd, until))
		return false;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0)
		return false;
	errno = code;
	return code == 0;
}

static bool connect_unix(struct link *l, int wake_fd, long long until)
{
	struct sockaddr_un to;

	return address_unix(&l->address, &to) == 0 &&
	       connect_to(l, AF_UNIX, (struct sockaddr *)&to, sizeof(to), wake_fd, until);
}

/* All addresses that the name has, one after the other. */
static bool connect_net(struct link *l, int wake_fd, long long until, struct err *e)
{
	struct addrinfo *list = NULL;
	bool connected = false;
	int code = 0;

	if (address_resolve(&l->address, false, &list, e) != 0)
		return false;
	for (const struct addrinfo *a = list; a != NULL && !connected; a = a->ai_next) {
		link_close(l);
		connected = connect_to(l, a->ai_family, a->ai_addr, a->ai_addrlen, wake_fd, until);
		code = errno;
	}
	freeaddrinfo(list);
	errno = code;
	return connected;
}

static void describe(const struct link *l, const char *what, struct err *e)
{
	struct buf text = { 0 };
	int code = errno;

	address_write(&text, &l->address);
	errno = code;
	err_errno(e, "%s %s", what, buf_str(&text));
	buf_fini(&text);
}

static void describe_tls(const struct link *l, const struct err *why, struct err *e)
{
	struct buf text = { 0 };

	address_write(&text, &l->address);
	err_add(e, "%s: %.*s", buf_str(&text), (int)why->text.len - 1, why->text.ptr);
	buf_fini(&text);
}

static bool start_tls(struct link *l, int wake_fd, long long until, struct err *e)
{
	struct err why = { 0 };
	enum tls_result result = TLS_FAILED;

	l->tls = tls_connect(l->context, l->fd, l->address.host, &why);
	while (l->tls != NULL && (result = tls_handshake(l->tls, &why)) != TLS_OK &&
	       result != TLS_FAILED) {
		if (!wait_for(l->fd, result == TLS_WANT_READ ? POLLIN : POLLOUT, wake_fd, until)) {
			describe(l, "cannot agree on TLS with", e);
			return false;
		}
	}
	if (result != TLS_OK)
		describe_tls(l, &why, e);
	err_fini(&why);
	return result == TLS_OK;
}

int link_connect(struct link *l, int wake_fd, struct err *e)
{
	long long until = clock_now_ms() + CONNECT_MS;
	size_t before = e->count;
	bool connected = address_is_unix(&l->address) ? connect_unix(l, wake_fd, until)
						      : connect_net(l, wake_fd, until, e);

	if (!connected && e->count == before)
		describe(l, "cannot connect to", e);
	if (connected && l->context != NULL)
		connected = start_tls(l, wake_fd, until, e);
	if (!connected) {
		link_close(l);
		return -1;
	}
	l->datagram_max = DATAGRAM_MAX;
	if (l->address.transport == TRANSPORT_UNIX)
		l->datagram_max = SIZE_MAX;
	return 0;
}

/* --- Sending ---------------------------------------------------------------------- */

static enum link_result broken(const struct link *l, struct err *e)
{
	describe(l, "cannot send to", e);
	return LINK_BROKEN;
}

static enum link_result send_datagram(struct link *l, struct span message, struct err *e)
{
	size_t whole = message.len;

	for (;;) {
		if (message.len > l->datagram_max)
			message.len = utf8_start(message, l->datagram_max);
		if (send(l->fd, message.ptr, message.len, MSG_NOSIGNAL) >= 0)
			break;
		if (errno == EMSGSIZE && message.len > DATAGRAM_MIN)
			l->datagram_max =
				message.len > DATAGRAM_MAX ? DATAGRAM_MAX : message.len * 3 / 4;
		else if (errno == EAGAIN || errno == ENOBUFS)
			return LINK_WAIT;
		else if (errno != EINTR)
			return broken(l, e);
	}
	l->cut += message.len != whole;
	l->taken += message.len;
	return LINK_OK;
}

/* What the socket, or what is before it, takes of out. */
static enum link_result write_some(struct link *l, size_t *n_r, struct err *e)
{
	struct err why = { 0 };
	enum tls_result result;
	ssize_t n;

	if (l->tls == NULL) {
		n = send(l->fd, l->out.ptr + *n_r, l->out.len - *n_r, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			return LINK_OK;
		if (n < 0)
			return errno == EAGAIN ? LINK_WAIT : broken(l, e);
		*n_r += (size_t)n;
		return LINK_OK;
	} else {
		size_t taken = 0;

		result = tls_write(l->tls, l->out.ptr + *n_r, l->out.len - *n_r, &taken, &why);
		*n_r += result == TLS_OK ? taken : 0;
	}
	if (result == TLS_FAILED)
		describe_tls(l, &why, e);
	if (result == TLS_CLOSED) {
		errno = EPIPE;
		describe(l, "cannot send to", e);
	}
	err_fini(&why);
	if (result == TLS_FAILED || result == TLS_CLOSED)
		return LINK_BROKEN;
	return result == TLS_OK ? LINK_OK : LINK_WAIT;
}

enum link_result link_flush(struct link *l, struct err *e)
{
	enum link_result result = LINK_OK;
	size_t written = 0;
	size_t left;

	while (written < l->out.len && result == LINK_OK)
		result = write_some(l, &written, e);
	left = l->out.len - written;
	if (written != 0) {
		memmove(l->out.ptr, l->out.ptr + written, left);
		mem_wipe(l->out.ptr + left, written);
		l->out.len = left;
	}
	return result;
}

enum link_result link_send(struct link *l, struct span message, struct err *e)
{
	enum link_result result = LINK_OK;
	size_t before;

	if (is_datagram(l))
		return send_datagram(l, message, e);
	if (l->out.len >= COLLECT_BYTES)
		result = link_flush(l, e);
	if (result != LINK_OK)
		return result;
	before = l->out.len;
	if (l->framing == LINK_OCTET_COUNTING)
		buf_printf(&l->out, "%zu ", message.len);
	buf_add_span(&l->out, message);
	if (l->framing == LINK_LF)
		buf_add_char(&l->out, '\n');
	l->taken += l->out.len - before;
	return LINK_OK;
}

/* --- How it is ---------------------------------------------------------------------- */

static enum link_result check_tls(struct link *l, struct err *e)
{
	struct err why = { 0 };
	enum tls_result result;
	char bytes[512];
	size_t n;

	while ((result = tls_read(l->tls, bytes, sizeof(bytes), &n, &why)) == TLS_OK)
		continue;
	if (result == TLS_FAILED) {
		describe_tls(l, &why, e);
	} else if (result == TLS_CLOSED) {
		errno = ECONNRESET;
		describe(l, "the receiver has closed", e);
	}
	err_fini(&why);
	return result == TLS_FAILED || result == TLS_CLOSED ? LINK_BROKEN : LINK_OK;
}

static enum link_result check_socket(struct link *l, struct err *e)
{
	char bytes[512];
	ssize_t n;

	do {
		n = recv(l->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	} while (n > 0 || (n < 0 && errno == EINTR) || (n == 0 && is_datagram(l)));
	if (n < 0 && errno == EAGAIN)
		return LINK_OK;
	if (n == 0)
		errno = ECONNRESET;
	describe(l, n == 0 ? "the receiver has closed" : "lost the receiver at", e);
	return LINK_BROKEN;
}

enum link_result link_check(struct link *l, struct err *e)
{
	return l->tls != NULL ? check_tls(l, e) : check_socket(l, e);
}

void link_shut(struct link *l)
{
	tls_free(&l->tls);
	if (l->fd >= 0 && !is_datagram(l))
		shutdown(l->fd, SHUT_WR);
}

int link_fd(const struct link *l)
{
	return l->fd;
}

unsigned long long link_taken(const struct link *l)
{
	return l->taken;
}

unsigned long long link_unacknowledged(const struct link *l)
{
	int queued = 0;

	if (l->fd >= 0 && ioctl(l->fd, SIOCOUTQ, &queued) != 0)
		queued = 0;
	return l->out.len + (queued > 0 ? (unsigned)queued : 0);
}

unsigned long long link_cut(const struct link *l)
{
	return l->cut;
}
