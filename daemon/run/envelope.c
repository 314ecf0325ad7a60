#include <purposed/run/envelope.h>

unsigned envelope_severity(enum verdict verdict)
{
	switch (format_severity(verdict)) {
	case SEVERITY_HIGH: return 4;
	case SEVERITY_MEDIUM:
	case SEVERITY_LOW: return 5;
	default: return 6;
	}
}

void envelope_add_plain(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		buf_add_char(out, c < 0x20 || c == 0x7f ? '?' : (char)c);
	}
}
