/*
 * bzip2 by libbz2, the only place that knows it.
 *
 * Directly and not through libarchive, which drops up to 64 KiB of readable
 * data before a cut and what stands behind the last stream in silence.
 */
#include <purposed/io/codec.h>

#include <bzlib.h>
#include <limits.h>
#include <stdlib.h>

#include <purposed/base/mem.h>

/* BZ2_bzDecompressInit's largest: 100 KiB + 4 bytes for each byte of a 900,000 byte block. */
enum { BZIP2_BYTES = (100 << 10) + 4 * 900000 };

struct bzip2 {
	bool inside; /* of a stream */
	bz_stream stream;
};

static void *bzip2_open(void)
{
	return mem_new(1, sizeof(struct bzip2));
}

static void bzip2_leave(struct bzip2 *b)
{
	if (b->inside)
		BZ2_bzDecompressEnd(&b->stream);
	b->inside = false;
}

static void bzip2_close(void *state)
{
	bzip2_leave(state);
	free(state);
}

static enum codec_result stream_start(struct bzip2 *b, struct codec_step *s, struct fault *f)
{
	if (s->in_len == 0)
		return s->last ? CODEC_END : CODEC_MORE;
	if (s->in_len < 3 && !s->last)
		return CODEC_MORE;
	if (s->in_len < 3 || s->in[0] != 'B' || s->in[1] != 'Z' || s->in[2] != 'h')
		return codec_trailing(f);
	b->stream = (bz_stream){ 0 };
	b->inside = BZ2_bzDecompressInit(&b->stream, 0, 0) == BZ_OK;
	if (!b->inside)
		return codec_too_large(f, BZIP2_BYTES, s);
	return CODEC_MORE;
}

static enum codec_result bzip2_step(void *state, struct codec_step *s, struct fault *f)
{
	struct bzip2 *b = state;
	unsigned room = s->out_len < UINT_MAX ? (unsigned)s->out_len : UINT_MAX;
	int status;

	if (!b->inside) {
		enum codec_result result = stream_start(b, s, f);

		if (!b->inside)
			return result;
	}
	b->stream.next_in = (char *)(uintptr_t)s->in;
	b->stream.avail_in = (unsigned)s->in_len;
	b->stream.next_out = (char *)s->out;
	b->stream.avail_out = room;
	status = BZ2_bzDecompress(&b->stream);
	s->in += s->in_len - b->stream.avail_in;
	s->in_len = b->stream.avail_in;
	s->out += room - b->stream.avail_out;
	s->out_len -= room - b->stream.avail_out;
	if (status == BZ_STREAM_END)
		bzip2_leave(b);
	else if (status != BZ_OK)
		fault_set(f, FAULT_CORRUPT, "is damaged: invalid bzip2 data or checksum");
	return f->kind != FAULT_NONE ? CODEC_FAULT : CODEC_MORE;
}

const struct codec codec_bzip2 = { BZIP2_BYTES, bzip2_open, bzip2_step, bzip2_close };
