/*
 * stats: what has been counted, for summaries and, later, metrics.
 *
 * Plain numbers, added up batch by batch; not shared between threads while
 * they are written.
 */
#ifndef PURPOSED_RUN_STATS_H
#define PURPOSED_RUN_STATS_H

#include <stdio.h>

#include <purposed/engine/classify.h>
#include <purposed/engine/policy.h>
#include <purposed/engine/verdict.h>

struct stats {
	unsigned long long records;
	unsigned long long bytes;
	unsigned long long undeclared;	/* records without a declared purpose */
	unsigned long long forged_tags; /* SD elements taken out that claimed to be ours */
	unsigned long long verdicts[VERDICT_COUNT]; /* records by verdict, if they have one */
	/* Not flagged; no more is known of them, as only flagged ones were looked for. */
	unsigned long long passed;
	/* Not flagged; their findings are not counted, as only categories were looked for. */
	unsigned long long brief;
	/*
	 * Findings by category and reason, at [category * REASON_COUNT + reason].
	 * Behind the policy's categories come one row for outside-annex and one
	 * for what was not searched.
	 */
	unsigned long long *findings;
	size_t n_categories; /* of the policy */
	/*
	 * Records by purpose and verdict, at [purpose * STATS_VERDICTS + verdict]; those
	 * that are just not flagged stand at VERDICT_COUNT.  NULL while there is none.
	 */
	unsigned long long *purposes;
	size_t n_purposes; /* rows: up to the last purpose that had a record */
};

enum { STATS_VERDICTS = VERDICT_COUNT + 1 };

/* Storage is the caller's; for the categories of a policy. */
void stats_init(struct stats *stats, size_t n_categories);
void stats_fini(struct stats *stats);
void stats_clear(struct stats *stats);

/* Counts one record of len bytes. */
void stats_record(struct stats *stats, const struct result *result, size_t len, bool declared);

/* The same without findings. */
void stats_verdict(struct stats *stats, enum verdict verdict, size_t len, bool declared);

/* Counts one record of which no more is to be said than: not flagged. */
void stats_pass(struct stats *stats, size_t len, bool declared);

/* Counts one record for each of its purposes; verdict: VERDICT_COUNT where it is just not flagged.
 */
void stats_purposes(struct stats *stats, const struct purpose_set *set, unsigned verdict);

/* Adds from to into; both of the same policy. */
void stats_add(struct stats *into, const struct stats *from);

/* The same without findings: from may be of another policy. */
void stats_add_records(struct stats *into, const struct stats *from);

/* Records whose verdict is flagged. */
unsigned long long stats_flagged(const struct stats *stats);

/* Inputs that were not searched, or not to their end, for a reason of their own. */
struct stats_input {
	const char *reason; /* "refused" */
	unsigned long long n;
};

/*
 * The table that ends a scan, for a reader, in policy's words; inputs: n_inputs
 * rows, or NULL.
 */
void stats_print(const struct stats *stats, const struct policy *policy, double seconds,
		 const struct stats_input *inputs, size_t n_inputs, FILE *file);

#endif
