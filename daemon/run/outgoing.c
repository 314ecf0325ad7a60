#include <purposed/run/outgoing.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

enum {
	/* Copying less is cheaper than a write of its own. */
	PASSAGE_MIN = 32 * 1024,
	/* Records with much to be said of them must not hold memory for ever, in any batch. */
	KEPT_BYTES = 512 * 1024,
};

void outgoing_pass(struct outgoing *o, struct span lines)
{
	if (lines.len < PASSAGE_MIN) {
		buf_add_span(&o->own, lines);
		return;
	}
	o->passages = mem_grow(o->passages, o->n, &o->cap, sizeof(*o->passages));
	o->passages[o->n++] = (struct passage){ o->own.len, lines };
}

bool outgoing_next(const struct outgoing *o, struct outgoing_walk *walk, struct span *part_r)
{
	bool passes = walk->passages < o->n;
	size_t end = passes ? o->passages[walk->passages].before : o->own.len;

	if (walk->own < end) {
		*part_r = span_slice(buf_span(&o->own), walk->own, end);
		walk->own = end;
		return true;
	}
	if (passes)
		*part_r = o->passages[walk->passages++].lines;
	return passes;
}

void outgoing_clear(struct outgoing *o)
{
	mem_wipe(o->own.ptr, o->own.len);
	buf_clear(&o->own);
	if (o->own.cap > KEPT_BYTES)
		buf_fini(&o->own);
	o->n = 0;
}

void outgoing_fini(struct outgoing *o)
{
	buf_fini(&o->own);
	free(o->passages);
	*o = (struct outgoing){ 0 };
}
