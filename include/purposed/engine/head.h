/*
 * head: where a record's own text begins.
 *
 * What a record is, is told by its form from the beginning on, not by what stands somewhere
 * in it: a user name, a subject, a query are texts that others choose.  So a rule tells a
 * record's kind only where nothing but a head stands before its match.  A head is made of
 *
 *	<134>  <134>1               a priority and the version (RFC 5424, 6.2.1), then the fields
 *	                            and the structured data of such a header
 *	Nov 28 10:00:00 host tag[7]:   RFC 3164, 4.1; host and tag also behind any other time
 *	times, numbers, addresses   also in brackets, and "-" for none
 *	www.example.net:443         names with dots, or with a port
 *	INFO  [error]               levels; what stands in brackets as one word
 *	stdout F                    the Kubernetes container runtimes' log form
 *	web-1  |                    Docker Compose; a word between bars, dashes or tabs
 *	key=value key="..."         logfmt: a match may begin in any key, or with a request
 *	                            line's value
 *	{"key":"...",               JSON: a match may begin in a key of the record's own object, or
 *	                            of one in it that stands for the request, or with the value
 *	                            of a key that holds a request line or the text of a container.
 *	                            Quotes within a value are escaped, so a value cannot forge this
 *	"                           one that opens the request line
 *
 * and of no other word: that would be the beginning of a sentence.
 */
#ifndef PURPOSED_ENGINE_HEAD_H
#define PURPOSED_ENGINE_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/span.h>

/* How far the walk over a text has come, and what it passed. */
struct head_walk {
	struct span text;
	size_t pos;
	bool timed;	  /* a time, or a priority */
	bool tagged;	  /* a tag, or a whole header */
	bool keyed;	  /* key=value: nothing else follows */
	bool behind_time; /* just now a time of RFC 3164, which a host follows */
	bool over;
};

/*
 * Where heads of one record end; one thread's, {0} at first.  The record is walked over as
 * far as it is asked about, and once only, however often it is asked about.
 */
struct head {
	struct span record; /* that is walked over */
	bool known;	    /* there is one */
	struct head_walk walk;
	uint64_t *ends; /* a bit for each byte */
	size_t n_ends, cap;
	size_t n; /* none at byte n or behind it, as far as the walk has come */
};

/*
 * Whether bytes [0, at) of the record are a head.  What is known of a record is taken for
 * known of one that stands at its place and has its length, up to head_forget.
 */
bool head_ends_at(struct head *head, struct span record, size_t at);

/* The bytes of the record change, or are another's. */
void head_forget(struct head *head);
void head_fini(struct head *head);

#endif
