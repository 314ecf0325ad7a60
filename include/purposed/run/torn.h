/*
 * torn: the result of a record that its input broke off.
 *
 * Such a record went on where we could not read: what was read of it is judged,
 * and the rest is a finding without a rule, unscanned for REASON_INPUT_ERROR.
 */
#ifndef PURPOSED_RUN_TORN_H
#define PURPOSED_RUN_TORN_H

#include <purposed/engine/classify.h>

/* Zero-initialise; release with torn_fini. */
struct torn {
	struct result result;
	struct finding *findings;
};

/*
 * result, of a record of which len bytes were read, with that finding behind the
 * others; it lives until torn_fini or the classifier's next use.
 */
const struct result *torn_result(struct torn *torn, const struct result *result, size_t len);

void torn_fini(struct torn *torn);

#endif
