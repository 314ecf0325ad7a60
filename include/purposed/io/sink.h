/*
 * sink: where bytes of output go.
 *
 * One file per kind, behind one vtable.  A sink is offered whole lines and
 * gives one of three answers; the input is acknowledged only after "accepted",
 * and is not read while a sink is full or in error.  What it did not take may
 * be offered again: it then goes on with the very next byte.
 */
#ifndef PURPOSED_IO_SINK_H
#define PURPOSED_IO_SINK_H

#include <stdbool.h>

#include <purposed/base/err.h>
#include <purposed/base/span.h>
#include <purposed/io/link.h>

enum sink_result {
	SINK_ACCEPTED, /* every byte is written, or safely kept */
	SINK_FULL,     /* its reader is slow: offer the rest again, at once or later */
	SINK_ERROR,    /* described in e; the rest may be offered again, after a while */
};

struct sink {
	const struct sink_ops *ops;
};

/* What a sink counts beside what it was given. */
struct sink_counters {
	unsigned long long sent;	/* messages handed to the receiver's connection */
	unsigned long long repeated;	/* of them: again, since they were in doubt */
	unsigned long long spooled;	/* messages that went to the disk first */
	unsigned long long cut;		/* messages that lost their end */
	unsigned long long connections; /* that were made */
	unsigned long long failures;	/* of them, or of making them */
	unsigned long long spool_bytes; /* on the disk now */
	bool connected;
};

struct sink_ops {
	/* What is taken leaves the front of *bytes, whatever the answer. */
	enum sink_result (*write)(struct sink *sink, struct span *bytes, struct err *e);
	/* Opens anew what has a name, for log rotation; -1: described in e, the old one stays. */
	int (*reopen)(struct sink *sink, struct err *e);
	void (*free)(struct sink *sink);
	/*
	 * Whether it is one and the same however often it is opened, so that a line of
	 * which it has a part is gone on with, not begun again.  NULL: it is not.
	 */
	bool (*goes_on)(const struct sink *sink);
	/* Begins with what is left from before, if there is something; NULL: nothing ever is. */
	void (*start)(struct sink *sink);
	/* What it keeps on disk for later is there for good; NULL: it keeps nothing.  -1: in e. */
	int (*sync)(struct sink *sink, struct err *e);
	/* NULL: it counts nothing. */
	void (*count)(struct sink *sink, struct sink_counters *counters_r);
};

static inline enum sink_result sink_write(struct sink *sink, struct span *bytes, struct err *e)
{
	return bytes->len != 0 ? sink->ops->write(sink, bytes, e) : SINK_ACCEPTED;
}

static inline int sink_reopen(struct sink *sink, struct err *e)
{
	return sink->ops->reopen(sink, e);
}

static inline bool sink_goes_on(const struct sink *sink)
{
	return sink->ops->goes_on != NULL && sink->ops->goes_on(sink);
}

static inline void sink_start(struct sink *sink)
{
	if (sink->ops->start != NULL)
		sink->ops->start(sink);
}

static inline int sink_sync(struct sink *sink, struct err *e)
{
	return sink->ops->sync != NULL ? sink->ops->sync(sink, e) : 0;
}

static inline void sink_count(struct sink *sink, struct sink_counters *counters_r)
{
	*counters_r = (struct sink_counters){ 0 };
	if (sink->ops->count != NULL)
		sink->ops->count(sink, counters_r);
}

/* Accepts a pointer to NULL; clears it. */
static inline void sink_free(struct sink **sink)
{
	if (*sink != NULL)
		(*sink)->ops->free(*sink);
	*sink = NULL;
}

/*
 * An open descriptor, borrowed; name is for messages ("standard output").
 * patience_ms: how long a write waits for a slow reader before the sink is
 * full; -1: for ever.
 */
struct sink *sink_fd_new(int fd, const char *name, int patience_ms);

/* How a file is made that is not there; one that is there stays as it is. */
struct sink_file_options {
	int mode;   /* permission bits, whatever the umask; -1: 0640, less the umask */
	long owner; /* user id; -1: ours */
	long group; /* group id; -1: ours */
};

/*
 * The file at path, appended to.  One that a crash left with a torn last line is
 * continued on a new line.  options: NULL for none.
 */
int sink_file_new(struct sink **sink_r, const char *path, const struct sink_file_options *options,
		  struct err *e);

/* What ends each field of a line for sink_journal, but the last. */
enum { SINK_FIELD_END = 0x1f };

/*
 * The journal that listens at the socket, in its native protocol (systemd.io,
 * JOURNAL_NATIVE_PROTOCOL).  A line is an entry: NAME=value fields, each ended by
 * SINK_FIELD_END, the last one by the line's end.  That is MESSAGE, which alone may
 * hold any byte but a line end.  It takes whole lines, however long.
 */
struct sink *sink_journal_new(const char *socket_path);

struct sink_syslog_settings {
	const char *name; /* of the output, for messages */
	const struct address *to;
	enum link_framing framing;
	const struct tls_settings *tls; /* for tls://, or NULL */
	const char *spool;		/* path of the file */
	unsigned long long spool_bytes;
};

/*
 * A receiver of syslog messages, each of which is a line.  While it is down or slow
 * they go to the spool, which outlives the process; when that is full the sink is.
 * A thread of its own connects and sends.  It is at work from the first write or
 * start on: a spool has one owner, and at a reload that is the old sink until then.
 */
int sink_syslog_new(struct sink **sink_r, const struct sink_syslog_settings *settings,
		    struct err *e);

#endif
