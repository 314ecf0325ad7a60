/*
 * classify: one record in, its findings and verdict out.
 *
 *	decode -> (finder -> confirm) per layer -> overlaps -> policy -> result
 *
 * Overlaps are settled by claims.h; decoys take part and are then dropped.  A
 * value with an edge inside an escape sequence is none; one with an edge inside
 * a UTF-8 sequence takes that whole.
 *
 * Limits.  What could not be searched is a finding without a rule, with
 * VERDICT_UNSCANNED, in bytes of the record: never nothing.
 *
 * A classifier is one thread's.  A result, and the spans of classify_value,
 * live until its next use.
 */
#ifndef PURPOSED_ENGINE_CLASSIFY_H
#define PURPOSED_ENGINE_CLASSIFY_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/base/span.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/plan.h>
#include <purposed/engine/verdict.h>

struct classifier;

/* An unscanned finding has neither rule nor element. */
#define FINDING_NONE UINT16_MAX

struct finding {
	size_t start; /* bytes [start, end) of the record as received */
	size_t end;
	uint16_t rule;	  /* index in the rule set, or FINDING_NONE */
	uint16_t element; /* index in the rule set's elements, or FINDING_NONE */
	uint8_t layer;
	size_t category; /* index in the policy, POLICY_OUTSIDE, or POLICY_NONE (unscanned) */
	struct decision decision;
	size_t layer_start; /* the same bytes in the layer where it was found */
	size_t layer_end;
};

enum kind_source { KIND_NONE, KIND_STATED, KIND_RECOGNISED };

struct result {
	const struct finding *findings; /* ascending start, then the longer first */
	size_t n;
	enum verdict verdict; /* VERDICT_CLEAN where n is 0 */
	const char *kind;     /* NULL: not known */
	enum kind_source kind_source;
};

/* Holds a reference to the engine. */
struct classifier *classifier_new(struct engine *engine);
void classifier_free(struct classifier **classifier);

/*
 * Overwrites what is left of the records it was given: their decoded text.  To
 * be called when these are released; the last result is then void.
 */
void classifier_wipe(struct classifier *classifier);

/*
 * Looks over n records at once, which is faster than one by one; they are classified
 * next, in that order, and stay where they are until then.
 */
void classifier_look_ahead(struct classifier *classifier, const struct span *records, size_t n);

/*
 * Classifies a record of record_len bytes, of which text holds the first ones
 * (all, or at least the engine's record_max_bytes).  plan is of the same
 * engine.  kind: what the stream is stated to carry, or NULL.
 */
const struct result *classify_run(struct classifier *classifier, const struct plan *plan,
				  struct span text, size_t record_len, const char *kind);

/*
 * The value of a finding of the last result with all escapes undone; empty for
 * an unscanned one.  Valid until the next call of this or classify_run.
 */
struct span classify_value(struct classifier *classifier, const struct finding *finding);

#endif
