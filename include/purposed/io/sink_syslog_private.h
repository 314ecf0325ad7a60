/*
 * sink_syslog_private: what the sources of the output to a receiver share.
 *
 * sink_syslog.c takes messages, sink_syslog_send.c sends them at once if it can, or puts
 * them into the spool, sink_syslog_thread.c does what nobody waits for.  All is under the
 * lock, but for the thread while it connects and waits.
 */
#ifndef PURPOSED_IO_SINK_SYSLOG_PRIVATE_H
#define PURPOSED_IO_SINK_SYSLOG_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <purposed/io/doubt.h>
#include <purposed/io/link.h>
#include <purposed/io/sink.h>
#include <purposed/io/spool.h>

enum {
	SINK_SYSLOG_BACKOFF_MIN_MS = 100,  /* between two attempts to connect, doubled each time */
	SINK_SYSLOG_BACKOFF_MAX_MS = 5000, /* up to this */
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

/* --- sink_syslog_send.c ---------------------------------------------------------------- */

/* An eventfd; by any thread. */
void sink_syslog_raise_event(int fd);

/* There is something for the thread to do. */
void sink_syslog_wake(const struct syslog_sink *s);

/* What e says, at first and then now and again; empties e. */
void sink_syslog_complain(struct syslog_sink *s, struct err *e, long long *last_ms);

/* What was sent past the spool goes into it; false: it could not, and stays where it is. */
bool sink_syslog_spool_doubts(struct syslog_sink *s, struct err *e);

/* The link is of no more use; the thread will close it. */
void sink_syslog_break_link(struct syslog_sink *s, struct err *why);

/* What is in doubt is to be sent again; false: it cannot be put into the spool now. */
bool sink_syslog_take_back(struct syslog_sink *s, struct err *e);

/* What has arrived is in doubt no more. */
void sink_syslog_settle(struct syslog_sink *s);

/* Hands on what the link has collected, or sees to it that it is on the disk. */
bool sink_syslog_flush(struct syslog_sink *s, struct err *e);

/* Past the spool, if that is possible; false: message is to be spooled. */
bool sink_syslog_send_direct(struct syslog_sink *s, struct span message);

/* --- sink_syslog_thread.c ---------------------------------------------------------------- */

/* Until stopping; arg: the sink.  Called without the lock. */
void *sink_syslog_thread_main(void *arg);

#endif
