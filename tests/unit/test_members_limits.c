/* What is refused: too large, too deep, encrypted, or of a form that is not read. */
#include "unit_members.h"

static void decoders_that_want_too_much_are_refused(void **state)
{
	struct members_limits limits = members_limits_default;
	struct scanned r;

	(void)state;
	shell("xz -9 -c big > big9.xz && zstd -q --long=27 -c < big > long.zst && "
	      "tar -cf with9.tar small big9.xz other");
	refused("big9.xz", "big9.xz: needs 65 MiB to decode, limits.decoder_bytes allows 32 MiB");
	refused("long.zst", "long.zst: needs 128 MiB to decode, limits.decoder_bytes allows");
	troubled("with9.tar", MEMBERS_REFUSED,
		 "with9.tar!big9.xz: needs 70 MiB to decode together with what it is in, "
		 "limits.decoder_bytes allows 32 MiB",
		 "first\nsecond\nthird\n");
	limits.decoder_bytes = 140 << 20;
	for (size_t i = 0; i < 2; i++) {
		r = scan_in_pieces(i == 0 ? "big9.xz" : "long.zst", &limits, 4096);
		assert_int_equal(r.troubles, 0);
		assert_int_equal(r.streams, 1);
		scanned_fini(&r);
	}
	limits.decoder_bytes = 70 << 20; /* what was said is enough */
	r = scan_in_pieces("with9.tar", &limits, 4096);
	assert_int_equal(r.troubles, 0);
	scanned_fini(&r);
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
		{ "a\0n\0@\0e\0x\0.\0b\0e\0\n\0", 18, "UTF-16" },
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoders_that_want_too_much_are_refused),
		cmocka_unit_test(bombs_are_refused),
		cmocka_unit_test(other_containers_are_not_taken_for_text),
		cmocka_unit_test(encrypted_members_are_refused_and_the_others_read),
		cmocka_unit_test(unbounded_zip_methods_are_refused),
		cmocka_unit_test(no_memory_and_cut_short),
	};

	return cmocka_run_group_tests(tests, unit_members_setup, unit_members_teardown);
}
