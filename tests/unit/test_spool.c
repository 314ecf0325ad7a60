/* Messages on disk, and those that may not have arrived. */
#include "unit.h"
#include "unit_files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/io/doubt.h>
#include <purposed/io/spool.h>

static int n_bad_syncs; /* so many fail */

/* Like the kernel's, which tells once that a disk took nothing. */
int fdatasync(int fd)
{
	if (n_bad_syncs > 0) {
		n_bad_syncs--;
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

static int n_folder_syncs;
static bool bad_folder_sync;

/* Of folders only: files are written by fdatasync. */
int fsync(int fd)
{
	n_folder_syncs++;
	if (!bad_folder_sync)
		return (int)syscall(SYS_fsync, fd);
	errno = EIO;
	return -1;
}

static int clock_ahead_s;

int clock_gettime(clockid_t id, struct timespec *t)
{
	int result = (int)syscall(SYS_clock_gettime, id, t);

	t->tv_sec += clock_ahead_s;
	return result;
}

/* Where a test has its spool. */
struct place {
	char dir[32];
	char path[64];
};

static int set_up(void **state)
{
	struct place *place = mem_new(1, sizeof(*place));

	snprintf(place->path, sizeof(place->path), "%s/s", unit_directory(place->dir));
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	log_set_level(LOG_LEVEL_NOTICE);
	unlink(place->path);
	assert_int_equal(rmdir(place->dir), 0);
	free(place);
	return 0;
}

static struct spool *open_spool(const char *path, unsigned long long max)
{
	struct spool *spool = NULL;
	struct err e = { 0 };

	if (spool_open(&spool, path, max, &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	return spool;
}

static void add(struct spool *spool, const char *text)
{
	struct err e = { 0 };

	assert_int_equal(spool_add(spool, span_str(text), &e), 0);
}

/* The next message is text; NULL: there is none. */
static void reads(struct spool *spool, const char *text)
{
	struct span message;
	struct err e = { 0 };

	assert_int_equal(spool_read(spool, &message, &e), text != NULL);
	assert_false(err_any(&e));
	if (text == NULL)
		return;
	assert_true(span_is(message, text));
	spool_next(spool);
}

static off_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	return st.st_size;
}

/* Opens a spool, and says whether that logs these words; NULL: nothing. */
static struct spool *open_saying(const char *path, const char *words)
{
	char said[256] = { 0 };
	int before = dup(STDERR_FILENO);
	int pipes[2];
	struct spool *spool;

	assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
	dup2(pipes[1], STDERR_FILENO);
	spool = open_spool(path, 1000);
	dup2(before, STDERR_FILENO);
	if (words != NULL)
		assert_true(read(pipes[0], said, sizeof(said) - 1) > 0);
	else
		assert_int_equal(read(pipes[0], said, sizeof(said) - 1), -1);
	assert_non_null(strstr(said, words != NULL ? words : ""));
	close(before);
	close(pipes[0]);
	close(pipes[1]);
	return spool;
}

/* What was not released is there again, in order, after a rewind and after a restart. */
static void test_spool(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;

	spool = open_spool(path, 1000);
	reads(spool, NULL);
	add(spool, "one");
	add(spool, "two\0three");
	reads(spool, "one");
	spool_release(spool, spool_cursor(spool));
	reads(spool, "two");
	add(spool, "three");
	assert_int_equal(spool_held(spool), 11 + 13);
	assert_int_equal(spool_unread(spool), 13);
	assert_int_equal(spool_rewind(spool), 11);
	reads(spool, "two");
	spool_close(&spool);
	assert_null(spool);
	spool = open_spool(path, 1000);
	reads(spool, "two");
	reads(spool, "three");
	reads(spool, NULL);
	/* an empty one gives the disk back, and goes on */
	spool_release(spool, spool_cursor(spool));
	assert_int_equal(size_of(path), 4096);
	assert_int_equal(spool_held(spool), 0);
	add(spool, "four");
	add(spool, "five");
	spool_skip(spool);
	reads(spool, NULL);
	spool_rewind(spool);
	reads(spool, "four");
	spool_close(&spool);
}

static void test_room(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;

	spool = open_spool(path, 28);
	/* an empty one has room for any, or it would wait for ever */
	assert_true(spool_has_room(spool, 100));
	add(spool, "12345678");
	assert_true(spool_has_room(spool, 4));
	assert_false(spool_has_room(spool, 5));
	reads(spool, "12345678");
	assert_false(spool_has_room(spool, 5));
	spool_release(spool, spool_cursor(spool));
	assert_true(spool_has_room(spool, 5));
	spool_close(&spool);
}

/* A long record with all that is to be said of it, and what comes behind it. */
static void test_large(void **state)
{
	enum { BYTES = 17 * 1024 * 1024 };
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;
	char *text = mem_new(BYTES + 1, 1);

	memset(text, 'x', BYTES);
	spool = open_spool(path, 1000);
	add(spool, text);
	add(spool, "next");
	reads(spool, text);
	spool_close(&spool);
	spool = open_spool(path, 1000);
	reads(spool, text);
	reads(spool, "next");
	spool_close(&spool);
	free(text);
}

/* Every place at which a kill may tear the last message. */
static void test_torn(void **state)
{
	const char *path = ((const struct place *)*state)->path;

	for (off_t cut = 1; cut <= 13; cut++) {
		struct spool *spool = open_spool(path, 1000);
		off_t size;

		add(spool, "whole");
		add(spool, "torn!");
		spool_close(&spool);
		size = size_of(path);
		assert_int_equal(truncate(path, size - cut), 0);
		spool = open_saying(path, cut != 13 ? "ends in a torn message" : NULL);
		reads(spool, "whole");
		reads(spool, NULL);
		add(spool, "next");
		reads(spool, "next");
		spool_release(spool, spool_cursor(spool));
		spool_close(&spool);
	}
}

static void overwrite(const char *path, off_t at, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY);

	assert_int_equal(pwrite(fd, bytes, len, at), len);
	close(fd);
}

static void said_of_cut(struct err *e, const char *what)
{
	assert_non_null(strstr(buf_str(&e->text), what));
	err_fini(e);
}

/* What the disk made something else of is not sent; what is behind it is. */
static void test_damaged(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;
	struct err e = { 0 };

	log_set_level(LOG_LEVEL_ERR);
	spool = open_spool(path, 1000);
	add(spool, "first");
	add(spool, "second");
	add(spool, "third");
	assert_int_equal(spool_sync(spool, &e), 0);
	spool_close(&spool);
	overwrite(path, 4096 + 8 + 2, "", 1);
	spool = open_spool(path, 1000);
	reads(spool, "second");
	spool_release(spool, spool_cursor(spool));
	/* a length that is wrong, but not too long */
	overwrite(path, 4096 + 13 + 14, "\4", 1);
	spool_close(&spool);
	spool = open_spool(path, 1000);
	reads(spool, NULL);
	add(spool, "fourth");
	reads(spool, "fourth");
	spool_close(&spool);
	/* one that lies behind the end: what is there cannot be told */
	overwrite(path, 4096, "\4\4\4\4", 4);
	spool = open_spool(path, 1000);
	reads(spool, NULL);
	spool_close(&spool);
}

/* What is no length, in the middle: nothing was torn, and more than one message is lost. */
static void test_no_length(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;

	log_set_level(LOG_LEVEL_ERR);
	for (size_t i = 0; i < 2; i++) {
		spool = open_spool(path, 1000);
		add(spool, "first");
		add(spool, "second");
		add(spool, "third");
		spool_close(&spool);
		overwrite(path, 4096 + 13, i == 0 ? "\0\0\0\0" : "text", 4);
		spool = open_saying(path, "is damaged at byte 4109: what is behind, 27 bytes of "
					  "messages, is lost");
		reads(spool, "first");
		reads(spool, NULL);
		spool_close(&spool);
		unlink(path);
	}
}

/* Emptied, or cut, by somebody else, while it is open. */
static void test_cut(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;
	struct span message;
	struct err e = { 0 };

	log_set_level(LOG_LEVEL_ERR);
	spool = open_spool(path, 1000);
	add(spool, "first");
	add(spool, "second");
	reads(spool, "first");
	assert_int_equal(truncate(path, 0), 0);
	assert_false(spool_read(spool, &message, &e));
	said_of_cut(&e, "was cut by somebody else: up to 27 bytes of messages are lost");
	reads(spool, NULL);
	add(spool, "third");
	reads(spool, "third");
	spool_release(spool, spool_cursor(spool));
	add(spool, "fourth");
	add(spool, "fifth");
	assert_int_equal(truncate(path, 4096 + 14 + 3), 0);
	assert_int_equal(spool_add(spool, span_str("sixth"), &e), -1);
	said_of_cut(&e, "was cut by somebody else");
	add(spool, "sixth");
	reads(spool, "fourth");
	reads(spool, "sixth");
	/* a place of before */
	spool_release(spool, spool_cursor(spool) + 1);
	assert_int_equal(spool_held(spool), 14 + 13);
	spool_close(&spool);
	spool = open_spool(path, 1000);
	reads(spool, "fourth");
	reads(spool, "sixth");
	spool_close(&spool);
}

/* Somebody removes the file: what is in it gets a name again. */
static void test_removed(void **state)
{
	const struct place *place = *state;
	const char *path = place->path;
	struct spool *spool;
	struct err e = { 0 };

	log_set_level(LOG_LEVEL_ERR);
	spool = open_spool(path, 1000);
	add(spool, "first");
	add(spool, "second");
	reads(spool, "first");
	spool_release(spool, spool_cursor(spool));
	unlink(path);
	add(spool, "third");
	reads(spool, "second");
	unlink(path);
	assert_int_equal(spool_sync(spool, &e), 0);
	spool_close(&spool);
	spool = open_spool(path, 1000);
	reads(spool, "second");
	reads(spool, "third");
	/* where it cannot be had nothing is added, and what is there is read */
	spool_rewind(spool);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(spool_add(spool, span_str("fourth"), &e), -1);
	said_of_cut(&e, "cannot open the spool");
	assert_int_equal(spool_sync(spool, &e), -1);
	err_fini(&e);
	reads(spool, "second");
	rmdir(path);
	free(unit_file(place->dir, "s", "x"));
	assert_int_equal(spool_add(spool, span_str("fourth"), &e), -1);
	said_of_cut(&e, "another one is there");
	unlink(path);
	add(spool, "fourth");
	reads(spool, "third");
	reads(spool, "fourth");
	spool_close(&spool);
	spool = open_spool(path, 1000);
	reads(spool, "second");
	reads(spool, "third");
	reads(spool, "fourth");
	spool_release(spool, spool_cursor(spool));
	/* with nothing in it there is nothing to keep */
	unlink(path);
	assert_int_equal(spool_sync(spool, &e), 0);
	assert_int_equal(access(path, F_OK), -1);
	spool_close(&spool);
}

/* No room to write it anew: that is said, and not tried with every message. */
static void test_removed_full(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;
	struct buf long_one = { 0 };
	struct err e = { 0 };

	log_set_level(LOG_LEVEL_ERR);
	signal(SIGXFSZ, SIG_IGN);
	spool = open_spool(path, 100000);
	memset(buf_reserve(&long_one, 20000), 'x', 20000);
	long_one.len = 20000;
	add(spool, buf_str(&long_one));
	unlink(path);
	unit_limit_files(10000);
	errno = 0;
	assert_int_equal(spool_add(spool, span_str("second"), &e), -1);
	unit_limit_files(RLIM_INFINITY);
	assert_non_null(strstr(buf_str(&e.text), "which was removed: No space left on device"));
	err_fini(&e);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(spool_add(spool, span_str("second"), &e), -1);
	said_of_cut(&e, "is tried every 5 seconds");
	assert_int_equal(spool_sync(spool, &e), -1);
	err_fini(&e);
	assert_int_equal(access(path, F_OK), -1);
	clock_ahead_s = 6;
	add(spool, "second");
	clock_ahead_s = 0;
	spool_close(&spool);
	spool = open_spool(path, 100000);
	reads(spool, buf_str(&long_one));
	reads(spool, "second");
	spool_close(&spool);
	buf_fini(&long_one);
}

/* A place of before the file was cut does not release what was added since. */
static void test_old_place(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;
	struct span message;
	unsigned long long place;
	struct err e = { 0 };

	log_set_level(LOG_LEVEL_ERR);
	spool = open_spool(path, 1000);
	add(spool, "a long message");
	add(spool, "two");
	reads(spool, "a long message");
	reads(spool, "two");
	place = spool_cursor(spool);
	assert_int_equal(truncate(path, 4096 + 10), 0);
	assert_false(spool_read(spool, &message, &e));
	said_of_cut(&e, "was cut by somebody else");
	for (int i = 0; i < 4; i++) {
		add(spool, "new one");
		reads(spool, "new one");
	}
	/* it would be in the middle of one of these */
	spool_release(spool, place);
	assert_int_equal(spool_held(spool), 4 * 15);
	/* what was read, and is left by the cut, comes again: nobody can release it else */
	assert_int_equal(truncate(path, 4096 + 2 * 15), 0);
	assert_false(spool_read(spool, &message, &e));
	said_of_cut(&e, "was cut by somebody else");
	reads(spool, "new one");
	reads(spool, "new one");
	place = spool_cursor(spool);
	spool_rewind(spool);
	reads(spool, "new one");
	reads(spool, "new one");
	spool_release(spool, place);
	assert_int_equal(spool_held(spool), 30);
	place = spool_cursor(spool);
	spool_release(spool, place);
	assert_int_equal(spool_held(spool), 0);
	add(spool, "more");
	reads(spool, "more");
	assert_true(spool_cursor(spool) > place);
	spool_close(&spool);
}

/* Damage is passed once: it does not stay in the spool, nor come up at each rewind. */
static void test_heals(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;

	log_set_level(LOG_LEVEL_ERR);
	/* all that there is */
	spool = open_spool(path, 1000);
	add(spool, "first");
	add(spool, "second");
	overwrite(path, 4096 + 8, "F", 1);
	overwrite(path, 4096 + 13 + 8, "S", 1);
	reads(spool, NULL);
	assert_int_equal(spool_held(spool), 0);
	assert_int_equal(size_of(path), 4096);
	/* behind one that is in doubt: with it */
	add(spool, "first");
	add(spool, "second");
	overwrite(path, 4096 + 13 + 8, "S", 1);
	reads(spool, "first");
	reads(spool, NULL);
	assert_int_equal(spool_held(spool), 13 + 14);
	spool_rewind(spool);
	reads(spool, "first");
	spool_release(spool, spool_cursor(spool));
	assert_int_equal(spool_held(spool), 0);
	assert_int_equal(size_of(path), 4096);
	/* before one: at once */
	add(spool, "first");
	add(spool, "second");
	overwrite(path, 4096 + 8, "F", 1);
	reads(spool, "second");
	assert_int_equal(spool_held(spool), 14);
	spool_release(spool, spool_cursor(spool));
	spool_close(&spool);
}

/* A length that cannot be: what is behind it goes, and is not behind what comes. */
static void test_heals_length(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool = open_spool(path, 1000);
	struct span message;
	struct err e = { 0 };

	log_set_level(LOG_LEVEL_ERR);
	add(spool, "first");
	add(spool, "second");
	add(spool, "third");
	overwrite(path, 4096 + 13, "\4\4\4\4", 4);
	reads(spool, "first");
	assert_false(spool_read(spool, &message, &e));
	said_of_cut(&e, "is damaged at byte 4109");
	assert_int_equal(size_of(path), 4096 + 13);
	reads(spool, NULL);
	spool_release(spool, spool_cursor(spool));
	assert_int_equal(size_of(path), 4096);
	/* with nothing before it */
	add(spool, "first");
	overwrite(path, 4096, "\4\4\4\4", 4);
	assert_false(spool_read(spool, &message, &e));
	said_of_cut(&e, "is damaged at byte 4096");
	assert_int_equal(spool_held(spool), 0);
	assert_int_equal(size_of(path), 4096);
	add(spool, "next");
	reads(spool, "next");
	spool_close(&spool);
	spool = open_spool(path, 1000);
	reads(spool, "next");
	reads(spool, NULL);
	spool_close(&spool);
}

static void sync_fails(struct spool *spool, const char *what)
{
	struct err e = { 0 };

	assert_int_equal(spool_sync(spool, &e), -1);
	assert_non_null(strstr(buf_str(&e.text), what));
	err_fini(&e);
}

/* A disk that failed once is not believed the next time: what was there may not be on it. */
static void test_sync(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;
	struct err e = { 0 };

	spool = open_spool(path, 1000);
	assert_int_equal(spool_sync(spool, &e), 0);
	add(spool, "first");
	assert_int_equal(spool_sync(spool, &e), 0);
	add(spool, "second");
	n_bad_syncs = 1;
	sync_fails(spool, "cannot write the spool");
	sync_fails(spool, "could not be written");
	add(spool, "third");
	reads(spool, "first");
	spool_release(spool, spool_cursor(spool));
	sync_fails(spool, "could not be written");
	/* what was added since is written by a sync that does not fail */
	reads(spool, "second");
	spool_release(spool, spool_cursor(spool));
	assert_int_equal(spool_sync(spool, &e), 0);
	/* nor is there any doubt about an empty one */
	add(spool, "fourth");
	n_bad_syncs = 1;
	sync_fails(spool, "cannot write the spool");
	spool_skip(spool);
	spool_release(spool, spool_cursor(spool));
	assert_int_equal(spool_held(spool), 0);
	assert_int_equal(spool_sync(spool, &e), 0);
	add(spool, "fifth");
	assert_int_equal(spool_sync(spool, &e), 0);
	spool_close(&spool);
}

/* A file's name is on the disk with its folder only: a first spool would else be gone, whole. */
static void test_sync_folder(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool = NULL;
	struct err e = { 0 };

	bad_folder_sync = true;
	assert_int_equal(spool_open(&spool, path, 1000, &e), -1);
	bad_folder_sync = false;
	assert_non_null(strstr(buf_str(&e.text), "cannot write the folder of the spool"));
	err_fini(&e);
	n_folder_syncs = 0;
	spool = open_spool(path, 1000);
	assert_int_equal(n_folder_syncs, 1);
	spool_close(&spool);
	spool = open_spool(path, 1000);
	assert_int_equal(n_folder_syncs, 1);
	spool_close(&spool);
}

/* More than a window, of all lengths, and holes in the file. */
static void test_many(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	struct spool *spool;
	struct stat st;
	struct buf text = { 0 };
	struct err e = { 0 };
	size_t n = 0;

	memset(buf_reserve(&text, 1000000), 'x', 1000000);
	spool = open_spool(path, 100000000);
	for (size_t len = 1; len < 1000000; len = len * 5 / 4 + 1) {
		assert_int_equal(spool_add(spool, span_of(text.ptr, len), &e), 0);
		n++;
	}
	for (size_t len = 1; len < 1000000; len = len * 5 / 4 + 1) {
		struct span message;

		assert_true(spool_read(spool, &message, &e));
		assert_int_equal(message.len, len);
		spool_next(spool);
		if (--n > 0)
			spool_release(spool, spool_cursor(spool));
	}
	reads(spool, NULL);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > 4000000);
	/* what was released was given back, where the file system can */
	assert_true(st.st_blocks * 512 < st.st_size);
	spool_release(spool, spool_cursor(spool));
	assert_int_equal(size_of(path), 4096);
	spool_close(&spool);
	buf_fini(&text);
}

/* Bytes of the file on the disk, when half of 4 MB of messages are released. */
static long long half_released(const char *path)
{
	struct spool *spool = open_spool(path, 100000000);
	struct buf text = { 0 };
	struct err e = { 0 };
	struct stat st;

	memset(buf_reserve(&text, 100000), 'x', 100000);
	for (int i = 0; i < 40; i++)
		assert_int_equal(spool_add(spool, span_of(text.ptr, 100000), &e), 0);
	for (int i = 0; i < 20; i++) {
		struct span message;

		assert_true(spool_read(spool, &message, &e));
		spool_next(spool);
		spool_release(spool, spool_cursor(spool));
	}
	assert_int_equal(stat(path, &st), 0);
	spool_close(&spool);
	buf_fini(&text);
	unlink(path);
	return (long long)st.st_blocks * 512;
}

/* There is no hole on the disk before the place behind it is. */
static void test_holes(void **state)
{
	const char *path = ((const struct place *)*state)->path;

	assert_true(half_released(path) < 4000000);
	n_bad_syncs = 1000;
	assert_true(half_released(path) >= 4000000);
	n_bad_syncs = 0;
}

static void refused(const char *path, const char *said)
{
	struct spool *spool = NULL;
	struct err e = { 0 };

	assert_int_equal(spool_open(&spool, path, 1000, &e), -1);
	assert_null(spool);
	assert_non_null(strstr(buf_str(&e.text), said));
	err_fini(&e);
}

static unsigned long long left(const char *path)
{
	unsigned long long bytes;

	assert_true(spool_look(path, &bytes));
	return bytes;
}

/* Another name: in place of none, or of a spool that is empty, and of no other. */
static void test_moved(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	char to[80];
	struct spool *spool = open_spool(path, 1000);
	struct err e = { 0 };

	snprintf(to, sizeof(to), "%s.to", path);
	assert_int_equal(left(path), 0);
	add(spool, "one");
	add(spool, "two");
	reads(spool, "one");
	spool_release(spool, spool_cursor(spool));
	assert_int_equal(left(path), spool_held(spool));
	assert_true(left(path) != 0);
	spool_close(&spool);

	spool = open_spool(to, 1000);
	add(spool, "three");
	spool_close(&spool);
	assert_int_equal(spool_move(path, to, &e), -1);
	assert_non_null(strstr(buf_str(&e.text), "which holds 13 bytes of messages"));
	err_fini(&e);
	assert_true(left(path) != 0 && left(to) != 0);

	spool = open_spool(to, 1000);
	reads(spool, "three");
	spool_release(spool, spool_cursor(spool));
	spool_close(&spool);
	assert_int_equal(spool_move(path, to, &e), 0);
	assert_int_equal(access(path, F_OK), -1);
	spool = open_spool(to, 1000);
	reads(spool, "two");
	reads(spool, NULL);
	spool_close(&spool);

	/* there is nowhere to */
	assert_int_equal(spool_move(to, "/dev/null/s", &e), -1);
	assert_non_null(strstr(buf_str(&e.text), "/dev/null/s: Not a directory"));
	err_fini(&e);
	assert_true(left(to) != 0);

	/* what is no spool, or was one and is damaged, stays */
	spool = open_spool(path, 1000);
	add(spool, "four");
	spool_close(&spool);
	overwrite(path, 0, "x", 1);
	assert_int_equal(spool_move(to, path, &e), -1);
	assert_non_null(strstr(buf_str(&e.text), "which is no spool: move that away"));
	err_fini(&e);
	assert_true(left(to) != 0);
	assert_int_equal(size_of(path), 4096 + 8 + 4);
	unlink(to);
}

static void test_swapped(void **state)
{
	const char *path = ((const struct place *)*state)->path;
	char other[80];
	struct spool *spool = open_spool(path, 1000);

	snprintf(other, sizeof(other), "%s.other", path);
	add(spool, "one");
	spool_close(&spool);
	assert_false(spool_swap(path, other));
	spool = open_spool(other, 1000);
	spool_close(&spool);
	assert_true(spool_swap(path, other));
	assert_int_equal(left(path), 0);
	spool = open_spool(other, 1000);
	reads(spool, "one");
	spool_close(&spool);
	unlink(other);
}

static void test_refused(void **state)
{
	char dir[32];
	char path[64];
	char *other;
	struct spool *spool;
	char head[4096] = "purposed spool 2\n";

	(void)state;
	snprintf(path, sizeof(path), "%s/s", unit_directory(dir));
	spool = open_spool(path, 1000);
	refused(path, "is in use by another process");
	spool_close(&spool);
	unlink(path);
	other = unit_file(dir, "s",
			  "something else, which is longer than the head of a spool is, "
			  "so that it can be read whole, and then is refused");
	refused(path, "is no spool");
	free(other);
	/* the first message lies behind the end */
	memset(head + 64, 0x7f, 8);
	unlink(path);
	assert_int_equal(close(creat(path, 0600)), 0);
	{
		FILE *file = fopen(path, "w");

		assert_int_equal(fwrite(head, 1, sizeof(head), file), sizeof(head));
		fclose(file);
	}
	refused(path, "is damaged");
	unlink(path);
	refused(dir, "cannot open the spool");
	rmdir(dir);
	refused(path, "cannot open the spool");
}

/* --- Doubt --------------------------------------------------------------------- */

/* The messages that are kept themselves, joined. */
static void doubts(struct doubt *doubt, const char *wanted)
{
	struct buf all = { 0 };
	struct span message;
	size_t at = DOUBT_FIRST;

	while (doubt_next(doubt, &at, &message)) {
		buf_add_span(&all, message);
		buf_add_char(&all, ' ');
	}
	assert_string_equal(buf_str(&all), wanted);
	buf_fini(&all);
}

/* A message is in doubt until it has arrived and a second is over, or a MiB is behind it. */
static void test_doubt(void **state)
{
	struct doubt d = { 0 };
	size_t at = DOUBT_FIRST;
	struct span message;

	(void)state;
	doubts(&d, "");
	doubt_add(&d, span_str("a"), 0, 10, 1000);
	doubt_add(&d, span_str("b"), 0, 20, 1100);
	doubt_add(&d, span_str(""), 777, 30, 1200);
	doubt_add(&d, span_str("c"), 0, 40, 1300);
	doubts(&d, "a b c ");
	assert_int_equal(d.n, 4);
	assert_int_equal(d.n_direct, 3);
	/* arrived, too young */
	assert_int_equal(doubt_settle(&d, 40, 0, 1999), 0);
	doubts(&d, "a b c ");
	/* old, but something is still on its way: the receiver may not be reading */
	assert_int_equal(doubt_settle(&d, 40, 1, 2050), 0);
	doubts(&d, "a b c ");
	assert_int_equal(doubt_settle(&d, 40, 0, 2050), 0);
	doubts(&d, "b c ");
	/* into the spool */
	assert_true(doubt_next(&d, &at, &message));
	doubt_place(&d, at, 600);
	doubts(&d, "c ");
	assert_int_equal(d.n_direct, 1);
	assert_int_equal(doubt_settle(&d, 40, 0, 2100), 600);
	assert_int_equal(doubt_settle(&d, 40, 0, 2250), 777);
	/* much was sent behind it: it may be young, but not on its way */
	assert_int_equal(doubt_settle(&d, 40 + (1 << 20), (2 << 20), 2250), 0);
	doubts(&d, "c ");
	assert_int_equal(doubt_settle(&d, 40 + (1 << 20), 5, 2250), 0);
	doubts(&d, "");
	assert_int_equal(d.n, 0);
	doubt_add(&d, span_str("d"), 0, 1, 1);
	doubt_clear(&d);
	doubts(&d, "");
	doubt_fini(&d);
}

/* What is forgotten does not pile up. */
static void test_doubt_memory(void **state)
{
	struct doubt d = { 0 };
	char text[1000] = { 0 };

	(void)state;
	for (unsigned long long i = 1; i <= 10000; i++) {
		doubt_add(&d, span_of(text, sizeof(text)), 0, i * 1000, (long long)i);
		doubt_settle(&d, i * 1000, 0, (long long)i);
	}
	assert_true(d.n >= 1000 && d.n < 1100);
	assert_true(d.bytes.cap < 4 << 20);
	doubt_fini(&d);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(test_spool),
		IN_PLACE(test_room),
		IN_PLACE(test_large),
		IN_PLACE(test_torn),
		IN_PLACE(test_damaged),
		IN_PLACE(test_no_length),
		IN_PLACE(test_cut),
		IN_PLACE(test_removed),
		IN_PLACE(test_removed_full),
		IN_PLACE(test_old_place),
		IN_PLACE(test_heals),
		IN_PLACE(test_heals_length),
		IN_PLACE(test_sync),
		IN_PLACE(test_many),
		IN_PLACE(test_moved),
		IN_PLACE(test_swapped),
		cmocka_unit_test(test_refused),
		IN_PLACE(test_holes),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_doubt_memory),
		IN_PLACE(test_sync_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
