/*
 * What is read of a file, from a place that only moves over whole lines: what has no
 * line end yet is read again when it has one, and no byte of it is kept meanwhile.
 *
 *	0 ......... line ...... at ............ searched ....... size
 *	            |  handed out  |  no line end  |  not looked at  |
 *
 * Whether the file is still the one that it was is asked after each read: if its
 * first bytes are the same then, so was what was read.
 */
#include <purposed/io/tail_private.h>

#include <string.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/io/magic.h>

/* Read at once in search of the end of a long line. */
enum { AHEAD_BYTES = 64 * 1024 };

/* Whether there is a line end in [*from, end of file); moves *from there, or to the end. */
static bool find_line_end(const struct tail_file *f, struct buf *block, long long *from)
{
	for (;;) {
		ssize_t n = tail_file_read_at(f, block->ptr, block->cap, *from);
		const char *lf;

		if (n <= 0)
			return false;
		lf = memchr(block->ptr, '\n', (size_t)n);
		*from += lf != NULL ? lf - block->ptr : n;
		mem_wipe(block->ptr, (size_t)n);
		if (lf != NULL)
			return true;
	}
}

/*
 * The last line was handed out without an end.  If all that came is its end, that
 * is skipped; if it goes on, it is read again, as the longer line that it is.
 * false: that is not known yet.
 */
static bool settle_line(struct tail_file *f)
{
	char next[2];
	ssize_t n;
	long long end;

	if (f->line == f->at)
		return true;
	n = tail_file_read_at(f, next, sizeof(next), f->at);
	if (n <= 0 || (n == 1 && next[0] == '\r'))
		return false;
	end = next[0] == '\n' ? 1 : n == 2 && next[0] == '\r' && next[1] == '\n' ? 2 : 0;
	tail_file_go_to(f, end != 0 ? f->at + end : f->line);
	mem_wipe(next, sizeof(next));
	return true;
}

/*
 * A program that goes on writing where it was when its file was truncated leaves a
 * hole before that: it is no text.
 */
static void skip_hole(struct tail_file *f)
{
	off_t data = f->at == 0 ? lseek(f->fd, 0, SEEK_DATA) : 0;

	if (data > 0)
		tail_file_go_to(f, data);
}

/* NULs at the start of a file, and behind a hole, are left out; false: there was nothing else. */
static bool skip_nuls(struct tail_file *f, struct buf *block)
{
	size_t n = 0;

	while (n < block->len && block->ptr[n] == '\0')
		n++;
	if (n == 0)
		return true;
	memmove(block->ptr, block->ptr + n, block->len - n);
	block->len -= n;
	mem_wipe(block->ptr + block->len, n);
	tail_file_go_to(f, f->at + (long long)n);
	return block->len != 0;
}

static bool is_text(const struct buf *block, const char **why)
{
	enum magic magic = magic_of((const unsigned char *)block->ptr, block->len, why);

	if (magic == MAGIC_PLAIN)
		return true;
	if (*why == NULL)
		*why = "it is compressed or an archive (`purposed scan` reads these)";
	return false;
}

bool tail_file_is_text(const struct tail_file *f)
{
	char bytes[MAGIC_BYTES];
	ssize_t n = tail_file_read_at(f, bytes, sizeof(bytes), 0);
	const struct buf head = { bytes, n > 0 ? (size_t)n : 0, sizeof(bytes) };
	const char *why = NULL;
	bool text = is_text(&head, &why);

	mem_wipe(bytes, head.len);
	return text;
}

/* A block without a line end that is full: the head of a long line, if that has an end. */
static enum tail_got begin_line(struct tail_file *f, struct buf *block, bool whole,
				struct tail_piece *piece)
{
	struct buf scratch = { 0 };
	long long end = f->at + (long long)block->len;
	bool ends;

	if (end < f->searched)
		end = f->searched;
	buf_reserve(&scratch, AHEAD_BYTES);
	ends = find_line_end(f, &scratch, &end);
	buf_fini(&scratch);
	f->searched = end;
	if (!ends && !whole)
		return TAIL_GOT_NOTHING;
	f->within = f->at + (long long)block->len;
	piece->what = TAIL_HEAD;
	return TAIL_GOT;
}

/* The next piece of a long line. */
static enum tail_got go_on_with_line(struct tail_file *f, struct buf *block,
				     struct tail_piece *piece)
{
	ssize_t n = tail_file_read_at(f, block->ptr, block->cap, f->within);
	const char *lf = n > 0 ? memchr(block->ptr, '\n', (size_t)n) : NULL;
	long long start = f->at;

	block->len = n > 0 ? (size_t)n : 0;
	piece->offset = f->within;
	piece->what = TAIL_PART;
	if (n < 0 || !fingerprint_fits(&f->print, f->fd)) {
		mem_wipe(block->ptr, block->len);
		block->len = 0;
		piece->what = TAIL_END_TORN;
		/* Of a file that is another now, a copy may have all of the line. */
		if (n < 0)
			tail_file_go_to(f, f->within);
		f->within = 0;
		return TAIL_GOT;
	}
	f->within += n;
	if (lf != NULL) {
		size_t len = (size_t)(lf - block->ptr);

		piece->what = TAIL_END;
		mem_wipe(block->ptr + len, block->len - len);
		block->len = len;
		tail_file_go_to(f, piece->offset + (long long)len + 1);
		f->within = 0;
	} else if (n == 0) {
		piece->what = TAIL_END_BARE;
		tail_file_go_to(f, f->within);
		f->line = start;
		f->within = 0;
	}
	return TAIL_GOT;
}

/* Block holds what stands at `at`: hands out the lines of it. */
static enum tail_got take_lines(struct tail_file *f, struct buf *block, bool whole,
				struct tail_piece *piece)
{
	const char *lf = memrchr(block->ptr, '\n', block->len);
	size_t len = lf != NULL ? (size_t)(lf - block->ptr) + 1 : 0;

	if (lf == NULL && block->len == block->cap)
		return begin_line(f, block, whole, piece);
	piece->what = TAIL_LINES;
	if (whole && lf == NULL) {
		f->at += (long long)block->len;
		f->searched = f->at;
		return TAIL_GOT;
	}
	f->searched = f->at + (long long)block->len;
	f->at += (long long)len;
	f->line = f->at;
	mem_wipe(block->ptr + len, block->len - len);
	block->len = len;
	return len != 0 ? TAIL_GOT : TAIL_GOT_NOTHING;
}

/* Whether something can be handed out; if not, *got says why. */
static bool has_more(struct tail_file *f, struct buf *block, bool whole, enum tail_got *got)
{
	struct stat st;

	*got = TAIL_GOT_ERROR;
	if (!tail_file_look(f, &st))
		return false;
	*got = TAIL_GOT_OTHER;
	if (f->size < f->at || f->size < (long long)f->print.len)
		return false;
	skip_hole(f);
	/* Most of a line that grows slowly is not read again and again. */
	if (f->size != f->at && settle_line(f) &&
	    (whole || f->searched == f->at || find_line_end(f, block, &f->searched)))
		return true;
	*got = tail_file_is_same(f) ? TAIL_GOT_NOTHING : TAIL_GOT_OTHER;
	return false;
}

/* What stands in [at, limit); begins: it is the file's first text. */
static enum tail_got read_text(struct tail_file *f, struct buf *block, long long limit, bool whole,
			       bool begins, struct tail_piece *piece, const char **why)
{
	size_t room = limit > f->at ? (size_t)(limit - f->at) : 0;
	ssize_t n = tail_file_read_at(f, block->ptr, room < block->cap ? room : block->cap, f->at);

	if (n < 0)
		return TAIL_GOT_ERROR;
	block->len = (size_t)n;
	if (!tail_file_is_same(f))
		return TAIL_GOT_OTHER;
	if (n == 0 || (begins && !skip_nuls(f, block)))
		return TAIL_GOT_NOTHING;
	if (begins && !is_text(block, why))
		return TAIL_GOT_BINARY;
	piece->offset = f->at;
	return take_lines(f, block, whole, piece);
}

enum tail_got tail_file_read(struct tail_file *f, struct buf *block, long long limit, bool whole,
			     struct tail_piece *piece, const char **why)
{
	bool begins = f->at == 0;
	enum tail_got got;

	piece->path = f->path;
	if (f->within != 0)
		return go_on_with_line(f, block, piece);
	if (!has_more(f, block, whole, &got))
		return got;
	got = read_text(f, block, limit, whole, begins, piece, why);
	if (got != TAIL_GOT) {
		mem_wipe(block->ptr, block->len);
		block->len = 0;
	}
	return got;
}
