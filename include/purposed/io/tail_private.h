/*
 * tail_private: what the sources of tail share.
 */
#ifndef PURPOSED_IO_TAIL_PRIVATE_H
#define PURPOSED_IO_TAIL_PRIVATE_H

#include <sys/stat.h>
#include <sys/types.h>

#include <purposed/io/position.h>
#include <purposed/io/tail.h>
#include <purposed/io/troubles.h>
#include <purposed/io/watch.h>

/* --- tail_file.c: one file --------------------------------------------------- */

enum tail_state {
	TAIL_NEW, /* where to begin with it is not decided */
	TAIL_FOLLOWED,
	TAIL_COPY,    /* it begins as another one does: a copy, not read */
	TAIL_DONE,    /* a copy that was read to its end */
	TAIL_REFUSED, /* it is no text: not open */
};

struct tail_file {
	enum tail_state state;
	char *path; /* what its records say */
	char *name; /* where it is now; "": not in the tail's files any more */
	uint64_t device, inode;
	int fd; /* -1: refused */
	struct fingerprint print;
	long long at;	    /* of the first byte that was not handed out */
	long long line;	    /* where the last line starts if it was handed out without end; or at */
	long long searched; /* [at, searched) has no line end */
	long long size;	    /* when it was last looked at */
	long long within;   /* of the next byte of a long line; 0: not within one */
	long long grown_ms; /* when it was last found larger */
	bool copied;	    /* what was not read of another one is read from this copy */
	bool departed;	    /* its name is another file's, or nobody's, or does not fit */
	bool indirect;	    /* reached by a symbolic link: no event tells of it */
	bool failing;	    /* reading failed, which has been said */
	bool whole;	    /* its last line is to be taken without an end */
	unsigned restarts;  /* in a row, and nothing was read in between */
	bool queued;
	struct tail_file *next;		  /* in the queue */
	struct tail_file *before, *after; /* in the row of its path: tail_order.c */
	bool unplaced;			  /* its place in a row is still to be found */
	long long limit; /* its size when the round began; not more than at: it has none */
	long long due;	 /* the same in the round of one behind it */
	size_t order;	 /* at the start: its place among the positions, or TAIL_NO_ORDER */
};

#define TAIL_NO_ORDER SIZE_MAX

/* Opens path; NULL: errno, or 0 where it is no regular file. */
struct tail_file *tail_file_open(const char *path);

/* Accepts a pointer to NULL; clears it. */
void tail_file_free(struct tail_file **file);

/* To its end, but for a line that has no end yet. */
void tail_file_skip(struct tail_file *file);

/* Whether position is one of this file. */
bool tail_file_is(const struct tail_file *file, const struct position *position);

void tail_file_resume(struct tail_file *file, const struct position *position);

/* Asks for its size; false: errno. */
bool tail_file_look(struct tail_file *file, struct stat *st);

/* Whether it was truncated since it was read, or looked at, last. */
bool tail_file_is_other(struct tail_file *file);

/* The file starts anew. */
void tail_file_restart(struct tail_file *file);

/* Everything before at is read. */
void tail_file_go_to(struct tail_file *file, long long at);

/* Reads up to len bytes; errno where -1. */
ssize_t tail_file_read_at(const struct tail_file *file, char *bytes, size_t len, long long at);

/* Whether it begins as it did, as far as that was known. */
bool tail_file_is_same(struct tail_file *file);

/* --- tail_read.c: what is read of it -------------------------------------------- */

enum tail_got {
	TAIL_GOT_NOTHING, /* more has to be written first */
	TAIL_GOT,	  /* *piece */
	TAIL_GOT_OTHER,	  /* the file was truncated: what is there is another text */
	TAIL_GOT_BINARY,  /* it is no text: *why (static) */
	TAIL_GOT_ERROR,	  /* errno */
};

/* Up to limit.  whole: what has no line end is taken for a line. */
enum tail_got tail_file_read(struct tail_file *file, struct buf *block, long long limit, bool whole,
			     struct tail_piece *piece, const char **why);

/* Whether its first bytes are those of a text. */
bool tail_file_is_text(const struct tail_file *file);

/* --- tail_locate.c: where a file went ---------------------------------------- */

/*
 * The file that lies beside path under a name that begins alike, and is the one of
 * the position, renamed or copied; NULL: there is none.  It stands at the position,
 * which is behind its end where the copy was made earlier.
 */
struct tail_file *tail_locate(const char *path, const struct position *position);

/* Whether a rotation could make name of path: "app.log.1" or "app-1.log" of "app.log". */
bool tail_is_rotated_name(const char *path, const char *name);

/* --- tail_files.c: all of them, by name and identity, and those to be read ---- */

struct tail_files {
	struct tail_file **all;
	size_t n, cap;
	void *by_name, *by_identity;
	struct tail_file *first, *last; /* to be read, oldest first */
};

void tail_files_add(struct tail_files *files, struct tail_file *file);
void tail_files_remove(struct tail_files *files, struct tail_file *file); /* and frees it */
void tail_files_fini(struct tail_files *files);

struct tail_file *tail_files_named(const struct tail_files *files, const char *name);
struct tail_file *tail_files_identical(const struct tail_files *files, uint64_t device,
				       uint64_t inode);

/* name "": it has none that is known. */
void tail_files_rename(struct tail_files *files, struct tail_file *file, const char *name);

void tail_files_queue(struct tail_files *files, struct tail_file *file);
struct tail_file *tail_files_next(struct tail_files *files); /* or NULL */

/* --- tail_order.c: which is read first ------------------------------------------- */

struct tail;

/* Finds the places of files that were not known in their rows. */
void tail_order_take_places(struct tail *tail, struct tail_file *const *files, size_t n);

/* The same at the start, for all that are followed. */
void tail_order_start(struct tail *tail);

/* Puts it right before next. */
void tail_order_put(struct tail_file *file, struct tail_file *next);
void tail_order_leave(struct tail_file *file);

/* Begins a round of the file, unless one is under way. */
void tail_order_begin(struct tail_file *file);

/* Whether something before it is still to be read, so that it may not be read for long. */
bool tail_order_waits(const struct tail_file *file);

/* What is to be read before the file in its round, up to its `due`; NULL: nothing any more. */
struct tail_file *tail_order_first(const struct tail_file *file);

/* --- tail.c, tail_find.c, tail_name.c, tail_rotated.c ------------------------------ */

struct tail {
	char *pattern;
	char *folders; /* the pattern of the folders that its files are in */
	bool from_end;
	bool resumed;
	bool started; /* the files of the start have been taken up */
	bool fresh;   /* a file was taken up, and events of before that may still wait */
	struct watch *watch;
	struct troubles troubles;
	struct tail_files files;
	struct position *positions; /* of files that were not found yet */
	size_t n_positions;
	struct tail_file *line; /* within a long line of that */
	unsigned seconds;
	time_t looked;	     /* when what had happened was asked for last */
	long long looked_ms; /* the same, by the clock that nobody sets */
	time_t since; /* what was written to since then may have been missed; 0: nothing was */
	unsigned long long version;
};

/* Takes up what is there. */
void tail_start(struct tail *tail);

/* Everything that happened since. */
void tail_find(struct tail *tail);

/* Something is at path, or was a moment ago. */
void tail_look_at(struct tail *tail, const char *path);

/* Decides where to begin with a file that no earlier tail has read of. */
void tail_begin(struct tail *tail, struct tail_file *file);

/* Whether path is one of those that are followed. */
bool tail_fits(const struct tail *tail, const char *path);

/* Whether file begins as one that is followed, of whose name its own can be made. */
bool tail_is_copy(const struct tail *tail, const struct tail_file *file);

/* Takes up what was at path once, and was written to since tail->since. */
void tail_take_rotated(struct tail *tail, const char *path);

/* What an earlier tail has read of, and is not where it was, was rotated meanwhile. */
void tail_settle_positions(struct tail *tail);

/* Forgets all positions but those of files that cannot be read now. */
void tail_forget_positions(struct tail *tail);

/* The file is another text than before. */
void tail_restarted(struct tail *tail, struct tail_file *file);

#endif
