/* Any bytes: a time that is found is one that can be written. */
#include <stdint.h>
#include <stdlib.h>

#include <purposed/engine/timestamp.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct timespec now = { .tv_sec = 1773144000 };
	struct timespec time;
	struct buf text = { 0 };

	if (timestamp_find(span_of((const char *)data, size), &now, &time)) {
		if (time.tv_nsec < 0 || time.tv_nsec > 999999999)
			abort();
		timestamp_add(&text, &time);
		if (text.len != 24)
			abort();
	}
	buf_fini(&text);
	return 0;
}
