/*
 * spool: messages on disk, first in, first out, bounded.
 *
 * What was added survives the end of the process, kill -9 included, and that of the
 * machine once it was synced (spool_sync).  Messages are read with a cursor of their own, and
 * stay until they are released, so that they can be read again; after a restart
 * everything that was not released is there.  The file has mode 0600, and one
 * process at a time.  For one thread at a time.
 *
 * The form of the file:
 *
 *	bytes [0, 4096)	"purposed spool 2\n", then at 64 the offset of the first
 *			message that was not released (8 bytes, as the processor has it)
 *	from 4096 on	messages: 4 bytes of length and 4 of a check of length and bytes (FNV-1a,
 *			64 bits folded to 32), as the processor has them; bytes
 *
 * It grows at its end; what was released is given back to the disk, as holes where
 * the file system knows these, and altogether when the spool is empty.
 */
#ifndef PURPOSED_IO_SPOOL_H
#define PURPOSED_IO_SPOOL_H

#include <stdbool.h>

#include <purposed/base/err.h>
#include <purposed/base/span.h>

/* Of its file's name. */
#define SPOOL_ENDING ".spool"

struct spool;

/*
 * max_bytes: what messages may take.  A file whose end is torn is cut there; so is one from
 * where its messages cannot be told apart any more, which is an error.  Both are logged.
 */
int spool_open(struct spool **spool_r, const char *path, unsigned long long max_bytes,
	       struct err *e);

/* The file stays.  Accepts a pointer to NULL; clears it. */
void spool_close(struct spool **spool);

/*
 * Bytes of messages in a file that nobody has open, 0 where there is none; false: there is
 * something that is no spool, or cannot be read.
 */
bool spool_look(const char *path, unsigned long long *left_r);

/*
 * Gives a spool that nobody has open, and that holds messages, another name, in place of an
 * empty one if one is there.  -1: described in e, both are as they were.
 */
int spool_move(const char *path, const char *to, struct err *e);

/*
 * Gives two of one folder, which nobody has open, each other's name, at once.  false: it cannot,
 * as some file systems do not know how; both are as they were.
 */
bool spool_swap(const char *a, const char *b);

/* Whether there is room for a message of len bytes; an empty spool has it for any. */
bool spool_has_room(const struct spool *spool, size_t len);

/* Less than 512 MiB, and not empty; room or not.  -1: described in e, the spool is as before. */
int spool_add(struct spool *spool, struct span message, struct err *e);

/*
 * All that was added is on the disk, also where somebody removed the file; -1: described in e.
 * Once it failed it does so until what was there at that time is released, or the spool is
 * opened anew.
 */
int spool_sync(struct spool *spool, struct err *e);

/*
 * The message at the cursor, until the next call; false: there is none, or, with e, it
 * failed.  What is damaged is skipped, which is logged.
 */
bool spool_read(struct spool *spool, struct span *message_r, struct err *e);

/* Moves the cursor behind the message that was read. */
void spool_next(struct spool *spool);

/*
 * Where the cursor is, for spool_release.  It holds until a rewind, or until somebody else
 * cut the file: then all that is left is read again.
 */
unsigned long long spool_cursor(const struct spool *spool);

/* What is before that place will not be read again; a place that no longer holds is ignored. */
void spool_release(struct spool *spool, unsigned long long place);

/* The cursor goes back to the first message that was not released; returns how many bytes. */
unsigned long long spool_rewind(struct spool *spool);

/* The cursor goes to the end: all that is there counts as read. */
void spool_skip(struct spool *spool);

/* Bytes that are not released, and bytes behind the cursor. */
unsigned long long spool_held(const struct spool *spool);
unsigned long long spool_unread(const struct spool *spool);

#endif
