/*
 * A file is opened like a nest of boxes.  `boxes` are the archives that are
 * open, outermost first, each owning the readers that it reads from; `stream`
 * is the pile of readers over the current member of the innermost box (or over
 * the file).  members_next takes a new member, looks at its first bytes, puts
 * decoders on it until they are text (then it is the next stream), an archive
 * (then it becomes a box), or something that is refused.
 *
 * When a box ends, the readers below it have been read to their end as well,
 * but for an archive that stopped early by trouble, which has been told.
 */
#include <purposed/io/members.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/buf.h>
#include <purposed/base/mem.h>
#include <purposed/io/codec.h>
#include <purposed/io/label.h>
#include <purposed/io/magic.h>
#include <purposed/io/source.h>
#include <purposed/io/unpack.h>

enum { NESTING_MAX = READER_LEVELS_MAX - 1 };

const struct members_limits members_limits_default = {
	.decoder_bytes = 32 << 20,
	.archive_ratio = 2000,
	.ratio_from_bytes = 256 << 20,
	.nesting = 8,
};

struct box {
	struct unpack *unpack;
	size_t name_len; /* of members.name: the archive's own */
};

struct members {
	struct meter meter;
	unsigned nesting;
	struct reader *stream;
	bool started;
	struct box boxes[NESTING_MAX];
	size_t depth;
	struct buf name;
	bool told; /* the current stream's fault */
	enum members_trouble trouble;
};

static int tell(struct members *m, const struct fault *f, struct err *e)
{
	static const enum members_trouble kinds[] = {
		[FAULT_IO] = MEMBERS_IO,
		[FAULT_CORRUPT] = MEMBERS_CORRUPT,
		[FAULT_REFUSED] = MEMBERS_REFUSED,
	};

	err_add(e, "%s: %s", members_name(m), f->text);
	m->trouble = kinds[f->kind];
	return -1;
}

static struct members *members_new(const char *name, const struct members_limits *limits)
{
	struct members *m = mem_new(1, sizeof(*m));

	m->meter.memory_max = m->meter.memory = limits->decoder_bytes;
	m->meter.ratio_max = limits->archive_ratio != 0 ? limits->archive_ratio : 1;
	m->meter.ratio_from_bytes = limits->ratio_from_bytes;
	m->nesting = limits->nesting < NESTING_MAX ? limits->nesting : NESTING_MAX;
	label_add(&m->name, strcmp(name, "-") == 0 ? "stdin" : name);
	buf_str(&m->name);
	return m;
}

int members_open(struct members **m_r, const char *path, const struct members_limits *limits,
		 struct err *e)
{
	struct members *m = members_new(path, limits);
	struct fault f = { .kind = FAULT_NONE };

	if (source_open(&m->stream, path, &m->meter, &f) != 0) {
		tell(m, &f, e);
		members_free(&m);
		return -1;
	}
	*m_r = m;
	return 0;
}

/* Puts the decoder for magic on the stream. */
static void decode(struct members *m, enum magic magic)
{
	static const struct codec *const codecs[] = {
		[MAGIC_GZIP] = &codec_gzip,
		[MAGIC_BZIP2] = &codec_bzip2,
		[MAGIC_XZ] = &codec_xz,
		[MAGIC_ZSTD] = &codec_zstd,
	};

	if (magic == MAGIC_LZ4)
		m->stream = unpack_lz4(m->stream);
	else if (magic == MAGIC_COMPRESS)
		m->stream = unpack_compress(m->stream);
	else
		m->stream = codec_reader(codecs[magic], m->stream);
}

static void push_box(struct members *m, enum unpack_form form)
{
	m->boxes[m->depth].unpack = unpack_new(form, m->stream);
	m->boxes[m->depth].name_len = m->name.len;
	m->depth++;
	m->stream = NULL;
}

/*
 * Looks into the stream until it is text: 1; an archive, now the innermost
 * box: 0; or trouble: -1.
 */
static int look(struct members *m, struct fault *f)
{
	for (;;) {
		const unsigned char *bytes;
		const char *why = NULL;
		size_t len = reader_peek(m->stream, MAGIC_BYTES, &bytes);
		enum magic magic = magic_of(bytes, len, &why);

		if (len == 0 && m->stream->fault.kind != FAULT_NONE) {
			*f = m->stream->fault;
			return -1;
		}
		if (magic == MAGIC_PLAIN) {
			if (m->stream->level == 0)
				source_finish_line(m->stream);
			return 1;
		}
		if (magic == MAGIC_REFUSED)
			return fault_set(f, FAULT_REFUSED, "%s", why);
		if (m->stream->level >= m->nesting)
			return fault_set(f, FAULT_REFUSED,
					 "is nested more than %u deep, limits.nesting allows no "
					 "more",
					 m->nesting);
		if (magic == MAGIC_TAR || magic == MAGIC_ZIP) {
			push_box(m, magic == MAGIC_TAR ? UNPACK_TAR : UNPACK_ZIP);
			return 0;
		}
		decode(m, magic);
	}
}

static void set_name(struct members *m, const char *member)
{
	m->name.len = m->boxes[m->depth - 1].name_len;
	if (*member != '\0') {
		buf_add_char(&m->name, '!');
		label_add(&m->name, member);
	}
	buf_str(&m->name);
}

/* Makes the next member the stream: 1; -1 trouble; 0 no more in this box, which is closed. */
static int next_member(struct members *m, struct fault *f)
{
	struct box *box = &m->boxes[m->depth - 1];
	int status = unpack_next(box->unpack, f);

	set_name(m, status == 0 ? "" : unpack_name(box->unpack));
	if (status == 1)
		m->stream = unpack_entry(box->unpack);
	if (status == 0) {
		unpack_free(&box->unpack);
		m->depth--;
	}
	return status;
}

int members_next(struct members *m, struct err *e)
{
	bool fresh = !m->started;

	m->started = true;
	m->told = false;
	if (!fresh)
		reader_free(&m->stream);
	while (fresh || m->depth > 0) {
		struct fault f = { .kind = FAULT_NONE };
		int status = 1;

		if (!fresh)
			status = next_member(m, &f);
		fresh = false;
		if (status == 1)
			status = look(m, &f);
		if (status < 0) {
			reader_free(&m->stream);
			return tell(m, &f, e);
		}
		if (status == 1 && m->stream != NULL)
			return 1;
	}
	return 0;
}

ssize_t members_read(struct members *m, void *buf, size_t cap, struct err *e)
{
	ssize_t n = reader_read(m->stream, buf, cap);

	if (n < 0 && !m->told)
		tell(m, &m->stream->fault, e);
	m->told = n < 0;
	return n;
}

const char *members_name(const struct members *m)
{
	return m->name.ptr;
}

bool members_unpacks(const struct members *m)
{
	return m->stream->level != 0;
}

enum members_trouble members_trouble(const struct members *m)
{
	return m->trouble;
}

uint64_t members_consumed(const struct members *m)
{
	return m->meter.bytes[0];
}

void members_free(struct members **m_r)
{
	struct members *m = *m_r;

	if (m == NULL)
		return;
	reader_free(&m->stream);
	while (m->depth > 0)
		unpack_free(&m->boxes[--m->depth].unpack);
	buf_fini(&m->name);
	free(m);
	*m_r = NULL;
}
