/* Files that grow and are rotated: every line once, whatever is done to them in between. */
#include "unit.h"
#include "unit_clock.h"
#include "unit_reads.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/io/tail_private.h>

/* A folder, its tail, and the lines that came out of it, each ended by LF or "$" if by nothing. */
struct scene {
	char dir[32];
	char *pattern;
	size_t block_bytes;
	bool resumed;
	struct buf positions;
	struct tail *tail;
	struct buf out;
	struct buf places; /* "name:offset " of every piece */
};

/* Whether the last piece was one of a long line, and not its last. */
static bool within_line(const struct tail *tail)
{
	return tail->line != NULL;
}

static const char *path_of(struct scene *s, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	return path;
}

static void put(struct scene *s, const char *name, int flags, const char *text)
{
	int fd = open(path_of(s, name), O_WRONLY | O_CREAT | flags, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void append(struct scene *s, const char *name, const char *text)
{
	put(s, name, O_APPEND, text);
}

static void rewrite(struct scene *s, const char *name, const char *text)
{
	put(s, name, O_TRUNC, text);
}

static void move(struct scene *s, const char *from, const char *to)
{
	char *old = strdup(path_of(s, from));

	assert_int_equal(rename(old, path_of(s, to)), 0);
	free(old);
}

static void copy(struct scene *s, const char *from, const char *to)
{
	char bytes[65536];
	int in = open(path_of(s, from), O_RDONLY);
	int out = open(path_of(s, to), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t n;

	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(out, bytes, (size_t)n), n);
	close(in);
	close(out);
}

static void open_tail(struct scene *s, bool from_end)
{
	const struct tail_options options = {
		.pattern = s->pattern,
		.from_end = from_end,
		.resumed = s->resumed,
		.positions = buf_span(&s->positions),
	};
	struct err e = { 0 };

	if (tail_new(&s->tail, &options, &e) != 0)
		fail_msg("%s", buf_str(&e.text));
}

static void begin(struct scene *s, const char *glob, size_t block_bytes)
{
	*s = (struct scene){ .block_bytes = block_bytes };
	unit_directory(s->dir);
	s->pattern = strdup(path_of(s, glob));
}

/* As after a stop: the positions are all that is left. */
static void restart(struct scene *s)
{
	buf_clear(&s->positions);
	tail_add_positions(s->tail, &s->positions);
	tail_free(&s->tail);
	s->resumed = true;
	open_tail(s, false);
}

/* One piece; false: there is nothing for now. */
static bool step(struct scene *s)
{
	struct buf block = { 0 };
	struct tail_piece piece;

	block.ptr = calloc(1, s->block_bytes);
	block.cap = s->block_bytes;
	piece = tail_read(s->tail, &block);
	assert_true(block.len <= s->block_bytes);
	/* Of what was read and is not handed out nothing is left. */
	for (size_t i = block.len; i < block.cap; i++)
		assert_int_equal(block.ptr[i], 0);
	if (piece.what != TAIL_NOTHING)
		buf_printf(&s->places, "%s:%lld ", strrchr(piece.path, '/') + 1, piece.offset);
	buf_add_span(&s->out, buf_span(&block));
	if (piece.what == TAIL_END)
		buf_add_char(&s->out, '\n');
	else if (piece.what == TAIL_END_BARE ||
		 (piece.what == TAIL_LINES && block.ptr[block.len - 1] != '\n'))
		buf_add_char(&s->out, '$');
	else if (piece.what == TAIL_END_TORN)
		buf_add_char(&s->out, '!');
	assert_int_equal(within_line(s->tail), piece.what == TAIL_HEAD || piece.what == TAIL_PART);
	free(block.ptr);
	return piece.what != TAIL_NOTHING;
}

static void drain(struct scene *s)
{
	while (step(s))
		continue;
}

/* All that came since the last time, in this form. */
static void came(struct scene *s, const char *text)
{
	drain(s);
	assert_string_equal(buf_str(&s->out), text);
	buf_clear(&s->out);
}

/* A tail that has read a line of a.log. */
static void begin_read(struct scene *s, const char *glob, size_t block_bytes)
{
	begin(s, glob, block_bytes);
	append(s, "a.log", "one\n");
	open_tail(s, false);
	came(s, "one\n");
}

static void at(struct scene *s, const char *places)
{
	assert_string_equal(buf_str(&s->places), places);
	buf_clear(&s->places);
}

static void end(struct scene *s)
{
	struct buf command = { 0 };

	tail_free(&s->tail);
	assert_null(s->tail);
	buf_printf(&command, "rm -r %s", s->dir);
	assert_int_equal(system(buf_str(&command)), 0);
	buf_fini(&command);
	free(s->pattern);
	buf_fini(&s->positions);
	buf_fini(&s->out);
	buf_fini(&s->places);
}

static void test_lines(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "*.log", 4096);
	append(&s, "a.log", "one\ntwo\r\nhal");
	append(&s, "a.txt", "another\n");
	open_tail(&s, false);
	came(&s, "one\ntwo\r\n");
	at(&s, "a.log:0 ");
	append(&s, "a.log", "f");
	came(&s, "");
	append(&s, "a.log", "\n\nfour\n");
	came(&s, "half\n\nfour\n");
	at(&s, "a.log:9 ");
	append(&s, "b.log", "new\n");
	append(&s, ".c.log", "hidden\n");
	came(&s, "new\n");
	restart(&s);
	came(&s, "");
	append(&s, "a.log", "five\n");
	came(&s, "five\n");
	tail_free(&s.tail);
	tail_free(NULL);
	append(&s, "a.log", "six\n");
	append(&s, "d.log", "while away\n");
	/* what was read before is not asked for where reading began */
	s.positions.len = 0;
	s.resumed = false;
	open_tail(&s, true);
	came(&s, "");
	append(&s, "a.log", "seven\n");
	came(&s, "seven\n");
	end(&s);
}

static void test_from_end(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "*.log", 4096);
	append(&s, "a.log", "old\nhalf");
	append(&s, "b.log", "only half");
	append(&s, "c.log", "old\n");
	append(&s, "d.log", "");
	open_tail(&s, true);
	came(&s, "");
	for (const char *name = "abcd"; *name != '\0'; name++)
		append(&s, (const char[]){ *name, '.', 'l', 'o', 'g', '\0' }, "+\n");
	drain(&s);
	assert_int_equal(s.out.len, strlen("half+\nonly half+\n+\n+\n"));
	assert_non_null(strstr(buf_str(&s.out), "half+\n"));
	assert_non_null(strstr(buf_str(&s.out), "only half+\n"));
	end(&s);
}

/* Lines longer than the block: in pieces, with nothing in between. */
static void test_long_lines(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "*.log", 8);
	append(&s, "a.log", "12345678\nabcdefgh9\nx\n");
	append(&s, "b.log", "0123456789abcdef");
	open_tail(&s, false);
	came(&s, "12345678\nabcdefgh9\nx\n");
	append(&s, "b.log", "ghij");
	came(&s, "");
	at(&s, "a.log:0 a.log:8 a.log:9 a.log:17 a.log:19 ");
	append(&s, "b.log", "\nnext\n");
	assert_true(step(&s)); /* the head */
	append(&s, "a.log", "other\n");
	assert_true(within_line(s.tail));
	came(&s, "0123456789abcdefghij\nnext\nother\n");
	/* the rest of a line vanishes */
	append(&s, "b.log", "0123456789abcdefghijklmnopq\n");
	assert_true(step(&s));
	rewrite(&s, "b.log", "y\n");
	came(&s, "01234567!y\n");
	end(&s);
}

static void test_renamed(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "*.log", 4096);
	append(&s, "a.log", "two\n");
	move(&s, "a.log", "a.log.1");
	append(&s, "a.log.1", "three\n");
	append(&s, "a.log", "four\n");
	came(&s, "two\nthree\nfour\n");
	append(&s, "a.log.1", "five\n");
	came(&s, "five\n");
	at(&s, "a.log:0 a.log:4 a.log:0 a.log:14 "); /* under the name that fits */
	end(&s);
}

/* Three rotations between two looks: two files that came and went. */
static void test_renamed_often(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "*.log", 4096);
	move(&s, "a.log", "a.log.7");
	append(&s, "a.log", "came\n");
	move(&s, "a.log", "a.log.6");
	append(&s, "a.log", "and went\n");
	move(&s, "a.log", "a.log.5");
	append(&s, "a.log", "stays\n");
	drain(&s);
	assert_int_equal(s.out.len, strlen("came\nand went\nstays\n"));
	assert_non_null(strstr(buf_str(&s.out), "came\n"));
	assert_non_null(strstr(buf_str(&s.out), "and went\n"));
	assert_non_null(strstr(buf_str(&s.out), "stays\n"));
	end(&s);
}

/* Rotated twice, while it was not looked at, and while there was no tail. */
static void test_renamed_twice(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "*.log", 4096);
	move(&s, "a.log", "a.log.1");
	append(&s, "a.log", "two\n");
	came(&s, "two\n");
	append(&s, "a.log", "six\n");
	move(&s, "a.log.1", "a.log.2");
	move(&s, "a.log", "a.log.1");
	append(&s, "a.log", "seven\n");
	came(&s, "six\nseven\n");
	append(&s, "a.log", "eight\n");
	append(&s, "a.log.1", "late\n");
	buf_clear(&s.positions);
	tail_add_positions(s.tail, &s.positions);
	tail_free(&s.tail);
	move(&s, "a.log.1", "a.log.3");
	move(&s, "a.log", "a.log.1");
	append(&s, "a.log", "nine\n");
	s.resumed = true;
	open_tail(&s, false);
	drain(&s);
	assert_int_equal(s.out.len, strlen("eight\nlate\nnine\n"));
	assert_non_null(strstr(buf_str(&s.out), "eight\n"));
	assert_non_null(strstr(buf_str(&s.out), "late\n"));
	assert_non_null(strstr(buf_str(&s.out), "nine\n"));
	end(&s);
}

/* Where the glob takes in what was rotated, it is still the same file. */
static void test_renamed_glob(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "a.log*", 4096);
	move(&s, "a.log", "a.log.1");
	append(&s, "a.log", "two\n");
	append(&s, "a.log.1", "three\n");
	came(&s, "three\ntwo\n");
	restart(&s);
	move(&s, "a.log.1", "a.log.2");
	move(&s, "a.log", "a.log.1");
	came(&s, "");
	end(&s);
}

/* Some lines, of more than a block. */
static void append_lines(struct scene *s, const char *name, char first, char last)
{
	for (char c = first; c <= last; c++)
		append(s, name, (const char[]){ c, c, c, c, '\n', '\0' });
}

static void write_long_ago(struct scene *s, const char *name, time_t when)
{
	const struct timespec times[2] = { { when, 0 }, { when, 0 } };

	assert_int_equal(utimensat(AT_FDCWD, path_of(s, name), times, 0), 0);
}

/* What was written to a file comes before what was written to the one that took its place. */
static void test_order(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "*.log", 10);
	append_lines(&s, "a.log", 'a', 'f');
	move(&s, "a.log", "a.log.2");
	append_lines(&s, "a.log", 'g', 'i');
	assert_true(step(&s));
	move(&s, "a.log", "a.log.1");
	append_lines(&s, "a.log", 'j', 'l');
	came(&s, "aaaa\nbbbb\ncccc\ndddd\neeee\nffff\ngggg\nhhhh\niiii\njjjj\nkkkk\nllll\n");
	end(&s);
}

/* Two that came and went between two looks: known by when they were written to. */
static void test_order_missed(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "*.log", 10);
	append_lines(&s, "a.log", 'm', 'p');
	move(&s, "a.log", "a.log.7");
	append_lines(&s, "a.log", 'q', 's');
	move(&s, "a.log", "a.log.5");
	append_lines(&s, "a.log", 't', 'v');
	move(&s, "a.log", "a.log.6");
	append_lines(&s, "a.log", 'w', 'z');
	write_long_ago(&s, "a.log.5", time(NULL) + 10);
	write_long_ago(&s, "a.log.6", time(NULL) + 11);
	came(&s, "mmmm\nnnnn\noooo\npppp\nqqqq\nrrrr\nssss\ntttt\nuuuu\nvvvv\n"
		 "wwww\nxxxx\nyyyy\nzzzz\n");
	end(&s);
}

/* What is written within a round waits for the next, also to the old file. */
static void test_order_rounds(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "*.log", 10);
	append_lines(&s, "a.log", 'a', 'f');
	move(&s, "a.log", "a.log.4");
	append_lines(&s, "a.log", 'g', 'g');
	assert_true(step(&s));
	assert_true(step(&s));
	assert_true(step(&s)); /* the old one is at its end */
	append_lines(&s, "a.log.4", 'y', 'y');
	append_lines(&s, "a.log", 'z', 'z');
	came(&s, "aaaa\nbbbb\ncccc\ndddd\neeee\nffff\ngggg\nyyyy\nzzzz\n");
	end(&s);
}

/* Half a line is none, and nobody waits for its end. */
static void test_order_half(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "*.log", 10);
	append(&s, "a.log", "hal");
	move(&s, "a.log", "a.log.3");
	append_lines(&s, "a.log", 'a', 'b');
	came(&s, "aaaa\nbbbb\n");
	append(&s, "a.log.3", "f\n");
	append(&s, "a.log", "next\n");
	came(&s, "half\nnext\n");
	end(&s);
}

/* While there is no tail: known ones as they stood, the others by time, then the last. */
static void test_order_resumed(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "*.log", 10);
	append_lines(&s, "a.log", 'c', 'f');
	move(&s, "a.log", "a-1.log.x");
	append_lines(&s, "a.log", 'g', 'h');
	assert_true(step(&s));
	buf_clear(&s.positions);
	tail_add_positions(s.tail, &s.positions);
	tail_free(&s.tail);
	move(&s, "a-1.log.x", "a.log.8");
	move(&s, "a.log", "a.log.9");
	append_lines(&s, "a.log", 'i', 'k');
	move(&s, "a.log", "a.log.0");
	append_lines(&s, "a.log", 'l', 'm');
	write_long_ago(&s, "a.log.0", time(NULL) + 1);
	write_long_ago(&s, "a.log", time(NULL) + 9);
	s.resumed = true;
	open_tail(&s, false);
	came(&s, "cccc\ndddd\neeee\nffff\ngggg\nhhhh\niiii\njjjj\nkkkk\nllll\nmmmm\n");
	end(&s);
}

/* Where the glob takes in what was rotated; and a copy before what was truncated. */
static void test_order_glob(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "a.log*", 10);
	append_lines(&s, "a.log", 'a', 'd');
	move(&s, "a.log", "a.log.2");
	append_lines(&s, "a.log", 'e', 'g');
	move(&s, "a.log", "a.log.1");
	append_lines(&s, "a.log", 'h', 'j');
	came(&s, "aaaa\nbbbb\ncccc\ndddd\neeee\nffff\ngggg\nhhhh\niiii\njjjj\n");
	append_lines(&s, "a.log", 'k', 'n');
	copy(&s, "a.log", "a.log.3");
	rewrite(&s, "a.log", "oooo\npppp\nqqqq\n");
	came(&s, "kkkk\nllll\nmmmm\nnnnn\noooo\npppp\nqqqq\n");
	end(&s);
}

/* What lies there at the first start, and the glob takes in: the oldest first. */
static void test_order_first_start(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "a.log*", 10);
	append_lines(&s, "a.log", 'k', 'p');
	append_lines(&s, "a.log.1", 'f', 'j');
	append_lines(&s, "a.log.2", 'a', 'e');
	write_long_ago(&s, "a.log.2", time(NULL) - 20);
	write_long_ago(&s, "a.log.1", time(NULL) - 10);
	open_tail(&s, false);
	came(&s, "aaaa\nbbbb\ncccc\ndddd\neeee\nffff\ngggg\nhhhh\niiii\njjjj\n"
		 "kkkk\nllll\nmmmm\nnnnn\noooo\npppp\n");
	end(&s);
}

/* The same where what was rotated is all there is, and the file is made meanwhile. */
static void test_order_rotated_only(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "a.log*", 10);
	append_lines(&s, "a.log.1", 'i', 'l');
	append_lines(&s, "a.log.2", 'e', 'h');
	append_lines(&s, "a.log.3", 'a', 'd');
	write_long_ago(&s, "a.log.3", time(NULL) - 30);
	write_long_ago(&s, "a.log.2", time(NULL) - 20);
	write_long_ago(&s, "a.log.1", time(NULL) - 10);
	open_tail(&s, false);
	assert_true(step(&s));
	append_lines(&s, "a.log", 'm', 'p');
	came(&s, "aaaa\nbbbb\ncccc\ndddd\neeee\nffff\ngggg\nhhhh\niiii\njjjj\nkkkk\nllll\n"
		 "mmmm\nnnnn\noooo\npppp\n");
	restart(&s);
	came(&s, "");
	end(&s);
}

/* Nothing is at the path: the files of it stand by age, in whatever order they are known. */
static void test_order_of_departed(void **state)
{
	static const size_t all_ages[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					      { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	static const char *const names[] = { "/x/app.log.3", "/x/app.log.2", "/x/app.log.1" };

	(void)state;
	for (size_t k = 0; k < sizeof(all_ages) / sizeof(*all_ages); k++) {
		struct tail t = { 0 };
		struct tail_file *by_age[3];

		for (size_t i = 0; i < 3; i++) {
			size_t age = all_ages[k][i];
			struct tail_file *file = mem_new(1, sizeof(*file));

			*file = (struct tail_file){ .state = TAIL_FOLLOWED,
						    .path = mem_string("/x/app.log"),
						    .name = mem_string(names[age]),
						    .inode = age + 1,
						    .fd = -1,
						    .order = age };
			by_age[age] = file;
			tail_files_add(&t.files, file);
		}
		tail_order_start(&t);
		assert_null(by_age[0]->before);
		assert_ptr_equal(by_age[0]->after, by_age[1]);
		assert_ptr_equal(by_age[1]->before, by_age[0]);
		assert_ptr_equal(by_age[1]->after, by_age[2]);
		assert_ptr_equal(by_age[2]->before, by_age[1]);
		assert_null(by_age[2]->after);
		tail_files_fini(&t.files);
	}
}

static void test_truncated(void **state)
{
	static const struct timespec long_ago[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	struct scene s;

	(void)state;
	log_set_level(LOG_LEVEL_ERR);
	begin(&s, "*.log", 4096);
	append(&s, "a.log", "one\ntwo\n");
	open_tail(&s, false);
	came(&s, "one\ntwo\n");
	rewrite(&s, "a.log", "new\n");
	came(&s, "new\n");
	rewrite(&s, "a.log", "larger than before\n");
	came(&s, "larger than before\n");
	rewrite(&s, "a.log", "as large as before\n");
	came(&s, "as large as before\n");
	rewrite(&s, "a.log", "");
	came(&s, "");
	/* the rest is in the copy */
	append(&s, "a.log", "three\n");
	came(&s, "three\n");
	append(&s, "a.log", "four\n");
	copy(&s, "a.log", "a.log.1");
	append(&s, "b.log", "in between\n");
	rewrite(&s, "a.log", "five\n");
	came(&s, "in between\nfour\nfive\n");
	/* the copy is older than what was read */
	copy(&s, "a.log", "a.log.1");
	append(&s, "a.log", "six\n");
	came(&s, "six\n");
	rewrite(&s, "a.log", "seven\n");
	came(&s, "seven\n");
	/* a copy of another time */
	copy(&s, "b.log", "a.log.2");
	utimensat(AT_FDCWD, path_of(&s, "a.log.1"), long_ago, 0);
	utimensat(AT_FDCWD, path_of(&s, "a.log.2"), long_ago, 0);
	rewrite(&s, "a.log", "eight\n");
	came(&s, "eight\n");
	/* while there is no tail */
	append(&s, "a.log", "nine\n");
	buf_clear(&s.positions);
	tail_add_positions(s.tail, &s.positions);
	tail_free(&s.tail);
	copy(&s, "a.log", "a-1.log");
	move(&s, "a-1.log", "a.log.3");
	rewrite(&s, "a.log", "ten, and more than there was\n");
	s.resumed = true;
	open_tail(&s, false);
	drain(&s);
	assert_int_equal(s.out.len, strlen("nine\nten, and more than there was\n"));
	log_set_level(LOG_LEVEL_NOTICE);
	end(&s);
}

/* What stands before the text of a file that was truncated and written on. */
static void test_nuls(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "*.log", 64);
	append(&s, "a.log", "");
	assert_int_equal(truncate(path_of(&s, "a.log"), 40), 0);
	append(&s, "a.log", "one\ntwo\n");
	open_tail(&s, false);
	came(&s, "one\ntwo\n");
	at(&s, "a.log:40 ");
	end(&s);
}

/* Copies that the glob takes in are not read again. */
static void test_copies(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "a*", 4096);
	append(&s, "a.log", "two\n");
	copy(&s, "a.log", "a.log.1");
	came(&s, "two\n");
	append(&s, "a.log", "three\n");
	copy(&s, "a.log", "a.log.1");
	rewrite(&s, "a.log", "four\n");
	came(&s, "three\nfour\n");
	move(&s, "a.log.1", "a.log.2");
	copy(&s, "a.log", "a.log.1");
	came(&s, "");
	rewrite(&s, "a.log", "five\n");
	came(&s, "five\n");
	restart(&s);
	came(&s, "");
	/* copied twice between two looks, and not truncated the second time */
	append(&s, "a.log", "and five\n");
	copy(&s, "a.log", "a.log.2");
	rewrite(&s, "a.log", "six, and more than there was\n");
	copy(&s, "a.log", "a.log.1");
	came(&s, "and five\nsix, and more than there was\n");
	append(&s, "a.log", "and six\n");
	copy(&s, "a.log", "a.log.1");
	rewrite(&s, "a.log", "five\n");
	came(&s, "and six\nfive\n");
	/* it begins as another, but is none: it goes on otherwise, or is no rotation's name */
	append(&s, "a.log.old", "five\n");
	came(&s, "");
	append(&s, "a.log.old", "six\n");
	append(&s, "a.log", "seven\n");
	drain(&s);
	assert_non_null(strstr(buf_str(&s.out), "five\nsix\n"));
	assert_non_null(strstr(buf_str(&s.out), "seven\n"));
	buf_clear(&s.out);
	append(&s, "ab", "five\n");
	came(&s, "five\n");
	end(&s);
}

/* Copied, truncated, renamed and replaced, all between two looks: the copy is no new text. */
static void test_copied_and_renamed(void **state)
{
	struct scene s;

	(void)state;
	begin_read(&s, "*.log", 4096);
	append(&s, "a.log", "two\n");
	came(&s, "two\n");
	append(&s, "a.log", "three\n");
	copy(&s, "a.log", "a.log.1");
	rewrite(&s, "a.log", "four\n");
	move(&s, "a.log", "a.log.2");
	append(&s, "a.log", "five\n");
	move(&s, "a.log", "a.log.3");
	append(&s, "a.log", "six\n");
	write_long_ago(&s, "a.log.3", time(NULL) + 10);
	came(&s, "three\nfour\nfive\nsix\n");
	restart(&s);
	came(&s, "");
	end(&s);
}

static void truncate_it(void *context)
{
	assert_int_equal(truncate(path_of(context, "a.log"), 0), 0);
}

static void rewrite_it(void *context)
{
	rewrite(context, "a.log", "three\n");
}

/* Looked at k reads long between the copying and the truncating; false: it took fewer. */
static bool truncate_after(const char *glob, unsigned k, void (*then)(void *context))
{
	struct scene s;
	bool fewer;

	begin_read(&s, glob, 4096);
	append(&s, "a.log", "two\n");
	copy(&s, "a.log", "a.log.1");
	unit_reads_then = then;
	unit_reads_context = &s;
	unit_reads_until = k;
	drain(&s);
	fewer = unit_reads_until != 0;
	unit_reads_until = 0;
	if (fewer)
		then(&s);
	came(&s, then == rewrite_it ? "two\nthree\n" : "two\n");
	restart(&s);
	came(&s, "");
	end(&s);
	return !fewer;
}

/* A copy is known as one whenever its file is truncated while that is asked. */
static void test_truncated_meanwhile(void **state)
{
	static const char *const globs[] = { "*.log", "a.log*" };

	(void)state;
	log_set_level(LOG_LEVEL_ERR);
	for (size_t i = 0; i < COUNT(globs); i++) {
		unsigned k = 0;
		unsigned m = 0;

		while (truncate_after(globs[i], ++k, truncate_it))
			continue;
		while (truncate_after(globs[i], ++m, rewrite_it))
			continue;
		assert_true(k > 3 && m > 3);
	}
	log_set_level(LOG_LEVEL_NOTICE);
}

/* The clock is set: nothing comes twice, and nothing is missed. */
static void test_clock_step(void **state)
{
	static const long long steps_s[] = { 86400, -86400, 3, 0 };
	struct scene s;

	(void)state;
	begin_read(&s, "*.log", 4096);
	for (size_t i = 0; i < COUNT(steps_s); i++) {
		char rotated[] = "a.log.?";

		rotated[sizeof(rotated) - 2] = (char)('1' + i);
		unit_clock_ahead_s = steps_s[i];
		append(&s, "a.log", "two\n");
		came(&s, "two\n");
		move(&s, "a.log", rotated);
		append(&s, rotated, "three\n");
		append(&s, "a.log", "four\n");
		came(&s, "three\nfour\n");
		restart(&s);
		came(&s, "");
	}
	/* Set back, and a file comes and goes before anybody looks. */
	unit_clock_ahead_s = 86400;
	came(&s, "");
	unit_clock_ahead_s = 0;
	append(&s, "b.log", "five\n");
	move(&s, "b.log", "b.log.1");
	append(&s, "b.log", "six\n");
	came(&s, "five\nsix\n");
	/* Set forward: the same, and nothing of before comes again. */
	unit_clock_ahead_s = 86400;
	append(&s, "c.log", "seven\n");
	move(&s, "c.log", "c.log.1");
	append(&s, "c.log", "eight\n");
	came(&s, "seven\neight\n");
	unit_clock_ahead_s = 0;
	end(&s);
}

static void test_deleted(void **state)
{
	struct scene s;
	int fd;

	(void)state;
	begin_read(&s, "*.log", 4096);
	fd = open(path_of(&s, "a.log"), O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "two\n", 4), 4);
	unlink(path_of(&s, "a.log"));
	came(&s, "two\n");
	append(&s, "a.log", "three\n");
	came(&s, "three\n");
	close(fd);
	/* the inode may be used again while nobody looks */
	buf_clear(&s.positions);
	tail_add_positions(s.tail, &s.positions);
	tail_free(&s.tail);
	unlink(path_of(&s, "a.log"));
	append(&s, "a.log", "another file, and longer\n");
	s.resumed = true;
	log_set_level(LOG_LEVEL_ERR);
	open_tail(&s, false);
	log_set_level(LOG_LEVEL_NOTICE);
	came(&s, "another file, and longer\n");
	end(&s);
}

/* A last line without an end, which is handed out as it is, and then ends or goes on. */
static void test_unfinished(void **state)
{
	static const struct {
		size_t block;
		const char *first, *then, *wanted;
	} cases[] = {
		{ 64, "one\nhalf", "\nnext\n", "next\n" },
		{ 64, "one\nhalf", "\r\nnext\n", "next\n" },
		{ 64, "one\nhalf", " and half\nnext\n", "half and half\nnext\n" },
		{ 64, "one\nhalf", "\rx\n", "half\rx\n" },
		{ 64, "one\nhalf", "\r", "" },
		{ 4, "one\nlong line", "\nnext\n", "next\n" },
		{ 4, "one\nlong line", "r\nn\n", "long liner\nn\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene s;
		struct buf wanted = { 0 };

		begin(&s, "*.log", cases[i].block);
		append(&s, "a.log", cases[i].first);
		open_tail(&s, false);
		came(&s, "one\n");
		for (size_t f = 0; f < s.tail->files.n; f++) {
			s.tail->files.all[f]->whole = true; /* as after a while */
			tail_files_queue(&s.tail->files, s.tail->files.all[f]);
		}
		buf_printf(&wanted, "%s$", cases[i].first + 4);
		came(&s, buf_str(&wanted));
		buf_fini(&wanted);
		if (i % 2 != 0)
			restart(&s);
		came(&s, "");
		append(&s, "a.log", cases[i].then);
		came(&s, cases[i].wanted);
		end(&s);
	}
}

static void test_no_text(void **state)
{
	static const char gzip[] = "\x1f\x8b\x08\x01\x02\x03\x04\x05\x06\x03";
	struct scene s;

	(void)state;
	log_set_level(LOG_LEVEL_ERR);
	begin(&s, "*", 4096);
	append(&s, "a.gz", gzip);
	append(&s, "b", "text\n");
	open_tail(&s, false);
	came(&s, "text\n");
	append(&s, "a.gz", "more\n");
	move(&s, "a.gz", "c.gz");
	append(&s, "c.gz", "and more\n");
	came(&s, "");
	rewrite(&s, "c.gz", "text, now\n");
	came(&s, "text, now\n");
	log_set_level(LOG_LEVEL_NOTICE);
	end(&s);
}

static void test_names(void **state)
{
	static const struct {
		const char *path, *name;
		bool rotated;
	} cases[] = {
		{ "/l/app.log", "/l/app.log.1", true },
		{ "/l/app.log", "/l/app.log-20260101", true },
		{ "/l/app.log", "/l/app-20260101.log", true },
		{ "/l/app.log", "/l/app.log", false },
		{ "/l/app.log", "/l/apple.log", false },
		{ "/l/app.log", "/l/app", false },
		{ "/l/app.log.1", "/l/app.log", false },
		{ "/l/app.log", "/m/app.log.1", false },
		{ "/l/app.log", "/l/m/app.log.1", false },
		{ "/l/messages", "/l/messages.1", true },
		{ "/l/messages", "/l/messages2", false },
		{ "/l/.hidden", "/l/.hidden.1", true },
		{ "/l/.hidden", "/l/.other", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (tail_is_rotated_name(cases[i].path, cases[i].name) != cases[i].rotated)
			fail_msg("%s %s", cases[i].path, cases[i].name);
	}
}

static void test_bad_positions(void **state)
{
	const struct tail_options options = {
		.pattern = "/nowhere/*.log",
		.resumed = true,
		.positions = span_str("file 1 2 3 3 0 0 /nowhere/a.log\nnonsense\n"),
	};
	struct tail *tail = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(tail_new(&tail, &options, &e), -1);
	assert_null(tail);
	unit_said(&e, "a checkpoint holds a line that is no position of a file\n");
}

/* --- Anything, in any order ------------------------------------------------------ */

struct world {
	struct scene s;
	uint64_t dice;
	int fd; /* of the program that writes */
	unsigned written;
	unsigned rotated;
	bool torn; /* half a line was written */
};

static void write_line(struct world *w)
{
	char line[400];
	int n = snprintf(line, sizeof(line), "%u", ++w->written);
	size_t fill = unit_below(&w->dice, 8) == 0 ? unit_below(&w->dice, 300) : 3;

	for (size_t i = 0; i < fill; i++)
		line[n++] = '.';
	line[n++] = '\n';
	/* sometimes in two writes, with a look in between */
	if (unit_below(&w->dice, 4) == 0) {
		assert_int_equal(write(w->fd, line, 2), 2);
		if (unit_below(&w->dice, 2) == 0 && w->s.tail != NULL)
			step(&w->s);
		assert_int_equal(write(w->fd, line + 2, (size_t)n - 2), n - 2);
	} else {
		assert_int_equal(write(w->fd, line, (size_t)n), n);
	}
}

static void reopen(struct world *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = open(path_of(&w->s, "a.log"), O_WRONLY | O_APPEND | O_CREAT, 0600);
	assert_true(w->fd >= 0);
}

static bool exists(struct world *w)
{
	return access(path_of(&w->s, "a.log"), F_OK) == 0;
}

/* A file that is deleted between two looks is known to nobody. */
static void look(struct world *w)
{
	do
		step(&w->s);
	while (within_line(w->s.tail));
	step(&w->s);
}

static void act(struct world *w)
{
	char name[32];

	snprintf(name, sizeof(name), "a.log.%u", ++w->rotated);
	switch (unit_below(&w->dice, 12)) {
	case 0: /* renamed; the program goes on in the old one for a while */
		if (unit_below(&w->dice, 2) == 0)
			look(w);
		if (exists(w))
			move(&w->s, "a.log", name);
		break;
	case 1: reopen(w); break;
	case 2: /* copied and truncated: in a file that is still the program's */
		reopen(w);
		look(w);
		copy(&w->s, "a.log", name);
		if (unit_below(&w->dice, 2) == 0)
			step(&w->s);
		assert_int_equal(truncate(path_of(&w->s, "a.log"), 0), 0);
		break;
	case 3: /* deleted; what is unread of it must not be left to a restart */
		look(w);
		unlink(path_of(&w->s, "a.log"));
		drain(&w->s);
		reopen(w);
		break;
	case 4:
		if (!exists(w))
			reopen(w);
		while (within_line(w->s.tail))
			step(&w->s);
		restart(&w->s);
		break;
	case 5:
	case 6: step(&w->s); break;
	case 7: drain(&w->s); break;
	default:
		for (size_t i = unit_below(&w->dice, 20); i != 0; i--)
			write_line(w);
	}
}

/* Every number once, and in order: there is one writer, who is in one file at a time. */
static void check_world(struct world *w, uint64_t seed)
{
	unsigned char *seen = mem_new(w->written + 1, 1);
	const char *line = buf_str(&w->s.out);
	unsigned long last = 0;

	while (*line != '\0') {
		char *after;
		unsigned long number = strtoul(line, &after, 10);

		after += strspn(after, ".");
		if (*after == '!') { /* the file was truncated within a long line: it comes again */
			line = after + 1;
			continue;
		}
		if (*after != '\n' || number == 0 || number > w->written)
			fail_msg("seed %llu: not a line: %.60s", (unsigned long long)seed, line);
		if (number < last)
			fail_msg("seed %llu: %lu comes behind %lu", (unsigned long long)seed,
				 number, last);
		last = number;
		if (seen[number]++ != 0)
			fail_msg("seed %llu: %lu came twice", (unsigned long long)seed, number);
		line = after + 1;
	}
	for (unsigned i = 1; i <= w->written; i++) {
		if (seen[i] == 0)
			fail_msg("seed %llu: %u of %u is missing", (unsigned long long)seed, i,
				 w->written);
	}
	free(seen);
}

static void run_world(uint64_t seed, const char *glob)
{
	struct world w = { .dice = seed, .fd = -1 };

	begin(&w.s, glob, 40 + unit_below(&w.dice, 400));
	reopen(&w);
	write_line(&w);
	open_tail(&w.s, false);
	for (int i = 0; i < 60; i++)
		act(&w);
	drain(&w.s);
	check_world(&w, seed);
	close(w.fd);
	end(&w.s);
}

static void test_anything(void **state)
{
	const char *given = getenv("TAIL_WORLDS");
	uint64_t worlds = given != NULL ? strtoull(given, NULL, 10) : 100;

	(void)state;
	log_set_level(LOG_LEVEL_ERR);
	for (uint64_t i = 1; i <= worlds; i++)
		run_world(i * 7919, i % 2 != 0 ? "*.log" : "a.log*");
	log_set_level(LOG_LEVEL_NOTICE);
}

/* A file whose size is 0 whatever it holds is not looked at for ever. */
static void test_no_size(void **state)
{
	const struct tail_options options = { .pattern = "/proc/version" };
	unsigned long long version;
	struct tail *tail = NULL;
	struct buf block = { 0 };
	struct err e = { 0 };

	(void)state;
	log_set_level(LOG_LEVEL_ERR);
	alarm(30);
	buf_reserve(&block, 4096);
	assert_int_equal(tail_new(&tail, &options, &e), 0);
	assert_int_equal(tail_read(tail, &block).what, TAIL_NOTHING);
	version = tail_version(tail);
	for (int i = 0; i < 3; i++) {
		/* as each second; there is nothing new to be kept, nor said */
		tail_files_queue(&tail->files, tail->files.all[0]);
		assert_int_equal(tail_read(tail, &block).what, TAIL_NOTHING);
		assert_int_equal(tail_version(tail), version);
	}
	alarm(0);
	tail_free(&tail);
	buf_fini(&block);
	log_set_level(LOG_LEVEL_NOTICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_from_end),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_renamed),
		cmocka_unit_test(test_renamed_often),
		cmocka_unit_test(test_renamed_twice),
		cmocka_unit_test(test_renamed_glob),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_missed),
		cmocka_unit_test(test_order_rounds),
		cmocka_unit_test(test_order_half),
		cmocka_unit_test(test_order_resumed),
		cmocka_unit_test(test_order_glob),
		cmocka_unit_test(test_order_first_start),
		cmocka_unit_test(test_order_rotated_only),
		cmocka_unit_test(test_order_of_departed),
		cmocka_unit_test(test_copied_and_renamed),
		cmocka_unit_test(test_truncated_meanwhile),
		cmocka_unit_test(test_clock_step),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_nuls),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_deleted),
		cmocka_unit_test(test_unfinished),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_no_size),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bad_positions),
		cmocka_unit_test(test_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
