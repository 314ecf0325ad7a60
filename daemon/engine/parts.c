#include <purposed/engine/parts.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

void parts_fini(struct parts *parts)
{
	buf_fini(&parts->text);
	free(parts->parts);
	*parts = (struct parts){ 0 };
}

void parts_clear(struct parts *parts)
{
	if (parts->used < parts->text.len)
		parts->used = parts->text.len;
	buf_clear(&parts->text);
	parts->n = 0;
}

/* Wiping all of a large block for each lone record would show. */
void parts_wipe(struct parts *parts)
{
	parts_clear(parts);
	mem_wipe(parts->text.ptr, parts->used);
	parts->used = 0;
}

void parts_add(struct parts *parts, struct span text, uint32_t record, uint8_t layer)
{
	size_t start = parts->text.len;

	buf_add_span(&parts->text, text);
	parts->parts = mem_grow(parts->parts, parts->n, &parts->cap, sizeof(*parts->parts));
	parts->parts[parts->n++] = (struct part){
		.start = start,
		.end = parts->text.len,
		.record = record,
		.layer = layer,
	};
	buf_add_char(&parts->text, '\n');
}

struct span parts_text(const struct parts *parts, size_t i)
{
	return span_slice(buf_span(&parts->text), parts->parts[i].start, parts->parts[i].end);
}

const struct part *parts_seek(const struct parts *parts, size_t *next, size_t at)
{
	while (parts->parts[*next].end < at)
		++*next;
	return at < parts->parts[*next].end ? &parts->parts[*next] : NULL;
}
