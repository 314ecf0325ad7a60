/*
 * timestamp: when a record says that it was written.
 *
 * Forms, at the place where loggers put them:
 *	2026-01-05T10:00:00.123+01:00   RFC 3339 / ISO 8601, also with a space or
 *	                                slashes, ',' before the fraction, "+0100",
 *	                                " +0100"
 *	Jan  5 10:00:00                 RFC 3164: the year is that of `now`, or the
 *	                                year before where that would be in the future or
 *	                                has no such day
 *	[05/Jan/2026:10:00:00 +0100]    common log format, anywhere in the first KiB
 *	"ts":"2026-..." ts=2026-...     JSON and logfmt: time, ts, timestamp, @timestamp,
 *	"ts":1767603600.123             and what nginx, Traefik and others call it (the
 *	                                table is in the source); as ISO 8601, in the common
 *	                                log format, or as seconds, milli-, micro- or
 *	                                nanoseconds since 1970
 * A date that no calendar has (30 February) is none.  A syslog priority (<134>
 * or <134>1) before it is passed over.  A form without a zone is local time.
 */
#ifndef PURPOSED_ENGINE_TIMESTAMP_H
#define PURPOSED_ENGINE_TIMESTAMP_H

#include <stdbool.h>
#include <time.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>

/* False, and *time_r untouched, where the record has no time of its own. */
bool timestamp_find(struct span record, const struct timespec *now, struct timespec *time_r);

/* Adds time as RFC 3339 in UTC with milliseconds: 2026-01-05T09:00:00.123Z */
void timestamp_add(struct buf *out, const struct timespec *time);

#endif
