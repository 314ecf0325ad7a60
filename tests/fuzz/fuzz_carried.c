/* Any bytes: the purpose that a record names is a part of the record. */
#include <stdint.h>
#include <stdlib.h>

#include <purposed/run/carried.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	struct syslog_message message = syslog_parse(text);
	struct origin origin = { .purpose = span_of(NULL, 0) };
	struct span purpose = span_of(NULL, 0);

	if (carried_purpose(&message, &origin, 32473, &purpose) != CARRIED_ONE)
		return 0;
	if (purpose.ptr < text.ptr || purpose.ptr + purpose.len > text.ptr + text.len)
		abort();
	return 0;
}
