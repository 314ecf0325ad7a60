/*
 * output: where records go, which ones, and how they look there.
 */
#ifndef PURPOSED_RUN_OUTPUT_H
#define PURPOSED_RUN_OUTPUT_H

#include <stdbool.h>

#include <purposed/io/sink.h>
#include <purposed/run/envelope.h>
#include <purposed/run/format.h>

enum select { SELECT_ALL, SELECT_PERSONAL, SELECT_FLAGGED };

extern const char *const select_words[]; /* see base/words.h */

/* All of it is borrowed. */
struct output {
	const struct format *format;
	const struct envelope *envelope; /* what the sink wants around a line, or NULL */
	struct format_options options;
	enum select select;
	bool controlled; /* its sink is that of alerts.h */
	struct sink *sink;
};

bool output_selects(const struct output *output, enum verdict verdict);

/*
 * Whether a record longer than a batch passes through it in pieces, as it is read;
 * else such a one is written when its end is known, of its text what is left.
 */
bool output_streams(const struct output *output);

/* What an output wants to know of records that are not flagged; PRESCAN_DEPTHS: findings. */
enum prescan_depth output_depth(const struct output *output);

/* Whether lines that are not flagged leave as they came; a message is no line. */
bool output_passes_lines(const struct output *output);

/* Whether all lines do, flagged or not. */
bool output_keeps_lines(const struct output *output);

/*
 * Adds the record of job, whose options are set here, as one line; end: the
 * record's own line end, which a format that is the record keeps.  Returns what
 * the format does.
 */
unsigned output_write(const struct output *output, struct buf *out, struct format_job *job,
		      struct span end);

#endif
