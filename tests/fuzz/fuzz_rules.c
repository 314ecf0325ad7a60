/* Any text as a file of rules: read, or refused with a reason. */
#include <stdint.h>
#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/engine/rules.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_span_string(span_of((const char *)data, size));
	const struct rules_text source = { "fuzz.conf", text };
	struct rules *rules = NULL;
	struct err e = { 0 };

	if (rules_parse(&rules, &source, 1, false, &e) != 0) {
		if (!err_any(&e) || rules != NULL)
			abort();
	} else if (rules == NULL || err_any(&e)) {
		abort();
	}
	rules_free(&rules);
	err_fini(&e);
	free(text);
	return 0;
}
