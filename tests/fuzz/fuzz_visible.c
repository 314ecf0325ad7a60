/* Any bytes: what is shown of them, and of what is written as JSON, holds nothing that is obeyed.
 */
#include <stdint.h>
#include <stdlib.h>

#include <purposed/base/json.h>
#include <purposed/base/visible.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_shown(const struct buf *shown)
{
	struct span text = buf_span(shown);
	struct buf again = { 0 };

	for (size_t at = 0; at < text.len;) {
		size_t len = visible_length(text, at);

		if (len == 0)
			abort();
		at += len;
	}
	visible_add(&again, text);
	if (!span_equal(buf_span(&again), text))
		abort();
	buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	struct buf shown = { 0 };
	struct buf json = { 0 };
	char some[16];

	visible_add(&shown, text);
	check_shown(&shown);
	if (visible_copy(some, sizeof(some), text) > sizeof(some))
		abort();
	json_escape(&json, text);
	check_shown(&json);
	buf_fini(&shown);
	buf_fini(&json);
	return 0;
}
