/*
 * Sources: each format's specification; tar is told by its header checksum
 * (POSIX.1-2017, pax, "ustar Interchange Format"), which the oldest forms have
 * as well.  No entry is so short that a log line could begin with it by chance.
 */
#include <purposed/io/magic.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct form {
	enum magic magic;
	size_t len;
	const char *bytes;
	const char *why;
};

/* clang-format off */
#define BYTES(text) sizeof(text) - 1, text
#define UNPACK(what) what " is not supported: unpack it first"
#define WIDE "UTF-16 or UTF-32 text is not supported: convert it with iconv"
static const struct form forms[] = {
	{ MAGIC_GZIP, BYTES("\x1f\x8b"), NULL },
	{ MAGIC_XZ, BYTES("\xfd" "7zXZ\0"), NULL },
	{ MAGIC_ZSTD, BYTES("\x28\xb5\x2f\xfd"), NULL },
	{ MAGIC_LZ4, BYTES("\x04\x22\x4d\x18"), NULL },
	{ MAGIC_LZ4, BYTES("\x02\x21\x4c\x18"), NULL },
	{ MAGIC_COMPRESS, BYTES("\x1f\x9d"), NULL },
	{ MAGIC_ZIP, BYTES("PK\3\4"), NULL },
	{ MAGIC_ZIP, BYTES("PK\5\6"), NULL },
	{ MAGIC_REFUSED, BYTES("PK\7\10PK\3\4"), "a split zip archive is not supported: join it first" },
	{ MAGIC_REFUSED, BYTES("7z\xbc\xaf\x27\x1c"), UNPACK("a 7-zip archive") },
	{ MAGIC_REFUSED, BYTES("Rar!\x1a\x07"), UNPACK("a rar archive") },
	{ MAGIC_REFUSED, BYTES("MSCF\0\0\0\0"), UNPACK("a cab archive") },
	{ MAGIC_REFUSED, BYTES("LZIP\1"), UNPACK("lzip compression") },
	{ MAGIC_REFUSED, BYTES("\x89LZO\0\r\n\x1a\n"), UNPACK("lzop compression") },
	{ MAGIC_REFUSED, BYTES("LRZI\0"), UNPACK("lrzip compression") },
	{ MAGIC_REFUSED, BYTES("\xff\x06\0\0sNaPpY"), UNPACK("snappy compression") },
	{ MAGIC_REFUSED, BYTES("\xc7\x71"), UNPACK("a cpio archive") },
	{ MAGIC_REFUSED, BYTES("!<arch>\n"), UNPACK("an ar archive") },
	{ MAGIC_REFUSED, BYTES("xar!\0"), UNPACK("a xar archive") },
	{ MAGIC_REFUSED, BYTES("\xed\xab\xee\xdb"), UNPACK("an rpm package") },
	{ MAGIC_REFUSED, BYTES("LPKSHHRH"), "a journal file is not read directly: pass it through journalctl --file" },
	{ MAGIC_REFUSED, BYTES("SQLite format 3\0"), "an SQLite database is not supported: export it as text" },
	{ MAGIC_REFUSED, BYTES("PAR1"), "a Parquet file is not supported: export it as text" },
	{ MAGIC_REFUSED, BYTES("Obj\1"), "an Avro file is not supported: export it as text" },
	{ MAGIC_REFUSED, BYTES("ORC\n"), "an ORC file is not supported: export it as text" },
	{ MAGIC_REFUSED, BYTES("ElfFile\0"), "a Windows event log is not supported: export it as text" },
	{ MAGIC_REFUSED, BYTES("\xd4\xc3\xb2\xa1"), "a packet capture is not supported" },
	{ MAGIC_REFUSED, BYTES("\xa1\xb2\xc3\xd4"), "a packet capture is not supported" },
	{ MAGIC_REFUSED, BYTES("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an Office document is not supported: export it as text" },
	{ MAGIC_REFUSED, BYTES("%PDF-"), "a PDF document is not supported: export it as text" },
	{ MAGIC_REFUSED, BYTES("\x7f" "ELF"), "a program or core dump is not supported" },
	{ MAGIC_REFUSED, BYTES("Salted__"), "an encrypted file cannot be read: decrypt it first" },
	{ MAGIC_REFUSED, BYTES("age-encryption.org/"), "an encrypted file cannot be read: decrypt it first" },
	{ MAGIC_REFUSED, BYTES("\xff\xfe"), WIDE },
	{ MAGIC_REFUSED, BYTES("\xfe\xff"), WIDE },
	{ MAGIC_REFUSED, BYTES("\0\0\xfe\xff"), WIDE },
};
/* clang-format on */

static bool is_bzip2(const unsigned char *bytes, size_t len)
{
	return len >= 10 && memcmp(bytes, "BZh", 3) == 0 && bytes[3] >= '1' && bytes[3] <= '9' &&
	       (memcmp(bytes + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
		memcmp(bytes + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

/* Octal digits with leading spaces, ended by a space or NUL; -1 if it is not that. */
static long octal(const unsigned char *bytes, size_t len)
{
	size_t at = 0;
	long value = 0;

	while (at < len && bytes[at] == ' ')
		at++;
	if (at == len || bytes[at] < '0' || bytes[at] > '7')
		return -1;
	while (at < len && bytes[at] >= '0' && bytes[at] <= '7')
		value = value * 8 + (bytes[at++] - '0');
	return at == len || bytes[at] == ' ' || bytes[at] == 0 ? value : -1;
}

/* The mark of all but the oldest forms, behind fields that are filled up with NULs. */
static bool has_tar_mark(const unsigned char *bytes, size_t len)
{
	enum { MARK_AT = 257, MARK_LEN = 5 };

	return len > MARK_AT + MARK_LEN && memcmp(bytes + MARK_AT, "ustar", MARK_LEN) == 0 &&
	       memchr(bytes, 0, MARK_AT) != NULL;
}

/*
 * The sum of a header's bytes with its checksum field as spaces; some old tars sum signed chars.
 * What has the mark is one in any case, and damaged where the sum is wrong, or it is cut short.
 */
static bool is_tar(const unsigned char *bytes, size_t len)
{
	enum { HEADER = 512, SUM_AT = 148, SUM_LEN = 8 };
	long sum = SUM_LEN * ' ', signed_sum = SUM_LEN * ' ', wanted;

	if (has_tar_mark(bytes, len))
		return true;
	if (len < HEADER)
		return false;
	for (size_t i = 0; i < HEADER; i++) {
		if (i >= SUM_AT && i < SUM_AT + SUM_LEN)
			continue;
		sum += bytes[i];
		signed_sum += (signed char)bytes[i];
	}
	wanted = octal(bytes + SUM_AT, SUM_LEN);
	return wanted == sum || wanted == signed_sum;
}

/* "07070" and a digit, then at least 70 digits: the portable headers of cpio(1). */
static bool is_cpio(const unsigned char *bytes, size_t len)
{
	if (len < 76 || memcmp(bytes, "07070", 5) != 0)
		return false;
	for (size_t i = 5; i < 76; i++) {
		if (strchr("0123456789abcdefABCDEF", bytes[i]) == NULL || bytes[i] == 0)
			return false;
	}
	return true;
}

/* The .lzma of LZMA Utils has no magic: usual properties, a dictionary of 2^n, a plausible size. */
static bool is_lzma(const unsigned char *bytes, size_t len)
{
	uint32_t dictionary;

	if (len < 13 || bytes[0] != 0x5d || bytes[1] != 0)
		return false;
	dictionary = (uint32_t)bytes[1] | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3] << 16 |
		     (uint32_t)bytes[4] << 24;
	return dictionary != 0 && (dictionary & (dictionary - 1)) == 0 &&
	       ((bytes[11] == 0 && bytes[12] == 0) || (bytes[11] == 0xff && bytes[12] == 0xff));
}

static bool is_pcapng(const unsigned char *bytes, size_t len)
{
	return len >= 12 && memcmp(bytes, "\n\r\r\n", 4) == 0 &&
	       (memcmp(bytes + 8, "\x4d\x3c\x2b\x1a", 4) == 0 ||
		memcmp(bytes + 8, "\x1a\x2b\x3c\x4d", 4) == 0);
}

/* A unit of UTF-16 or UTF-32 that is a character of Latin text: zeros and its code at byte at. */
static bool is_latin_unit(const unsigned char *unit, size_t width, size_t at)
{
	unsigned char code = unit[at];

	for (size_t i = 0; i < width; i++) {
		if (i != at && unit[i] != 0)
			return false;
	}
	return (code >= '\t' && code <= '\r') || (code >= ' ' && code < 0x7f) || code >= 0xa0;
}

/*
 * Text in units of more than a byte, without a mark that says so: zeros stand at the same
 * place of at least half of them, beside text.  A log that holds zeros, or begins with
 * them after a crash, has no such order; text in no alphabet of ours would not show.
 */
static bool is_wide(const unsigned char *bytes, size_t len)
{
	enum { UNITS_MIN = 4 };

	for (size_t width = 2; width <= 4; width *= 2) {
		size_t units = (len < MAGIC_BYTES ? len : MAGIC_BYTES) / width;
		size_t little = 0;
		size_t big = 0;

		for (size_t i = 0; i < units; i++) {
			little += is_latin_unit(bytes + i * width, width, 0);
			big += is_latin_unit(bytes + i * width, width, width - 1);
		}
		if (units >= UNITS_MIN && (2 * little >= units || 2 * big >= units))
			return true;
	}
	return false;
}

static enum magic refused(const char **why_r, const char *why)
{
	*why_r = why;
	return MAGIC_REFUSED;
}

/*
 * zstd and lz4 share their skippable frames: what follows one tells, and
 * libarchive's lz4 cannot begin with one.  Where that is out of sight zstd is
 * taken, whose tools do write such frames.
 */
static enum magic behind_skippable(const unsigned char *bytes, size_t len, const char **why_r)
{
	size_t at = 0;

	while (len >= at + 8 && (bytes[at] & 0xf0) == 0x50 &&
	       memcmp(bytes + at + 1, "\x2a\x4d\x18", 3) == 0) {
		size_t skip = (size_t)bytes[at + 4] | (size_t)bytes[at + 5] << 8 |
			      (size_t)bytes[at + 6] << 16 | (size_t)bytes[at + 7] << 24;

		at += 8 + skip;
	}
	if (at == 0)
		return MAGIC_PLAIN;
	if (len >= at + 4 && memcmp(bytes + at, "\x04\x22\x4d\x18", 4) == 0)
		return refused(why_r, UNPACK("lz4 that begins with a skippable frame"));
	return MAGIC_ZSTD;
}

enum magic magic_of(const unsigned char *bytes, size_t len, const char **why_r)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct form *form = &forms[i];

		if (len >= form->len && memcmp(bytes, form->bytes, form->len) == 0) {
			*why_r = form->why;
			return form->magic;
		}
	}
	if (is_bzip2(bytes, len))
		return MAGIC_BZIP2;
	if (is_tar(bytes, len))
		return MAGIC_TAR;
	if (is_cpio(bytes, len))
		return refused(why_r, UNPACK("a cpio archive"));
	if (is_lzma(bytes, len))
		return refused(why_r, UNPACK("lzma compression"));
	if (is_pcapng(bytes, len))
		return refused(why_r, "a packet capture is not supported");
	if (is_wide(bytes, len))
		return refused(why_r, WIDE);
	return behind_skippable(bytes, len, why_r);
}
