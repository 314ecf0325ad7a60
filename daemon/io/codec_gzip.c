/*
 * gzip by ISA-L, which is twice as fast as zlib; the only place that knows it.
 *
 * ISA-L inflates and verifies the CRC-32 and length behind the data.  The
 * member header (RFC 1952, 2.3) is read here, byte by byte: ISA-L 2.30 loses
 * its place where a header with a file name ends one input buffer and begins
 * the next.  A header's own checksum is passed over: nothing of it is used.
 * A window is 32 KiB, whatever the file says.
 */
#include <purposed/io/codec.h>

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include <purposed/base/mem.h>

enum part {
	PART_BETWEEN, /* members: padding, another one, or the end */
	PART_FIXED,
	PART_EXTRA_LEN,
	PART_EXTRA,
	PART_NAME,
	PART_COMMENT,
	PART_CRC,
	PART_DATA,
};

struct gzip {
	enum part part;
	unsigned at; /* bytes of the part that have been read */
	unsigned flags;
	unsigned extra_len;
	bool padded; /* zero bytes may stand between: a member has ended */
	struct inflate_state inflate;
};

static void *gzip_open(void)
{
	struct gzip *g = mem_new(1, sizeof(*g));

	isal_inflate_init(&g->inflate);
	g->inflate.crc_flag = ISAL_GZIP_NO_HDR_VER;
	return g;
}

static void gzip_close(void *state)
{
	mem_wipe(state, sizeof(struct gzip));
	free(state);
}

/* The next part that the flags say is there. */
static void next_part(struct gzip *g)
{
	static const unsigned flag[] = {
		[PART_EXTRA_LEN] = 4, [PART_EXTRA] = 4, [PART_NAME] = 8,
		[PART_COMMENT] = 16,  [PART_CRC] = 2,	[PART_DATA] = ~0U,
	};

	g->at = 0;
	do {
		g->part++;
	} while (g->part != PART_DATA && (g->flags & flag[g->part]) == 0);
	if (g->part == PART_EXTRA && g->extra_len == 0)
		next_part(g);
	if (g->part == PART_DATA)
		isal_inflate_reset(&g->inflate);
}

/* The ten bytes that every header begins with: ID1 ID2 CM FLG MTIME XFL OS. */
static bool fixed_byte(struct gzip *g, uint8_t byte)
{
	static const uint8_t wanted[] = { 0x1f, 0x8b, 8 };

	if (g->at < sizeof(wanted) && byte != wanted[g->at])
		return false;
	if (g->at == 3)
		g->flags = byte;
	if (++g->at == 10) {
		g->extra_len = 0;
		next_part(g);
	}
	return (g->flags & 0xe0) == 0;
}

/* Takes a byte of padding or header; false where it cannot be that. */
static bool header_byte(struct gzip *g, uint8_t byte)
{
	switch (g->part) {
	case PART_BETWEEN:
		if (byte == 0 && g->padded)
			return true;
		g->part = PART_FIXED;
		g->at = 0;
		g->flags = 0;
		return fixed_byte(g, byte);
	case PART_FIXED: return fixed_byte(g, byte);
	case PART_EXTRA_LEN:
		g->extra_len |= (unsigned)byte << 8 * g->at;
		if (++g->at == 2)
			next_part(g);
		return true;
	case PART_EXTRA:
		if (++g->at == g->extra_len)
			next_part(g);
		return true;
	case PART_CRC:
		if (++g->at == 2)
			next_part(g);
		return true;
	default: /* a name or a comment, ended by NUL */
		if (byte == 0)
			next_part(g);
		return true;
	}
}

/* Everything up to the data; MORE with part DATA when it is reached. */
static enum codec_result read_header(struct gzip *g, struct codec_step *s, struct fault *f)
{
	while (g->part != PART_DATA && s->in_len > 0) {
		if (!header_byte(g, *s->in)) {
			if (g->padded)
				return codec_trailing(f);
			fault_set(f, FAULT_CORRUPT, "is damaged: not a valid gzip header");
			return CODEC_FAULT;
		}
		s->in++;
		s->in_len--;
	}
	return g->part == PART_BETWEEN && s->last ? CODEC_END : CODEC_MORE;
}

static enum codec_result inflate_some(struct gzip *g, struct codec_step *s, struct fault *f)
{
	int status;

	g->inflate.next_in = (uint8_t *)(uintptr_t)s->in;
	g->inflate.avail_in = (uint32_t)s->in_len;
	g->inflate.next_out = s->out;
	g->inflate.avail_out = s->out_len < UINT32_MAX ? (uint32_t)s->out_len : UINT32_MAX;
	status = isal_inflate(&g->inflate);
	s->in = g->inflate.next_in;
	s->in_len = g->inflate.avail_in;
	s->out_len -= (size_t)(g->inflate.next_out - s->out);
	s->out = g->inflate.next_out;
	if (status == ISAL_INCORRECT_CHECKSUM)
		fault_set(f, FAULT_CORRUPT, "is damaged: the gzip checksum does not fit the data");
	else if (status < 0 || status == ISAL_NEED_DICT)
		fault_set(f, FAULT_CORRUPT, "is damaged: invalid gzip data");
	if (g->inflate.block_state == ISAL_BLOCK_FINISH) {
		g->part = PART_BETWEEN;
		g->padded = true;
	}
	return f->kind != FAULT_NONE ? CODEC_FAULT : CODEC_MORE;
}

static enum codec_result gzip_step(void *state, struct codec_step *s, struct fault *f)
{
	struct gzip *g = state;

	if (g->part != PART_DATA) {
		enum codec_result result = read_header(g, s, f);

		if (g->part != PART_DATA)
			return result;
	}
	return inflate_some(g, s, f);
}

const struct codec codec_gzip = { sizeof(struct gzip), gzip_open, gzip_step, gzip_close };
