#include <purposed/io/label.h>

void label_add(struct buf *b, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (at - text == LABEL_BYTES_MAX) {
			buf_add_str(b, "...");
			return;
		}
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			buf_printf(b, "\\x%02x", (unsigned char)*at);
		else
			buf_add_char(b, *at);
	}
}
