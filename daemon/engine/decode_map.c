/*
 * From a layer back to the record, and forward to the next: what changed (decode.h) tells.
 *
 * A byte of value 0x3f that came from "%3F" at 7 has its source there, and its neighbour,
 * from the byte behind the escape, at 10: so the source of bytes [s, e) is what lies between
 * that of s and that of e, whatever was decoded.  Only where an escape yields several bytes
 * (é from \u00e9) do neighbours share a source, and a span that would end between them takes
 * all of it.
 */
#include <purposed/engine/decode_private.h>

#include <string.h>

/* How many changes of a layer begin at byte at or before it, or, in the layer below, before at. */
static size_t changes_up_to(const struct decode_layer *layer, size_t at, bool below)
{
	size_t low = 0;
	size_t high = layer->n_changes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct decode_change *change = &layer->changes[middle];

		if (below ? change->from < at : change->at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The byte of the layer below that byte at of a layer, or its end, was made from. */
static size_t source_of(const struct decode_layer *layer, size_t at)
{
	size_t n = changes_up_to(layer, at, false);
	const struct decode_change *change;

	if (n == 0)
		return at;
	change = &layer->changes[n - 1];
	if (at < change->at + change->n)
		return change->from;
	return change->from + change->len + (at - change->at - change->n);
}

void decode_to_record(const struct decoded *d, size_t layer, size_t *start, size_t *end)
{
	for (; layer > 0; layer--) {
		const struct decode_layer *l = &d->layers[layer];
		size_t last = *end;

		/* An escape that gave several bytes is taken whole. */
		while (*start < last && last < l->text.len &&
		       source_of(l, last) == source_of(l, last - 1))
			last++;
		*end = source_of(l, last);
		*start = source_of(l, *start);
	}
}

/* The first byte of a layer whose source is byte at of the layer below, or lies behind it. */
static size_t layer_find(const struct decode_layer *layer, size_t at)
{
	size_t n = changes_up_to(layer, at, true);
	const struct decode_change *change;

	if (n == 0)
		return at;
	change = &layer->changes[n - 1];
	if (at < change->from + change->len)
		return change->at + change->n;
	return change->at + change->n + (at - change->from - change->len);
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

	while (behind < layer->text.len && source_of(layer, behind) == source_of(layer, n))
		behind++;
	return source_of(layer, behind) - source_of(layer, n) >= 3 && continues(layer->text.ptr[n]);
}

/* A place in a layer, as an edge of a value; what it is in the next layer. */
static bool is_no_edge(const struct decoded *d, size_t layer, size_t *at, bool is_end)
{
	const struct decode_layer *above = &d->layers[layer + 1];
	struct span text = d->layers[layer].text;
	size_t found = layer_find(above, *at);

	if (source_of(above, found) != *at) {
		size_t escape = source_of(above, found - 1);

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
