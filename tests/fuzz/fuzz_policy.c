/* Any text as a file of policy: read, or refused with a reason. */
#include <stdint.h>
#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/engine/policy.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_span_string(span_of((const char *)data, size));
	struct policy *policy = NULL;
	struct err e = { 0 };

	if (policy_parse(&policy, "fuzz.conf", text, &e) != 0) {
		if (!err_any(&e) || policy != NULL)
			abort();
	} else if (policy == NULL || err_any(&e)) {
		abort();
	}
	policy_free(&policy);
	err_fini(&e);
	free(text);
	return 0;
}
