/*
 * From a layer back to the record, and forward to the next: the questions that `below`
 * answers (decode.c says what it is).
 */
#include <purposed/engine/decode_private.h>

#include <string.h>

void decode_to_record(const struct decoded *d, size_t layer, size_t *start, size_t *end)
{
	for (; layer > 0; layer--) {
		const struct decode_layer *l = &d->layers[layer];
		size_t last = *end;

		/* An escape that gave several bytes is taken whole. */
		while (*start < last && last < l->text.len && l->below[last] == l->below[last - 1])
			last++;
		*end = l->below[last];
		*start = l->below[*start];
	}
}

/* The first byte of a layer whose source is byte at of the layer below, or lies behind it. */
static size_t layer_find(const struct decode_layer *layer, size_t at)
{
	size_t low = 0;
	size_t high = layer->text.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (layer->below[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What a number, a name or an address may go on with. */
static bool continues(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80 || (c != '\0' && strchr("_+@.-", c) != NULL);
}

/* Whether byte n of a layer stands for an escape of three bytes or more, and continues a value. */
static bool is_continuing_escape(const struct decode_layer *layer, size_t n)
{
	size_t behind = n + 1;

	while (behind < layer->text.len && layer->below[behind] == layer->below[n])
		behind++;
	return layer->below[behind] - layer->below[n] >= 3 && continues(layer->text.ptr[n]);
}

/* A place in a layer, as an edge of a value; what it is in the next layer. */
static bool is_no_edge(const struct decoded *d, size_t layer, size_t *at, bool is_end)
{
	const struct decode_layer *above = &d->layers[layer + 1];
	struct span text = d->layers[layer].text;
	size_t found = layer_find(above, *at);

	if (above->below[found] != *at) {
		size_t escape = above->below[found - 1];

		return text.ptr[escape] != '\\' || text.ptr[escape + 1] == 'u' ||
		       text.ptr[escape + 1] == 'x';
	}
	*at = found;
	if (is_end)
		return found < above->text.len && is_continuing_escape(above, found);
	return found > 0 && is_continuing_escape(above, found - 1);
}

static bool ever_no_edge(const struct decoded *d, size_t layer, size_t at, bool is_end)
{
	for (; layer + 1 < d->n; layer++) {
		if (is_no_edge(d, layer, &at, is_end))
			return true;
	}
	return false;
}

bool decode_splits(const struct decoded *d, size_t layer, size_t start, size_t end)
{
	return ever_no_edge(d, layer, start, false) || ever_no_edge(d, layer, end, true);
}
