/*
 * troubles: what is wrong with which path, said once.
 *
 * A file that cannot be read is tried again and again; its owner wants to know it
 * once, and when it is over.  Many at once are summed up.
 */
#ifndef PURPOSED_IO_TROUBLES_H
#define PURPOSED_IO_TROUBLES_H

#include <time.h>

/* Zero-initialise; release with troubles_fini. */
struct troubles {
	void *root;
	time_t minute;	       /* when the messages that count now began */
	unsigned said, unsaid; /* since then */
};

void troubles_fini(struct troubles *troubles);

/* Logs "path: what", unless that is what was last said of path. */
void troubles_add(struct troubles *troubles, const char *path, const char *what);

/* There is none with path any more, which is logged if there was. */
void troubles_end(struct troubles *troubles, const char *path);

/* Path itself is no more. */
void troubles_forget(struct troubles *troubles, const char *path);

#endif
