/*
 * input: where messages come from.
 *
 * One file per kind, behind one vtable.  An input owns a descriptor that polls
 * as readable when there is something to do, and appends whole messages to a
 * block (framing.h).  It never blocks.  Streams of bytes that are nothing but
 * lines are no inputs of this kind: they are cut by run/feed.h.
 *
 * To add one: write input_NAME.c, declare how it is opened below, and open it in
 * run/port_messages.c.
 */
#ifndef PURPOSED_IO_INPUT_H
#define PURPOSED_IO_INPUT_H

#include <stdbool.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/io/address.h>
#include <purposed/io/tls.h>

enum input_result {
	INPUT_MORE,   /* the block is full enough; there may be more to read */
	INPUT_EMPTY,  /* all that was there is in the block */
	INPUT_FAILED, /* described in e; what was read before stands in the block */
};

/* Since the input was opened. */
struct input_counts {
	unsigned long long messages;	/* read */
	unsigned long long cut;		/* of them: those that lost their end */
	unsigned long long dropped;	/* datagrams that the kernel had no room for */
	unsigned long long refused;	/* connections */
	unsigned long long connections; /* open now */
	unsigned long long files;	/* followed now */
	unsigned long long unread;	/* bytes that they have and that were not read yet */
};

struct input {
	const struct input_ops *ops;
	int fd;
	unsigned long long moves;   /* changes with the position, where it has one */
	struct input_counts counts; /* dropped: as of the last input_count */
};

struct input_settings;

struct input_ops {
	enum input_result (*read)(struct input *input, struct buf *block, size_t enough,
				  struct err *e);
	bool (*reachable)(const struct input *input);
	/* Brings the counts up to date.  NULL: they are. */
	void (*count)(struct input *input);
	int (*renew)(struct input *input, const struct input_settings *settings, struct err *e);
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

static inline const struct input_counts *input_count(struct input *input)
{
	if (input->ops->count != NULL)
		input->ops->count(input);
	return &input->counts;
}

/*
 * Takes over limits, certificates (for connections from now on) and receive_bytes;
 * the address stays.  -1: described in e, and nothing has changed.
 */
static inline int input_renew(struct input *input, const struct input_settings *settings,
			      struct err *e)
{
	return input->ops->renew(input, settings, e);
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

/* What an input of syslog messages is opened with.  All of it is borrowed, for the call. */
struct input_settings {
	const char *name; /* for what is logged */
	const struct address *address;
	const int *passed; /* sockets of the service manager (see io/socket.h); they become ours */
	size_t n_passed;
	/* Datagrams of the network: room to ask the kernel for; 0: 4 MiB, or what there is. */
	size_t receive_bytes;
	/* Streams: */
	size_t message_bytes;		/* so much of a message is kept */
	size_t connections;		/* so many at a time */
	const struct tls_settings *tls; /* for tls:// */
};

/*
 * Datagrams (unix:, udp://).  A message is a datagram without line ends and NULs at
 * its end.  Its origin's peer is the sender's address.
 */
int input_datagram_new(struct input **input_r, const struct input_settings *settings,
		       struct err *e);

/*
 * Connections (unixstream:, tcp://, tls://).  Messages are told apart as cutter.h
 * says.  The peer is the name in the certificate that was checked, or the address.
 */
int input_stream_new(struct input **input_r, const struct input_settings *settings, struct err *e);

/* What a journal is opened with.  All of it is borrowed, for the call. */
struct journal_settings {
	const char *name; /* for what is logged */
	/* Of a folder of journal files, or of one; NULL: this machine's journal. */
	const char *path;
	const char *const *matches; /* "FIELD=value", as journalctl(1) takes them */
	size_t n_matches;
	bool from_end; /* the first time: only entries that are still to come */
	bool resumed;  /* it was read before, up to position */
	/* As input_journal_add_position wrote it; empty: from the beginning. */
	struct span position;
	size_t message_bytes; /* so much of a message is kept */
};

/*
 * Entries of a journal.  A message is the field MESSAGE of one; its origin holds
 * what the other fields say: SYSLOG_IDENTIFIER, _HOSTNAME, SYSLOG_FACILITY,
 * _SYSTEMD_UNIT, PURPOSE, and the time of the entry.  Entries of this very process
 * are left out: a journal that is an output too would never come to rest.
 */
int input_journal_new(struct input **input_r, const struct journal_settings *settings,
		      struct err *e);

/* Appends a line that says how far it was read; or none, when nothing was. */
void input_journal_add_position(const struct input *input, struct buf *out);

#endif
