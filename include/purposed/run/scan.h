/*
 * scan: walks paths, and judges every record of every stream found there.
 */
#ifndef PURPOSED_RUN_SCAN_H
#define PURPOSED_RUN_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <purposed/base/err.h>
#include <purposed/run/pipeline.h>
#include <purposed/run/session.h>
#include <purposed/run/stats.h>

/* All of it is borrowed. */
struct scan_request {
	const struct session *session;
	const struct output *output;
	const char *const *paths;
	size_t n_paths;
	const char *kind;
	unsigned jobs;
	bool progress; /* a line on stderr, redrawn */
};

struct scan_summary {
	struct stats stats;  /* the caller's to release */
	uint64_t streams;    /* files and members searched, in whole or in part */
	uint64_t troubles;   /* what could not be searched, or not to its end; of which: */
	uint64_t unreadable; /*   permission, input error, vanished */
	uint64_t damaged;    /*   cut short or corrupt */
	uint64_t refused;    /*   a limit, encrypted, an unknown form */
	uint64_t skipped;    /* links, sockets, pipes, devices inside folders */
	double seconds;
	bool failed; /* the output could not be written */
};

/*
 * Fills *summary_r always.  Troubles with inputs are logged as they are met;
 * a failed output is described in e.
 */
void scan_run(const struct scan_request *request, struct scan_summary *summary_r, struct err *e);

/* The table that ends a scan. */
void scan_print(const struct scan_summary *summary, const struct session *session, FILE *file);

#endif
