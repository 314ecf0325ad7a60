/*
 * Messages past the spool, and into it when they may not have arrived.
 */
#include <purposed/io/sink_syslog_private.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/clock.h>
#include <purposed/base/log.h>

enum {
	COMPLAIN_MS = 60 * 1000, /* a receiver that stays down is mentioned that often */
};

void sink_syslog_raise_event(int fd)
{
	const uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_warning("cannot wake the thread of an output");
}

void sink_syslog_wake(const struct syslog_sink *s)
{
	sink_syslog_raise_event(s->wake_fd);
}

void sink_syslog_complain(struct syslog_sink *s, struct err *e, long long *last_ms)
{
	long long now = clock_now_ms();

	if (err_any(e) && (*last_ms == 0 || now - *last_ms >= COMPLAIN_MS)) {
		log_warning("output '%s': %.*s", s->name, (int)strcspn(buf_str(&e->text), "\n"),
			    e->text.ptr);
		*last_ms = now;
	}
	err_fini(e);
}

bool sink_syslog_spool_doubts(struct syslog_sink *s, struct err *e)
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

void sink_syslog_break_link(struct syslog_sink *s, struct err *why)
{
	bool lasted = clock_now_ms() - s->connected_ms >= SINK_SYSLOG_BACKOFF_MAX_MS;

	s->connected = false;
	s->counters.failures++;
	s->backoff_ms = lasted ? SINK_SYSLOG_BACKOFF_MIN_MS : s->backoff_ms;
	s->next_ms = clock_now_ms() + s->backoff_ms;
	sink_syslog_complain(s, why, &s->complained_ms);
	sink_syslog_wake(s);
}

bool sink_syslog_take_back(struct syslog_sink *s, struct err *e)
{
	size_t n = s->doubt.n;

	if (!sink_syslog_spool_doubts(s, e))
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
void sink_syslog_settle(struct syslog_sink *s)
{
	struct err why = { 0 };
	unsigned long long unacknowledged;
	unsigned long long place;

	if (s->doubt.n == 0 || !s->connected)
		return;
	unacknowledged = link_unacknowledged(s->link);
	if (link_check(s->link, &why) == LINK_BROKEN) {
		sink_syslog_break_link(s, &why);
		return;
	}
	place = doubt_settle(&s->doubt, link_taken(s->link), unacknowledged, clock_now_ms());
	if (place != 0) {
		spool_release(s->spool, place);
		pthread_cond_signal(&s->room);
	}
}

bool sink_syslog_flush(struct syslog_sink *s, struct err *e)
{
	struct err why = { 0 };
	enum link_result result = link_flush(s->link, &why);

	if (result == LINK_BROKEN)
		sink_syslog_break_link(s, &why);
	if (result == LINK_OK)
		return true;
	s->waited_for_writable = true;
	sink_syslog_wake(s);
	return sink_syslog_spool_doubts(s, e);
}

bool sink_syslog_send_direct(struct syslog_sink *s, struct span message)
{
	struct err why = { 0 };
	enum link_result result;

	if (!s->connected || spool_unread(s->spool) != 0)
		return false;
	result = link_send(s->link, message, &why);
	if (result == LINK_OK) {
		/* The thread sleeps for good while nothing is in doubt. */
		if (s->doubt.n == 0)
			sink_syslog_wake(s);
		doubt_add(&s->doubt, message, 0, link_taken(s->link), clock_now_ms());
		s->counters.sent++;
		return true;
	}
	if (result == LINK_BROKEN)
		sink_syslog_break_link(s, &why);
	s->waited_for_writable = true;
	sink_syslog_wake(s);
	return false;
}
