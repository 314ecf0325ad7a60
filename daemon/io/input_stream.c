/*
 * Connections that bring syslog messages.
 *
 * One epoll set holds the listening sockets, every connection and a timer, and is
 * the descriptor of the input.  What it says is ready is served in turn, one read
 * for each, and where a block is full the next one goes on behind it: a sender that
 * never pauses does not keep the others waiting.
 *
 * There is room for so many connections, and nobody is sent away for being quiet:
 * a sender may have nothing to say for a day.  Only when there is no room for a new
 * one, one goes that has given no message for a while although it began to: with
 * its handshake, with its first message, or with one that it does not complete.
 * Without such a one the new one is sent away.  Handshakes have a limit in any case.
 *
 * A stop counts what every socket holds, and reads that much, and the rest of the
 * message that it ends in where that has come too.
 */
#include <purposed/io/input.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/base/seldom.h>
#include <purposed/io/connection.h>
#include <purposed/io/framing.h>
#include <purposed/io/socket.h>

enum {
	EVENTS = 64,
	HANDSHAKE_S = 15, /* so long a handshake may take */
	SILENT_S = 10,	  /* after that a connection may have to make room */
	EXTRA_READS = 16, /* stopped: for the end of a message */
};

struct stream_input {
	struct input input;
	struct sockets sockets;
	char *name;
	struct tls_context *tls; /* or NULL */
	size_t message_bytes;
	size_t connections_max;
	int timer; /* ticks every second while it is armed */
	bool armed;
	bool paused; /* no descriptors are left: nobody is let in before the next tick */
	bool stopped;
	struct epoll_event events[EVENTS];
	int n_events, next_event; /* those from next_event on are still to be served */
	struct connection *first;
	size_t handshaking;
	struct buf scratch;
	/* During a read: */
	struct buf *block;
	const struct connection *speaker; /* whose origin stands last in the block */
	time_t now;
	struct seldom said_refused, said_failed, said_cut, said_descriptors;
};

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec;
}

/* --- Messages --------------------------------------------------------------------- */

static const char *peer_of(const struct connection *c)
{
	return c->peer[0] != '\0' ? c->peer : "a local process";
}

static void say_cut(struct stream_input *s, const struct connection *c, const struct cut *cut)
{
	if (!seldom_now(&s->said_cut))
		return;
	if (cut->message.len >= s->message_bytes)
		log_warning("input '%s': a message of %s is longer than the %zu bytes of "
			    "limits.message_bytes: its end is lost, and it counts as unscanned%s",
			    s->name, peer_of(c), s->message_bytes, seldom_others(&s->said_cut));
	else
		log_warning("input '%s': a message of %s broke off after %zu bytes, and counts as "
			    "unscanned%s",
			    s->name, peer_of(c), cut->message.len, seldom_others(&s->said_cut));
}

static void take_message(void *context, struct connection *c, const struct cut *cut)
{
	struct stream_input *s = context;

	if (s->speaker != c) {
		struct origin origin = { .peer = span_str(c->peer) };

		framing_add_origin(s->block, &origin);
		s->speaker = c;
	}
	framing_add_message(s->block, cut->message, cut->len);
	s->input.counts.messages++;
	if (cut->len > cut->message.len) {
		s->input.counts.cut++;
		say_cut(s, c, cut);
	}
}

/* --- The set ------------------------------------------------------------------------ */

/* The timer ticks only while something has a limit in time. */
static void set_timer(struct stream_input *s)
{
	bool wanted = s->handshaking != 0 || s->paused;
	const struct itimerspec every_second = { { 1, 0 }, { 1, 0 } };
	const struct itimerspec never = { { 0, 0 }, { 0, 0 } };

	if (wanted == s->armed)
		return;
	timerfd_settime(s->timer, 0, wanted ? &every_second : &never, NULL);
	s->armed = wanted;
}

static int watch(struct stream_input *s, int fd, void *what, struct err *e)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

	if (epoll_ctl(s->input.fd, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	err_errno(e, "cannot watch a socket");
	return -1;
}

static void pause_listening(struct stream_input *s, bool pause)
{
	for (size_t i = 0; i < s->sockets.n && s->paused != pause; i++) {
		struct epoll_event event = { .events = pause ? 0 : EPOLLIN,
					     .data.ptr = &s->sockets.fds[i] };

		epoll_ctl(s->input.fd, EPOLL_CTL_MOD, s->sockets.fds[i], &event);
	}
	s->paused = pause;
	set_timer(s);
}

static void set_state(struct stream_input *s, struct connection *c, enum connection_state state)
{
	struct epoll_event event = { .events = state == CONNECTION_WRITES ? EPOLLOUT : EPOLLIN,
				     .data.ptr = c };

	if (state != c->state)
		epoll_ctl(s->input.fd, EPOLL_CTL_MOD, c->fd, &event);
	c->state = state;
}

/* What was still to be served may be of a connection that is no more. */
static void forget_events(struct stream_input *s, const struct connection *c)
{
	for (int i = s->next_event; i < s->n_events; i++) {
		if (s->events[i].data.ptr == c)
			s->events[i].data.ptr = NULL;
	}
}

/* --- Connections --------------------------------------------------------------------- */

/* whole: the sender ended it, and properly. */
static void drop(struct stream_input *s, struct connection *c, bool whole)
{
	connection_end(c, whole, take_message, s);
	forget_events(s, c);
	if (s->speaker == c)
		s->speaker = NULL;
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		s->first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	s->handshaking -= c->handshaking;
	s->input.counts.connections--;
	connection_free(&c);
	if (s->paused)
		pause_listening(s, false);
	set_timer(s);
}

/* Logs why a connection is over, without the line ends of err; empties e. */
static void say_failed(struct stream_input *s, const struct connection *c, struct err *e)
{
	if (seldom_now(&s->said_failed))
		log_warning("input '%s': the connection of %s is closed: %.*s%s", s->name,
			    peer_of(c), (int)(e->text.len - 1), e->text.ptr,
			    seldom_others(&s->said_failed));
	err_fini(e);
}

/* How long a connection has given nothing although it began to; 0: nothing is amiss. */
static time_t silence(const struct stream_input *s, const struct connection *c)
{
	time_t since = c->waits;

	if (c->handshaking || !c->has_spoken)
		since = c->since;
	return since != 0 && s->now > since ? s->now - since : 0;
}

/* Sends away whoever has been silent for longest, and for too long; false: nobody is. */
static bool make_room(struct stream_input *s)
{
	struct connection *longest = NULL;

	for (struct connection *c = s->first; c != NULL; c = c->next) {
		if (longest == NULL || silence(s, c) > silence(s, longest))
			longest = c;
	}
	if (longest == NULL || silence(s, longest) < SILENT_S)
		return false;
	drop(s, longest, false);
	return true;
}

static void refuse(struct stream_input *s)
{
	s->input.counts.refused++;
	if (seldom_now(&s->said_refused))
		log_warning("input '%s': a connection is refused: limits.connections allows %zu%s",
			    s->name, s->connections_max, seldom_others(&s->said_refused));
}

/* A peer that vanished without a word is noticed after two minutes. */
static void keep_alive(int fd)
{
	const int on = 1;
	const int idle_s = 60;
	const int pause_s = 10;
	const int tries = 6;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &pause_s, sizeof(pause_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof(tries));
}

static void let_in(struct stream_input *s, int fd, const struct sockaddr_storage *address)
{
	struct buf host = { 0 };
	struct err e = { 0 };
	struct connection *c;

	address_write_host(&host, (const struct sockaddr *)address);
	if (address->ss_family != AF_UNIX)
		keep_alive(fd);
	c = connection_new(fd, s->tls, buf_str(&host), s->message_bytes, s->now);
	buf_fini(&host);
	c->next = s->first;
	if (c->next != NULL)
		c->next->prev = c;
	s->first = c;
	s->handshaking += c->handshaking;
	s->input.counts.connections++;
	set_timer(s);
	if (watch(s, fd, c, &e) != 0) {
		say_failed(s, c, &e);
		drop(s, c, false);
	}
}

/* false: nobody is waiting. */
static bool accept_one(struct stream_input *s, int listener)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);
	int fd = accept4(listener, (struct sockaddr *)&address, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
		if (seldom_now(&s->said_descriptors))
			log_warning("input '%s': cannot take a connection: %s%s", s->name,
				    strerror(errno), seldom_others(&s->said_descriptors));
		pause_listening(s, true);
		return false;
	}
	if (fd < 0)
		return errno == EINTR || errno == ECONNABORTED;
	if (s->input.counts.connections < s->connections_max || (!s->stopped && make_room(s))) {
		let_in(s, fd, &address);
	} else {
		refuse(s);
		close(fd);
	}
	return true;
}

static void accept_all(struct stream_input *s, int listener)
{
	for (int i = 0; i < EVENTS && accept_one(s, listener); i++)
		continue;
}

/* What a call came to; a connection that is over is dropped. */
static void settle(struct stream_input *s, struct connection *c, enum connection_state state,
		   struct err *e)
{
	if (state == CONNECTION_FAILED)
		say_failed(s, c, e);
	if (state >= CONNECTION_OVER)
		drop(s, c, state == CONNECTION_OVER);
	else
		set_state(s, c, state);
}

static void serve(struct stream_input *s, struct connection *c)
{
	enum connection_state state = CONNECTION_READS;
	struct err e = { 0 };
	size_t n;

	if (c->handshaking) {
		state = connection_handshake(c, &e);
		s->handshaking -= !c->handshaking;
		set_timer(s);
	}
	if (!c->handshaking && state == CONNECTION_READS)
		state = connection_read(c, &s->scratch, 0, s->now, take_message, s, &n, &e);
	settle(s, c, state, &e);
}

static void on_tick(struct stream_input *s)
{
	struct err e = { 0 };
	uint64_t ticks;

	if (read(s->timer, &ticks, sizeof(ticks)) < 0)
		return;
	pause_listening(s, false);
	for (struct connection *c = s->first, *next; c != NULL; c = next) {
		next = c->next;
		if (!c->handshaking || s->now - c->since < HANDSHAKE_S)
			continue;
		err_add(&e, "TLS handshake: not done after %d seconds", HANDSHAKE_S);
		say_failed(s, c, &e);
		drop(s, c, false);
	}
}

/* --- Reading ---------------------------------------------------------------------------- */

static void serve_event(struct stream_input *s, void *what)
{
	int *socket = what;

	if (what == NULL)
		return;
	if (socket >= s->sockets.fds && socket < s->sockets.fds + SOCKETS_MAX)
		accept_all(s, *socket);
	else if (what == &s->timer)
		on_tick(s);
	else
		serve(s, what);
}

/* true: there is something to be served. */
static bool get_events(struct stream_input *s)
{
	if (s->next_event < s->n_events)
		return true;
	s->n_events = epoll_wait(s->input.fd, s->events, EVENTS, 0);
	s->next_event = 0;
	return s->n_events > 0;
}

static enum input_result read_ready(struct stream_input *s, size_t enough)
{
	while (get_events(s)) {
		void *what = s->events[s->next_event++].data.ptr;

		serve_event(s, what);
		if (s->block->len >= enough)
			return INPUT_MORE;
	}
	return INPUT_EMPTY;
}

/* --- Stopping ---------------------------------------------------------------------------- */

/* One read of what was queued at the stop; false: all of that is read. */
static bool read_rest(struct stream_input *s, struct connection *c)
{
	unsigned long long before = c->received;
	enum connection_state state;
	struct err e = { 0 };
	size_t n = 0;
	size_t taken;

	if (c->handshaking || (c->left == 0 && (c->waits == 0 || c->extra == EXTRA_READS))) {
		drop(s, c, false);
		return false;
	}
	if (c->left == 0)
		c->extra++;
	state = connection_read(c, &s->scratch, c->left, s->now, take_message, s, &n, &e);
	taken = (size_t)(c->received - before);
	c->left -= taken < c->left ? taken : c->left;
	if (state == CONNECTION_READS && n != 0)
		return true;
	if (state == CONNECTION_FAILED)
		say_failed(s, c, &e);
	drop(s, c, state == CONNECTION_OVER);
	return false;
}

static enum input_result read_rests(struct stream_input *s, size_t enough)
{
	while (s->first != NULL) {
		while (read_rest(s, s->first)) {
			if (s->block->len >= enough)
				return INPUT_MORE;
		}
		if (s->block->len >= enough)
			return INPUT_MORE;
	}
	return INPUT_EMPTY;
}

static enum input_result stream_read(struct input *input, struct buf *block, size_t enough,
				     struct err *e)
{
	struct stream_input *s = (struct stream_input *)input;
	enum input_result result;

	(void)e;
	s->block = block;
	s->speaker = NULL;
	s->now = now();
	result = s->stopped ? read_rests(s, enough) : read_ready(s, enough);
	s->block = NULL;
	return result;
}

static void stream_stop(struct input *input)
{
	struct stream_input *s = (struct stream_input *)input;

	if (s->stopped)
		return;
	s->stopped = true;
	s->now = now();
	for (size_t i = 0; i < s->sockets.n && !s->sockets.passed; i++) {
		/* Who is waiting has been told that he is connected, and may have written. */
		while (accept_one(s, s->sockets.fds[i]))
			continue;
	}
	sockets_close(&s->sockets);
	for (struct connection *c = s->first; c != NULL; c = c->next) {
		int queued = 0;

		if (ioctl(c->fd, FIONREAD, &queued) == 0 && queued > 0)
			c->left = (size_t)queued;
		/* Senders that look see that nobody will read what they write from now on. */
		if (c->tls == NULL)
			shutdown(c->fd, SHUT_WR);
	}
}

/* --- Opening --------------------------------------------------------------------------- */

static bool stream_reachable(const struct input *input)
{
	return sockets_reachable(&((const struct stream_input *)input)->sockets);
}

static void stream_free(struct input *input)
{
	struct stream_input *s = (struct stream_input *)input;
	struct buf nowhere = { 0 };

	s->block = &nowhere;
	while (s->first != NULL)
		drop(s, s->first, false);
	buf_fini(&nowhere);
	sockets_close(&s->sockets);
	tls_context_free(&s->tls);
	if (s->timer >= 0)
		close(s->timer);
	if (input->fd >= 0)
		close(input->fd);
	buf_fini(&s->scratch);
	free(s->name);
	free(s);
}

static int open_set(struct stream_input *s, struct err *e)
{
	s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	s->input.fd = epoll_create1(EPOLL_CLOEXEC);
	if (s->timer < 0 || s->input.fd < 0) {
		err_errno(e, "input '%s': cannot wait for connections", s->name);
		return -1;
	}
	if (watch(s, s->timer, &s->timer, e) != 0)
		return -1;
	for (size_t i = 0; i < s->sockets.n; i++) {
		if (watch(s, s->sockets.fds[i], &s->sockets.fds[i], e) != 0)
			return -1;
	}
	return 0;
}

static int stream_renew(struct input *input, const struct input_settings *settings, struct err *e)
{
	struct stream_input *s = (struct stream_input *)input;
	struct tls_context *tls = NULL;

	if (settings->address->transport == TRANSPORT_TLS) {
		if (tls_server_context(&tls, settings->tls, e) != 0)
			return -1;
		tls_context_free(&s->tls);
		s->tls = tls;
	}
	s->message_bytes = settings->message_bytes;
	s->connections_max = settings->connections;
	return 0;
}

int input_stream_new(struct input **input_r, const struct input_settings *settings, struct err *e)
{
	static const struct input_ops ops = { stream_read,  stream_reachable, NULL,
					      stream_renew, stream_stop,      stream_free };
	struct stream_input *s = mem_new(1, sizeof(*s));
	struct input *input = &s->input;

	*input = (struct input){ .ops = &ops, .fd = -1 };
	s->timer = -1;
	s->name = mem_string(settings->name);
	if (stream_renew(input, settings, e) != 0 ||
	    sockets_open(&s->sockets, settings->address, settings->passed, settings->n_passed, e) !=
		    0 ||
	    open_set(s, e) != 0) {
		input_free(&input);
		return -1;
	}
	*input_r = input;
	return 0;
}
