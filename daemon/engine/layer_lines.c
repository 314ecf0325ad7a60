#include <purposed/engine/layer_lines.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

void layer_lines_fini(struct layer_lines *lines)
{
	buf_fini(&lines->text);
	free(lines->lines);
	*lines = (struct layer_lines){ 0 };
}

void layer_lines_clear(struct layer_lines *lines)
{
	if (lines->used < lines->text.len)
		lines->used = lines->text.len;
	buf_clear(&lines->text);
	lines->n = 0;
}

/* Wiping all of a large block for each lone record would show. */
void layer_lines_wipe(struct layer_lines *lines)
{
	layer_lines_clear(lines);
	mem_wipe(lines->text.ptr, lines->used);
	lines->used = 0;
}

void layer_lines_add(struct layer_lines *lines, struct span text, uint32_t record, uint8_t layer)
{
	size_t start = lines->text.len;

	buf_add_span(&lines->text, text);
	lines->lines = mem_grow(lines->lines, lines->n, &lines->cap, sizeof(*lines->lines));
	lines->lines[lines->n++] = (struct layer_line){
		.start = start,
		.end = lines->text.len,
		.record = record,
		.layer = layer,
	};
	buf_add_char(&lines->text, '\n');
}

struct span layer_lines_text(const struct layer_lines *lines, size_t i)
{
	return span_slice(buf_span(&lines->text), lines->lines[i].start, lines->lines[i].end);
}

const struct layer_line *layer_lines_seek(const struct layer_lines *lines, size_t *next, size_t at)
{
	while (lines->lines[*next].end < at)
		++*next;
	return at < lines->lines[*next].end ? &lines->lines[*next] : NULL;
}
