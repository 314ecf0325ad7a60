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

/*
 * The file at path, made with mode 0640 where there is none, appended to.  One
 * that a crash left with a torn last line is continued on a new line.
 */
int sink_file_new(struct sink **sink_r, const char *path, struct err *e);

#endif
