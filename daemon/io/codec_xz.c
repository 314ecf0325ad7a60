/*
 * xz by liblzma, the only place that knows it.
 *
 * Directly and not through libarchive, which allocates whatever dictionary the
 * file asks for (up to 4 GiB).  The limit follows what the meter leaves, since
 * each block may ask anew.
 */
#include <purposed/io/codec.h>

#include <lzma.h>
#include <stdlib.h>

#include <purposed/base/mem.h>

enum { XZ_OPEN_BYTES = 64 << 10 };

static void *xz_open(void)
{
	lzma_stream *stream = mem_new(1, sizeof(*stream));

	*stream = (lzma_stream)LZMA_STREAM_INIT;
	if (lzma_stream_decoder(stream, XZ_OPEN_BYTES, LZMA_CONCATENATED) != LZMA_OK)
		abort(); /* out of memory; see mem.h */
	return stream;
}

static void xz_close(void *state)
{
	lzma_end(state);
	free(state);
}

static enum codec_result xz_result(lzma_stream *stream, lzma_ret status, struct codec_step *s,
				   struct fault *f)
{
	switch (status) {
	case LZMA_OK:
	case LZMA_BUF_ERROR: return CODEC_MORE;
	case LZMA_STREAM_END: return CODEC_END;
	case LZMA_MEMLIMIT_ERROR: return codec_too_large(f, lzma_memusage(stream), s);
	case LZMA_OPTIONS_ERROR:
		fault_set(f, FAULT_REFUSED, "uses an xz filter or option that is not supported");
		return CODEC_FAULT;
	default:
		fault_set(f, FAULT_CORRUPT, "is damaged: invalid xz data or checksum");
		return CODEC_FAULT;
	}
}

static enum codec_result xz_step(void *state, struct codec_step *s, struct fault *f)
{
	lzma_stream *stream = state;
	lzma_ret status;

	if (lzma_memlimit_get(stream) != s->allowed)
		lzma_memlimit_set(stream, s->allowed);
	stream->next_in = s->in;
	stream->avail_in = s->in_len;
	stream->next_out = s->out;
	stream->avail_out = s->out_len;
	status = lzma_code(stream, s->last ? LZMA_FINISH : LZMA_RUN);
	s->in = stream->next_in;
	s->in_len = stream->avail_in;
	s->out = stream->next_out;
	s->out_len = stream->avail_out;
	if (status != LZMA_MEMLIMIT_ERROR)
		s->held = lzma_memusage(stream);
	return xz_result(stream, status, s, f);
}

const struct codec codec_xz = { XZ_OPEN_BYTES, xz_open, xz_step, xz_close };
