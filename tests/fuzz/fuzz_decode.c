/* Any bytes: every layer's map stays inside the record and never runs backwards. */
#include <stdlib.h>

#include <purposed/engine/decode.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoded d = { 0 };

	decode_run(&d, span_of((const char *)data, size));
	for (size_t layer = 0; layer < d.n; layer++) {
		size_t len = d.layers[layer].text.len;
		size_t before = 0;

		for (size_t i = 0; i < len; i++) {
			size_t start = i;
			size_t end = i + 1;

			decode_to_record(&d, layer, &start, &end);
			decode_splits(&d, layer, 0, i);
			if (start < before || start >= end || end > size)
				abort();
			before = start;
		}
	}
	decoded_fini(&d);
	return 0;
}
