#include <purposed/engine/layer_lines.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

void layer_lines_fini(struct layer_lines *parts)
{
	buf_fini(&parts->text);
	free(parts->parts);
	*parts = (struct layer_lines){ 0 };
}

void layer_lines_clear(struct layer_lines *parts)
{
	if (parts->used < parts->text.len)
		parts->used = parts->text.len;
	buf_clear(&parts->text);
	parts->n = 0;
}

/* Wiping all of a large block for each lone record would show. */
void layer_lines_wipe(struct layer_lines *parts)
{
	layer_lines_clear(parts);
	mem_wipe(parts->text.ptr, parts->used);
	parts->used = 0;
}

void layer_lines_add(struct layer_lines *parts, struct span text, uint32_t record, uint8_t layer)
{
	size_t start = parts->text.len;

	buf_add_span(&parts->text, text);
	parts->parts = mem_grow(parts->parts, parts->n, &parts->cap, sizeof(*parts->parts));
	parts->parts[parts->n++] = (struct layer_line){
		.start = start,
		.end = parts->text.len,
		.record = record,
		.layer = layer,
	};
	buf_add_char(&parts->text, '\n');
}

struct span layer_lines_text(const struct layer_lines *parts, size_t i)
{
	return span_slice(buf_span(&parts->text), parts->parts[i].start, parts->parts[i].end);
}

const struct layer_line *layer_lines_seek(const struct layer_lines *parts, size_t *next, size_t at)
{
	while (parts->parts[*next].end < at)
		++*next;
	return at < parts->parts[*next].end ? &parts->parts[*next] : NULL;
}
