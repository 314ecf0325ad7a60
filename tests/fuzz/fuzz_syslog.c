/* Any bytes: every field of the header is a part of the message. */
#include <stdint.h>
#include <stdlib.h>

#include <purposed/io/syslog.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct span part, struct span message)
{
	if (part.len != 0 &&
	    (part.ptr < message.ptr || part.ptr + part.len > message.ptr + message.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	struct syslog_message m = syslog_parse(text);
	struct span element;
	struct span id;
	size_t at = 0;

	check(m.host, text);
	check(m.app, text);
	check(m.data, text);
	check(m.text, text);
	while (syslog_next_element(m.data, &at, &element, &id)) {
		check(element, m.data);
		check(id, element);
	}
	return 0;
}
