/*
 * libarchive behind the reader interface; the only place that knows it.
 *
 * Enabled are tar and streaming zip as formats, lz4 and compress as filters,
 * and nothing else: its own xz, zstd and lzma decoders would allocate what the
 * archive asks for, its gzip verifies no checksum.  The streaming zip reader
 * and not the seeking one, which holds the whole directory in memory.
 *
 * Three ways in which libarchive would end well where the archive does not:
 *  - tar without the two zero blocks at its end (cut between two members);
 *  - zip that lost members to damage: it searches for the next header.  The
 *    directory is counted against what was seen;
 *  - bytes behind the end of an lz4 stream.
 */
#include <purposed/io/unpack.h>

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/io/unpack_private.h>

enum {
	TAR_BLOCK = 512,
	/* What libarchive takes at most: zip's bzip2 decoder, lz4's blocks of up to 8 MiB. */
	ARCHIVE_BYTES = 5 << 20,
	LZ4_BYTES = 18 << 20,
};

struct unpack {
	struct archive *archive;
	struct archive_entry *entry; /* libarchive's; NULL before the first */
	enum unpack_form form;
	struct fault fault; /* it was never opened */
	bool pending;	    /* a header was read, but trouble before it came first */
	bool done;
	uint64_t members; /* headers seen, of any type */
	size_t held;	  /* of the meter's memory */
	locale_t names;	  /* in which names of members are read; 0: the process's */
	struct unpack_input input;
};

struct entry_reader {
	struct reader head;
	struct unpack *unpack;
	bool owner; /* lz4 and compress: of unpack */
	const unsigned char *block;
	size_t block_len;
	uint64_t block_offset;
	uint64_t at;	   /* bytes handed out */
	struct fault late; /* to be told when block is used up */
};

static la_ssize_t give(struct archive *archive, void *data, const void **bytes_r)
{
	struct unpack *u = data;

	(void)archive;
	return unpack_input_next(&u->input, bytes_r);
}

/* What it has consumed, of the bytes that it was given. */
static uint64_t consumed(const struct unpack *u)
{
	return (uint64_t)archive_filter_bytes(u->archive, -1);
}

/* After this libarchive is not used any more. */
static struct unpack_rest rest_of(struct unpack *u)
{
	return unpack_rest_of(&u->input, consumed(u));
}

/* libarchive gave up: the cause is below it, in our limits, or in what it says. */
static int failed(struct unpack *u, struct fault *f)
{
	const char *text = archive_error_string(u->archive);

	if (u->input.source->fault.kind != FAULT_NONE)
		*f = u->input.source->fault;
	else if (u->input.fault.kind != FAULT_NONE)
		*f = u->input.fault;
	else if (u->fault.kind != FAULT_NONE)
		*f = u->fault;
	else
		fault_set(f, FAULT_CORRUPT, "is damaged or cut short: %s",
			  text != NULL ? text : "no header found");
	if (f->kind != FAULT_CORRUPT)
		u->done = true;
	return -1;
}

static struct unpack *unpack_start(struct reader *source, size_t memory)
{
	struct unpack *u = mem_new(1, sizeof(*u));

	u->input.source = source;
	u->archive = archive_read_new();
	if (u->archive == NULL)
		abort(); /* out of memory; see mem.h */
	if (memory > source->meter->memory) {
		reader_too_large(&u->fault, memory, source->meter->memory,
				 source->meter->memory_max);
		return u;
	}
	source->meter->memory -= memory;
	u->held = memory;
	return u;
}

static void unpack_begin(struct unpack *u)
{
	if (u->fault.kind == FAULT_NONE)
		archive_read_open(u->archive, u, NULL, give, NULL);
}

struct unpack *unpack_new(enum unpack_form form, struct reader *source)
{
	struct unpack *u = unpack_start(source, ARCHIVE_BYTES);

	u->form = form;
	if (form == UNPACK_TAR) {
		archive_read_support_format_tar(u->archive);
		/* Else members of a tar that was appended to with cat(1) would be missed. */
		archive_read_set_format_option(u->archive, "tar", "read_concatenated_archives",
					       "1");
		archive_read_set_format_option(u->archive, "tar", "hdrcharset", "BINARY");
	} else {
		archive_read_support_format_zip_streamable(u->archive);
		/* A name that says it is UTF-8 is lost in a locale which is not. */
		u->names = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	}
	unpack_begin(u);
	return u;
}

void unpack_free(struct unpack **u_r)
{
	struct unpack *u = *u_r;

	if (u == NULL)
		return;
	archive_read_free(u->archive);
	if (u->names != (locale_t)0)
		freelocale(u->names);
	u->input.source->meter->memory += u->held;
	reader_free(&u->input.source);
	mem_wipe(u->input.chunk, sizeof(u->input.chunk));
	free(u);
	*u_r = NULL;
}

static int zip_end(struct unpack *u, struct fault *f)
{
	struct unpack_rest rest = rest_of(u);
	uint64_t listed;

	if (!unpack_zip_directory(&rest, &listed))
		fault_set(f, FAULT_CORRUPT, "is damaged or cut short in its directory");
	else if (u->members < listed)
		fault_set(f, FAULT_CORRUPT, "is damaged: %llu of its %llu members found",
			  (unsigned long long)u->members, (unsigned long long)listed);
	else if (unpack_rest_take(&rest, NULL, 1))
		fault_set(f, FAULT_CORRUPT, "has bytes behind its end");
	if (u->input.source->fault.kind != FAULT_NONE)
		*f = u->input.source->fault;
	return f->kind != FAULT_NONE ? -1 : 0;
}

static int archive_end(struct unpack *u, uint64_t last_member_end, struct fault *f)
{
	u->done = true;
	if (u->form == UNPACK_ZIP)
		return zip_end(u, f);
	if (consumed(u) < last_member_end + TAR_BLOCK)
		return fault_set(f, FAULT_CORRUPT, "has no end mark: it may be cut short");
	return 0;
}

static int read_header(struct unpack *u)
{
	locale_t before = uselocale(u->names);
	int status = archive_read_next_header(u->archive, &u->entry);

	uselocale(before);
	return status;
}

/* 1: u->entry is the next header, of any type. */
static int next_header(struct unpack *u, struct fault *f)
{
	uint64_t before;
	int status = ARCHIVE_OK;

	if (u->entry != NULL)
		status = archive_read_data_skip(u->archive);
	u->entry = NULL;
	if (status == ARCHIVE_FATAL) {
		u->done = true;
		return failed(u, f);
	}
	before = consumed(u);
	unpack_input_header(&u->input, true);
	while ((status = read_header(u)) == ARCHIVE_RETRY)
		fault_set(f, FAULT_CORRUPT, "is damaged: a member header is not valid");
	unpack_input_header(&u->input, false);
	if (status == ARCHIVE_OK || status == ARCHIVE_WARN) {
		u->members++;
		return 1;
	}
	u->entry = NULL;
	if (status == ARCHIVE_EOF)
		return archive_end(u, before, f);
	u->done = true;
	return failed(u, f);
}

static bool is_file(struct archive_entry *entry)
{
	return archive_entry_filetype(entry) == AE_IFREG &&
	       (archive_entry_hardlink(entry) == NULL || archive_entry_size(entry) > 0);
}

/* What may not be read of a zip; -1 with f set. */
static int refuse_member(struct unpack *u, struct fault *f)
{
	static const char *const bounded[] = { "(uncompressed)", "(deflation)", "(bzip2)",
					       "(bzip)" };
	const char *name = archive_format_name(u->archive);
	const char *method = name != NULL ? strrchr(name, '(') : NULL;

	if (u->form != UNPACK_ZIP)
		return 0;
	if (archive_entry_is_encrypted(u->entry))
		return fault_set(f, FAULT_REFUSED, "is encrypted: unpack it first");
	for (size_t i = 0; method != NULL && i < sizeof(bounded) / sizeof(bounded[0]); i++) {
		if (strcmp(method, bounded[i]) == 0)
			return 0;
	}
	/* To skip a member whose length stands behind it means to decode it. */
	u->done = true;
	return fault_set(f, FAULT_REFUSED,
			 "uses the zip method %s, which is not supported; the rest of the "
			 "archive is not read: unpack it first",
			 method != NULL ? method : "(unknown)");
}

int unpack_next(struct unpack *u, struct fault *f)
{
	/* It was never opened; the cause that is told may be one below it, but it is told once. */
	if (u->fault.kind != FAULT_NONE && !u->done) {
		u->done = true;
		return failed(u, f);
	}
	while (!u->done) {
		int status = 1;

		if (!u->pending)
			status = next_header(u, f);
		u->pending = status == 1 && f->kind != FAULT_NONE;
		if (f->kind != FAULT_NONE)
			return -1;
		if (status == 1 && is_file(u->entry))
			return refuse_member(u, f) == 0 ? 1 : -1;
	}
	return 0;
}

const char *unpack_name(const struct unpack *u)
{
	const char *name = NULL;

	if (u->entry == NULL || u->pending)
		return "";
	name = archive_entry_pathname(u->entry);
	if (name == NULL)
		name = archive_entry_pathname_utf8(u->entry);
	return name != NULL ? name : "?";
}

/* Fetches the next block; one may come with a warning that concerns what is behind it. */
static int next_block(struct entry_reader *r)
{
	const void *block = NULL;
	size_t len = 0;
	la_int64_t offset = (la_int64_t)r->at;
	int status = archive_read_data_block(r->unpack->archive, &block, &len, &offset);

	if (status == ARCHIVE_EOF)
		return 0;
	r->block = block;
	r->block_len = status == ARCHIVE_OK || status == ARCHIVE_WARN ? len : 0;
	r->block_offset = offset > 0 ? (uint64_t)offset : 0;
	if (status == ARCHIVE_OK)
		return 1;
	if (status == ARCHIVE_FATAL)
		r->unpack->done = true;
	return failed(r->unpack, &r->late);
}

static ssize_t entry_read(struct reader *reader, void *buf, size_t cap)
{
	struct entry_reader *r = (struct entry_reader *)reader;
	int status = 1;

	while (r->block_len == 0 && r->late.kind == FAULT_NONE && status == 1)
		status = next_block(r);
	if (r->block_len == 0) {
		reader->fault = r->late;
		return status == 0 ? 0 : -1;
	}
	if (r->block_offset > r->at) { /* a hole of a sparse file */
		if (cap > r->block_offset - r->at)
			cap = (size_t)(r->block_offset - r->at);
		memset(buf, 0, cap);
	} else {
		if (cap > r->block_len)
			cap = r->block_len;
		memcpy(buf, r->block, cap);
		r->block += cap;
		r->block_len -= cap;
		r->block_offset += cap;
	}
	r->at += cap;
	return (ssize_t)cap;
}

static void entry_free(struct reader *reader)
{
	struct entry_reader *r = (struct entry_reader *)reader;

	if (r->owner)
		unpack_free(&r->unpack);
	free(r);
}

static const struct reader_class entry_class = { entry_read, entry_free };

static struct entry_reader *entry_new(const struct reader_class *class, struct unpack *u)
{
	struct entry_reader *r = mem_new(1, sizeof(*r));

	reader_init(&r->head, class, u->input.source->meter, u->input.source->level + 1);
	r->unpack = u;
	return r;
}

struct reader *unpack_entry(struct unpack *u)
{
	return &entry_new(&entry_class, u)->head;
}

/* The clean end of a filter's only stream is one with nothing behind it. */
static ssize_t stream_end(struct unpack *u, struct fault *f)
{
	struct unpack_rest rest = rest_of(u);

	u->done = true;
	if (unpack_rest_take(&rest, NULL, 1))
		return fault_set(f, FAULT_CORRUPT,
				 "has bytes behind the end of its compressed data");
	return u->input.source->fault.kind != FAULT_NONE ? failed(u, f) : 0;
}

static ssize_t stream_read(struct reader *reader, void *buf, size_t cap)
{
	struct unpack *u = ((struct entry_reader *)reader)->unpack;
	ssize_t n = 0;

	if (u->fault.kind != FAULT_NONE)
		return failed(u, &reader->fault);
	if (u->entry == NULL) {
		int status = archive_read_next_header(u->archive, &u->entry);

		if (status == ARCHIVE_EOF)
			return stream_end(u, &reader->fault);
		if (status != ARCHIVE_OK)
			return failed(u, &reader->fault);
	}
	n = entry_read(reader, buf, cap);
	return n == 0 ? stream_end(u, &reader->fault) : n;
}

static const struct reader_class stream_class = { stream_read, entry_free };

static struct reader *stream_new(struct unpack *u)
{
	struct entry_reader *r = entry_new(&stream_class, u);

	r->owner = true;
	archive_read_support_format_raw(u->archive);
	archive_read_support_format_empty(u->archive);
	unpack_begin(u);
	/* Where the filter does not recognise its format, raw would pass the bytes on as they are.
	 */
	if (u->fault.kind == FAULT_NONE &&
	    archive_filter_code(u->archive, 0) == ARCHIVE_FILTER_NONE)
		fault_set(&u->fault, FAULT_CORRUPT, "is damaged or cut short at its beginning");
	return &r->head;
}

struct reader *unpack_lz4(struct reader *source)
{
	struct unpack *u = unpack_start(source, LZ4_BYTES);

	archive_read_support_filter_lz4(u->archive);
	return stream_new(u);
}

struct reader *unpack_compress(struct reader *source)
{
	struct unpack *u = unpack_start(source, ARCHIVE_BYTES);

	archive_read_support_filter_compress(u->archive);
	return stream_new(u);
}
