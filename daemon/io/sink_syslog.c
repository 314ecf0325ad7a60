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
#include <purposed/io/sink_syslog_private.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <purposed/base/clock.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>

enum {
	PATIENCE_MS = 100, /* a write waits that long for room in the spool */
};

/* --- Under the lock ---------------------------------------------------------------- */

static enum sink_result spool_message(struct syslog_sink *s, struct span message, struct err *e)
{
	bool first = spool_unread(s->spool) == 0;

	/* A link that broke takes back first: its messages are before this one. */
	if (s->connected ? !sink_syslog_spool_doubts(s, e) : !sink_syslog_take_back(s, e))
		return SINK_ERROR;
	if (!spool_has_room(s->spool, message.len))
		return SINK_FULL;
	if (spool_add(s->spool, message, e) != 0)
		return SINK_ERROR;
	s->counters.spooled++;
	if (first)
		sink_syslog_wake(s);
	return SINK_ACCEPTED;
}

static enum sink_result take_line(struct syslog_sink *s, struct span line, struct err *e)
{
	if (line.len == 0 || sink_syslog_send_direct(s, line))
		return SINK_ACCEPTED;
	return spool_message(s, line, e);
}

/* --- The sink ------------------------------------------------------------------------ */

static void lock_for_writing(struct syslog_sink *s)
{
	atomic_fetch_add(&s->waiting, 1);
	pthread_mutex_lock(&s->lock);
	atomic_fetch_sub(&s->waiting, 1);
}

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
	if (pthread_create(&s->thread, NULL, sink_syslog_thread_main, s) != 0) {
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
		sink_syslog_complain(s, &e, &s->complained_ms);
	pthread_mutex_unlock(&s->lock);
}

/* Under the lock: what is full may have room in a moment; who is asked again at once waits. */
static void wait_for_room(struct syslog_sink *s)
{
	struct err e = { 0 };
	struct timespec until;

	err_add(&e, "the spool is full (%llu bytes); inputs wait", spool_held(s->spool));
	sink_syslog_complain(s, &e, &s->full_ms);
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
	if (s->connected && !sink_syslog_flush(s, e) && result == SINK_ACCEPTED)
		result = SINK_ERROR;
	sink_syslog_settle(s);
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
		sink_syslog_raise_event(s->stop_fd);
		sink_syslog_wake(s);
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
	s->backoff_ms = SINK_SYSLOG_BACKOFF_MIN_MS;
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
