/*
 * pipeline_private: what the sources of the pipeline share: pipeline.c has the lists and
 * what their owner does, pipeline_work.c what workers do, pipeline_batch.c the batches,
 * pipeline_hold.c what a sink did not take.
 */
#ifndef PURPOSED_RUN_PIPELINE_PRIVATE_H
#define PURPOSED_RUN_PIPELINE_PRIVATE_H

#include <pthread.h>

#include <purposed/engine/classify.h>
#include <purposed/engine/prescan.h>
#include <purposed/run/cuts.h>
#include <purposed/run/format_memo.h>
#include <purposed/run/pipeline.h>
#include <purposed/run/warm.h>

enum worker_state {
	WORKER_BUSY,
	WORKER_SLEEPS,	/* until it is called */
	WORKER_LINGERS, /* the same, or looks by itself soon; one at most */
	WORKER_CALLED,	/* and has not come yet */
	WORKER_STATES,
};

struct worker {
	struct pipeline *pipeline;
	pthread_t thread;
	struct classifier *classifier;
	struct prescan *prescan;
	struct format_memo *memo;
	struct cuts cuts;
	enum worker_state state; /* under the lock */
	pthread_cond_t wanted;	 /* it is called */
};

/* What an output's sink has still to take. */
struct held {
	struct buf bytes;
	unsigned long long written; /* bytes that it has taken */
	size_t at;		    /* of the first byte that was not taken */
};

struct pipeline {
	const struct output *outputs;
	size_t n_outputs;
	size_t n_categories;
	size_t batch_bytes;
	struct worker own; /* the owner's */
	struct worker *workers;
	unsigned n_workers;
	unsigned n_threads;
	unsigned n_batches; /* at most */
	unsigned n_made;
	struct warm *warm;

	pthread_mutex_t lock;
	pthread_cond_t idle_or_done;  /* for the owner */
	pthread_cond_t free_to_write; /* another batch is the oldest one, or nobody is writing */
	struct batch *idle;
	struct batch **queue; /* a ring of n_batches */
	size_t queue_at, queue_n;
	long long submitted_ns; /* when the owner did it last; of a pipeline that holds */
	long long gap_ns;	/* how long after the time before */
	struct batch **pending; /* a ring of n_batches, oldest at pending_at */
	size_t pending_at, pending_n;
	size_t pending_bytes;
	size_t awaited; /* the owner, where he waits, waits for so few of them */
	bool owner_due; /* and is to be told, by whoever lets go of the lock */
	bool writing;	/* whoever set this has the sinks, and what is held, for himself */
	bool closing;
	bool no_threads; /* more: they cannot be had */
	struct err error;
	struct stats stats;

	/* See pipeline_hold. */
	bool hold;
	bool stopped;	   /* something is held, or there is an error */
	struct held *held; /* one per output */
	void (*wake)(void *context);
	void *wake_context;
};

/* --- pipeline_batch.c ----------------------------------------------------------- */

struct batch *pipeline_batch_new(const struct pipeline *p);

/* What it held is wiped: its records, and what outputs got of them; without the lock. */
void pipeline_batch_wipe(const struct pipeline *p, struct batch *batch);

/* It is as new, and wiped. */
void pipeline_batch_clear(const struct pipeline *p, struct batch *batch);
void pipeline_batch_free(const struct pipeline *p, struct batch *batch);

/* --- pipeline_work.c ------------------------------------------------------------ */

/* What searching takes is made when there is something to search: of the engine of all batches. */
void pipeline_prepare(struct worker *worker, const struct engine *engine);

/* Searches a batch; without the lock. */
void pipeline_work(struct worker *worker, struct batch *batch);

/* The first worker in that state, or NULL: there are few.  Under the lock. */
struct worker *pipeline_find_worker(const struct pipeline *p, enum worker_state state);

/* A worker's thread. */
void *pipeline_worker_main(void *arg);

void pipeline_worker_fini(struct worker *worker);

/* Writes what is done, if nobody else does; under the lock. */
void pipeline_write_finished(struct pipeline *p);

/* --- pipeline_hold.c ------------------------------------------------------------- */

/* Offers bytes to the sink of an output, and holds the rest if that is to be; while writing. */
enum sink_result pipeline_offer(struct pipeline *p, size_t output, struct span bytes,
				struct err *e);

/* After whatever may have changed what is held; under the lock, as the one who was writing. */
void pipeline_note_held(struct pipeline *p);

#endif
