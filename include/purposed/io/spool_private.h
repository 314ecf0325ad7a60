/*
 * spool_private: what the sources of a spool share.
 *
 * spool.c has the file, what is added and what is given back; spool_name.c its name; and
 * spool_read.c the cursor, and what is damaged.
 */
#ifndef PURPOSED_IO_SPOOL_PRIVATE_H
#define PURPOSED_IO_SPOOL_PRIVATE_H

#include <stdint.h>

#include <purposed/base/buf.h>
#include <purposed/io/spool.h>

enum { SPOOL_HEAD_BYTES = 4096 }; /* of the file; the first message stands behind it */

/* What stands before each message. */
struct spool_head {
	uint32_t len;
	uint32_t check; /* of the length and the message */
};

struct spool {
	int fd;
	char *path;
	uint64_t max;
	uint64_t first;	  /* of the first message that was not released */
	uint64_t cursor;  /* of the next one to be read */
	uint64_t end;	  /* where the next one goes */
	uint64_t base;	  /* a place is an offset and this, so that one of before is told */
	uint64_t punched; /* up to here bytes were given back */
	uint64_t bad;	  /* [bad, bad_end): the damage that was skipped last */
	uint64_t bad_end;
	uint64_t unwritten;	 /* what is before it may never get to the disk; 0: nothing */
	bool no_holes;		 /* the file system does not know them */
	bool unsynced;		 /* something was added since spool_sync */
	long long copy_again_ms; /* before, it is not written anew: that has failed; clock_now_ms */
	struct buf window;
	uint64_t window_at; /* of the window's first byte */
};

/* --- spool.c ------------------------------------------------------------------------ */

/*
 * Whether the file holds all that was added: somebody else may have cut or emptied it.
 * Then it goes on with what is left, and says so once.
 */
bool spool_is_whole(struct spool *s, struct err *e);

/* What is before `at` will not be read again, nor the damage that begins there. */
void spool_release_to(struct spool *s, uint64_t at);

/* Gives the disk back what was released. */
void spool_give_back(struct spool *s);

/* All of it; false: errno. */
bool spool_write_at(int fd, const void *bytes, size_t len, uint64_t at);

/* Makes fd a file without messages, of which the first will stand where s says; false: errno. */
bool spool_write_head(const struct spool *s, int fd);

/* --- spool_name.c --------------------------------------------------------------------- */

/* The file at path, which is made where there is none, for us alone; -1: described in e. */
int spool_open_file(const char *path, struct err *e);

/* The name of a file that is new is on the disk with its folder only; false: errno. */
bool spool_sync_folder(const char *path);

/*
 * Gives what has lost its name another file of that name.  -1: described in e, and it goes
 * on as it is.
 */
int spool_keep_name(struct spool *s, struct err *e);

/* --- spool_read.c --------------------------------------------------------------------- */

/* The length of the message at `at`; 0: none is whole there. */
uint32_t spool_length_at(struct spool *s, uint64_t at, bool *failed_r);

/* Whether a message begins at `at` of which a kill wrote a part only. */
bool spool_is_torn_at(struct spool *s, uint64_t at);

/* All is to be read again; the places that were handed out are before all new ones. */
void spool_start_over(struct spool *s);

uint32_t spool_check_of(uint32_t len, struct span message);

#endif
