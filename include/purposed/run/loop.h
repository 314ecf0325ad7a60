/*
 * loop: waits for descriptors, signals and times; the only place that knows
 * sd-event.
 *
 * Callbacks run one at a time, in the thread of loop_run: signals first, then
 * timers and descriptors, each in its turn.  A callback may add, change and
 * remove sources, its own too.
 */
#ifndef PURPOSED_RUN_LOOP_H
#define PURPOSED_RUN_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include <purposed/base/err.h>

struct loop;
struct loop_source;

/* Answers systemd's watchdog too, where the unit has one. */
int loop_new(struct loop **loop_r, struct err *e);

/* After all of its sources.  Accepts a pointer to NULL; clears it. */
void loop_free(struct loop **loop);

/* Until loop_end; -1: the loop itself failed. */
int loop_run(struct loop *loop, struct err *e);
void loop_end(struct loop *loop);

/*
 * Calls whenever fd (borrowed) is readable or at its end.  A regular file
 * always is.
 */
int loop_add_fd(struct loop *loop, struct loop_source **source_r, int fd,
		void (*call)(void *context), void *context, struct err *e);

/* Blocks the signal for the process, and calls when it comes. */
int loop_add_signal(struct loop *loop, struct loop_source **source_r, int number,
		    void (*call)(void *context), void *context, struct err *e);

/* Calls after each loop_set_timer, once. */
int loop_add_timer(struct loop *loop, struct loop_source **source_r, void (*call)(void *context),
		   void *context, struct err *e);
void loop_set_timer(struct loop_source *timer, uint64_t ms);

/* Calls after loop_wake, which any thread may call; several of them may be one. */
int loop_add_wake(struct loop *loop, struct loop_source **source_r, void (*call)(void *context),
		  void *context, struct err *e);
void loop_wake(struct loop_source *wake);

/* Whether the source calls at all; a new one does, a timer once it is set. */
void loop_enable(struct loop_source *source, bool on);

/* Accepts a pointer to NULL; clears it. */
void loop_remove(struct loop_source **source);

#endif
