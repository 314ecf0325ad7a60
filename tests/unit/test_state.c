/* What outlives the process: the folder, checkpoints, positions, fingerprints. */
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/io/position.h>
#include <purposed/io/state.h>
#include <purposed/run/settings_private.h>

static char *join(const char *folder, const char *name)
{
	struct buf path = { 0 };

	buf_printf(&path, "%s/%s", folder, name);
	buf_str(&path);
	return path.ptr;
}

static struct state *open_state(const char *path)
{
	struct state *state = NULL;
	struct err e = { 0 };

	if (state_open(&state, path, &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	return state;
}

static void save(const struct state *state, const char *name, const char *text)
{
	struct err e = { 0 };

	assert_int_equal(state_save(state, name, "tail", span_str(text), &e), 0);
}

static void test_folder(void **unused)
{
	char dir[32];
	char *path = join(unit_directory(dir), "state");
	char *file = join(dir, "state/lock");
	struct state *state = open_state(path);
	struct state *other = NULL;
	struct err e = { 0 };
	struct stat st;

	(void)unused;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_true(state_is(state, path));
	assert_false(state_is(state, dir));
	assert_false(state_is(state, "/nowhere"));
	assert_true(state_is_others(path)); /* as seen by whoever asks */
	assert_false(state_is_others(dir));
	assert_false(state_is_others("/nowhere"));
	/* one at a time, also within a process */
	assert_int_equal(state_open(&other, path, &e), -1);
	assert_null(other);
	assert_non_null(strstr(buf_str(&e.text), "in use by another purposed"));
	err_fini(&e);
	state_free(&state);
	assert_null(state);
	assert_false(state_is_others(path));
	state_free(&state);
	state_free(NULL);
	state = open_state(path);
	state_free(&state);
	assert_int_equal(state_open(&state, file, &e), -1); /* a file */
	assert_int_equal(state_open(&state, "/nowhere/at/all", &e), -1);
	assert_int_equal(e.count, 2);
	err_fini(&e);
	unlink(file);
	rmdir(path);
	rmdir(dir);
	free(file);
	free(path);
}

static enum checkpoint load(const struct state *state, const char *name, const char *type,
			    struct buf *out)
{
	struct err e = { 0 };
	enum checkpoint found;

	buf_clear(out);
	found = state_load(state, name, type, out, &e);
	assert_int_equal(err_any(&e), found == CHECKPOINT_FAILED);
	err_fini(&e);
	return found;
}

/* Who only asks whether somebody has it keeps nobody out. */
static void *ask_often(void *path)
{
	for (int i = 0; i < 20000; i++)
		state_is_others(path);
	return NULL;
}

static void test_asked(void **unused)
{
	char dir[32];
	char *path = join(unit_directory(dir), "state");
	char *file = join(dir, "state/lock");
	pthread_t thread;

	(void)unused;
	for (int i = 0; i < 200; i++) {
		struct state *state = open_state(path);

		state_free(&state);
		if (i == 0)
			assert_int_equal(pthread_create(&thread, NULL, ask_often, path), 0);
	}
	pthread_join(thread, NULL);
	unlink(file);
	rmdir(path);
	rmdir(dir);
	free(file);
	free(path);
}

static void test_checkpoints(void **unused)
{
	char dir[32];
	struct state *state = open_state(unit_directory(dir));
	char *file = join(dir, "a%2Fb%25.checkpoint");
	char *aside = join(dir, "a%2Fb%25.damaged");
	char *lock = join(dir, "lock");
	struct buf text = { 0 };
	struct stat st;
	char byte;
	int fd;

	(void)unused;
	log_set_level(LOG_LEVEL_ERR);
	assert_int_equal(load(state, "a/b%", "tail", &text), CHECKPOINT_NONE);
	save(state, "a/b%", "one\ntwo\n");
	assert_int_equal(load(state, "a/b%", "tail", &text), CHECKPOINT_LOADED);
	assert_string_equal(buf_str(&text), "one\ntwo\n");
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	save(state, "a/b%", "");
	assert_int_equal(load(state, "a/b%", "tail", &text), CHECKPOINT_LOADED);
	assert_int_equal(text.len, 0);
	save(state, "a/b%", "three\n");
	/* of another type: an error, and it stays */
	assert_int_equal(load(state, "a/b%", "journal", &text), CHECKPOINT_FAILED);
	assert_int_equal(load(state, "a/b%", "tai", &text), CHECKPOINT_FAILED);
	assert_int_equal(load(state, "a/b%", "tail", &text), CHECKPOINT_LOADED);
	/* whatever happens to any byte of it, it is no position any more */
	assert_int_equal(stat(file, &st), 0);
	for (off_t at = 0; at < st.st_size; at++) {
		save(state, "a/b%", "three\n");
		fd = open(file, O_RDWR);
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		close(fd);
		assert_int_equal(load(state, "a/b%", "tail", &text), CHECKPOINT_DAMAGED);
		assert_int_equal(text.len, 0);
		assert_int_equal(stat(file, &st), -1);
		assert_int_equal(stat(aside, &st), 0);
	}
	for (off_t len = 0; len < st.st_size; len++) {
		save(state, "a/b%", "three\n");
		assert_int_equal(truncate(file, len), 0);
		assert_int_equal(load(state, "a/b%", "tail", &text), CHECKPOINT_DAMAGED);
	}
	log_set_level(LOG_LEVEL_NOTICE);
	buf_fini(&text);
	state_free(&state);
	unlink(aside);
	unlink(lock);
	assert_int_equal(rmdir(dir), 0); /* and nothing else was left */
	free(file);
	free(aside);
	free(lock);
}

/* What the settings let through, the folder takes: of the longest name, all bytes escaped. */
static void test_longest_name(void **unused)
{
	char dir[32];
	struct state *state = open_state(unit_directory(dir));
	char *lock = join(dir, "lock");
	struct buf name = { 0 };
	struct buf text = { 0 };

	(void)unused;
	buf_add_str(&name, "alerts of output ");
	for (int i = 0; i < SETTINGS_NAME_MAX; i++)
		buf_add_char(&name, '/');
	save(state, buf_str(&name), "one\n");
	assert_int_equal(load(state, name.ptr, "tail", &text), CHECKPOINT_LOADED);
	state_forget(state, name.ptr);
	assert_int_equal(load(state, name.ptr, "tail", &text), CHECKPOINT_NONE);
	buf_fini(&name);
	buf_fini(&text);
	state_free(&state);
	unlink(lock);
	assert_int_equal(rmdir(dir), 0);
	free(lock);
}

static void test_positions(void **unused)
{
	struct position position = {
		.device = UINT64_MAX,
		.inode = 7,
		.at = 1LL << 62,
		.line = 5,
		.print = { 1024, 0xabc },
		.path = mem_string("/a b/%\n\xff\x7f.log"),
	};
	static const char *const none[] = {
		"",
		"file",
		"file 1 2 3 4 5 6",
		"file 1 2 3 4 5 6 ",
		"file 1 2 3 4 5 6 /a%",
		"file 1 2 3 4 5 6 /a%4",
		"file 1 2 3 4 5 6 /a%0G",
		"file 1 2 3 4 5 6 /a%00",
		"file 1 2 3 4 5 6 /a", /* the line starts behind it */
		"file 1 2 -3 -4 5 6 /a",
		"file 1 2 4 3 2000 6 /a",
		"cursor 1 2 4 3 5 6 /a",
	};
	struct position again = { 0 };
	struct buf text = { 0 };

	(void)unused;
	position_add(&text, &position);
	assert_string_equal(
		buf_str(&text),
		"file 18446744073709551615 7 4611686018427387904 5 1024 0000000000000abc "
		"/a%20b/%25%0A%FF%7F.log\n");
	assert_int_equal(position_read(&again, span_of(text.ptr, text.len - 1)), 0);
	assert_true(again.device == position.device && again.inode == 7 && again.line == 5 &&
		    again.at == position.at && again.print.len == 1024 &&
		    again.print.hash == 0xabc);
	assert_string_equal(again.path, position.path);
	for (size_t i = 0; i < COUNT(none); i++) {
		struct position out = { .inode = 99 };

		if (position_read(&out, span_str(none[i])) == 0)
			fail_msg("taken for a position: %s", none[i]);
		assert_int_equal(out.inode, 99);
	}
	position_fini(&position);
	position_fini(&again);
	buf_fini(&text);
}

static int file_of(const char *dir, const char *name, const char *text, size_t times)
{
	char *path = join(dir, name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (size_t i = 0; i < times; i++)
		assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	unlink(path);
	free(path);
	return fd;
}

static void test_fingerprints(void **unused)
{
	char dir[32];
	struct fingerprint print;
	int empty = file_of(unit_directory(dir), "a", "", 0);
	int some = file_of(dir, "b", "some bytes\n", 1);
	int more = file_of(dir, "c", "some bytes\n", 200);
	int other = file_of(dir, "d", "some Bytes\n", 200);

	(void)unused;
	assert_int_equal(fingerprint_take(&print, empty), 0);
	assert_int_equal(print.len, 0);
	assert_true(fingerprint_fits(&print, empty) && fingerprint_fits(&print, other));
	assert_int_equal(fingerprint_take(&print, some), 0);
	assert_int_equal(print.len, 11);
	assert_true(fingerprint_fits(&print, some));
	assert_true(fingerprint_fits(&print, more)); /* it has grown */
	assert_false(fingerprint_fits(&print, other));
	assert_false(fingerprint_fits(&print, empty)); /* it has shrunk */
	assert_int_equal(fingerprint_take(&print, more), 0);
	assert_int_equal(print.len, FINGERPRINT_BYTES);
	assert_false(fingerprint_fits(&print, some));
	assert_true(fingerprint_alike(some, more) && fingerprint_alike(more, some));
	assert_true(fingerprint_alike(empty, more));
	assert_false(fingerprint_alike(some, other));
	assert_int_equal(fingerprint_take(&print, -1), -1);
	assert_false(fingerprint_alike(some, -1));
	close(empty);
	close(some);
	close(more);
	close(other);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder),	    cmocka_unit_test(test_asked),
		cmocka_unit_test(test_checkpoints), cmocka_unit_test(test_longest_name),
		cmocka_unit_test(test_positions),   cmocka_unit_test(test_fingerprints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
