/* io/walk over folders made for the purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/io/label.h>
#include <purposed/io/walk.h>

static char tmp[] = "/tmp/purposed-walk-XXXXXX";

static void shell(const char *command)
{
	assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(tmp) == NULL || chdir(tmp) != 0 ? -1 : 0;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", tmp);
	return chdir("/") != 0 ? -1 : system(command);
}

struct walked {
	struct buf files; /* "path\n" each */
	struct err e;
	struct walk_counts counts;
};

static struct walked walk(const char *const *paths, size_t count)
{
	struct walked r = { 0 };
	struct walk *w = walk_open(paths, count);
	const char *path;
	int status;

	while ((status = walk_next(w, &path, &r.e)) != 0) {
		if (status == 1)
			buf_printf(&r.files, "%s\n", path);
	}
	assert_int_equal(walk_next(w, &path, &r.e), 0);
	r.counts = walk_counts(w);
	walk_close(&w);
	assert_null(w);
	return r;
}

static void walked_fini(struct walked *r)
{
	buf_fini(&r->files);
	err_fini(&r->e);
}

static void sorted_by_bytes_and_arguments_in_order(void **state)
{
	const char *const paths[] = { "tree/b", "tree", "tree/a.log" };
	struct walked r;

	(void)state;
	shell("mkdir -p tree/b tree/C && touch tree/b/2 tree/b/10 tree/C/x tree/a.log "
	      "tree/B.log 'tree/\303\251' tree/.hidden");
	r = walk(paths, 3);
	assert_string_equal(buf_str(&r.files), "tree/b/10\ntree/b/2\n"
					       "tree/.hidden\ntree/B.log\ntree/C/x\ntree/a.log\n"
					       "tree/b/10\ntree/b/2\ntree/\303\251\n"
					       "tree/a.log\n");
	assert_int_equal(r.counts.files, 10);
	assert_false(err_any(&r.e));
	walked_fini(&r);
}

static void links_are_followed_only_where_named(void **state)
{
	const char *const paths[] = { "links", "to-file", "to-folder" };
	struct walked r;

	(void)state;
	shell("mkdir -p links/in real && touch links/in/file real/file && ln -s .. links/in/loop "
	      "&& ln -s nowhere links/dangling && ln -s file links/in/again && "
	      "ln -s real/file to-file && ln -s real to-folder");
	r = walk(paths, 3);
	assert_string_equal(buf_str(&r.files), "links/in/file\nto-file\nto-folder/file\n");
	assert_int_equal(r.counts.links, 3);
	assert_false(err_any(&r.e));
	walked_fini(&r);
}

static void bind_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

static void specials_are_skipped_in_folders_and_refused_when_named(void **state)
{
	const char *const paths[] = { "odd", "odd/pipe", "odd/socket", "/dev/null" };
	struct walked r;

	(void)state;
	shell("mkdir odd && mkfifo odd/pipe && touch odd/z");
	bind_socket("odd/socket");
	r = walk(paths, 4);
	assert_string_equal(buf_str(&r.files), "odd/z\n");
	assert_int_equal(r.counts.specials, 2);
	assert_int_equal(r.counts.troubles, 3);
	assert_string_equal(buf_str(&r.e.text),
			    "odd/pipe: is a named pipe, neither a file nor a folder\n"
			    "odd/socket: is a socket, neither a file nor a folder\n"
			    "/dev/null: is a device, neither a file nor a folder\n");
	walked_fini(&r);
}

static void descriptors_are_streams(void **state)
{
	const char *const paths[] = { "-", "/dev/stdin", "/dev/fd/9", "/proc/self/fd/9" };
	struct walked r = walk(paths, 4);

	(void)state;
	assert_int_equal(r.counts.files, 4);
	assert_false(err_any(&r.e));
	walked_fini(&r);
}

static void what_is_missing_is_told_and_the_rest_goes_on(void **state)
{
	const char *const paths[] = { "gone", "new\nline", "kept" };
	struct walked r;

	(void)state;
	shell("mkdir kept && touch kept/1");
	r = walk(paths, 3);
	assert_string_equal(buf_str(&r.files), "kept/1\n");
	assert_string_equal(buf_str(&r.e.text), "gone: No such file or directory\n"
						"new\\x0aline: No such file or directory\n");
	assert_int_equal(r.counts.troubles, 2);
	walked_fini(&r);
}

static void an_unreadable_folder_is_told(void **state)
{
	const char *const paths[] = { "closed" };
	struct walked r;

	(void)state;
	if (geteuid() == 0)
		skip();
	shell("mkdir -p closed/a closed/b && touch closed/a/1 closed/b/2 && chmod 0 closed/a");
	r = walk(paths, 1);
	shell("chmod 700 closed/a");
	assert_string_equal(buf_str(&r.files), "closed/b/2\n");
	assert_string_equal(buf_str(&r.e.text), "closed/a: Permission denied\n");
	walked_fini(&r);
}

static void a_folder_that_vanishes_is_told(void **state)
{
	const char *const paths[] = { "brief" };
	struct err e = { 0 };
	const char *path;
	struct walk *w;

	(void)state;
	shell("mkdir -p brief/b && touch brief/a brief/b/1 brief/c");
	w = walk_open(paths, 1);
	assert_int_equal(walk_next(w, &path, &e), 1);
	shell("rm -r brief/b");
	assert_int_equal(walk_next(w, &path, &e), -1);
	assert_non_null(strstr(buf_str(&e.text), "brief/b: No such file"));
	assert_int_equal(walk_next(w, &path, &e), 1);
	assert_string_equal(path, "brief/c");
	walk_close(&w);
	walk_close(&w);
	err_fini(&e);
}

/* A long name is cut, but not within a character. */
static void a_label_is_short(void **state)
{
	char name[LABEL_BYTES_MAX + 8];
	struct buf label = { 0 };

	(void)state;
	memset(name, 'a', sizeof(name));
	name[LABEL_BYTES_MAX] = '\0';
	label_add(&label, name);
	assert_string_equal(buf_str(&label), name);
	buf_clear(&label);
	memcpy(name + LABEL_BYTES_MAX - 1, "\xe2\x82\xac", 4);
	label_add(&label, name);
	assert_int_equal(label.len, LABEL_BYTES_MAX - 1 + 3);
	assert_string_equal(buf_str(&label) + LABEL_BYTES_MAX - 2, "a...");
	buf_clear(&label);
	memcpy(name + LABEL_BYTES_MAX - 1, "\x9b\x9b", 3);
	label_add(&label, name);
	assert_string_equal(buf_str(&label) + LABEL_BYTES_MAX - 2, "a\\x9b...");
	buf_fini(&label);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted_by_bytes_and_arguments_in_order),
		cmocka_unit_test(links_are_followed_only_where_named),
		cmocka_unit_test(specials_are_skipped_in_folders_and_refused_when_named),
		cmocka_unit_test(descriptors_are_streams),
		cmocka_unit_test(what_is_missing_is_told_and_the_rest_goes_on),
		cmocka_unit_test(an_unreadable_folder_is_told),
		cmocka_unit_test(a_folder_that_vanishes_is_told),
		cmocka_unit_test(a_label_is_short),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
