/*
 * unit_members: io/members over real archives, made here by the tools that people use.
 *
 * `scan` reads a file as a scan does and writes down what came out: for each stream its
 * name and bytes, for each trouble its kind, and the messages.  A suite runs in a folder
 * of its own (unit_members_setup), with the files small, other, empty, big and dense.
 * For suites of members alone, hence the short names.
 */
#ifndef PURPOSED_TESTS_UNIT_MEMBERS_H
#define PURPOSED_TESTS_UNIT_MEMBERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/io/members.h>

static char tmp[] = "/tmp/purposed-members-XXXXXX";

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline void shell(const char *format, ...)
{
	char command[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	assert_int_equal(system(command), 0);
}

static inline int unit_members_setup(void **state)
{
	(void)state;
	if (mkdtemp(tmp) == NULL || chdir(tmp) != 0)
		return -1;
	shell("printf 'first\\nsecond\\n' > small; printf 'third\\n' > other; : > empty;"
	      "seq 1 200000 | sed 's/^/a line of the log, number /' > big;"
	      "head -c 300000 /dev/urandom | od -An -tx1 > dense");
	return 0;
}

static inline int unit_members_teardown(void **state)
{
	(void)state;
	if (chdir("/") != 0)
		return -1;
	shell("rm -rf %s", tmp);
	return 0;
}

struct scanned {
	struct buf names; /* "name\n" for each stream */
	struct buf bytes; /* of all streams */
	struct err e;
	size_t streams;
	size_t troubles;
	size_t kinds[3];
	size_t consumed;
};

static inline void scanned_fini(struct scanned *r)
{
	buf_fini(&r->names);
	buf_fini(&r->bytes);
	err_fini(&r->e);
}

static inline void count(struct scanned *r, const struct members *m)
{
	r->troubles++;
	r->kinds[members_trouble(m)]++;
}

static inline void read_stream(struct scanned *r, struct members *m, size_t piece)
{
	static char piece_of[1 << 17];
	ssize_t n;

	r->streams++;
	buf_printf(&r->names, "%s\n", members_name(m));
	while ((n = members_read(m, piece_of, piece, &r->e)) > 0)
		buf_add(&r->bytes, piece_of, (size_t)n);
	if (n < 0)
		count(r, m);
	assert_int_equal(members_read(m, piece_of, piece, &r->e), n);
}

static inline struct scanned scan_in_pieces(const char *path, const struct members_limits *limits,
					    size_t piece)
{
	struct scanned r = { 0 };
	struct members *m = NULL;
	int status;

	if (members_open(&m, path, limits, &r.e) != 0) {
		assert_null(m);
		r.troubles++;
		r.kinds[MEMBERS_IO]++;
		return r;
	}
	while ((status = members_next(m, &r.e)) != 0) {
		if (status == 1)
			read_stream(&r, m, piece);
		else
			count(&r, m);
		assert_true(r.troubles < 10000); /* or it never ends */
	}
	assert_int_equal(members_next(m, &r.e), 0);
	assert_int_equal(r.troubles, r.e.count);
	r.consumed = members_consumed(m);
	members_free(&m);
	assert_null(m);
	return r;
}

static inline struct scanned scan(const char *path)
{
	return scan_in_pieces(path, &members_limits_default, 100000);
}

static inline struct buf file_bytes(const char *path)
{
	struct buf b = { 0 };
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	while ((n = fread(buf_reserve(&b, 65536), 1, 65536, f)) > 0)
		b.len += n;
	fclose(f);
	return b;
}

static inline void write_bytes(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* path scans without trouble to these streams with these bytes. */
static inline void expect(const char *path, const char *names, const char *bytes)
{
	struct scanned r = scan(path);

	assert_string_equal(err_any(&r.e) ? buf_str(&r.e.text) : "", "");
	assert_string_equal(buf_str(&r.names), names);
	assert_string_equal(buf_str(&r.bytes), bytes);
	scanned_fini(&r);
}

/* path scans without trouble, as one stream of its own name, to the bytes of like. */
static inline void expect_file(const char *path, const char *like, size_t piece)
{
	struct scanned r = scan_in_pieces(path, &members_limits_default, piece);
	struct buf wanted = file_bytes(like);

	assert_string_equal(err_any(&r.e) ? buf_str(&r.e.text) : "", "");
	assert_int_equal(r.streams, 1);
	assert_int_equal(strncmp(buf_str(&r.names), path, strlen(path)), 0);
	assert_int_equal(r.names.len, strlen(path) + 1);
	assert_true(span_equal(buf_span(&r.bytes), buf_span(&wanted)));
	buf_fini(&wanted);
	scanned_fini(&r);
}

/* path has exactly one trouble, of this kind, whose message holds text. */
static inline struct scanned expect_trouble(const char *path, const struct members_limits *limits,
					    enum members_trouble kind, const char *text)
{
	struct scanned r = scan_in_pieces(path, limits, 4096);

	if (r.troubles != 1 || r.kinds[kind] != 1 || strstr(buf_str(&r.e.text), text) == NULL)
		fail_msg("%s: %zu troubles (%zu %zu %zu), wanted \"%s\", got: %s", path, r.troubles,
			 r.kinds[0], r.kinds[1], r.kinds[2], text, buf_str(&r.e.text));
	return r;
}

static inline void refused(const char *path, const char *text)
{
	struct scanned r = expect_trouble(path, &members_limits_default, MEMBERS_REFUSED, text);

	assert_int_equal(r.streams, 0);
	scanned_fini(&r);
}

/* As refused, but streams are handed out before, or in part. */
static inline void troubled(const char *path, enum members_trouble kind, const char *text,
			    const char *bytes)
{
	struct scanned r = expect_trouble(path, &members_limits_default, kind, text);

	assert_string_equal(buf_str(&r.bytes), bytes);
	scanned_fini(&r);
}

static const struct {
	const char *suffix;
	const char *command; /* stdin to stdout */
} compressors[] = {
	{ "gz", "gzip -c" },
	{ "bz2", "bzip2 -c" },
	{ "xz", "xz -c" },
	{ "zst", "zstd -qc" },
	{ "lz4", "lz4 -qc" },
	{ "legacy.lz4", "lz4 -lqc" },
	{ "sum.zst", "zstd -qc --check -T0" },
	{ "blocks.xz", "xz -c --block-size=100000" },
};

#define EACH_COMPRESSOR(i) for (size_t i = 0; i < sizeof(compressors) / sizeof(compressors[0]); i++)

#endif
