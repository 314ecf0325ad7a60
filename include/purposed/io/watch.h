/*
 * watch: what happens in folders (inotify(7)), and the passing of time.
 *
 * One descriptor polls as readable when there is an event, when a second is over,
 * or as long as the owner says that it has more to do.
 */
#ifndef PURPOSED_IO_WATCH_H
#define PURPOSED_IO_WATCH_H

#include <stdbool.h>

#include <purposed/base/err.h>

struct watch;

int watch_new(struct watch **watch_r, struct err *e);

/* Accepts a pointer to NULL; clears it. */
void watch_free(struct watch **watch);

int watch_fd(const struct watch *watch);

/* Watches the folder, if it is not watched yet; -1: errno. */
int watch_folder(struct watch *watch, const char *path);

/* Whether the descriptor is to be readable whatever happens. */
void watch_again(struct watch *watch, bool again);

enum watch_what {
	WATCH_NOTHING, /* no more for now */
	WATCH_CHANGED, /* what is at path was written to, or its mode changed */
	WATCH_CAME,    /* path is a new name, or names something else now */
	WATCH_WENT,    /* nothing is at path any more */
	WATCH_MISSED,  /* too much happened: anything may have */
	WATCH_SECOND,
};

/* *path_r is set where that is said, and lives until the next call. */
enum watch_what watch_next(struct watch *watch, const char **path_r);

#endif
