/*
 * progress: one line on stderr that is redrawn while a long scan runs.
 */
#ifndef PURPOSED_RUN_PROGRESS_H
#define PURPOSED_RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
	bool on;
	bool drawn;
	struct timespec start;
	struct timespec last;
	uint64_t total; /* bytes of all files that were named; 0: not known */
	uint64_t done;	/* bytes of files that are behind us */
};

/* total: see above. */
struct progress progress_start(bool on, uint64_t total);

/* Redraws a few times a second; current: bytes done of the file at hand. */
void progress_draw(struct progress *progress, uint64_t current, unsigned long long flagged);

/* Takes the line away, so that something else can be printed. */
void progress_clear(struct progress *progress);

double progress_seconds(const struct progress *progress);

#endif
