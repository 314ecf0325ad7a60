/*
 * feed: pulls the bytes of one stream and submits its lines in batches.
 *
 * What has arrived is submitted at once when nothing more is waiting, and
 * collected into large batches as long as there is.  A line that is longer
 * than a batch goes its own way (overlong.h).
 */
#ifndef PURPOSED_RUN_FEED_H
#define PURPOSED_RUN_FEED_H

#include <stdbool.h>
#include <sys/types.h>

#include <purposed/base/err.h>
#include <purposed/run/pipeline.h>

struct source {
	/* Up to cap bytes; 0 at the end; -1: described in e, what came before stands. */
	ssize_t (*read)(void *context, char *bytes, size_t cap, struct err *e);
	/* Whether read would not wait.  NULL: it never does for long (files). */
	bool (*ready)(void *context);
	void *context;
};

enum feed_result {
	FEED_MORE, /* feed_step: there may be more to read */
	FEED_DONE,
	FEED_INPUT_FAILED,  /* described in e; every whole and torn line before is submitted */
	FEED_OUTPUT_FAILED, /* see pipeline_stopped */
};

struct feed;

/*
 * The parts, for a loop that has other things to do too:
 *
 *	feed_new, feed_step while it returns FEED_MORE, feed_finish, feed_free
 *
 * *source is copied, its context borrowed.
 */
struct feed *feed_new(struct pipeline *pipeline, struct stream *stream,
		      const struct source *source);

/*
 * Reads once and submits what is whole, unless more is waiting to be read.  A
 * pipeline that holds may go on after FEED_OUTPUT_FAILED, when it holds nothing.
 */
enum feed_result feed_step(struct feed *feed, struct err *e);

/* What has no line end yet is torn, as after FEED_INPUT_FAILED. */
void feed_tear(struct feed *feed);

/*
 * A last line without a line end is given one by feed_finish: where it is not the
 * last of its output, too, the next one must not stand on the same line.
 */
void feed_end_lines(struct feed *feed);

/*
 * Submits a last line without a line end, after FEED_INPUT_FAILED as a torn one;
 * -1: see pipeline_stopped.
 */
int feed_finish(struct feed *feed);

/*
 * Gives its batch back to the pipeline until the next step, where there are many
 * feeds and few batches; the feed keeps a line that has no end yet.
 */
void feed_park(struct feed *feed);

/* Whether the feed may change its pipeline: not within a line longer than a batch. */
bool feed_can_move(const struct feed *feed);

/* From now on into that pipeline, as records of that stream; numbers go on. */
void feed_move(struct feed *feed, struct pipeline *pipeline, struct stream *stream);

/* Before its pipeline.  Accepts a pointer to NULL; clears it. */
void feed_free(struct feed **feed);

/* Reads source to its end.  Returns before the last batches are through. */
enum feed_result feed_run(struct pipeline *pipeline, struct stream *stream,
			  const struct source *source, struct err *e);

#endif
