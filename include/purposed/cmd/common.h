/*
 * common: what several commands do alike.
 */
#ifndef PURPOSED_CMD_COMMON_H
#define PURPOSED_CMD_COMMON_H

#include <purposed/cmd/cmd.h>
#include <purposed/cmd/options.h>
#include <purposed/run/pipeline.h>
#include <purposed/run/session.h>

/* What the options ask of a session; borrowed from them. */
struct session_request common_request(const struct options *options);

/*
 * Opens a session as the options say.  False: there is none, and the command ends with
 * *status_r; --dump-config was asked for and has been answered, or e says what is wrong.
 */
bool common_open(struct session *session, const struct options *options, enum status *status_r,
		 struct err *e);

/* Standard output as an output; format and select where the options do not say. */
struct output common_stdout(const struct options *options, const struct session *session,
			    const struct format *format, enum select select, struct sink *sink);

/* For -v: by what records are judged. */
void common_say(const struct session *session, const struct options *options);

/* Rules for which there is no machine code. */
size_t common_count_without_jit(const struct session *session);

/* -1 where the command was given other than min to max operands. */
int common_operands(const struct cmd *cmd, const struct options *options, size_t min, size_t max,
		    struct err *e);

/* Whether what was printed to standard output arrived; -1: described in e. */
int common_flush(struct err *e);

#endif
