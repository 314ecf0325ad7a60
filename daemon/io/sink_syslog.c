/*
 * A message's way:
 *
 *	write --> is the receiver there, and nothing before it on the disk?
 *	             yes: to the link, and into doubt        (doubt.h)
 *	             no, or it is slow: to the spool         (spool.h)
 *	thread:      connects; spool --> link, and into doubt; settles doubts
 *
 * Accepted is what the kernel has, or the spool: what the link still holds when a
 * write returns is put into the spool too.  So nothing that was accepted ends with
 * the process.  Order is kept: the spool comes first, and what was sent past it is
 * put behind it before anything else is.
 *
 * When the link breaks, what is in doubt goes back: those that were sent past the
 * spool are put into it, and its cursor returns to the first that is in doubt.
 *
 * Both threads work under one lock; only our own opens and closes the link, since it
 * may be waiting for its descriptor, and it connects without the lock, so that
 * writers go on spooling.
 */
#include <purposed/io/sink.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <purposed/base/clock.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/io/doubt.h>
#include <purposed/io/spool.h>

enum {
	PATIENCE_MS = 100,	 /* a write waits that long for room in the spool */
	BACKOFF_MIN_MS = 100,	 /* between two attempts to connect, doubled each time */
	BACKOFF_MAX_MS = 5000,	 /* up to this */
	LASTING_MS = 1000,	 /* a connection that lasts that long is one */
	SETTLE_MS = 200,	 /* how often doubts are looked at while nothing happens */
	STOP_MS = 3000,		 /* for what is left, at the end */
	COMPLAIN_MS = 60 * 1000, /* a receiver that stays down is mentioned that often */
	PUMP_MESSAGES = 256,	 /* that are sent without letting writers in between */
};

struct syslog_sink {
	struct sink sink;
	char *name;
	char *spool_path;
	unsigned long long spool_bytes;
	struct link *link; /* sending: under the lock; opening and closing: the thread's */
	int wake_fd;	   /* readable: there is something for the thread to do */
	int stop_fd;	   /* readable: it is to end */
	pthread_t thread;
	atomic_uint waiting; /* writers, for the lock */

	pthread_mutex_t lock;
	pthread_cond_t room; /* in the spool, perhaps */
	bool started;
	struct spool *spool;
	struct doubt doubt;
	struct sink_counters counters;
	bool connected; /* and not known to be broken */
	bool stopping;
	bool waited_for_writable; /* the thread is to wait for it */
	long long connected_ms;	  /* since when */
	long long next_ms;	  /* when to connect next */
	long long backoff_ms;
	long long complained_ms; /* when it was last said that the receiver is down; 0: it is not */
	long long full_ms;	 /* the same of the spool */
};

static void raise_event(int fd)
{
	const uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_warning("cannot wake the thread of an output");
}

static void wake(const struct syslog_sink *s)
{
	raise_event(s->wake_fd);
}

/* What e says, at first and then now and again; empties e. */
static void complain(struct syslog_sink *s, struct err *e, long long *last_ms)
{
	long long now = clock_now_ms();

	if (err_any(e) && (*last_ms == 0 || now - *last_ms >= COMPLAIN_MS)) {
		log_warning("output '%s': %.*s", s->name, (int)strcspn(buf_str(&e->text), "\n"),
			    e->text.ptr);
		*last_ms = now;
	}
	err_fini(e);
}

/* --- Under the lock: sending ------------------------------------------------------ */

/* What was sent past the spool goes into it; false: it could not, and stays where it is. */
static bool spool_doubts(struct syslog_sink *s, struct err *e)
{
	struct span message;
	size_t at = DOUBT_FIRST;

	while (s->doubt.n_direct != 0 && doubt_next(&s->doubt, &at, &message)) {
		if (spool_add(s->spool, message, e) != 0)
			return false;
		spool_skip(s->spool);
		doubt_place(&s->doubt, at, spool_cursor(s->spool));
	}
	return true;
}

/* The link is of no more use; the thread will close it. */
static void break_link(struct syslog_sink *s, struct err *why)
{
	bool lasted = clock_now_ms() - s->connected_ms >= BACKOFF_MAX_MS;

	s->connected = false;
	s->counters.failures++;
	s->backoff_ms = lasted ? BACKOFF_MIN_MS : s->backoff_ms;
	s->next_ms = clock_now_ms() + s->backoff_ms;
	complain(s, why, &s->complained_ms);
	wake(s);
}

/* What is in doubt is to be sent again; false: it cannot be put into the spool now. */
static bool take_back(struct syslog_sink *s, struct err *e)
{
	size_t n = s->doubt.n;

	if (!spool_doubts(s, e))
		return false;
	spool_rewind(s->spool);
	doubt_clear(&s->doubt);
	s->counters.repeated += n;
	return true;
}

/*
 * First what has not arrived, then whether the receiver is there: of one that has gone
 * nothing waits any more, whether it was read or not.
 */
static void settle(struct syslog_sink *s)
{
	struct err why = { 0 };
	unsigned long long unacknowledged;
	unsigned long long place;

	if (s->doubt.n == 0 || !s->connected)
		return;
	unacknowledged = link_unacknowledged(s->link);
	if (link_check(s->link, &why) == LINK_BROKEN) {
		break_link(s, &why);
		return;
	}
	place = doubt_settle(&s->doubt, link_taken(s->link), unacknowledged, clock_now_ms());
	if (place != 0) {
		spool_release(s->spool, place);
		pthread_cond_signal(&s->room);
	}
}

/* Hands on what the link has collected, or sees to it that it is on the disk. */
static bool flush(struct syslog_sink *s, struct err *e)
{
	struct err why = { 0 };
	enum link_result result = link_flush(s->link, &why);

	if (result == LINK_BROKEN)
		break_link(s, &why);
	if (result == LINK_OK)
		return true;
	s->waited_for_writable = true;
	wake(s);
	return spool_doubts(s, e);
}

/* Past the spool, if that is possible; false: message is to be spooled. */
static bool send_direct(struct syslog_sink *s, struct span message)
{
	struct err why = { 0 };
	enum link_result result;

	if (!s->connected || spool_unread(s->spool) != 0)
		return false;
	result = link_send(s->link, message, &why);
	if (result == LINK_OK) {
		/* The thread sleeps for good while nothing is in doubt. */
		if (s->doubt.n == 0)
			wake(s);
		doubt_add(&s->doubt, message, 0, link_taken(s->link), clock_now_ms());
		s->counters.sent++;
		return true;
	}
	if (result == LINK_BROKEN)
		break_link(s, &why);
	s->waited_for_writable = true;
	wake(s);
	return false;
}

static enum sink_result spool_message(struct syslog_sink *s, struct span message, struct err *e)
{
	bool first = spool_unread(s->spool) == 0;

	/* A link that broke takes back first: its messages are before this one. */
	if (s->connected ? !spool_doubts(s, e) : !take_back(s, e))
		return SINK_ERROR;
	if (!spool_has_room(s->spool, message.len))
		return SINK_FULL;
	if (spool_add(s->spool, message, e) != 0)
		return SINK_ERROR;
	s->counters.spooled++;
	if (first)
		wake(s);
	return SINK_ACCEPTED;
}

static enum sink_result take_line(struct syslog_sink *s, struct span line, struct err *e)
{
	if (line.len == 0 || send_direct(s, line))
		return SINK_ACCEPTED;
	return spool_message(s, line, e);
}

/* --- The thread ------------------------------------------------------------------- */

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
		break_link(s, &e);
	else
		complain(s, &e, &s->complained_ms);
	s->waited_for_writable = result == LINK_WAIT;
	settle(s);
	return result == LINK_OK && n == PUMP_MESSAGES;
}

static void check(struct syslog_sink *s)
{
	struct err e = { 0 };

	if (link_check(s->link, &e) == LINK_BROKEN)
		break_link(s, &e);
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
	if (!take_back(s, &e)) {
		complain(s, &e, &s->complained_ms);
		s->next_ms = clock_now_ms() + BACKOFF_MAX_MS;
		return;
	}
	pthread_mutex_unlock(&s->lock);
	result = link_connect(s->link, s->stop_fd, &e);
	pthread_mutex_lock(&s->lock);
	s->connected = result == 0;
	s->connected_ms = clock_now_ms();
	s->waited_for_writable = false;
	s->backoff_ms = s->backoff_ms * 2 < BACKOFF_MAX_MS ? s->backoff_ms * 2 : BACKOFF_MAX_MS;
	if (result == 0) {
		s->counters.connections++;
		err_fini(&e);
		return;
	}
	s->counters.failures++;
	s->next_ms = clock_now_ms() + s->backoff_ms;
	complain(s, &e, &s->complained_ms);
}

/* A lock that is let go for a moment is not had by who waits for it. */
static void let_writers_in(struct syslog_sink *s)
{
	pthread_mutex_unlock(&s->lock);
	for (int i = 0; i < 10 && atomic_load(&s->waiting) != 0; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 50 * 1000 }, NULL);
	pthread_mutex_lock(&s->lock);
}

static void lock_for_writing(struct syslog_sink *s)
{
	atomic_fetch_add(&s->waiting, 1);
	pthread_mutex_lock(&s->lock);
	atomic_fetch_sub(&s->waiting, 1);
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
	if (!take_back(s, &e))
		log_error("output '%s': %zu messages are lost: %.*s", s->name, s->doubt.n_direct,
			  (int)strcspn(buf_str(&e.text), "\n"), e.text.ptr);
	err_fini(&e);
	if (spool_held(s->spool) != 0)
		log_notice("output '%s': %llu bytes stay in the spool %s", s->name,
			   spool_held(s->spool), s->spool_path);
}

static void *thread_main(void *arg)
{
	struct syslog_sink *s = arg;

	pthread_mutex_lock(&s->lock);
	while (!s->stopping)
		go_on(s);
	finish(s);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* --- The sink ------------------------------------------------------------------------ */

/* Under the lock. */
static int start(struct syslog_sink *s, struct err *e)
{
	if (s->started)
		return 0;
	if (s->spool == NULL && spool_open(&s->spool, s->spool_path, s->spool_bytes, e) != 0)
		return -1;
	if (spool_held(s->spool) != 0)
		log_notice("output '%s': %llu bytes are in the spool from before", s->name,
			   spool_held(s->spool));
	if (pthread_create(&s->thread, NULL, thread_main, s) != 0) {
		err_add(e, "cannot start the thread of output '%s'", s->name);
		return -1;
	}
	s->started = true;
	return 0;
}

static void syslog_start(struct sink *sink)
{
	struct syslog_sink *s = (struct syslog_sink *)sink;
	struct err e = { 0 };

	lock_for_writing(s);
	if (start(s, &e) != 0)
		complain(s, &e, &s->complained_ms);
	pthread_mutex_unlock(&s->lock);
}

/* Under the lock: what is full may have room in a moment; who is asked again at once waits. */
static void wait_for_room(struct syslog_sink *s)
{
	struct err e = { 0 };
	struct timespec until;

	err_add(&e, "the spool is full (%llu bytes); inputs wait", spool_held(s->spool));
	complain(s, &e, &s->full_ms);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PATIENCE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_cond_timedwait(&s->room, &s->lock, &until);
}

static enum sink_result syslog_write(struct sink *sink, struct span *bytes, struct err *e)
{
	struct syslog_sink *s = (struct syslog_sink *)sink;
	enum sink_result result = SINK_ACCEPTED;

	lock_for_writing(s);
	if (start(s, e) != 0)
		result = SINK_ERROR;
	while (bytes->len != 0 && result == SINK_ACCEPTED) {
		const char *lf = memchr(bytes->ptr, '\n', bytes->len);
		size_t len = lf != NULL ? (size_t)(lf - bytes->ptr) : bytes->len;

		result = take_line(s, span_slice(*bytes, 0, len), e);
		if (result == SINK_ACCEPTED)
			*bytes = span_slice(*bytes, lf != NULL ? len + 1 : len, bytes->len);
	}
	if (s->connected && !flush(s, e) && result == SINK_ACCEPTED)
		result = SINK_ERROR;
	settle(s);
	if (result == SINK_FULL)
		wait_for_room(s);
	pthread_mutex_unlock(&s->lock);
	return result;
}

static int syslog_reopen(struct sink *sink, struct err *e)
{
	(void)sink;
	(void)e;
	return 0;
}

static int syslog_sync(struct sink *sink, struct err *e)
{
	struct syslog_sink *s = (struct syslog_sink *)sink;
	int result = 0;

	lock_for_writing(s);
	if (s->spool != NULL)
		result = spool_sync(s->spool, e);
	pthread_mutex_unlock(&s->lock);
	return result;
}

static void syslog_count(struct sink *sink, struct sink_counters *counters_r)
{
	struct syslog_sink *s = (struct syslog_sink *)sink;

	pthread_mutex_lock(&s->lock);
	*counters_r = s->counters;
	counters_r->cut = link_cut(s->link);
	counters_r->connected = s->connected;
	counters_r->spool_bytes = s->spool != NULL ? spool_held(s->spool) : 0;
	pthread_mutex_unlock(&s->lock);
}

static void syslog_free(struct sink *sink)
{
	struct syslog_sink *s = (struct syslog_sink *)sink;

	if (s->started) {
		pthread_mutex_lock(&s->lock);
		s->stopping = true;
		raise_event(s->stop_fd);
		wake(s);
		pthread_mutex_unlock(&s->lock);
		pthread_join(s->thread, NULL);
	}
	link_free(&s->link);
	spool_close(&s->spool);
	doubt_fini(&s->doubt);
	pthread_cond_destroy(&s->room);
	pthread_mutex_destroy(&s->lock);
	if (s->wake_fd >= 0)
		close(s->wake_fd);
	if (s->stop_fd >= 0)
		close(s->stop_fd);
	free(s->spool_path);
	free(s->name);
	free(s);
}

/* Who waits for room waits by a clock that nobody sets. */
static void init_room(struct syslog_sink *s)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->room, &attr);
	pthread_condattr_destroy(&attr);
}

/* Whether the spool can be had is known now, so that a wrong setting is refused. */
static int try_spool(const struct syslog_sink *s, struct err *e)
{
	int fd = open(s->spool_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);

	if (fd < 0) {
		err_errno(e, "output '%s': cannot open the spool %s", s->name, s->spool_path);
		return -1;
	}
	close(fd);
	return 0;
}

int sink_syslog_new(struct sink **sink_r, const struct sink_syslog_settings *settings,
		    struct err *e)
{
	static const struct sink_ops ops = {
		.write = syslog_write,
		.reopen = syslog_reopen,
		.free = syslog_free,
		.start = syslog_start,
		.sync = syslog_sync,
		.count = syslog_count,
	};
	struct syslog_sink *s = mem_new(1, sizeof(*s));

	s->sink.ops = &ops;
	s->name = mem_string(settings->name);
	s->spool_path = mem_string(settings->spool);
	s->spool_bytes = settings->spool_bytes;
	s->backoff_ms = BACKOFF_MIN_MS;
	pthread_mutex_init(&s->lock, NULL);
	init_room(s);
	s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->wake_fd < 0 || s->stop_fd < 0)
		err_errno(e, "output '%s': cannot make a descriptor", s->name);
	if (s->wake_fd < 0 || s->stop_fd < 0 || try_spool(s, e) != 0 ||
	    link_new(&s->link, settings->to, settings->framing, settings->tls, e) != 0) {
		syslog_free(&s->sink);
		return -1;
	}
	*sink_r = &s->sink;
	return 0;
}
