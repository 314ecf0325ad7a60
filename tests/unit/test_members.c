/* What can be read: every form, inside each other, from files and pipes. */
#include "unit_members.h"

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
		cmocka_unit_test(zip_stored_and_deflated),
		cmocka_unit_test(what_is_nested_is_opened),
		cmocka_unit_test(files_that_change_are_bounded),
		cmocka_unit_test(a_line_without_end_stops_growing),
		cmocka_unit_test(what_is_no_file_is_told),
		cmocka_unit_test(pipes_are_streams),
		cmocka_unit_test(input_may_come_in_drips),
		cmocka_unit_test(streams_may_be_left_early),
	};

	return cmocka_run_group_tests(tests, unit_members_setup, unit_members_teardown);
}
