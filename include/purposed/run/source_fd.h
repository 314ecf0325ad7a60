/*
 * source_fd: a descriptor as a source of a feed: standard input, a file.
 *
 * The bytes are taken for text.  What shows at its start that it is none (an
 * archive, a compressed file, UTF-16) is refused as an input error: its bytes
 * would be searched in vain, and be called clean.
 */
#ifndef PURPOSED_RUN_SOURCE_FD_H
#define PURPOSED_RUN_SOURCE_FD_H

#include <stdbool.h>

#include <purposed/run/feed.h>

struct source_fd {
	int fd;		  /* borrowed */
	const char *name; /* for messages; borrowed */
	bool begun;	  /* the first bytes have been looked at; false at the start */
	bool passing;	  /* it does not block, and is not waited for either */
	bool empty;	  /* of such a one the last read found nothing, which is no end */
};

/* fd is borrowed as the context. */
struct source source_of_fd(struct source_fd *fd);

#endif
