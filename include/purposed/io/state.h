/*
 * state: the folder for what must outlive the process, and the checkpoints in it.
 *
 * The folder is one process's at a time.  A checkpoint is a small file that says
 * how far an input has been read; it is replaced as a whole, so that whenever
 * the machine stops, the old one or the new one is there.
 */
#ifndef PURPOSED_IO_STATE_H
#define PURPOSED_IO_STATE_H

#include <stdbool.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>

struct state;

/*
 * Makes the folder (mode 0700) where it is missing and its parent is not; -1: it
 * cannot be used, or another process has it.
 */
int state_open(struct state **state_r, const char *path, struct err *e);

/* Accepts a pointer to NULL; clears it. */
void state_free(struct state **state);

/* Whether another process has the folder at path, or may have it: nobody can tell. */
bool state_is_others(const char *path);

/* Whether path is that folder. */
bool state_is(const struct state *state, const char *path);

enum checkpoint {
	CHECKPOINT_NONE, /* there is none: the input was never read */
	CHECKPOINT_LOADED,
	CHECKPOINT_DAMAGED, /* logged, but for what that means; it is put aside */
	CHECKPOINT_FAILED,  /* described in e: it cannot be read, or is not of such an input */
};

/*
 * Appends what was saved last for the input of that name; type: a word that must
 * be the one that it was saved with.
 */
enum checkpoint state_load(const struct state *state, const char *name, const char *type,
			   struct buf *out, struct err *e);

/* text: whole lines.  -1: described in e, what was saved before is still there. */
int state_save(const struct state *state, const char *name, const char *type, struct span text,
	       struct err *e);

/*
 * Where the checkpoint of that name is in the state folder of that path, whether there is one
 * or not; in path, whose storage it is.
 */
const char *state_checkpoint_path(struct buf *path, const char *folder, const char *name);

/* What was saved under that name is no more; logged where it cannot be removed. */
void state_forget(const struct state *state, const char *name);

#endif
