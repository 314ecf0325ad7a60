/*
 * The thread: it connects, sends what is in the spool, and settles what is in doubt.
 */
#include <purposed/io/sink_syslog_private.h>

#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <purposed/base/clock.h>
#include <purposed/base/log.h>

enum {
	LASTING_MS = 1000,   /* a connection that lasts that long is one */
	SETTLE_MS = 200,     /* how often doubts are looked at while nothing happens */
	STOP_MS = 3000,	     /* for what is left, at the end */
	PUMP_MESSAGES = 256, /* that are sent without letting writers in between */
};

/* Under the lock: from the spool to the link; true: there is more, and it may go on. */
static bool pump(struct syslog_sink *s)
{
	enum link_result result = LINK_OK;
	struct err e = { 0 };
	struct span message;
	int n = 0;

	while (n < PUMP_MESSAGES && spool_read(s->spool, &message, &e)) {
		result = link_send(s->link, message, &e);
		if (result != LINK_OK)
			break;
		spool_next(s->spool);
		doubt_add(&s->doubt, span_of(NULL, 0), spool_cursor(s->spool), link_taken(s->link),
			  clock_now_ms());
		s->counters.sent++;
		n++;
	}
	if (result == LINK_OK)
		result = link_flush(s->link, &e);
	if (result == LINK_BROKEN)
		sink_syslog_break_link(s, &e);
	else
		sink_syslog_complain(s, &e, &s->complained_ms);
	s->waited_for_writable = result == LINK_WAIT;
	sink_syslog_settle(s);
	return result == LINK_OK && n == PUMP_MESSAGES;
}

static void check(struct syslog_sink *s)
{
	struct err e = { 0 };

	if (link_check(s->link, &e) == LINK_BROKEN)
		sink_syslog_break_link(s, &e);
	err_fini(&e);
}

/* Under the lock, which is let go while it waits. */
static void wait_for_more(struct syslog_sink *s, int timeout_ms)
{
	struct pollfd p[2] = { { .fd = s->wake_fd, .events = POLLIN },
			       { .fd = s->connected ? link_fd(s->link) : -1, .events = POLLIN } };
	uint64_t n;

	if (s->waited_for_writable)
		p[1].events |= POLLOUT;
	pthread_mutex_unlock(&s->lock);
	poll(p, 2, timeout_ms);
	if (read(s->wake_fd, &n, sizeof(n)) < 0)
		n = 0; /* nobody woke us */
	pthread_mutex_lock(&s->lock);
	if (s->connected && (p[1].revents & ~POLLOUT) != 0)
		check(s);
}

/* Once it has lasted: over UDP a receiver that is down seems to be there at first. */
static void say_connected(struct syslog_sink *s)
{
	if (s->complained_ms == 0 || clock_now_ms() - s->connected_ms < LASTING_MS)
		return;
	log_notice("output '%s': works again; %llu bytes are in the spool", s->name,
		   spool_held(s->spool));
	s->complained_ms = 0;
}

/* Under the lock, which is let go meanwhile. */
static void connect_link(struct syslog_sink *s)
{
	struct err e = { 0 };
	int result;

	link_close(s->link);
	if (!sink_syslog_take_back(s, &e)) {
		sink_syslog_complain(s, &e, &s->complained_ms);
		s->next_ms = clock_now_ms() + SINK_SYSLOG_BACKOFF_MAX_MS;
		return;
	}
	pthread_mutex_unlock(&s->lock);
	result = link_connect(s->link, s->stop_fd, &e);
	pthread_mutex_lock(&s->lock);
	s->connected = result == 0;
	s->connected_ms = clock_now_ms();
	s->waited_for_writable = false;
	s->backoff_ms = s->backoff_ms * 2 < SINK_SYSLOG_BACKOFF_MAX_MS ? s->backoff_ms * 2
								       : SINK_SYSLOG_BACKOFF_MAX_MS;
	if (result == 0) {
		s->counters.connections++;
		err_fini(&e);
		return;
	}
	s->counters.failures++;
	s->next_ms = clock_now_ms() + s->backoff_ms;
	sink_syslog_complain(s, &e, &s->complained_ms);
}

/* A lock that is let go for a moment is not had by who waits for it. */
static void let_writers_in(struct syslog_sink *s)
{
	pthread_mutex_unlock(&s->lock);
	for (int i = 0; i < 10 && atomic_load(&s->waiting) != 0; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 50 * 1000 }, NULL);
	pthread_mutex_lock(&s->lock);
}

/* One round; under the lock. */
static void go_on(struct syslog_sink *s)
{
	long long left = s->next_ms - clock_now_ms();

	if (!s->connected && left > 0) {
		wait_for_more(s, (int)left);
		return;
	}
	if (!s->connected) {
		connect_link(s);
		return;
	}
	if (pump(s)) {
		let_writers_in(s);
		return;
	}
	if (!s->connected)
		return;
	say_connected(s);
	wait_for_more(s, s->doubt.n != 0 || s->complained_ms != 0 ? SETTLE_MS : -1);
}

/* At the end: what is left may still go, for a while, while there is a link. */
static void finish(struct syslog_sink *s)
{
	long long until = clock_now_ms() + STOP_MS;
	struct err e = { 0 };

	while (s->connected && clock_now_ms() < until) {
		if (pump(s))
			continue;
		if (s->connected && spool_unread(s->spool) == 0 &&
		    link_unacknowledged(s->link) == 0)
			break;
		wait_for_more(s, 20);
	}
	if (s->connected && link_unacknowledged(s->link) == 0) {
		/* The receiver has it all. */
		spool_release(s->spool, spool_cursor(s->spool));
		doubt_clear(&s->doubt);
	}
	link_shut(s->link);
	if (!sink_syslog_take_back(s, &e))
		log_error("output '%s': %zu messages are lost: %.*s", s->name, s->doubt.n_direct,
			  (int)strcspn(buf_str(&e.text), "\n"), e.text.ptr);
	err_fini(&e);
	if (spool_held(s->spool) != 0 && spool_sync(s->spool, &e) != 0)
		log_error("output '%s': %.*s", s->name, (int)strcspn(buf_str(&e.text), "\n"),
			  e.text.ptr);
	else if (spool_held(s->spool) != 0)
		log_notice("output '%s': %llu bytes stay in the spool %s", s->name,
			   spool_held(s->spool), s->spool_path);
	err_fini(&e);
}

void *sink_syslog_thread_main(void *arg)
{
	struct syslog_sink *s = arg;

	pthread_mutex_lock(&s->lock);
	while (!s->stopping)
		go_on(s);
	finish(s);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}
