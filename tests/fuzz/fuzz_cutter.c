/*
 * Any bytes, in any two pieces: the messages are parts of them, in order, none longer than
 * is kept; and what is carried on is bounded.
 */
#include <stdint.h>
#include <stdlib.h>

#include <purposed/io/cutter.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEPT = 100, HEAD_MAX = 16 };

static size_t cut_all(struct cutter *cutter, struct span bytes)
{
	struct cut cut;
	size_t at = 0;
	size_t before = 0;

	while (cutter_next(cutter, bytes, &at, &cut)) {
		if (at <= before || at > bytes.len || cut.message.len > KEPT ||
		    cut.len < cut.message.len || cut.message.ptr < bytes.ptr + before ||
		    cut.message.ptr + cut.message.len > bytes.ptr + at)
			abort();
		before = at;
	}
	if (bytes.len - at > KEPT + HEAD_MAX)
		abort();
	return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cutter cutter = { .message_max = KEPT };
	struct span bytes = span_of((const char *)data, size);
	size_t half = size != 0 ? data[0] % (size + 1) : 0;
	struct cut cut;
	size_t at = cut_all(&cutter, span_slice(bytes, 0, half));

	bytes = span_slice(bytes, at, size);
	at = cut_all(&cutter, bytes);
	cutter_end(&cutter, span_slice(bytes, at, bytes.len), size % 2 == 0, &cut);
	return 0;
}
