#include <purposed/io/crowd_private.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <purposed/base/log.h>

enum {
	AT_A_TIME = 64,
	HANDSHAKE_S = 15, /* so long a handshake may take */
	SILENT_S = 10,	  /* after that a connection may have to make room */
};

time_t crowd_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec;
}

const char *crowd_peer(const struct connection *c)
{
	return c->peer[0] != '\0' ? c->peer : "a local process";
}

/* --- The set ------------------------------------------------------------------------ */

/* The timer ticks only while something has a limit in time. */
void crowd_set_timer(struct crowd *crowd)
{
	bool wanted = crowd->handshaking != 0 || crowd->paused || crowd->held != 0;
	const struct itimerspec every_second = { { 1, 0 }, { 1, 0 } };
	const struct itimerspec never = { { 0, 0 }, { 0, 0 } };

	if (wanted == crowd->armed)
		return;
	timerfd_settime(crowd->timer, 0, wanted ? &every_second : &never, NULL);
	crowd->armed = wanted;
}

static int watch(struct crowd *crowd, int fd, void *what, struct err *e)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

	if (epoll_ctl(crowd->set, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	err_errno(e, "cannot watch a socket");
	return -1;
}

static void pause_listening(struct crowd *crowd, bool pause)
{
	for (size_t i = 0; i < crowd->sockets.n && crowd->paused != pause; i++) {
		struct epoll_event event = { .events = pause ? 0 : EPOLLIN,
					     .data.ptr = &crowd->sockets.fds[i] };

		epoll_ctl(crowd->set, EPOLL_CTL_MOD, crowd->sockets.fds[i], &event);
	}
	crowd->paused = pause;
	crowd_set_timer(crowd);
}

void crowd_watch(struct crowd *crowd, struct connection *c)
{
	struct epoll_event event = { .events = c->state == CONNECTION_WRITES ? EPOLLOUT : EPOLLIN,
				     .data.ptr = c };

	if (c->held)
		event.events = 0;
	epoll_ctl(crowd->set, EPOLL_CTL_MOD, c->fd, &event);
}

static void set_state(struct crowd *crowd, struct connection *c, enum connection_state state)
{
	bool changed = state != c->state;

	c->state = state;
	if (changed)
		crowd_watch(crowd, c);
}

/* --- Connections --------------------------------------------------------------------- */

/* whole: the sender ended it, and properly. */
void crowd_drop(struct crowd *crowd, struct connection *c, bool whole)
{
	connection_end(c, whole, crowd->take, crowd->context);
	crowd_forget_begun(crowd, c);
	crowd->gone(crowd->context, c);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		crowd->first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	crowd->handshaking -= c->handshaking;
	crowd->counts->connections--;
	connection_free(&c);
	if (crowd->paused)
		pause_listening(crowd, false);
	crowd_set_timer(crowd);
}

/* Logs why a connection is over, without the line ends of err; empties e. */
static void say_failed(struct crowd *crowd, const struct connection *c, struct err *e)
{
	if (seldom_now(&crowd->said_failed))
		log_warning("input '%s': the connection of %s is closed: %.*s%s", crowd->name,
			    crowd_peer(c), (int)(e->text.len - 1), e->text.ptr,
			    seldom_others(&crowd->said_failed));
	err_fini(e);
}

/* How long a connection has given nothing although it began to; 0: nothing is amiss. */
static time_t silence(const struct crowd *crowd, const struct connection *c)
{
	time_t since = c->waits;

	if (c->handshaking || !c->has_spoken)
		since = c->since;
	return since != 0 && crowd->now > since ? crowd->now - since : 0;
}

/* Sends away whoever has been silent for longest, and for too long; false: nobody is. */
static bool make_room(struct crowd *crowd)
{
	struct connection *longest = NULL;

	for (struct connection *c = crowd->first; c != NULL; c = c->next) {
		if (longest == NULL || silence(crowd, c) > silence(crowd, longest))
			longest = c;
	}
	if (longest == NULL || silence(crowd, longest) < SILENT_S)
		return false;
	crowd_drop(crowd, longest, false);
	return true;
}

static void refuse(struct crowd *crowd)
{
	crowd->counts->refused++;
	if (seldom_now(&crowd->said_refused))
		log_warning("input '%s': a connection is refused: limits.connections allows %zu%s",
			    crowd->name, crowd->connections_max,
			    seldom_others(&crowd->said_refused));
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

static void let_in(struct crowd *crowd, int fd, const struct sockaddr_storage *address)
{
	struct buf host = { 0 };
	struct err e = { 0 };
	struct connection *c;

	address_write_host(&host, (const struct sockaddr *)address);
	if (address->ss_family != AF_UNIX)
		keep_alive(fd);
	c = connection_new(fd, crowd->tls, buf_str(&host), crowd->message_bytes, crowd->now);
	buf_fini(&host);
	c->next = crowd->first;
	if (c->next != NULL)
		c->next->prev = c;
	crowd->first = c;
	crowd->handshaking += c->handshaking;
	crowd->counts->connections++;
	crowd_set_timer(crowd);
	if (watch(crowd, fd, c, &e) != 0) {
		say_failed(crowd, c, &e);
		crowd_drop(crowd, c, false);
	}
}

/* false: nobody is waiting. */
static bool accept_one(struct crowd *crowd, int listener)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof(address);
	int fd = accept4(listener, (struct sockaddr *)&address, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
		if (seldom_now(&crowd->said_descriptors))
			log_warning("input '%s': cannot take a connection: %s%s", crowd->name,
				    strerror(errno), seldom_others(&crowd->said_descriptors));
		pause_listening(crowd, true);
		return false;
	}
	if (fd < 0)
		return errno == EINTR || errno == ECONNABORTED;
	if (crowd->counts->connections < crowd->connections_max ||
	    (!crowd->closed && make_room(crowd))) {
		let_in(crowd, fd, &address);
	} else {
		refuse(crowd);
		close(fd);
	}
	return true;
}

void crowd_let_in(struct crowd *crowd, int socket)
{
	for (int i = 0; i < AT_A_TIME && accept_one(crowd, socket); i++)
		continue;
}

void crowd_close(struct crowd *crowd)
{
	crowd->closed = true;
	for (size_t i = 0; i < crowd->sockets.n && !crowd->sockets.passed; i++) {
		/* Who is waiting has been told that he is connected, and may have written. */
		while (accept_one(crowd, crowd->sockets.fds[i]))
			continue;
	}
	sockets_close(&crowd->sockets);
}

/* What a call came to; a connection that is over is dropped. */
void crowd_settle(struct crowd *crowd, struct connection *c, enum connection_state state,
		  struct err *e)
{
	if (state == CONNECTION_FAILED)
		say_failed(crowd, c, e);
	if (state >= CONNECTION_OVER)
		crowd_drop(crowd, c, state == CONNECTION_OVER);
	else
		set_state(crowd, c, state);
}

bool crowd_shake_hands(struct crowd *crowd, struct connection *c, enum connection_state *state_r,
		       struct err *e)
{
	if (!c->handshaking)
		return true;
	*state_r = connection_handshake(c, e);
	crowd->handshaking -= !c->handshaking;
	crowd_set_timer(crowd);
	return !c->handshaking;
}

/* Whoever takes too long goes. */
static void check_time(struct crowd *crowd, struct connection *c)
{
	struct err e = { 0 };

	if (c->handshaking && crowd->now - c->since >= HANDSHAKE_S) {
		err_add(&e, "TLS handshake: not done after %d seconds", HANDSHAKE_S);
		say_failed(crowd, c, &e);
		crowd_drop(crowd, c, false);
	} else if (crowd_is_in_the_way(crowd, c) && silence(crowd, c) >= SILENT_S) {
		crowd_drop(crowd, c, false);
	}
}

void crowd_tick(struct crowd *crowd)
{
	uint64_t ticks;

	if (read(crowd->timer, &ticks, sizeof(ticks)) < 0)
		return;
	pause_listening(crowd, false);
	for (struct connection *c = crowd->first, *next; c != NULL; c = next) {
		next = c->next;
		check_time(crowd, c);
	}
}

/* --- Opening --------------------------------------------------------------------------- */

bool crowd_is_socket(const struct crowd *crowd, const void *what)
{
	const int *socket = what;

	return socket >= crowd->sockets.fds && socket < crowd->sockets.fds + SOCKETS_MAX;
}

int crowd_open(struct crowd *crowd, const struct address *address, const int *passed,
	       size_t n_passed, struct err *e)
{
	crowd->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	crowd->set = epoll_create1(EPOLL_CLOEXEC);
	if (sockets_open(&crowd->sockets, address, passed, n_passed, e) != 0)
		return -1;
	if (crowd->timer < 0 || crowd->set < 0) {
		err_errno(e, "input '%s': cannot wait for connections", crowd->name);
		return -1;
	}
	if (watch(crowd, crowd->timer, &crowd->timer, e) != 0)
		return -1;
	for (size_t i = 0; i < crowd->sockets.n; i++) {
		if (watch(crowd, crowd->sockets.fds[i], &crowd->sockets.fds[i], e) != 0)
			return -1;
	}
	return 0;
}

void crowd_fini(struct crowd *crowd)
{
	while (crowd->first != NULL)
		crowd_drop(crowd, crowd->first, false);
	sockets_close(&crowd->sockets);
	if (crowd->timer >= 0)
		close(crowd->timer);
	if (crowd->set >= 0)
		close(crowd->set);
}
