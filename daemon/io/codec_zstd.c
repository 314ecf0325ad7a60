/*
 * Zstandard by libzstd, the only place that knows it.
 *
 * What a frame needs is its window.  The library would only say "too large";
 * we read the frame header (RFC 8878, 3.1.1.1) ourselves, so that the message
 * can name the need, and so that nothing but frames is taken for one.
 */
#include <purposed/io/codec.h>

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <purposed/base/mem.h>

enum { ZSTD_OPEN_BYTES = 192 << 10, ZSTD_WINDOW_LOG_MIN = 10 };

struct zstd {
	ZSTD_DCtx *context;
	bool inside; /* of a frame */
};

static void *zstd_open(void)
{
	struct zstd *z = mem_new(1, sizeof(*z));

	z->context = ZSTD_createDCtx();
	if (z->context == NULL)
		abort(); /* out of memory; see mem.h */
	return z;
}

static void zstd_close(void *state)
{
	ZSTD_freeDCtx(((struct zstd *)state)->context);
	free(state);
}

/* Bytes of the window that the frame at in announces; false: more of the header is needed. */
static bool frame_window(const uint8_t *in, size_t len, uint64_t *window_r)
{
	static const size_t dictionary_len[] = { 0, 1, 2, 4 };
	static const size_t content_len[] = { 1, 2, 4, 8 }; /* in a single segment */
	size_t at, n;

	if (len < 6)
		return false;
	if ((in[4] & 0x20) == 0) {
		uint64_t base = 1ULL << (10 + (in[5] >> 3));

		*window_r = base + base / 8 * (in[5] & 7);
		return true;
	}
	at = 5 + dictionary_len[in[4] & 3];
	n = content_len[in[4] >> 6];
	if (len < at + n)
		return false;
	*window_r = reader_number(in + at, n) + (n == 2 ? 256 : 0);
	return true;
}

static int window_log(uint64_t window)
{
	int log = ZSTD_WINDOW_LOG_MIN;

	while (log < 31 && 1ULL << log < window)
		log++;
	return log;
}

/* Between frames: another one, or the end. */
static enum codec_result frame_start(struct zstd *z, struct codec_step *s, struct fault *f)
{
	uint64_t magic, window = 0;

	if (s->in_len == 0)
		return s->last ? CODEC_END : CODEC_MORE;
	if (s->in_len < 4)
		return s->last ? codec_trailing(f) : CODEC_MORE;
	magic = reader_number(s->in, 4);
	if (magic == ZSTD_MAGICNUMBER) {
		if (!frame_window(s->in, s->in_len, &window))
			return CODEC_MORE;
		if (window > s->allowed)
			return codec_too_large(f, window, s);
	} else if ((magic & ZSTD_MAGIC_SKIPPABLE_MASK) != ZSTD_MAGIC_SKIPPABLE_START) {
		return codec_trailing(f);
	}
	ZSTD_DCtx_setParameter(z->context, ZSTD_d_windowLogMax, window_log(window));
	z->inside = true;
	return CODEC_MORE;
}

static enum codec_result zstd_fault(size_t code, struct fault *f)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_dictionary_wrong:
		fault_set(f, FAULT_REFUSED, "needs a zstd dictionary to decode");
		break;
	case ZSTD_error_frameParameter_unsupported:
	case ZSTD_error_frameParameter_windowTooLarge:
		fault_set(f, FAULT_REFUSED, "uses a zstd option that is not supported");
		break;
	default: fault_set(f, FAULT_CORRUPT, "is damaged: invalid zstd data or checksum"); break;
	}
	return CODEC_FAULT;
}

static enum codec_result zstd_step(void *state, struct codec_step *s, struct fault *f)
{
	struct zstd *z = state;
	ZSTD_inBuffer in;
	ZSTD_outBuffer out;
	size_t status;

	if (!z->inside) {
		enum codec_result result = frame_start(z, s, f);

		if (!z->inside)
			return result;
	}
	in = (ZSTD_inBuffer){ s->in, s->in_len, 0 };
	out = (ZSTD_outBuffer){ s->out, s->out_len, 0 };
	status = ZSTD_decompressStream(z->context, &out, &in);
	s->in += in.pos;
	s->in_len -= in.pos;
	s->out += out.pos;
	s->out_len -= out.pos;
	s->held = ZSTD_sizeof_DCtx(z->context);
	if (ZSTD_isError(status))
		return zstd_fault(status, f);
	z->inside = status != 0;
	return CODEC_MORE;
}

const struct codec codec_zstd = { ZSTD_OPEN_BYTES, zstd_open, zstd_step, zstd_close };
