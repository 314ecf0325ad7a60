/* A copy, since a result is its classifier's; there is one torn record to an input that fails. */
#include <purposed/run/torn.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

const struct result *torn_result(struct torn *torn, const struct result *result, size_t len)
{
	const struct finding rest = {
		.start = len,
		.end = len + 1, /* at least; how much it was nobody knows */
		.rule = FINDING_NONE,
		.element = FINDING_NONE,
		.category = POLICY_NONE,
		.decision = { VERDICT_UNSCANNED, REASON_INPUT_ERROR },
	};

	torn_fini(torn);
	torn->findings = mem_new(result->n + 1, sizeof(*torn->findings));
	if (result->n != 0)
		memcpy(torn->findings, result->findings, result->n * sizeof(*torn->findings));
	torn->findings[result->n] = rest;
	torn->result = *result;
	torn->result.findings = torn->findings;
	torn->result.n = result->n + 1;
	if (result->verdict < VERDICT_UNSCANNED)
		torn->result.verdict = VERDICT_UNSCANNED;
	return &torn->result;
}

void torn_fini(struct torn *torn)
{
	free(torn->findings);
	*torn = (struct torn){ 0 };
}
