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

#include <purposed/base/err.h>
#include <purposed/base/span.h>

enum sink_result {
	SINK_ACCEPTED, /* every byte is written, or safely kept */
	SINK_FULL,     /* its reader is slow: offer the rest again, at once or later */
	SINK_ERROR,    /* described in e; the rest may be offered again, after a while */
};

struct sink {
	const struct sink_ops *ops;
};

struct sink_ops {
	/* What is taken leaves the front of *bytes, whatever the answer. */
	enum sink_result (*write)(struct sink *sink, struct span *bytes, struct err *e);
	/* Opens anew what has a name, for log rotation; -1: described in e, the old one stays. */
	int (*reopen)(struct sink *sink, struct err *e);
	void (*free)(struct sink *sink);
};

static inline enum sink_result sink_write(struct sink *sink, struct span *bytes, struct err *e)
{
	return bytes->len != 0 ? sink->ops->write(sink, bytes, e) : SINK_ACCEPTED;
}

static inline int sink_reopen(struct sink *sink, struct err *e)
{
	return sink->ops->reopen(sink, e);
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
 * SINK_FIELD_END, the last one by the line's end.  It takes whole lines, however
 * long.
 */
struct sink *sink_journal_new(const char *socket_path);

#endif
