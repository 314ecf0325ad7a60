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
 * Headers may be skipped through for long (damage, padding), and a sparse
 * file's map is kept in memory: one header may pull HEADER_MAX bytes at most.
 */
#include <purposed/io/unpack.h>

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

enum {
	INPUT_BYTES = 64 << 10,
	HISTORY_BYTES = 64,
	TAR_BLOCK = 512,
	HEADER_MAX = 4 << 20,
	/* What libarchive takes at most: zip's bzip2 decoder, lz4's blocks of up to 8 MiB. */
	ARCHIVE_BYTES = 5 << 20,
	LZ4_BYTES = 18 << 20,
};

struct unpack {
	struct archive *archive;
	struct archive_entry *entry; /* libarchive's; NULL before the first */
	struct reader *source;
	enum unpack_form form;
	struct fault fault; /* ours: a limit inside the read callback */
	bool pending;	    /* a header was read, but trouble before it came first */
	bool done;
	bool in_header;
	size_t header_bytes;
	uint64_t members; /* headers seen, of any type */
	uint64_t given;	  /* bytes handed to libarchive */
	size_t held;	  /* of the meter's memory */
	locale_t names;	  /* in which names of members are read; 0: the process's */
	size_t chunk_len;
	/* What was handed over last stands behind the bytes before it. */
	unsigned char chunk[HISTORY_BYTES + INPUT_BYTES];
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

static bool all_zero(const unsigned char *bytes, size_t len)
{
	return len == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

/* Full but for the last: what rest_of looks back for is in one chunk then, or close before. */
static ssize_t read_chunk(struct reader *source, unsigned char *chunk)
{
	size_t len = 0;

	while (len < INPUT_BYTES) {
		ssize_t n = reader_read(source, chunk + len, INPUT_BYTES - len);

		if (n <= 0 && len == 0)
			return n;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static la_ssize_t give(struct archive *archive, void *data, const void **bytes_r)
{
	struct unpack *u = data;
	unsigned char *fresh = u->chunk + HISTORY_BYTES;
	unsigned char history[HISTORY_BYTES];
	ssize_t n;

	(void)archive;
	memcpy(history, u->chunk + u->chunk_len, HISTORY_BYTES);
	n = read_chunk(u->source, fresh);
	if (n <= 0)
		return n;
	memcpy(u->chunk, history, HISTORY_BYTES);
	u->chunk_len = (size_t)n;
	u->given += (size_t)n;
	if (u->in_header && !all_zero(fresh, (size_t)n))
		u->header_bytes += (size_t)n;
	if (u->header_bytes > HEADER_MAX)
		return fault_set(&u->fault, FAULT_REFUSED,
				 "has a member header of more than %d MiB", HEADER_MAX >> 20);
	*bytes_r = fresh;
	return n;
}

/* libarchive gave up: the cause is below it, in our limits, or in what it says. */
static int failed(struct unpack *u, struct fault *f)
{
	const char *text = archive_error_string(u->archive);

	if (u->source->fault.kind != FAULT_NONE)
		*f = u->source->fault;
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

	u->source = source;
	u->archive = archive_read_new();
	if (u->archive == NULL)
		abort(); /* out of memory; see mem.h */
	if (memory > source->meter->memory) {
		fault_set(&u->fault, FAULT_REFUSED,
			  "needs %zu MiB to decode, limits.decoder_bytes allows %zu MiB",
			  memory >> 20, source->meter->memory >> 20);
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
	u->source->meter->memory += u->held;
	reader_free(&u->source);
	mem_wipe(u->chunk, sizeof(u->chunk));
	free(u);
	*u_r = NULL;
}

/*
 * The next bytes behind what libarchive has consumed, for the check of zip's
 * directory; after the first call libarchive is not used any more.
 */
struct rest {
	struct unpack *unpack;
	const unsigned char *at;
	size_t len;
};

static struct rest rest_of(struct unpack *u)
{
	uint64_t used = (uint64_t)archive_filter_bytes(u->archive, -1);
	size_t len = (size_t)(u->given - used);

	/* What libarchive looked at last may lie across two chunks: four bytes at most. */
	if (len > u->chunk_len + HISTORY_BYTES)
		len = u->chunk_len;
	return (struct rest){ u, u->chunk + HISTORY_BYTES + u->chunk_len - len, len };
}

/* Moves len bytes to out (NULL: skips them); false at the end. */
static bool rest_take(struct rest *rest, void *out, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t n = len - done;

		if (rest->len == 0) {
			const void *bytes = NULL;
			la_ssize_t got = give(NULL, rest->unpack, &bytes);

			if (got <= 0)
				return false;
			rest->at = bytes;
			rest->len = (size_t)got;
		}
		if (n > rest->len)
			n = rest->len;
		if (out != NULL)
			memcpy((unsigned char *)out + done, rest->at, n);
		rest->at += n;
		rest->len -= n;
		done += n;
	}
	return true;
}

enum {
	ZIP_MEMBER = 0x02014b50,
	ZIP_SIGNATURE = 0x05054b50,
	ZIP_END = 0x06054b50,
	ZIP_END64 = 0x06064b50,
	ZIP_END64_LOCATOR = 0x07064b50,
};

/* Where libarchive saw the directory: what stands before it belongs to no member. */
static bool directory_start(struct rest *rest, uint64_t *mark_r)
{
	unsigned char b[4];

	if (!rest_take(rest, b, sizeof(b)))
		return false;
	for (;;) {
		*mark_r = reader_number(b, 4);
		if (*mark_r == ZIP_MEMBER || *mark_r == ZIP_END || *mark_r == ZIP_END64)
			return true;
		memmove(b, b + 1, 3);
		if (!rest_take(rest, b + 3, 1))
			return false;
	}
}

/* The body of a record of a zip's directory (APPNOTE 4.3.12 to 4.3.16). */
static bool directory_record(struct rest *rest, uint64_t mark)
{
	unsigned char b[42];

	switch (mark) {
	case ZIP_MEMBER:
		return rest_take(rest, b, 42) &&
		       rest_take(rest, NULL,
				 reader_number(b + 24, 2) + reader_number(b + 26, 2) +
					 reader_number(b + 28, 2));
	case ZIP_SIGNATURE:
		return rest_take(rest, b, 2) && rest_take(rest, NULL, reader_number(b, 2));
	case ZIP_END64: return rest_take(rest, b, 8) && rest_take(rest, NULL, reader_number(b, 8));
	case ZIP_END64_LOCATOR: return rest_take(rest, NULL, 16);
	case ZIP_END:
		return rest_take(rest, b, 18) && rest_take(rest, NULL, reader_number(b + 16, 2));
	default: return false;
	}
}

/* Walks the directory to its last record; false where it is cut or is none. */
static bool directory_walk(struct rest *rest, uint64_t *listed_r)
{
	unsigned char b[4];
	uint64_t mark;

	*listed_r = 0;
	if (!directory_start(rest, &mark))
		return false;
	while (directory_record(rest, mark)) {
		if (mark == ZIP_END)
			return true;
		*listed_r += mark == ZIP_MEMBER;
		if (!rest_take(rest, b, sizeof(b)))
			return false;
		mark = reader_number(b, 4);
	}
	return false;
}

static int zip_end(struct unpack *u, struct fault *f)
{
	struct rest rest = rest_of(u);
	uint64_t listed;

	if (!directory_walk(&rest, &listed))
		fault_set(f, FAULT_CORRUPT, "is damaged or cut short in its directory");
	else if (u->members < listed)
		fault_set(f, FAULT_CORRUPT, "is damaged: %llu of its %llu members found",
			  (unsigned long long)u->members, (unsigned long long)listed);
	else if (rest_take(&rest, NULL, 1))
		fault_set(f, FAULT_CORRUPT, "has bytes behind its end");
	if (u->source->fault.kind != FAULT_NONE)
		*f = u->source->fault;
	return f->kind != FAULT_NONE ? -1 : 0;
}

static int archive_end(struct unpack *u, uint64_t last_member_end, struct fault *f)
{
	u->done = true;
	u->in_header = false;
	u->header_bytes = 0;
	if (u->form == UNPACK_ZIP)
		return zip_end(u, f);
	if ((uint64_t)archive_filter_bytes(u->archive, -1) < last_member_end + TAR_BLOCK)
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
	before = (uint64_t)archive_filter_bytes(u->archive, -1);
	u->header_bytes = 0;
	u->in_header = true;
	while ((status = read_header(u)) == ARCHIVE_RETRY)
		fault_set(f, FAULT_CORRUPT, "is damaged: a member header is not valid");
	u->in_header = false;
	u->header_bytes = 0;
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

	reader_init(&r->head, class, u->source->meter, u->source->level + 1);
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
	struct rest rest = rest_of(u);

	u->done = true;
	if (rest_take(&rest, NULL, 1))
		return fault_set(f, FAULT_CORRUPT,
				 "has bytes behind the end of its compressed data");
	return u->source->fault.kind != FAULT_NONE ? failed(u, f) : 0;
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
