/*
 * One layer is one pass: bytes are copied until an escape starts, then the
 * escape's bytes are written in its place, and that is noted as a change.  Between
 * changes bytes are what they were, so these are all that a map needs.
 *
 * The pass behind that need not go over all of it.  What is no escape in one text is
 * none in the next either, unless something changed in it, or so near that it matters:
 *
 *	layer 0		a%2540b c%41d		every escape is undone
 *	layer 1		a%40b cAd		new ones have something of %, or A, in them
 */
#include <purposed/engine/decode_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* An escape, and what decides whether it is one, reaches so far behind and before its start. */
enum { ESCAPE_REACH = 44, DOMAIN_REACH = 20 };

static void layer_reserve(struct decode_layer *layer, size_t len)
{
	buf_clear(&layer->storage);
	buf_reserve(&layer->storage, len);
	layer->n_changes = 0;
}

/* Appends bytes [start, end) of the text as they are. */
static void layer_copy(struct decode_layer *layer, struct span text, size_t start, size_t end)
{
	memcpy(layer->storage.ptr + layer->storage.len, text.ptr + start, end - start);
	layer->storage.len += end - start;
}

/* Notes that `len` bytes from byte at of the text on become n bytes, which are appended next. */
static void layer_note(struct decode_layer *layer, size_t at, size_t len, size_t n)
{
	layer->changes = mem_grow(layer->changes, layer->n_changes, &layer->changes_cap,
				  sizeof(*layer->changes));
	layer->changes[layer->n_changes++] = (struct decode_change){
		.at = (uint32_t)layer->storage.len,
		.n = (uint32_t)n,
		.from = (uint32_t)at,
		.len = (uint32_t)len,
	};
}

/* Appends what the escape at byte at of the text stands for. */
static void layer_add(struct decode_layer *layer, const struct decode_escape *escape, size_t at)
{
	layer_note(layer, at, escape->len, escape->n_bytes);
	memcpy(layer->storage.ptr + layer->storage.len, escape->bytes, escape->n_bytes);
	layer->storage.len += escape->n_bytes;
}

/*
 * The escapes of a layer, one by one.  Only a '+' of the record itself is a space: one that
 * %2B stood for is a '+'.
 */
struct escapes {
	const struct decode_layer *layer;
	struct decode_plus plus;
	size_t at;   /* the search begins here */
	size_t next; /* change near which it goes on, where it ends before one */
	size_t end;
};

/* Moves to where the next change may have made an escape; false: there is no other. */
static bool escapes_near_next(struct escapes *e)
{
	const struct decode_layer *layer = e->layer;
	const struct decode_change *change;
	size_t behind;

	if (e->next == layer->n_changes)
		return false;
	change = layer->changes + e->next;
	if (change->at > ESCAPE_REACH && e->at < change->at - ESCAPE_REACH)
		e->at = change->at - ESCAPE_REACH;
	do {
		behind = change->at + change->n + DOMAIN_REACH;
		change++;
	} while (change < layer->changes + layer->n_changes && change->at < behind + ESCAPE_REACH);
	e->next = (size_t)(change - layer->changes);
	e->end = behind < layer->text.len ? behind : layer->text.len;
	return true;
}

/* Those of a record, none of which begins before byte start. */
static void escapes_of_record(struct escapes *e, const struct decode_layer *record, size_t start)
{
	*e = (struct escapes){ .layer = record,
			       .plus = decode_plus_begin(record->text, start),
			       .end = record->text.len };
	e->at = e->plus.behind;
}

static void escapes_of_layer(struct escapes *e, const struct decode_layer *layer)
{
	*e = (struct escapes){ .layer = layer, .plus = { .literal = true } };
}

/* The next one, at byte *at_r of the layer; of no length where there is none. */
static struct decode_escape escapes_next(struct escapes *e, size_t *at_r)
{
	struct decode_escape escape = { 0 };

	do {
		if (e->at < e->end)
			escape = decode_next_escape(e->layer->text, e->end, &e->at, &e->plus);
	} while (escape.len == 0 && escapes_near_next(e));
	*at_r = e->at;
	e->at += escape.len;
	return escape;
}

/* A word of another script is a row of them, without a byte between: %D8%A7%D8%B2. */
static void add_percents(struct decode_layer *layer, struct escapes *e)
{
	int byte;

	while (e->at < e->end && (byte = decode_percent(e->layer->text, e->at)) >= 0) {
		layer_note(layer, e->at, 3, 1);
		layer->storage.ptr[layer->storage.len++] = (char)byte;
		e->at += 3;
	}
}

/* Undoes the escapes of a layer; false, and *layer is not filled, where there is none. */
static bool layer_decode(struct decode_layer *layer, struct escapes *escapes)
{
	struct span text = escapes->layer->text;
	size_t copied = 0;
	size_t at;
	struct decode_escape escape = escapes_next(escapes, &at);

	if (escape.len == 0)
		return false;
	layer_reserve(layer, text.len);
	while (escape.len != 0) {
		layer_copy(layer, text, copied, at);
		layer_add(layer, &escape, at);
		add_percents(layer, escapes);
		copied = escapes->at;
		escape = escapes_next(escapes, &at);
	}
	layer_copy(layer, text, copied, text.len);
	if (layer->storage.len > layer->used)
		layer->used = layer->storage.len;
	layer->text = buf_span(&layer->storage);
	return true;
}

/* From the first escape of a layer to behind its last; start == end where there is none. */
static void remaining_escapes(const struct decode_layer *layer, size_t *start_r, size_t *end_r)
{
	struct escapes escapes;
	struct decode_escape escape;
	size_t at;

	escapes_of_layer(&escapes, layer);
	escape = escapes_next(&escapes, &at);
	*start_r = *end_r = escape.len != 0 ? at : 0;
	while (escape.len != 0) {
		*end_r = at + escape.len;
		escape = escapes_next(&escapes, &at);
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
		layer->n_changes = 0;
	}
	d->n = 0;
}

void decoded_fini(struct decoded *d)
{
	for (size_t i = 0; i < DECODE_LAYERS; i++) {
		buf_fini(&d->layers[i].storage);
		free(d->layers[i].changes);
	}
	*d = (struct decoded){ 0 };
}

void decode_nothing(struct decoded *d, struct span record)
{
	d->layers[0].text = record;
	d->n = 1;
	d->limited = false;
}

void decode_run_from(struct decoded *d, struct span record, size_t start)
{
	struct escapes escapes;

	decode_nothing(d, record);
	escapes_of_record(&escapes, &d->layers[0], start);
	while (d->n < DECODE_LAYERS && layer_decode(&d->layers[d->n], &escapes))
		escapes_of_layer(&escapes, &d->layers[d->n++]);
	if (d->n < DECODE_LAYERS)
		return;
	remaining_escapes(&d->layers[d->n - 1], &d->limit_start, &d->limit_end);
	d->limited = d->limit_start < d->limit_end;
	if (d->limited)
		decode_to_record(d, d->n - 1, &d->limit_start, &d->limit_end);
}

void decode_run(struct decoded *d, struct span record)
{
	decode_run_from(d, record, 0);
}
