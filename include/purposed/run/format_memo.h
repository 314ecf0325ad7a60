/*
 * format_memo: what records and findings have in common with those before them.
 *
 * Of what a format says of a finding, all but its place and its value follow from its
 * rule, its verdict and the plan: a few hundred bytes, which are made once and copied
 * from then on.  So does what is said of a record but for its findings, from its kind, its
 * verdict and the categories that were found.
 */
#ifndef PURPOSED_RUN_FORMAT_MEMO_H
#define PURPOSED_RUN_FORMAT_MEMO_H

#include <stdint.h>

#include <purposed/base/buf.h>
#include <purposed/engine/classify.h>
#include <purposed/engine/element.h>
#include <purposed/run/format_values.h>

struct format_memo; /* one thread's */

struct format_memo *format_memo_new(void);
void format_memo_free(struct format_memo **memo);

/* To be called when the records are released of which something was said. */
void format_memo_wipe(struct format_memo *memo);

/* What is said of a finding, in the order of a line. */
struct format_pieces {
	struct buf before; /* its start and end */
	struct buf behind;
	struct element element; /* how its value may be shown */
};

void format_pieces_fini(struct format_pieces *pieces);

/*
 * The pieces of a finding of that plan; empty where they are still to be filled.  They
 * are the same for all findings of one rule, element and decision.  Valid until the
 * next call.  No byte of a record may go into them.
 */
struct format_pieces *format_memo_pieces(struct format_memo *memo, const struct plan *plan,
					 const struct finding *finding);

/* In which form something is said of a record. */
enum { FORMAT_MEMO_JSON, FORMAT_MEMO_TAG /* and the enterprise's number behind it */ };

/*
 * Likewise what is said of a record but for its findings, in that form; the same for all of
 * one plan, kind, verdict and set of categories.
 */
struct buf *format_memo_judgement(struct format_memo *memo, uint64_t form, const struct plan *plan,
				  const struct result *result);

/* The memo's. */
struct format_values *format_memo_values(struct format_memo *memo);

#endif
