/*
 * serve: the daemon: inputs, one pipeline, outputs, until it is told to stop.
 */
#ifndef PURPOSED_RUN_SERVE_H
#define PURPOSED_RUN_SERVE_H

#include <purposed/base/err.h>
#include <purposed/run/session.h>

/*
 * Returns when everything that was accepted is written: after SIGTERM or SIGINT,
 * or at the end of standard input where that is the only input.  -1: described in
 * e, or logged; nothing was lost that is not said there.
 *
 * SIGHUP reloads request->config, SIGUSR1 prints counters to standard error.
 * Takes over the signals of the process.
 */
int serve_run(const struct session_request *request, struct err *e);

#endif
