/*
 * The directory at the end of a zip (APPNOTE 4.3.12 to 4.3.16), which libarchive's streaming
 * reader does not look at: it ends where the directory begins.
 */
#include <purposed/io/unpack_private.h>

#include <string.h>

enum {
	ZIP_MEMBER = 0x02014b50,
	ZIP_SIGNATURE = 0x05054b50,
	ZIP_END = 0x06054b50,
	ZIP_END64 = 0x06064b50,
	ZIP_END64_LOCATOR = 0x07064b50,
};

/* Where libarchive saw the directory: what stands before it belongs to no member. */
static bool directory_start(struct unpack_rest *rest, uint64_t *mark_r)
{
	unsigned char b[4];

	if (!unpack_rest_take(rest, b, sizeof(b)))
		return false;
	for (;;) {
		*mark_r = reader_number(b, 4);
		if (*mark_r == ZIP_MEMBER || *mark_r == ZIP_END || *mark_r == ZIP_END64)
			return true;
		memmove(b, b + 1, 3);
		if (!unpack_rest_take(rest, b + 3, 1))
			return false;
	}
}

/* The body of the record that begins with mark; false where there is no such record. */
static bool directory_record(struct unpack_rest *rest, uint64_t mark)
{
	unsigned char b[42];

	switch (mark) {
	case ZIP_MEMBER:
		return unpack_rest_take(rest, b, 42) &&
		       unpack_rest_take(rest, NULL,
					reader_number(b + 24, 2) + reader_number(b + 26, 2) +
						reader_number(b + 28, 2));
	case ZIP_SIGNATURE:
		return unpack_rest_take(rest, b, 2) &&
		       unpack_rest_take(rest, NULL, reader_number(b, 2));
	case ZIP_END64:
		return unpack_rest_take(rest, b, 8) &&
		       unpack_rest_take(rest, NULL, reader_number(b, 8));
	case ZIP_END64_LOCATOR: return unpack_rest_take(rest, NULL, 16);
	case ZIP_END:
		return unpack_rest_take(rest, b, 18) &&
		       unpack_rest_take(rest, NULL, reader_number(b + 16, 2));
	default: return false;
	}
}

bool unpack_zip_directory(struct unpack_rest *rest, uint64_t *listed_r)
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
		if (!unpack_rest_take(rest, b, sizeof(b)))
			return false;
		mark = reader_number(b, 4);
	}
	return false;
}
