#include <purposed/engine/ahead.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

void ahead_fini(struct ahead *ahead)
{
	buf_fini(&ahead->text);
	free(ahead->records);
	free(ahead->layers);
	free(ahead->found);
	*ahead = (struct ahead){ 0 };
}

void ahead_wipe(struct ahead *ahead)
{
	buf_wipe(&ahead->text);
	ahead->n = ahead->n_layers = ahead->n_found = ahead->next = 0;
}

void ahead_add(struct ahead *ahead, struct span record, struct decoded *decoded)
{
	decode_run(decoded, record);
	for (size_t i = 0; i < decoded->n; i++) {
		size_t start = ahead->text.len;

		buf_add_span(&ahead->text, decoded->layers[i].text);
		ahead->layers = mem_grow(ahead->layers, ahead->n_layers, &ahead->layers_cap,
					 sizeof(*ahead->layers));
		ahead->layers[ahead->n_layers++] =
			(struct ahead_layer){ start, ahead->text.len, 0 };
		buf_add_char(&ahead->text, '\n');
	}
	ahead->records = mem_grow(ahead->records, ahead->n, &ahead->cap, sizeof(*ahead->records));
	ahead->records[ahead->n++] = (struct ahead_record){ record, ahead->n_layers };
}

void ahead_search(struct ahead *ahead, const struct finder *finder, struct finder_scan *scan)
{
	struct ahead_layer *layer = ahead->layers;
	const struct ahead_layer *end = layer + ahead->n_layers;
	struct candidate found;

	finder_begin(scan, finder, buf_span(&ahead->text));
	while (finder_next(scan, &found)) {
		for (; found.at > layer->end; layer++)
			layer->found_end = ahead->n_found;
		/* What stands at the end of a line is of no layer. */
		if (found.at == layer->end)
			continue;
		ahead->found = mem_grow(ahead->found, ahead->n_found, &ahead->found_cap,
					sizeof(*ahead->found));
		ahead->found[ahead->n_found++] = found;
	}
	for (; layer < end; layer++)
		layer->found_end = ahead->n_found;
}

bool ahead_take(struct ahead *ahead, struct span record, size_t *record_r)
{
	const struct ahead_record *next = &ahead->records[ahead->next];

	if (ahead->next == ahead->n || next->text.ptr != record.ptr || next->text.len != record.len)
		return false;
	*record_r = ahead->next++;
	return true;
}

struct ahead_found ahead_found(const struct ahead *ahead, size_t record, size_t layer)
{
	size_t i = layer + (record > 0 ? ahead->records[record - 1].layers_end : 0);
	size_t from = i > 0 ? ahead->layers[i - 1].found_end : 0;

	return (struct ahead_found){ ahead->found + from, ahead->layers[i].found_end - from,
				     ahead->layers[i].start };
}
