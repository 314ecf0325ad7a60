/*
 * io/members over real archives, made here by the tools that people use.
 *
 * `scanned` reads a file as a scan does and writes down what came out: for
 * each stream "name=content", for each trouble its kind, and the messages.
 */
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

static void shell(const char *format, ...)
{
	char command[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
	(void)state;
	if (mkdtemp(tmp) == NULL || chdir(tmp) != 0)
		return -1;
	shell("printf 'first\\nsecond\\n' > small; printf 'third\\n' > other; : > empty;"
	      "seq 1 200000 | sed 's/^/a line of the log, number /' > big;"
	      "head -c 300000 /dev/urandom | od -An -tx1 > dense");
	return 0;
}

static int teardown(void **state)
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

static void scanned_fini(struct scanned *r)
{
	buf_fini(&r->names);
	buf_fini(&r->bytes);
	err_fini(&r->e);
}

static void count(struct scanned *r, const struct members *m)
{
	r->troubles++;
	r->kinds[members_trouble(m)]++;
}

static void read_stream(struct scanned *r, struct members *m, size_t piece)
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

static struct scanned scan_in_pieces(const char *path, const struct members_limits *limits,
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

static struct scanned scan(const char *path)
{
	return scan_in_pieces(path, &members_limits_default, 100000);
}

static struct buf file_bytes(const char *path)
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

static void write_bytes(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* path scans without trouble to these streams with these bytes. */
static void expect(const char *path, const char *names, const char *bytes)
{
	struct scanned r = scan(path);

	assert_string_equal(err_any(&r.e) ? buf_str(&r.e.text) : "", "");
	assert_string_equal(buf_str(&r.names), names);
	assert_string_equal(buf_str(&r.bytes), bytes);
	scanned_fini(&r);
}

/* path scans without trouble, as one stream of its own name, to the bytes of like. */
static void expect_file(const char *path, const char *like, size_t piece)
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
static struct scanned expect_trouble(const char *path, const struct members_limits *limits,
				     enum members_trouble kind, const char *text)
{
	struct scanned r = scan_in_pieces(path, limits, 4096);

	if (r.troubles != 1 || r.kinds[kind] != 1 || strstr(buf_str(&r.e.text), text) == NULL)
		fail_msg("%s: %zu troubles (%zu %zu %zu), wanted \"%s\", got: %s", path, r.troubles,
			 r.kinds[0], r.kinds[1], r.kinds[2], text, buf_str(&r.e.text));
	return r;
}

static void refused(const char *path, const char *text)
{
	struct scanned r = expect_trouble(path, &members_limits_default, MEMBERS_REFUSED, text);

	assert_int_equal(r.streams, 0);
	scanned_fini(&r);
}

/* As refused, but streams are handed out before, or in part. */
static void troubled(const char *path, enum members_trouble kind, const char *text,
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

static void plain_files_come_as_they_are(void **state)
{
	(void)state;
	expect("small", "small\n", "first\nsecond\n");
	expect("empty", "empty\n", "");
	expect_file("big", "big", 1000);
	expect_file("dense", "dense", 100000);
}

static void every_compression_is_told_by_content(void **state)
{
	static const char *const contents[] = { "small", "empty", "big", "dense" };
	char name[64];

	(void)state;
	EACH_COMPRESSOR(i)
	{
		for (size_t k = 0; k < 4; k++) {
			/* Four bytes, less than libarchive takes for a sign of that format. */
			if (k == 1 && strcmp(compressors[i].suffix, "legacy.lz4") == 0)
				continue;
			snprintf(name, sizeof(name), "%s.as.%s", contents[k],
				 compressors[i].suffix);
			shell("%s < %s > %s", compressors[i].command, contents[k], name);
			expect_file(name, contents[k], 100000);
			expect_file(name, contents[k], 777);
		}
	}
}

static void streams_in_a_row_are_one(void **state)
{
	(void)state;
	EACH_COMPRESSOR(i)
	{
		shell("for f in small other; do %s < $f; done > row", compressors[i].command);
		expect("row", "row\n", "first\nsecond\nthird\n");
		/* libarchive takes an lz4 stream of nothing for the end: told, not passed over. */
		shell("for f in small empty other; do %s < $f; done > row", compressors[i].command);
		if (strstr(compressors[i].suffix, "lz4") != NULL)
			troubled("row", MEMBERS_CORRUPT, "bytes behind", "first\nsecond\n");
		else
			expect("row", "row\n", "first\nsecond\nthird\n");
	}
	shell("{ gzip -c small; head -c 1000 /dev/zero; gzip -c other; head -c 511 /dev/zero; }"
	      "> row");
	expect("row", "row\n", "first\nsecond\nthird\n");
	shell("{ xz -c small; head -c 8 /dev/zero; xz -c other; } > row");
	expect("row", "row\n", "first\nsecond\nthird\n");
	shell("{ printf '\\120\\052\\115\\030\\004\\0\\0\\0abcd'; zstd -qc small;"
	      "printf '\\137\\052\\115\\030\\0\\0\\0\\0'; zstd -qc other; } > row");
	expect("row", "row\n", "first\nsecond\nthird\n");
	shell("{ printf '\\120\\052\\115\\030\\004\\0\\0\\0abcd'; lz4 -qc small; } > row");
	refused("row", "lz4 that begins with a skippable frame");
}

/* What compress(1) writes for fewer than 256 bytes: nine-bit codes of single bytes. */
static void compress_is_read(void **state)
{
	const char *text = "first\nsecond\n";
	unsigned char z[64] = { 0x1f, 0x9d, 0x90 };
	size_t bit = 24;

	(void)state;
	for (const char *at = text; *at != '\0'; at++, bit += 9) {
		z[bit / 8] = (unsigned char)(z[bit / 8] | *at << bit % 8);
		z[bit / 8 + 1] = (unsigned char)(z[bit / 8 + 1] | *at >> (8 - bit % 8));
	}
	write_bytes("small.Z", z, (bit + 7) / 8);
	expect("small.Z", "small.Z\n", text);
}

static void tar_of_every_form(void **state)
{
	static const char *const forms[] = { "v7", "ustar", "posix", "gnu", "oldgnu" };

	(void)state;
	shell("mkdir -p d/sub && cp small d/1 && cp other d/sub/2 && : > d/none && "
	      "ln -sf 1 d/link && ln -f d/1 d/hard");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		shell("tar --format=%s -cf d.tar d/1 d/sub d/none d/link d/hard", forms[i]);
		expect("d.tar", "d.tar!d/1\nd.tar!d/sub/2\nd.tar!d/none\n",
		       "first\nsecond\nthird\n");
	}
	EACH_COMPRESSOR(k)
	{
		shell("%s < d.tar > d.packed", compressors[k].command);
		expect("d.packed", "d.packed!d/1\nd.packed!d/sub/2\nd.packed!d/none\n",
		       "first\nsecond\nthird\n");
	}
	shell("tar -cf one.tar small && tar -cf two.tar other && cat one.tar two.tar > three.tar");
	expect("three.tar", "three.tar!small\nthree.tar!other\n", "first\nsecond\nthird\n");
	shell("tar -cf none.tar -T /dev/null && truncate -s 2M holes && echo end >> holes && "
	      "tar -Scf holes.tar holes && gzip -c big > big.gz && tar -cf big.tar big.gz");
	expect_file("none.tar", "none.tar", 4096);
	{
		struct scanned r = scan("holes.tar");

		assert_int_equal(r.troubles, 0);
		assert_int_equal(r.bytes.len, (2 << 20) + 4);
		scanned_fini(&r);
	}
}

static void long_and_hostile_names(void **state)
{
	char wanted[400];

	(void)state;
	shell("mkdir -p names && cd names && n=$(printf '%%0200d' 7) && cp ../small $n && "
	      "tar --format=posix -cf ../long.tar $n && tar --format=gnu -cf ../gnu.tar $n");
	snprintf(wanted, sizeof(wanted), "long.tar!%0200d\n", 7);
	expect("long.tar", wanted, "first\nsecond\n");
	snprintf(wanted, sizeof(wanted), "gnu.tar!%0200d\n", 7);
	expect("gnu.tar", wanted, "first\nsecond\n");
	shell("cd names && cp ../small \"$(printf 'a\\033[2J\\nb\\303\\251\\302\\233')\" && "
	      "tar --format=posix -cf ../odd.tar a* && tar -Pcf ../root.tar ../other && "
	      "rm -f ../odd.zip && zip -q ../odd.zip a*");
	expect("odd.tar", "odd.tar!a\\x1b[2J\\x0ab\303\251\\xc2\\x9b\n", "first\nsecond\n");
	expect("odd.zip", "odd.zip!a\\x1b[2J\\x0ab\303\251\\xc2\\x9b\n", "first\nsecond\n");
	expect("root.tar", "root.tar!../other\n", "third\n");
}

/* Bit 11 of a zip member's flags says that its name is UTF-8; without it, it is bytes. */
static void utf8_names(void **state)
{
	struct buf b;

	(void)state;
	shell("cd names && cp ../small \"$(printf 'journal-\\303\\251')\" && "
	      "rm -f ../utf8.zip && zip -q0 ../utf8.zip journal*");
	expect("utf8.zip", "utf8.zip!journal-\303\251\n", "first\nsecond\n");
	b = file_bytes("utf8.zip");
	assert_int_equal(b.ptr[7] & 8, 0);
	b.ptr[7] |= 8;
	write_bytes("utf8.zip", b.ptr, b.len);
	expect("utf8.zip", "utf8.zip!journal-\303\251\n", "first\nsecond\n");
	buf_fini(&b);
}

static void zip_stored_and_deflated(void **state)
{
	(void)state;
	shell("mkdir -p d/sub && rm -f *.zip && zip -qr d.zip small d/sub empty big &&"
	      "zip -q0 stored.zip small other && cat small | zip -q - - > piped.zip &&"
	      "zip -qZ bzip2 b.zip small big && zip -q gone.zip small && zip -qd gone.zip small;"
	      "printf 'PK\\5\\6\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0' > none.zip");
	expect("stored.zip", "stored.zip!small\nstored.zip!other\n", "first\nsecond\nthird\n");
	expect("piped.zip", "piped.zip!-\n", "first\nsecond\n");
	expect("none.zip", "", "");
	{
		struct scanned r = scan("d.zip");

		assert_string_equal(err_any(&r.e) ? buf_str(&r.e.text) : "", "");
		assert_int_equal(r.streams, 3 + (access("d/sub/2", F_OK) == 0));
		scanned_fini(&r);
		r = scan("b.zip");
		assert_int_equal(r.troubles, 0);
		assert_int_equal(r.streams, 2);
		scanned_fini(&r);
	}
}

static void what_is_nested_is_opened(void **state)
{
	struct members_limits limits = members_limits_default;
	struct scanned r;

	(void)state;
	shell("rm -rf n && mkdir n && cd n && cp ../small . && gzip -c ../other > other.gz && "
	      "tar -czf inner.tar.gz small other.gz && rm -f in.zip && zip -q in.zip inner.tar.gz "
	      "&&"
	      "tar -cf ../outer.tar in.zip other.gz small && xz -c ../outer.tar > ../outer.tar.xz");
	expect("outer.tar.xz",
	       "outer.tar.xz!in.zip!inner.tar.gz!small\n"
	       "outer.tar.xz!in.zip!inner.tar.gz!other.gz\n"
	       "outer.tar.xz!other.gz\nouter.tar.xz!small\n",
	       "first\nsecond\nthird\nthird\nfirst\nsecond\n");
	limits.nesting = 5;
	r = expect_trouble("outer.tar.xz", &limits, MEMBERS_REFUSED,
			   "outer.tar.xz!in.zip!inner.tar.gz!other.gz: is nested more than 5 "
			   "deep");
	assert_string_equal(buf_str(&r.bytes), "first\nsecond\nthird\nfirst\nsecond\n");
	scanned_fini(&r);
}

static void decoders_that_want_too_much_are_refused(void **state)
{
	struct members_limits limits = members_limits_default;
	struct scanned r;

	(void)state;
	shell("xz -9 -c big > big9.xz && zstd -q --long=27 -c < big > long.zst && "
	      "tar -cf with9.tar small big9.xz other");
	refused("big9.xz", "big9.xz: needs 65 MiB to decode, limits.decoder_bytes allows 32 MiB");
	refused("long.zst", "long.zst: needs 128 MiB to decode, limits.decoder_bytes allows");
	troubled("with9.tar", MEMBERS_REFUSED, "with9.tar!big9.xz: needs 65 MiB",
		 "first\nsecond\nthird\n");
	limits.decoder_bytes = 140 << 20;
	for (size_t i = 0; i < 2; i++) {
		r = scan_in_pieces(i == 0 ? "big9.xz" : "long.zst", &limits, 4096);
		assert_int_equal(r.troubles, 0);
		assert_int_equal(r.streams, 1);
		scanned_fini(&r);
	}
	limits.decoder_bytes = 1000;
	EACH_COMPRESSOR(k)
	{
		shell("%s < small > tight", compressors[k].command);
		r = expect_trouble("tight", &limits, MEMBERS_REFUSED, "limits.decoder_bytes");
		scanned_fini(&r);
	}
}

static void bombs_are_refused(void **state)
{
	struct members_limits limits = members_limits_default;
	struct scanned r;

	(void)state;
	limits.archive_ratio = 100;
	limits.ratio_from_bytes = 4 << 20;
	EACH_COMPRESSOR(i)
	{
		if (strstr(compressors[i].suffix, "lz4") != NULL) /* 255 to one at most */
			limits.archive_ratio = 50;
		shell("head -c 16M /dev/zero | %s > bomb", compressors[i].command);
		r = expect_trouble("bomb", &limits, MEMBERS_REFUSED, "limits.archive_ratio");
		assert_in_range(r.bytes.len, 1, 12 << 20);
		scanned_fini(&r);
	}
	shell("rm -f bomb.zip; head -c 16M /dev/zero > zeros; zip -q bomb.zip zeros;"
	      "truncate -s 1G sparse; echo end >> sparse; tar -Scf bomb.tar sparse; rm sparse;"
	      "mkdir -p many; for i in 1 2 3 4 5 6 7 8; do head -c 1M /dev/zero > many/$i; done;"
	      "tar -c many | gzip -9 > many.tgz");
	r = expect_trouble("bomb.zip", &limits, MEMBERS_REFUSED, "limits.archive_ratio");
	scanned_fini(&r);
	r = expect_trouble("bomb.tar", &limits, MEMBERS_REFUSED, "limits.archive_ratio");
	scanned_fini(&r);
	r = expect_trouble("many.tgz", &limits, MEMBERS_REFUSED, "limits.archive_ratio");
	scanned_fini(&r);
	limits.ratio_from_bytes = 64 << 20;
	r = scan_in_pieces("many.tgz", &limits, 4096);
	assert_int_equal(r.troubles, 0);
	scanned_fini(&r);
}

static void other_containers_are_not_taken_for_text(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} others[] = {
		{ "7z\xbc\xaf\x27\x1c\0\4", 8,
		  "a 7-zip archive is not supported: unpack it first" },
		{ "Rar!\x1a\7\1\0", 8, "a rar archive" },
		{ "MSCF\0\0\0\0", 8, "a cab archive" },
		{ "LPKSHHRH", 8, "journalctl" },
		{ "SQLite format 3\0", 16, "SQLite" },
		{ "\xff\xfe"
		  "a\0b\0",
		  6, "UTF-16" },
		{ "\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0", 14, "lzma" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		write_bytes("odd", others[i].bytes, others[i].len);
		refused("odd", others[i].text);
		shell("gzip -c odd > odd.gz && tar -cf odd.tar odd small");
		refused("odd.gz", others[i].text);
		troubled("odd.tar", MEMBERS_REFUSED, others[i].text, "first\nsecond\n");
	}
	shell("xz --format=lzma -c big > big.lzma");
	refused("big.lzma", "lzma");
	shell("printf 'BZh9 is no archive\\n' > text");
	expect("text", "text\n", "BZh9 is no archive\n");
}

static void encrypted_members_are_refused_and_the_others_read(void **state)
{
	(void)state;
	shell("rm -f *.zip; zip -qP secret mixed.zip small && zip -q mixed.zip other &&"
	      "zip -qP secret -0 stored.zip small; cat small | zip -qP secret - - > piped.zip");
	troubled("mixed.zip", MEMBERS_REFUSED, "mixed.zip!small: is encrypted", "third\n");
	troubled("stored.zip", MEMBERS_REFUSED, "stored.zip!small: is encrypted", "");
}

/* A zip whose only member says that it uses the method. */
static void unbounded_zip_methods_are_refused(void **state)
{
	static const unsigned char methods[] = { 9, 14, 93, 95, 98 };
	struct buf b;

	(void)state;
	shell("rm -f m.zip; zip -q0 m.zip small");
	b = file_bytes("m.zip");
	for (size_t i = 0; i < sizeof(methods); i++) {
		b.ptr[8] = (char)methods[i];
		write_bytes("m.zip", b.ptr, b.len);
		refused("m.zip", "m.zip!small: uses the zip method");
	}
	buf_fini(&b);
}

/* An archive for which there is no memory left, in one that is cut short: both once, and an end. */
static void no_memory_and_cut_short(void **state)
{
	const struct members_limits limits = { 6 << 20, 2000, 1 << 20, 8 };
	struct scanned r;

	(void)state;
	shell("rm -f in.zip out.zip; zip -q0 in.zip small && zip -q0 out.zip in.zip &&"
	      "head -c 100 out.zip > cut.zip");
	r = scan_in_pieces("cut.zip", &limits, 4096);
	assert_int_equal(r.streams, 0);
	assert_true(r.troubles >= 1 && r.troubles <= 3);
	assert_non_null(strstr(buf_str(&r.e.text), "cut.zip!in.zip: is damaged or cut short"));
	scanned_fini(&r);
}

/* A prefix of what the whole would give, and trouble: at every cut that is not whole. */
static void expect_cut(const char *path, const struct buf *whole, size_t at,
		       const struct buf *wanted)
{
	struct scanned r;

	write_bytes("cut", whole->ptr, at);
	r = scan("cut");
	if (r.troubles != 1 || r.kinds[MEMBERS_CORRUPT] != 1)
		fail_msg("%s cut at %zu of %zu: %zu troubles: %s", path, at, whole->len, r.troubles,
			 buf_str(&r.e.text));
	assert_true(r.bytes.len <= wanted->len);
	assert_int_equal(memcmp(buf_str(&r.bytes), wanted->ptr, r.bytes.len), 0);
	scanned_fini(&r);
}

static void cuts(const char *path, size_t step, size_t from)
{
	struct buf whole = file_bytes(path);
	struct scanned r = scan(path);

	assert_int_equal(r.troubles, 0);
	for (size_t at = from; at < whole.len; at += step)
		expect_cut(path, &whole, at, &r.bytes);
	expect_cut(path, &whole, whole.len - 1, &r.bytes);
	buf_fini(&whole);
	scanned_fini(&r);
}

static void a_cut_is_never_a_clean_end(void **state)
{
	(void)state;
	EACH_COMPRESSOR(i)
	{
		bool legacy = strcmp(compressors[i].suffix, "legacy.lz4") == 0;

		shell("%s < small > c", compressors[i].command);
		/* Behind lz4's old magic, and behind each of its blocks, an end is one. */
		cuts("c", 1, legacy ? 5 : 10);
		shell("%s < dense > c", compressors[i].command);
		cuts("c", 50021, 1000);
	}
	shell("rm -f c.zip; zip -q c.zip small other dense; zip -q0 c.zip empty big");
	cuts("c.zip", 40009, 10);
	shell("rm -f d.zip; zip -q d.zip small other empty");
	cuts("d.zip", 1, 10);
}

/* Cut behind a member, where nothing but the end mark is missing. */
static void a_tar_without_end_mark_is_told(void **state)
{
	struct buf whole, wanted;

	(void)state;
	shell("tar -b1 -cf t.tar small other");
	whole = file_bytes("t.tar");
	wanted = file_bytes("small");
	assert_int_equal(whole.len, 3072);
	for (size_t at = 520; at <= 2048; at += 8) {
		struct scanned r;

		write_bytes("cut", whole.ptr, at);
		r = expect_trouble("cut", &members_limits_default, MEMBERS_CORRUPT, "cut");
		if (at >= 1024)
			assert_int_equal(strncmp(buf_str(&r.bytes), wanted.ptr, wanted.len), 0);
		scanned_fini(&r);
	}
	shell("{ cat t.tar; echo garbage; head -c 2000 /dev/urandom; } > behind.tar");
	troubled("behind.tar", MEMBERS_CORRUPT, "behind.tar: ", "first\nsecond\nthird\n");
	buf_fini(&whole);
	buf_fini(&wanted);
}

static void what_is_readable_before_a_cut_is_handed_out(void **state)
{
	struct buf wanted = file_bytes("dense");

	(void)state;
	EACH_COMPRESSOR(i)
	{
		struct scanned r;

		if (strstr(compressors[i].suffix, "lz4") != NULL)
			continue; /* one block of up to 8 MiB: all or nothing */
		shell("%s < dense > c && truncate -s -40 c", compressors[i].command);
		r = expect_trouble("c", &members_limits_default, MEMBERS_CORRUPT, "c: is ");
		/* bzip2 and zstd give whole blocks, gzip and xz all that there is. */
		assert_in_range(r.bytes.len, wanted.len / 2, wanted.len);
		if (strcmp(compressors[i].suffix, "gz") == 0)
			assert_in_range(r.bytes.len, wanted.len - 200, wanted.len);
		assert_memory_equal(r.bytes.ptr, wanted.ptr, r.bytes.len);
		scanned_fini(&r);
	}
	buf_fini(&wanted);
}

static void trailing_garbage_is_told(void **state)
{
	(void)state;
	EACH_COMPRESSOR(i)
	{
		shell("{ %s < small; printf 'hidden line\\n'; } > c", compressors[i].command);
		troubled("c", MEMBERS_CORRUPT, "c: ", "first\nsecond\n");
	}
	shell("rm -f c.zip; zip -q c.zip small; echo hidden >> c.zip");
	troubled("c.zip", MEMBERS_CORRUPT, "bytes behind its end", "first\nsecond\n");
	shell("{ gzip -c small; printf '\\0\\0\\0x'; } > c");
	troubled("c", MEMBERS_CORRUPT, "bytes behind", "first\nsecond\n");
}

/* Damage inside the checksummed part of each format never passes. */
static void flipped_bytes_are_told(void **state)
{
	(void)state;
	EACH_COMPRESSOR(i)
	{
		struct buf b;

		/* Neither has a checksum of its data. */
		if (strcmp(compressors[i].suffix, "legacy.lz4") == 0 ||
		    strcmp(compressors[i].suffix, "lz4") == 0)
			continue;
		shell("%s < dense > c", compressors[i].command);
		b = file_bytes("c");
		for (size_t at = 100; at + 100 < b.len; at += b.len / 20) {
			struct scanned r;

			b.ptr[at] = (char)(b.ptr[at] ^ 0x10);
			write_bytes("c", b.ptr, b.len);
			r = scan("c");
			if (r.troubles == 0)
				fail_msg("%s flipped at %zu", compressors[i].suffix, at);
			scanned_fini(&r);
			b.ptr[at] = (char)(b.ptr[at] ^ 0x10);
		}
		buf_fini(&b);
	}
}

/* Members that damage made unfindable are missed in the directory's count. */
static void a_lost_zip_member_is_told(void **state)
{
	struct buf b;
	char *second;

	(void)state;
	shell("rm -f l.zip; zip -q l.zip small other empty");
	b = file_bytes("l.zip");
	second = memmem(b.ptr + 4, b.len - 4, "PK\3\4", 4);
	assert_non_null(second);
	second[2] = 'x';
	write_bytes("l.zip", b.ptr, b.len);
	troubled("l.zip", MEMBERS_CORRUPT, "2 of its 3 members", "first\nsecond\n");
	buf_fini(&b);
}

static void a_damaged_tar_header_costs_only_its_member(void **state)
{
	struct buf b;

	(void)state;
	shell("tar -cf h.tar small other empty");
	b = file_bytes("h.tar");
	b.ptr[1024 + 3] = 'X';
	write_bytes("h.tar", b.ptr, b.len);
	troubled("h.tar", MEMBERS_CORRUPT, "h.tar: is damaged: a member header", "first\nsecond\n");
	buf_fini(&b);
}

static void files_that_change_are_bounded(void **state)
{
	struct members *m = NULL;
	struct err e = { 0 };
	char piece[100];

	(void)state;
	shell("printf 'one\\ntw' > grows");
	assert_int_equal(members_open(&m, "grows", &members_limits_default, &e), 0);
	shell("printf 'o\\nthree\\n' >> grows");
	assert_int_equal(members_next(m, &e), 1);
	assert_int_equal(members_read(m, piece, sizeof(piece), &e), 6);
	assert_int_equal(members_read(m, piece, sizeof(piece), &e), 2);
	assert_memory_equal(piece, "o\n", 2);
	assert_int_equal(members_read(m, piece, sizeof(piece), &e), 0);
	members_free(&m);
	assert_int_equal(members_open(&m, "big", &members_limits_default, &e), 0);
	assert_int_equal(members_next(m, &e), 1);
	assert_int_equal(members_read(m, piece, sizeof(piece), &e), sizeof(piece));
	shell("cp big saved && truncate -s 50000 big");
	while (members_read(m, piece, sizeof(piece), &e) > 0)
		;
	shell("mv saved big");
	assert_int_equal(members_trouble(m), MEMBERS_IO);
	assert_non_null(strstr(buf_str(&e.text), "big: shrank while it was read: 50000 of "));
	members_free(&m);
	members_free(&m);
	err_fini(&e);
}

static void a_line_without_end_stops_growing(void **state)
{
	struct members *m = NULL;
	struct err e = { 0 };
	static char piece[1 << 16];
	size_t total = 0;
	ssize_t n;

	(void)state;
	shell("printf 'one' > endless");
	assert_int_equal(members_open(&m, "endless", &members_limits_default, &e), 0);
	shell("head -c 3M /dev/zero >> endless");
	assert_int_equal(members_next(m, &e), 1);
	while ((n = members_read(m, piece, sizeof(piece), &e)) > 0)
		total += (size_t)n;
	assert_int_equal(n, 0);
	assert_int_equal(total, 3 + (1 << 20));
	members_free(&m);
}

static void what_is_no_file_is_told(void **state)
{
	struct scanned r;

	(void)state;
	shell("mkdir -p folder; mkfifo pipe");
	r = expect_trouble("gone", &members_limits_default, MEMBERS_IO,
			   "gone: No such file or directory\n");
	scanned_fini(&r);
	r = expect_trouble("folder", &members_limits_default, MEMBERS_IO,
			   "folder: is a folder, not a file\n");
	scanned_fini(&r);
	r = expect_trouble("pipe", &members_limits_default, MEMBERS_IO,
			   "pipe: is a named pipe, not a file\n");
	scanned_fini(&r);
	r = expect_trouble("/dev/null", &members_limits_default, MEMBERS_IO, "is a device");
	scanned_fini(&r);
	if (geteuid() != 0) {
		shell("install -m 0 small closed");
		r = expect_trouble("closed", &members_limits_default, MEMBERS_IO,
				   "closed: Permission denied\n");
		scanned_fini(&r);
	}
	r = scan("/proc/self/status");
	assert_int_equal(r.troubles, 0);
	assert_true(r.bytes.len > 100);
	scanned_fini(&r);
}

static void pipes_are_streams(void **state)
{
	FILE *pipe_end = popen("sleep 0.1; cat small; sleep 0.1; cat other", "r");
	struct members *m = NULL;
	struct scanned r = { 0 };
	char path[64];

	(void)state;
	assert_non_null(pipe_end);
	snprintf(path, sizeof(path), "/dev/fd/%d", fileno(pipe_end));
	assert_int_equal(members_open(&m, path, &members_limits_default, &r.e), 0);
	assert_int_equal(members_next(m, &r.e), 1);
	read_stream(&r, m, 100);
	assert_int_equal(members_next(m, &r.e), 0);
	assert_true(span_starts(buf_span(&r.names), "/dev/fd/"));
	assert_string_equal(buf_str(&r.bytes), "first\nsecond\nthird\n");
	members_free(&m);
	scanned_fini(&r);
	pclose(pipe_end);
	pipe_end = popen("tar -cz small other", "r");
	snprintf(path, sizeof(path), "/dev/fd/%d", fileno(pipe_end));
	r = scan(path);
	assert_int_equal(r.troubles, 0);
	assert_string_equal(buf_str(&r.bytes), "first\nsecond\nthird\n");
	scanned_fini(&r);
	pclose(pipe_end);
}

/* A pipe whose reader gets the bytes of path one at a time, however many it asks for. */
static int dripping(const char *path, pid_t *writer_r)
{
	struct buf b = file_bytes(path);
	int ends[2];

	assert_int_equal(pipe2(ends, O_DIRECT), 0);
	*writer_r = fork();
	if (*writer_r == 0) {
		for (size_t at = 0; at < b.len; at++) {
			if (write(ends[1], b.ptr + at, 1) < 0)
				_exit(1);
		}
		_exit(0);
	}
	assert_true(*writer_r > 0);
	close(ends[1]);
	buf_fini(&b);
	return ends[0];
}

/* Buffers end inside headers, names and trailers as well (ISA-L 2.30 failed there). */
static void input_may_come_in_drips(void **state)
{
	static const char *const made[] = {
		"gzip -c some other",
		"bzip2 -c some other",
		"xz -c some other",
		"zstd -qc some other",
		"lz4 -qc some; lz4 -qc other",
		"tar -cz some other",
		"tar -c some other",
		"rm -f drip.zip; zip -q drip.zip some other; cat drip.zip",
	};

	struct buf wanted;

	(void)state;
	/* More than what is looked at to tell the form, so that the decoder gets the drips. */
	shell("head -c 3000 dense > some; cat some other > both");
	wanted = file_bytes("both");
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		struct scanned r = { 0 };
		struct members *m = NULL;
		pid_t writer;
		char path[64];
		int fd;

		shell("{ %s; } > drip", made[i]);
		fd = dripping("drip", &writer);
		snprintf(path, sizeof(path), "/dev/fd/%d", fd);
		assert_int_equal(members_open(&m, path, &members_limits_default, &r.e), 0);
		close(fd);
		while (members_next(m, &r.e) == 1)
			read_stream(&r, m, 5);
		assert_string_equal(err_any(&r.e) ? buf_str(&r.e.text) : "", "");
		assert_true(span_equal(buf_span(&r.bytes), buf_span(&wanted)));
		members_free(&m);
		waitpid(writer, NULL, 0);
		scanned_fini(&r);
	}
	buf_fini(&wanted);
}

/* Skipping unread members and leaving early cost nothing but the bytes. */
static void streams_may_be_left_early(void **state)
{
	struct members *m = NULL;
	struct err e = { 0 };
	char piece[10];

	(void)state;
	shell("tar -czf early.tgz big small other");
	assert_int_equal(members_open(&m, "early.tgz", &members_limits_default, &e), 0);
	assert_int_equal(members_next(m, &e), 1);
	assert_int_equal(members_read(m, piece, sizeof(piece), &e), sizeof(piece));
	assert_int_equal(members_next(m, &e), 1);
	assert_string_equal(members_name(m), "early.tgz!small");
	assert_int_equal(members_next(m, &e), 1);
	assert_int_equal(members_read(m, piece, sizeof(piece), &e), 6);
	members_free(&m);
	assert_false(err_any(&e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_files_come_as_they_are),
		cmocka_unit_test(every_compression_is_told_by_content),
		cmocka_unit_test(streams_in_a_row_are_one),
		cmocka_unit_test(compress_is_read),
		cmocka_unit_test(tar_of_every_form),
		cmocka_unit_test(long_and_hostile_names),
		cmocka_unit_test(utf8_names),
		cmocka_unit_test(no_memory_and_cut_short),
		cmocka_unit_test(zip_stored_and_deflated),
		cmocka_unit_test(what_is_nested_is_opened),
		cmocka_unit_test(decoders_that_want_too_much_are_refused),
		cmocka_unit_test(bombs_are_refused),
		cmocka_unit_test(other_containers_are_not_taken_for_text),
		cmocka_unit_test(encrypted_members_are_refused_and_the_others_read),
		cmocka_unit_test(unbounded_zip_methods_are_refused),
		cmocka_unit_test(a_cut_is_never_a_clean_end),
		cmocka_unit_test(a_tar_without_end_mark_is_told),
		cmocka_unit_test(what_is_readable_before_a_cut_is_handed_out),
		cmocka_unit_test(trailing_garbage_is_told),
		cmocka_unit_test(flipped_bytes_are_told),
		cmocka_unit_test(a_lost_zip_member_is_told),
		cmocka_unit_test(a_damaged_tar_header_costs_only_its_member),
		cmocka_unit_test(files_that_change_are_bounded),
		cmocka_unit_test(a_line_without_end_stops_growing),
		cmocka_unit_test(what_is_no_file_is_told),
		cmocka_unit_test(pipes_are_streams),
		cmocka_unit_test(input_may_come_in_drips),
		cmocka_unit_test(streams_may_be_left_early),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
