/* Files and descriptors that take output. */
#include "unit.h"
#include "unit_files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/io/pipe.h>
#include <purposed/io/sink.h>

static void add(struct sink *sink, const char *text)
{
	struct err e = { 0 };
	struct span rest = span_str(text);

	assert_int_equal(sink_write(sink, &rest, &e), SINK_ACCEPTED);
	assert_int_equal(rest.len, 0);
	assert_false(err_any(&e));
}

static void holds(const char *path, const char *wanted)
{
	char bytes[256];
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_true(span_is(span_of(bytes, n), wanted));
}

/* What a crash left torn is continued on a new line; what is whole is continued. */
static void test_file(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "", "new\n" },
		{ "old\n", "old\nnew\n" },
		{ "old\nto", "old\nto\nnew\n" },
		{ "\n", "\nnew\n" },
	};
	char dir[32];

	(void)state;
	unit_directory(dir);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *path = unit_file(dir, "out", cases[i].before);
		struct sink *sink = NULL;
		struct err e = { 0 };

		assert_int_equal(sink_file_new(&sink, path, NULL, &e), 0);
		/* nothing is written before there is something to write */
		holds(path, cases[i].before);
		add(sink, "");
		holds(path, cases[i].before);
		add(sink, "ne");
		add(sink, "w\n");
		holds(path, cases[i].after);
		sink_free(&sink);
		assert_null(sink);
		sink_free(&sink);
		unlink(path);
		free(path);
	}
	rmdir(dir);
}

static void test_new_file(void **state)
{
	char dir[32];
	char path[64];
	struct sink *sink = NULL;
	struct stat st;
	struct err e = { 0 };
	mode_t before = umask(0);

	(void)state;
	snprintf(path, sizeof(path), "%s/out", unit_directory(dir));
	assert_int_equal(sink_file_new(&sink, path, NULL, &e), 0);
	umask(before);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	sink_free(&sink);
	unlink(path);
	rmdir(dir);
	assert_int_equal(sink_file_new(&sink, path, NULL, &e), -1);
	assert_null(sink);
	assert_true(span_starts(buf_span(&e.text), "cannot open output file /tmp/purposed-unit."));
	err_fini(&e);
}

/* Rotation: what comes after reopen goes to the new file, torn or not. */
static void test_reopen(void **state)
{
	char dir[32];
	char path[64];
	char moved[64];
	struct sink *sink = NULL;
	struct err e = { 0 };

	(void)state;
	unit_directory(dir);
	snprintf(path, sizeof(path), "%s/out", dir);
	snprintf(moved, sizeof(moved), "%s/out.1", dir);
	assert_int_equal(sink_file_new(&sink, path, NULL, &e), 0);
	add(sink, "one\n");
	assert_int_equal(rename(path, moved), 0);
	add(sink, "two\n");
	assert_int_equal(sink_reopen(sink, &e), 0);
	add(sink, "three\n");
	holds(moved, "one\ntwo\n");
	holds(path, "three\n");
	/* where the new one cannot be had the old one stays */
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(sink_reopen(sink, &e), -1);
	assert_true(err_any(&e));
	err_fini(&e);
	add(sink, "four\nan");
	holds(moved, "three\nfour\nan");
	/* until it can be, but not within a line */
	rmdir(path);
	log_set_level(LOG_LEVEL_WARNING);
	add(sink, "d\n");
	free(unit_file(dir, "out", "to"));
	add(sink, "five\n");
	log_set_level(LOG_LEVEL_NOTICE);
	holds(moved, "three\nfour\nand\n");
	holds(path, "to\nfive\n");
	sink_free(&sink);
	unlink(path);
	unlink(moved);
	rmdir(dir);
}

/* Somebody removes the file: nobody would see what is written to it. */
static void test_removed(void **state)
{
	char dir[32];
	char path[64];
	struct sink *sink = NULL;
	struct err e = { 0 };
	struct span rest = span_str("five\n");

	(void)state;
	log_set_level(LOG_LEVEL_ERR);
	unit_directory(dir);
	snprintf(path, sizeof(path), "%s/out", dir);
	assert_int_equal(sink_file_new(&sink, path, NULL, &e), 0);
	add(sink, "one\n");
	unlink(path);
	add(sink, "two\n");
	holds(path, "two\n");
	/* within a line, which the new one has from its start */
	add(sink, "thr");
	unlink(path);
	add(sink, "e");
	unlink(path);
	add(sink, "e\n");
	holds(path, "three\n");
	unlink(path);
	add(sink, "four\n");
	holds(path, "four\n");
	/* while it cannot be made anew nothing is taken */
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(sink_write(sink, &rest, &e), SINK_ERROR);
	assert_int_equal(rest.len, 5);
	assert_non_null(strstr(buf_str(&e.text), "cannot open output file"));
	err_fini(&e);
	rmdir(path);
	free(unit_file(dir, "out", "to"));
	add(sink, "five\n");
	holds(path, "to\nfive\n");
	sink_free(&sink);
	unlink(path);
	rmdir(dir);
	log_set_level(LOG_LEVEL_NOTICE);
}

/* What cannot be written whole, to a file that is removed, is whole in the new one. */
static void test_removed_full(void **state)
{
	char dir[32];
	char path[64];
	struct sink *sink = NULL;
	struct err e = { 0 };
	struct span rest = span_str("one\nabcdefgh\nlast\n");
	struct buf long_one = { 0 };

	(void)state;
	log_set_level(LOG_LEVEL_ERR);
	signal(SIGXFSZ, SIG_IGN);
	unit_directory(dir);
	snprintf(path, sizeof(path), "%s/out", dir);
	assert_int_equal(sink_file_new(&sink, path, NULL, &e), 0);
	unit_limit_files(9);
	assert_int_equal(sink_write(sink, &rest, &e), SINK_ERROR);
	unlink(path);
	unit_limit_files(2);
	assert_int_equal(sink_write(sink, &rest, &e), SINK_ERROR);
	unit_limit_files(RLIM_INFINITY);
	err_fini(&e);
	assert_true(span_is(rest, "fgh\nlast\n"));
	holds(path, "ab");
	assert_int_equal(sink_write(sink, &rest, &e), SINK_ACCEPTED);
	holds(path, "abcdefgh\nlast\n");
	/* opened anew for another reason, the line is offered again as a whole */
	add(sink, "hal");
	assert_int_equal(sink_reopen(sink, &e), 0);
	add(sink, "half\n");
	holds(path, "abcdefgh\nlast\nhal\nhalf\n");
	/* one that is too long to be kept has its end where its begin was */
	memset(buf_reserve(&long_one, 2 << 20), 'x', 2 << 20);
	long_one.len = 2 << 20;
	add(sink, buf_str(&long_one));
	unlink(path);
	add(sink, "end\n");
	assert_int_equal(access(path, F_OK), -1);
	add(sink, "next\n");
	holds(path, "next\n");
	buf_fini(&long_one);
	sink_free(&sink);
	unlink(path);
	rmdir(dir);
	log_set_level(LOG_LEVEL_NOTICE);
}

static void test_full_disk(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct sink *sinks[2] = { sink_fd_new(fd, "standard output", -1), NULL };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(sink_file_new(&sinks[1], "/dev/full", NULL, &e), 0);
	for (size_t i = 0; i < COUNT(sinks); i++) {
		struct span rest = span_str("x\n");
		struct span none = span_str("");

		assert_int_equal(sink_write(sinks[i], &rest, &e), SINK_ERROR);
		assert_int_equal(rest.len, 2);
		assert_int_equal(sink_write(sinks[i], &none, &e), SINK_ACCEPTED);
	}
	unit_said(&e, "cannot write to standard output: No space left on device\n"
		      "cannot write to /dev/full: No space left on device\n");
	sink_free(&sinks[0]);
	sink_free(&sinks[1]);
	/* the descriptor was borrowed */
	assert_int_equal(close(fd), 0);
}

static void *drain(void *arg)
{
	int fd = *(int *)arg;
	char bytes[8192];
	size_t total = 0;
	ssize_t n;

	usleep(20000);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		total += (size_t)n;
	return (void *)total;
}

/* A descriptor that says "later" is waited for: not one byte is lost. */
static void test_slow_reader(void **state)
{
	int fds[2];
	struct sink *sink;
	struct buf text = { 0 };
	struct err e = { 0 };
	pthread_t thread;
	void *total;
	struct span rest;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	memset(buf_reserve(&text, 1 << 20), 'x', 1 << 20);
	text.len = 1 << 20;
	assert_int_equal(pthread_create(&thread, NULL, drain, &fds[0]), 0);
	sink = sink_fd_new(fds[1], "pipe", -1);
	rest = buf_span(&text);
	assert_int_equal(sink_write(sink, &rest, &e), SINK_ACCEPTED);
	assert_int_equal(rest.len, 0);
	assert_int_equal(sink_reopen(sink, &e), 0);
	sink_free(&sink);
	close(fds[1]);
	pthread_join(thread, &total);
	assert_int_equal((size_t)total, 1 << 20);
	close(fds[0]);
	buf_fini(&text);
}

/* One with patience is full when that is at its end, and has taken what there was room for. */
static void test_patience(void **state)
{
	int fds[2];
	struct sink *sink;
	struct buf text = { 0 };
	struct span rest;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	/* more than any pipe holds */
	memset(buf_reserve(&text, 1 << 21), 'x', 1 << 21);
	text.len = 1 << 21;
	sink = sink_fd_new(fds[1], "pipe", 1);
	rest = buf_span(&text);
	assert_int_equal(sink_write(sink, &rest, &e), SINK_FULL);
	assert_true(rest.len < text.len);
	assert_true(rest.ptr + rest.len == text.ptr + text.len);
	assert_false(err_any(&e));
	sink_free(&sink);
	close(fds[0]);
	close(fds[1]);
	buf_fini(&text);
}

/* A pipe gets as much room as it may have; anything else stays as it is. */
static void test_wide_pipe(void **state)
{
	int ends[2];
	int others[2];
	struct sink *sink;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(others), 0);
	fcntl(others[1], F_SETPIPE_SZ, 1 << 20);
	assert_int_not_equal(fcntl(ends[1], F_GETPIPE_SZ), 1 << 20);
	sink = sink_fd_new(ends[1], "a pipe", -1);
	assert_int_equal(fcntl(ends[1], F_GETPIPE_SZ), fcntl(others[1], F_GETPIPE_SZ));
	sink_free(&sink);
	pipe_widen(-1);
	for (int i = 0; i < 2; i++) {
		close(ends[i]);
		close(others[i]);
	}
}

/* What a record holds is part of its message, and makes no field. */
static void test_journal(void **state)
{
	static const char line[] = "PRIORITY=4\x1fPURPOSED_VERDICT=gap\x1fMESSAGE=a\x1f"
				   "PURPOSED_VERDICT=clean MESSAGE=b\n";
	static const char wanted[] = "PRIORITY=4\nPURPOSED_VERDICT=gap\nMESSAGE=a\x1f"
				     "PURPOSED_VERDICT=clean MESSAGE=b\n";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char bytes[256];
	char dir[32];
	struct sink *sink;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	(void)state;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", unit_directory(dir));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	sink = sink_journal_new(address.sun_path);
	add(sink, line);
	assert_int_equal(recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT), sizeof(wanted) - 1);
	assert_memory_equal(bytes, wanted, sizeof(wanted) - 1);
	sink_free(&sink);
	close(fd);
	unlink(address.sun_path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide_pipe), cmocka_unit_test(test_file),
		cmocka_unit_test(test_new_file),  cmocka_unit_test(test_reopen),
		cmocka_unit_test(test_removed),	  cmocka_unit_test(test_removed_full),
		cmocka_unit_test(test_full_disk), cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_patience),  cmocka_unit_test(test_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
