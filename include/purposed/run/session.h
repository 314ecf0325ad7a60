/*
 * session: what a command works with: settings, engine, keys, one default plan.
 */
#ifndef PURPOSED_RUN_SESSION_H
#define PURPOSED_RUN_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/err.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/mask.h>
#include <purposed/engine/plan.h>
#include <purposed/run/settings.h>

/* What the command line says over the configuration file.  Borrowed. */
struct session_request {
	const char *config; /* NULL: defaults */
	const char *policy; /* NULL: the configuration's, or the embedded one */
	const char *rules;
	bool oracle;		     /* every rule on every record (--engine pcre2) */
	const char *cpu;	     /* the finder's level; NULL: the best one */
	bool lasting;		     /* to be ready at once counts for more than to start at once */
	bool strict;		     /* a slow rule is an error */
	unsigned jobs;		     /* of serve: threads that search; 0: the configuration's */
	const char *const *purposes; /* none: the configuration's default_purposes */
	size_t n_purposes;
};

struct session {
	struct settings *settings;
	struct engine *engine;
	struct plan *plan; /* of the requested, or else the default purposes */
	struct pseudonymizer *pseudonyms;
};

/* -1: nothing is held, every mistake is in e. */
int session_open(struct session *session, const struct session_request *request, struct err *e);
void session_close(struct session *session);

/* The room of a batch: the longest record that is searched whole fits, with its line end. */
size_t session_batch_bytes(const struct session *session);

#endif
