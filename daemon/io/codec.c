/*
 * The loop that all decoders share: refill, step, hand out.
 *
 * Order matters in two places.  Bytes that were decoded before a fault are
 * handed out first, the fault on the next call.  And when the stream below
 * fails, its fault is the one reported, not the decoder's complaint about the
 * missing rest: "shrank while it was read" says more than "cut short".
 */
#include <purposed/io/codec.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

enum { INPUT_BYTES = 64 << 10 };

struct codec_reader {
	struct reader head;
	const struct codec *codec;
	struct reader *source;
	void *state;
	size_t at;
	size_t len;
	bool last;
	size_t held;
	uint8_t in[INPUT_BYTES];
};

enum codec_result codec_too_large(struct fault *f, uint64_t need, const struct codec_step *s)
{
	reader_too_large(f, need, s->allowed, s->limit);
	return CODEC_FAULT;
}

/* The stream stopped inside what it announced. */
static enum codec_result codec_cut(struct fault *f)
{
	fault_set(f, FAULT_CORRUPT, "is cut short: the compressed data ends too early");
	return CODEC_FAULT;
}

enum codec_result codec_trailing(struct fault *f)
{
	fault_set(f, FAULT_CORRUPT, "has bytes behind the end of its compressed data");
	return CODEC_FAULT;
}

/* Keeps what the codec left, adds what the source has. */
static void refill(struct codec_reader *c)
{
	ssize_t n;

	memmove(c->in, c->in + c->at, c->len - c->at);
	c->len -= c->at;
	c->at = 0;
	n = reader_read(c->source, c->in + c->len, sizeof(c->in) - c->len);
	if (n > 0)
		c->len += (size_t)n;
	else
		c->last = true;
}

static enum codec_result step(struct codec_reader *c, struct codec_step *s, struct fault *f)
{
	struct meter *meter = c->head.meter;
	enum codec_result result;

	s->in = c->in + c->at;
	s->in_len = c->len - c->at;
	s->last = c->last;
	s->held = c->held;
	s->allowed = c->held + meter->memory;
	s->limit = meter->memory_max;
	result = c->codec->step(c->state, s, f);
	c->at = c->len - s->in_len;
	c->held = s->held < s->allowed ? s->held : s->allowed;
	meter->memory = s->allowed - c->held;
	return result;
}

/* Steps until there is output or an end; a codec that can do no more at the last byte was cut. */
static enum codec_result decode(struct codec_reader *c, struct codec_step *s, struct fault *f)
{
	size_t cap = s->out_len;

	for (;;) {
		enum codec_result result;
		size_t before;

		if (c->at == c->len && !c->last)
			refill(c);
		before = c->len - c->at;
		result = step(c, s, f);
		if (result != CODEC_MORE || s->out_len < cap)
			return result;
		if (s->in_len < before)
			continue;
		if (c->last)
			return codec_cut(f);
		refill(c);
	}
}

static ssize_t codec_read(struct reader *r, void *buf, size_t cap)
{
	struct codec_reader *c = (struct codec_reader *)r;
	struct codec_step s = { .out = buf, .out_len = cap };
	struct fault f = { .kind = FAULT_NONE };

	if (decode(c, &s, &f) != CODEC_MORE) {
		r->fault = c->source->fault.kind != FAULT_NONE ? c->source->fault : f;
		r->ended = true;
		mem_wipe(s.out, s.out_len); /* a decoder that failed has written ahead */
	}
	if (s.out_len < cap)
		return (ssize_t)(cap - s.out_len);
	return r->fault.kind != FAULT_NONE ? -1 : 0;
}

static void codec_free(struct reader *r)
{
	struct codec_reader *c = (struct codec_reader *)r;

	r->meter->memory += c->held;
	if (c->state != NULL)
		c->codec->close(c->state);
	reader_free(&c->source);
	mem_wipe(c->in, sizeof(c->in));
	free(c);
}

static const struct reader_class codec_class = { codec_read, codec_free };

struct reader *codec_reader(const struct codec *codec, struct reader *source)
{
	struct codec_reader *c = mem_new(1, sizeof(*c));
	struct meter *meter = source->meter;

	reader_init(&c->head, &codec_class, meter, source->level + 1);
	c->codec = codec;
	c->source = source;
	if (codec->open_bytes > meter->memory) {
		reader_too_large(&c->head.fault, codec->open_bytes, meter->memory,
				 meter->memory_max);
		return &c->head;
	}
	c->held = codec->open_bytes;
	meter->memory -= c->held;
	c->state = codec->open();
	return &c->head;
}
