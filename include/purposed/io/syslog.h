/*
 * syslog: the header of one syslog message (RFC 5424, and RFC 3164 as it is
 * really written).
 *
 * Fields are parsed, never trusted: a sender writes what it likes.  All spans
 * are borrowed from the message.
 */
#ifndef PURPOSED_IO_SYSLOG_H
#define PURPOSED_IO_SYSLOG_H

#include <stdbool.h>

#include <purposed/base/span.h>

enum syslog_form {
	SYSLOG_NONE,	/* neither priority nor time: not a syslog message */
	SYSLOG_RFC3164, /* priority, then whatever follows; or a line of a log: time, then that */
	SYSLOG_RFC5424,
};

struct syslog_message {
	enum syslog_form form;
	int facility;	  /* 0..23, -1 without a priority */
	int severity;	  /* 0..7, -1 without a priority */
	struct span host; /* empty: absent or "-" */
	struct span app;  /* APP-NAME, or the tag of RFC 3164 up to '[', ':' or ' ' */
	struct span data; /* RFC 5424: STRUCTURED-DATA, "-" included */
	struct span text; /* what follows the header and a byte order mark */
};

/*
 * Parses message.  A header that breaks off is no RFC 5424 message: it is then
 * read as RFC 3164, whose every field may be missing (nginx sends none but the
 * tag, /dev/log no host name).
 */
struct syslog_message syslog_parse(struct span message);

/* The STRUCTURED-DATA of an RFC 5424 message, as syslog_parse finds it; false: it is none. */
bool syslog_find_data(struct span message, struct span *data_r);

/* "kern", ... "local7" for 0..23. */
const char *syslog_facility_name(int facility);

/* 0..23 by name or number, or -1. */
int syslog_facility_number(struct span facility);

/*
 * The next element of STRUCTURED-DATA from *at on: true, *element_r is
 * "[...]" with its brackets and *id_r its SD-ID, and *at is behind it.
 */
bool syslog_next_element(struct span data, size_t *at, struct span *element_r, struct span *id_r);

#endif
