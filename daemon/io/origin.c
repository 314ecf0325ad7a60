#include <purposed/io/origin.h>

#include <stdint.h>

enum { FIELDS = 8 };

static void add_field(struct buf *out, struct span field)
{
	uint16_t len = field.len < UINT16_MAX ? (uint16_t)field.len : UINT16_MAX;

	buf_add(out, &len, sizeof(len));
	buf_add(out, field.ptr, len);
}

static struct span next_field(struct span written, size_t *at)
{
	uint16_t len;
	struct span field;

	memcpy(&len, written.ptr + *at, sizeof(len));
	field = span_of(written.ptr + *at + sizeof(len), len);
	*at += sizeof(len) + len;
	return field;
}

void origin_write(struct buf *out, const struct origin *origin)
{
	const struct span fields[FIELDS] = { origin->app,     origin->host, origin->facility,
					     origin->unit,    origin->path, origin->peer,
					     origin->purpose, origin->time };

	for (size_t i = 0; i < FIELDS; i++)
		add_field(out, fields[i]);
}

struct origin origin_read(struct span written)
{
	struct origin origin = { 0 };
	struct span *const fields[FIELDS] = { &origin.app,     &origin.host, &origin.facility,
					      &origin.unit,    &origin.path, &origin.peer,
					      &origin.purpose, &origin.time };
	size_t at = 0;

	if (written.len == 0)
		return origin;
	for (size_t i = 0; i < FIELDS; i++)
		*fields[i] = next_field(written, &at);
	return origin;
}
