/*
 * pipeline: batches of records in, accepted output out, in order.
 *
 *	input --take--> batch --submit--> [queue] --> worker: frame, classify,
 *	format for every output --> in order --> sinks --> batch is free again
 *
 * With one worker there is no thread: submit does the work and returns when
 * the sinks have accepted it, so that a lone record is out at once.  With
 * more, or where the input is work in itself (pipeline_apart), workers take
 * batches from a queue and whoever finishes the oldest batch writes it, and
 * every finished one behind it.
 *
 * Memory is bounded by the number of batches; take waits for a free one, so a
 * slow sink holds the input back.  A batch is wiped when it becomes free.
 *
 * A sink that fails is the end, for a command that a user watches: nothing more
 * is written.  A daemon asks the pipeline to hold (pipeline_hold): what a sink
 * does not take is then kept, in order, and offered again by pipeline_retry;
 * as long as something is held the owner submits nothing more, so that no more
 * is held than what was under way.  It is told through `wake`, since its own thread
 * only receives.
 *
 * All functions are for the one thread that owns the pipeline.
 */
#ifndef PURPOSED_RUN_PIPELINE_H
#define PURPOSED_RUN_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/io/framing.h>
#include <purposed/io/sink.h>
#include <purposed/run/outgoing.h>
#include <purposed/run/output.h>
#include <purposed/run/stats.h>
#include <purposed/run/stream.h>

/* Whole records of one stream. */
struct batch {
	struct stream *stream; /* a reference, put there by whoever fills the batch */
	enum framing framing;
	struct buf bytes;
	struct buf origin; /* of all its records, as origin_write writes it; or empty */
	unsigned long long first_number;
	long long offset; /* of the first byte; for streams that have offsets */
	struct timespec read_at;
	bool torn;  /* its input failed within the last record: the rest of that is not known */
	bool lossy; /* more of its input comes, and is lost where whoever receives it must wait */
	/* The rest is the pipeline's. */
	struct outgoing *out; /* one per output */
	struct stats stats;
	bool done;
	struct batch *next;
};

struct pipeline;

/* workers: at least 1.  batch_bytes: what a batch has room for at first. */
struct pipeline *pipeline_new(const struct output *outputs, size_t n_outputs, size_t n_categories,
			      unsigned workers, size_t batch_bytes);

/*
 * From now on one worker, too, is a thread of its own: for an owner who has to
 * unpack what he submits, or to receive what comes meanwhile.
 */
void pipeline_apart(struct pipeline *pipeline);

/*
 * Makes what searching takes, for n plans of that engine, in a thread of its own and at
 * once; before the first batch.  All is borrowed until pipeline_free.
 */
void pipeline_warm(struct pipeline *pipeline, const struct engine *engine,
		   const struct plan *const *plans, size_t n);

/* Until that is there; likewise. */
void pipeline_wait_warm(struct pipeline *pipeline);

/*
 * Searches a message as if that stream had brought it, in the owner's thread, and forgets
 * what is said of it.  The first one takes ten times as long as those behind it: patterns are
 * compiled, and code comes from files.  While nothing is in flight.
 */
void pipeline_rehearse(struct pipeline *pipeline, struct stream *stream, struct span message);

/* Waits for what is in flight.  Accepts a pointer to NULL; clears it. */
void pipeline_free(struct pipeline **pipeline);

/* An empty batch; waits for one.  Never NULL. */
struct batch *pipeline_take(struct pipeline *pipeline);

/*
 * Hands a batch over; -1: a sink has failed, now or before: nothing more will be
 * written, or something is held.
 */
int pipeline_submit(struct pipeline *pipeline, struct batch *batch);

/*
 * The batch that was submitted last, to be added to and submitted anew, if no worker has
 * begun it, it is of that stream and has less than `enough` bytes; else NULL.
 */
struct batch *pipeline_take_again(struct pipeline *pipeline, const struct stream *stream,
				  size_t enough);

/* Waits until what was submitted and not accepted is not more than so many bytes. */
void pipeline_wait(struct pipeline *pipeline, size_t bytes);

/* Gives an unused batch back. */
void pipeline_return(struct pipeline *pipeline, struct batch *batch);

/* Waits until all that was submitted is accepted; -1 as above. */
int pipeline_drain(struct pipeline *pipeline);

/* What the failed sink said; empty while none has failed.  After pipeline_drain. */
const struct err *pipeline_error(const struct pipeline *pipeline);

/* Whether nothing is to be submitted: a sink has failed or did not take all. */
bool pipeline_stopped(struct pipeline *pipeline);

/* --- Holding ---------------------------------------------------------------- */

/*
 * Holds from now on.  Before the first batch.  It then has many batches, for what comes
 * faster than it is searched.  wake, which may be NULL, is called
 * by any thread when something is held that was not before; it must not call back.
 */
void pipeline_hold(struct pipeline *pipeline, void (*wake)(void *context), void *context);

/*
 * The sinks are the owner's between the two: he may write to them himself, and ask what is
 * held.  So they are after pipeline_drain, until he submits something.
 */
void pipeline_seize(struct pipeline *pipeline);
void pipeline_release(struct pipeline *pipeline);

/*
 * Offers what is held again; after pipeline_drain, as all that follows here.  SINK_ACCEPTED:
 * nothing is held any more; SINK_FULL: a slow reader, try again soon; SINK_ERROR: see
 * pipeline_error.
 */
enum sink_result pipeline_retry(struct pipeline *pipeline);

/* Bytes held for one output.  The sinks must be seized, as for the next. */
size_t pipeline_held(const struct pipeline *pipeline, size_t output);

/* Bytes that the sink of one output has taken. */
unsigned long long pipeline_written(const struct pipeline *pipeline, size_t output);

/*
 * The sink of the output was opened anew: if only a part of a line went to the
 * old one, what is held starts with that line again, unless it is one and the
 * same (sink_goes_on).
 */
void pipeline_rewind(struct pipeline *pipeline, size_t output);

/* Moves what is held for an output to one of another pipeline that holds nothing yet. */
void pipeline_move_held(struct pipeline *from, size_t output, struct pipeline *to,
			size_t to_output);

/* How many batches are on their way. */
size_t pipeline_queued(struct pipeline *pipeline);

/* What was accepted, or is held, so far.  After pipeline_drain, or approximate. */
void pipeline_stats(struct pipeline *pipeline, struct stats *stats_r);

/* --- For overlong.c --------------------------------------------------------- */

const struct output *pipeline_outputs(const struct pipeline *pipeline, size_t *n_r);

/* The classifier of the owner's thread, for that engine.  After pipeline_drain. */
struct classifier *pipeline_classifier(struct pipeline *pipeline, struct engine *engine);

/* Writes to the sink of one output, past the batches.  After pipeline_drain. */
int pipeline_write(struct pipeline *pipeline, size_t output, struct span bytes);

/* Counts a record of that stream and plan that went past the batches; forged: tags taken out. */
void pipeline_count(struct pipeline *pipeline, struct stream *stream, const struct plan *plan,
		    const struct result *result, size_t len, unsigned forged);

#endif
