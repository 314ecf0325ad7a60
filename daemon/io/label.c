#include <purposed/io/label.h>

#include <purposed/base/utf8.h>
#include <purposed/base/visible.h>

void label_add(struct buf *b, const char *text)
{
	struct span all = span_str(text);

	if (all.len <= LABEL_BYTES_MAX) {
		visible_add(b, all);
		return;
	}
	visible_add(b, span_slice(all, 0, utf8_start(all, LABEL_BYTES_MAX)));
	buf_add_str(b, "...");
}
