/*
 * A table with one place for each value, by its hash.  The first that comes stays: those
 * that come often come early.  The bytes stand one behind the other in one buffer, the
 * value and what is said of it.
 */
#include <purposed/run/format_values.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/buf.h>
#include <purposed/base/mem.h>

enum { PLACES = 2048, BYTES_MAX = 128 * 1024, VALUE_MAX = 1024 };

struct place {
	const struct pseudonymizer *pseudonyms; /* NULL: nothing is here */
	uint32_t at;				/* among the bytes */
	uint16_t len;
	uint16_t said; /* bytes of it */
	uint16_t element;
};

struct format_values {
	struct place places[PLACES];
	uint16_t used[PLACES];
	size_t n_used;
	struct buf bytes;
};

struct format_values *format_values_new(void)
{
	return mem_new(1, sizeof(struct format_values));
}

void format_values_free(struct format_values **values)
{
	if (values == NULL || *values == NULL)
		return;
	format_values_wipe(*values);
	buf_fini(&(*values)->bytes);
	free(*values);
	*values = NULL;
}

void format_values_wipe(struct format_values *values)
{
	for (size_t i = 0; i < values->n_used; i++)
		values->places[values->used[i]] = (struct place){ 0 };
	values->n_used = 0;
	mem_wipe(values->bytes.ptr, values->bytes.len);
	buf_clear(&values->bytes);
}

/* Eight bytes at a time; whoever makes values collide makes them be said anew, no more. */
static uint64_t hash(struct span bytes)
{
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t mixed = bytes.len * factor;
	uint64_t eight;

	for (; bytes.len >= sizeof(eight); bytes = span_slice(bytes, sizeof(eight), bytes.len)) {
		memcpy(&eight, bytes.ptr, sizeof(eight));
		mixed = (mixed ^ eight) * factor;
		mixed ^= mixed >> 32;
	}
	eight = 0;
	if (bytes.len != 0)
		memcpy(&eight, bytes.ptr, bytes.len);
	mixed = (mixed ^ eight) * factor;
	return mixed ^ mixed >> 32;
}

struct format_value format_value_of(const struct pseudonymizer *pseudonyms, uint16_t element,
				    struct span bytes)
{
	return (struct format_value){ pseudonyms, element, bytes, hash(bytes) };
}

static size_t place_of(const struct format_value *value)
{
	return (value->hash + value->element) % PLACES;
}

void format_values_expect(const struct format_values *values, const struct format_value *value)
{
	__builtin_prefetch(&values->places[place_of(value)]);
}

struct span format_values_find(const struct format_values *values, const struct format_value *value)
{
	const struct place *place = &values->places[place_of(value)];
	const char *bytes = values->bytes.ptr + place->at;

	if (place->pseudonyms != value->pseudonyms || place->element != value->element ||
	    place->len != value->bytes.len || memcmp(bytes, value->bytes.ptr, place->len) != 0)
		return span_of(NULL, 0);
	return span_of(bytes + place->len, place->said);
}

void format_values_add(struct format_values *values, const struct format_value *value,
		       struct span said)
{
	size_t at = place_of(value);
	struct place *place = &values->places[at];

	if (place->pseudonyms != NULL || value->bytes.len == 0 || value->bytes.len > VALUE_MAX ||
	    said.len > VALUE_MAX || values->bytes.len + value->bytes.len + said.len > BYTES_MAX)
		return;
	*place = (struct place){
		.pseudonyms = value->pseudonyms,
		.at = (uint32_t)values->bytes.len,
		.len = (uint16_t)value->bytes.len,
		.said = (uint16_t)said.len,
		.element = value->element,
	};
	values->used[values->n_used++] = (uint16_t)at;
	buf_add_span(&values->bytes, value->bytes);
	buf_add_span(&values->bytes, said);
}
