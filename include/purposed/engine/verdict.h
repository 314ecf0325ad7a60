/*
 * verdict: what the policy says of a finding and of a record, and why.
 *
 * Both enums are ordered from best to worst; a record's verdict is the
 * greatest of its findings', and where several reasons apply to one finding
 * the greatest is given.
 */
#ifndef PURPOSED_ENGINE_VERDICT_H
#define PURPOSED_ENGINE_VERDICT_H

#include <stdbool.h>

enum verdict {
	VERDICT_CLEAN,		/* records only: no personal data found */
	VERDICT_PERMITTED,	/* every declared purpose permits the category */
	VERDICT_NOTICE,		/* permitted, with something that a human should know */
	VERDICT_GAP,		/* personal data without a known purpose */
	VERDICT_UNSCANNED,	/* a limit or an error stopped the search: fail closed */
	VERDICT_OUT_OF_PURPOSE, /* no declared purpose permits it */
	VERDICT_COUNT,
};

enum reason {
	REASON_NONE,		      /* with VERDICT_CLEAN and VERDICT_PERMITTED only */
	REASON_NOT_FOR_EVERY_PURPOSE, /* notice: some declared purposes permit it, others do not */
	REASON_NOT_ENUMERATED,	/* notice: the purpose lists what it covers, not this element */
	REASON_NO_PURPOSE,	/* gap: none is declared */
	REASON_UNKNOWN_PURPOSE, /* gap: the record carries one that the policy does not know */
	REASON_RECORD_LIMIT,	/* unscanned: the record is longer than limits.record_bytes */
	REASON_MATCH_LIMIT,	/* unscanned: a pattern ran into its match, depth or heap limit */
	REASON_ENGINE_ERROR,	/* unscanned: the regex engine failed otherwise */
	REASON_DECODE_LIMIT,	/* unscanned: encoded more often than we decode */
	REASON_INPUT_ERROR,	/* unscanned: its input failed within the record */
	REASON_OUTSIDE_ANNEX,	/* out-of-purpose: fits no category of the policy */
	REASON_CONDITION,	/* out-of-purpose: permitted on a condition that does not hold */
	REASON_BLANK,		/* out-of-purpose: the cell is empty: no permission */
	REASON_NOT_PERMITTED,	/* out-of-purpose: no declared purpose permits it */
	REASON_COUNT,
};

/* The words of the output: "out-of-purpose", "not-permitted", ...; "" for REASON_NONE. */
const char *verdict_name(enum verdict verdict);
const char *reason_name(enum reason reason);

/* gap, unscanned and out-of-purpose: what `--select flagged` selects and exit status 1 says. */
bool verdict_is_flagged(enum verdict verdict);

#endif
