/*
 * input: where messages come from.
 *
 * One file per kind, behind one vtable.  An input owns a descriptor that polls
 * as readable when there is something to read, and appends whole messages to a
 * block (framing.h).  It never blocks.  Streams of bytes are no inputs of this
 * kind: they are cut into lines by run/feed.h.
 *
 * To add one: write input_NAME.c, declare how it is opened below, and open it in
 * run/port.c.
 */
#ifndef PURPOSED_IO_INPUT_H
#define PURPOSED_IO_INPUT_H

#include <stdbool.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>

enum input_result {
	INPUT_MORE,   /* the block is full enough; there may be more to read */
	INPUT_EMPTY,  /* all that was there is in the block */
	INPUT_FAILED, /* described in e; what was read before stands in the block */
};

struct input {
	const struct input_ops *ops;
	int fd;
	unsigned long long messages; /* read so far */
	unsigned long long cut;	     /* of them too long: their end is lost */
};

struct input_ops {
	enum input_result (*read)(struct input *input, struct buf *block, size_t enough,
				  struct err *e);
	bool (*reachable)(const struct input *input);
	void (*stop)(struct input *input);
	void (*free)(struct input *input);
};

/* Appends messages to block until it holds `enough` bytes. */
static inline enum input_result input_read(struct input *input, struct buf *block, size_t enough,
					   struct err *e)
{
	return input->ops->read(input, block, enough, e);
}

/* Whether senders still find it where it was opened. */
static inline bool input_reachable(const struct input *input)
{
	return input->ops->reachable(input);
}

/*
 * Takes no new messages: senders learn that nobody listens.  What was accepted
 * before can still be read, up to INPUT_EMPTY.
 */
static inline void input_stop(struct input *input)
{
	input->ops->stop(input);
}

/* Accepts a pointer to NULL; clears it. */
static inline void input_free(struct input **input)
{
	if (*input != NULL)
		(*input)->ops->free(*input);
	*input = NULL;
}

/*
 * Datagrams sent to a unix socket at path, which is made with mode 0666: every
 * local process may log, as with /dev/log.  A message is a datagram without line
 * ends and NULs at its end.  A socket that is there already is replaced where
 * nobody listens on it; anything else at path is left alone and an error.
 */
int input_syslog_new(struct input **input_r, const char *path, struct err *e);

#endif
