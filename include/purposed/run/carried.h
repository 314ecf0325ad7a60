/*
 * carried: the purpose that a record names itself.
 *
 * It is looked for, in this order, as
 *
 *	RFC 5424     structured data [purpose@PEN id="..."]
 *	its origin   a field of its own (PURPOSE of a journal)
 *	JSON         member "purpose" of an object that is the whole text
 *	logfmt       key purpose, in a text of nothing but key=value pairs
 *
 * The text is what follows a syslog header.  It must be JSON or logfmt from end
 * to end: what a visitor wrote into a user agent names no purpose.  One that
 * is named twice is not told apart from a forged one, and is not known.
 */
#ifndef PURPOSED_RUN_CARRIED_H
#define PURPOSED_RUN_CARRIED_H

#include <stdbool.h>

#include <purposed/base/span.h>
#include <purposed/io/origin.h>
#include <purposed/io/syslog.h>

enum carried {
	CARRIED_NONE,	 /* the record names no purpose */
	CARRIED_ONE,	 /* *purpose_r, as written, borrowed from its bytes; may be empty */
	CARRIED_UNCLEAR, /* several, or in a form that is no string */
};

enum carried carried_purpose(const struct syslog_message *message, const struct origin *origin,
			     unsigned enterprise_id, struct span *purpose_r);

/*
 * The string that member name of the JSON object has which is the whole text, as written
 * there (escapes stay).  CARRIED_NONE where text is no object or has no such member.
 */
enum carried carried_member(struct span text, const char *name, struct span *value_r);

#endif
