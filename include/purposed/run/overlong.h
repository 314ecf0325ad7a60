/*
 * overlong: a line that does not fit into a batch.
 *
 * Its first bytes are classified, as far as limits.record_bytes goes; the rest
 * is marked unscanned.  Formats that write the record pass the rest on, piece
 * by piece as it is read; the others only count it.  So a line of any length
 * needs the memory of one batch.
 */
#ifndef PURPOSED_RUN_OVERLONG_H
#define PURPOSED_RUN_OVERLONG_H

#include <purposed/run/pipeline.h>

struct overlong;

/*
 * Starts with the head of a line: all of batch, which has no line end in it and
 * stays the caller's, untouched until overlong_end.  Waits until all earlier
 * batches are out.
 */
struct overlong *overlong_begin(struct pipeline *pipeline, const struct batch *batch);

/* More bytes of the line, no line end among them. */
void overlong_more(struct overlong *line, struct span bytes);

/*
 * The line is over; end is "\n", or "" at the end of the stream; torn: because its
 * input failed.  Frees and clears.
 */
void overlong_end(struct overlong **line, struct span end, bool torn);

#endif
