/*
 * One layer is one pass: bytes are copied until an escape starts, then the
 * escape's bytes are written in its place; `below` notes for every byte
 * written where its source began.  A byte of value 0x3f that came from "%3F"
 * at 7 has below = 7, and its neighbour, from the byte behind the escape, 10:
 * so the source of bytes [s, e) is [below[s], below[e]) whatever was decoded.
 * Only where an escape yields several bytes (é from \u00e9) do neighbours
 * share a source, and a span that would end between them takes all of it.
 */
#include <purposed/engine/decode_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

static void layer_reserve(struct decode_layer *layer, size_t len)
{
	buf_clear(&layer->storage);
	buf_reserve(&layer->storage, len);
	if (layer->below_cap < len + 1) {
		layer->below_cap = 2 * (len + 1);
		layer->below = mem_resize(layer->below, layer->below_cap, sizeof(uint32_t));
	}
}

/* The numbers from first on, n of them. */
static void count_up(uint32_t *out, uint32_t first, size_t n)
{
	typedef uint32_t eight __attribute__((vector_size(32)));
	eight next = first + (eight){ 0, 1, 2, 3, 4, 5, 6, 7 };

	for (; n >= 8; n -= 8, out += 8, next += 8, first += 8)
		memcpy(out, &next, sizeof(next));
	for (size_t i = 0; i < n; i++)
		out[i] = first + (uint32_t)i;
}

/* Appends bytes [start, end) of the text as they are. */
static void layer_copy(struct decode_layer *layer, struct span text, size_t start, size_t end)
{
	size_t out = layer->storage.len;

	memcpy(layer->storage.ptr + out, text.ptr + start, end - start);
	count_up(layer->below + out, (uint32_t)start, end - start);
	layer->storage.len = out + end - start;
}

/* Appends what the escape at byte at of the text stands for. */
static void layer_add(struct decode_layer *layer, const struct decode_escape *escape, size_t at)
{
	for (size_t i = 0; i < escape->n_bytes; i++) {
		layer->storage.ptr[layer->storage.len] = escape->bytes[i];
		layer->below[layer->storage.len++] = (uint32_t)at;
	}
}

/*
 * Undoes one layer of escapes; false, and *layer is not filled, where there is
 * none.  Only a '+' of the record itself is a space: one that %2B stood for is a '+'.
 */
static bool layer_decode(struct decode_layer *layer, struct span text, bool is_record)
{
	struct decode_plus plus = { .literal = !is_record };
	size_t at = 0;
	size_t copied = 0;
	struct decode_escape escape = decode_next_escape(text, &at, &plus);

	if (escape.len == 0)
		return false;
	layer_reserve(layer, text.len);
	while (escape.len != 0) {
		layer_copy(layer, text, copied, at);
		layer_add(layer, &escape, at);
		at += escape.len;
		copied = at;
		escape = decode_next_escape(text, &at, &plus);
	}
	layer_copy(layer, text, copied, text.len);
	layer->below[layer->storage.len] = (uint32_t)text.len;
	if (layer->storage.len > layer->used)
		layer->used = layer->storage.len;
	layer->text = buf_span(&layer->storage);
	return true;
}

/* First and last escape of text; start == end where there is none. */
static void remaining_escapes(struct span text, size_t *start_r, size_t *end_r)
{
	struct decode_plus plus = { .literal = true };
	size_t at = 0;
	struct decode_escape escape = decode_next_escape(text, &at, &plus);

	*start_r = *end_r = escape.len != 0 ? at : 0;
	while (escape.len != 0) {
		at += escape.len;
		*end_r = at;
		escape = decode_next_escape(text, &at, &plus);
	}
}

void decoded_wipe(struct decoded *d)
{
	for (size_t i = 0; i < DECODE_LAYERS; i++) {
		struct decode_layer *layer = &d->layers[i];

		mem_wipe(layer->storage.ptr, layer->used);
		buf_clear(&layer->storage);
		layer->used = 0;
		layer->text = span_of(NULL, 0);
	}
	d->n = 0;
}

void decoded_fini(struct decoded *d)
{
	for (size_t i = 0; i < DECODE_LAYERS; i++) {
		buf_fini(&d->layers[i].storage);
		free(d->layers[i].below);
	}
	*d = (struct decoded){ 0 };
}

void decode_nothing(struct decoded *d, struct span record)
{
	d->layers[0].text = record;
	d->n = 1;
	d->limited = false;
}

void decode_run(struct decoded *d, struct span record)
{
	decode_nothing(d, record);
	while (d->n < DECODE_LAYERS &&
	       layer_decode(&d->layers[d->n], d->layers[d->n - 1].text, d->n == 1))
		d->n++;
	if (d->n < DECODE_LAYERS)
		return;
	remaining_escapes(d->layers[d->n - 1].text, &d->limit_start, &d->limit_end);
	d->limited = d->limit_start < d->limit_end;
	if (d->limited)
		decode_to_record(d, d->n - 1, &d->limit_start, &d->limit_end);
}
