/* Damage: what was cut, changed or added is told, and what is readable is handed out. */
#include "unit_members.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_is_never_a_clean_end),
		cmocka_unit_test(a_tar_without_end_mark_is_told),
		cmocka_unit_test(what_is_readable_before_a_cut_is_handed_out),
		cmocka_unit_test(trailing_garbage_is_told),
		cmocka_unit_test(flipped_bytes_are_told),
		cmocka_unit_test(a_lost_zip_member_is_told),
		cmocka_unit_test(a_damaged_tar_header_costs_only_its_member),
	};

	return cmocka_run_group_tests(tests, unit_members_setup, unit_members_teardown);
}
