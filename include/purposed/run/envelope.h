/*
 * envelope: what goes around a formatted record where it travels as a message.
 *
 * A sink knows bytes, not what they mean.  Who sends messages with fields of their
 * own (a journal, syslog) is therefore given lines that begin with these, in a form
 * that the sink documents (io/sink.h).  One file per envelope.
 */
#ifndef PURPOSED_RUN_ENVELOPE_H
#define PURPOSED_RUN_ENVELOPE_H

#include <purposed/run/format.h>

struct envelope {
	/* What it must know of a record that is not flagged, whatever its format does. */
	enum prescan_depth depth;
	/* Adds the fields and, formatted, the record; returns what format->add does. */
	unsigned (*add)(struct buf *out, const struct format *format, const struct format_job *job);
	/* The same for what format->add_held adds. */
	void (*add_held)(struct buf *out, const struct format *format,
			 const struct format_options *options, const struct format_held *held);
};

extern const struct envelope envelope_journal;
extern const struct envelope envelope_syslog;

/* How syslog and the journal rank a verdict (RFC 5424, 6.2.1): 4 warning ... 6 informational. */
unsigned envelope_severity(enum verdict verdict);

/* Adds text on one line and without control bytes: each of them becomes '?'. */
void envelope_add_plain(struct buf *out, struct span text);

#endif
