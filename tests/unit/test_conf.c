/* The libconfig facade: types, ranges, names, and where each complaint points. */
#include "unit.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <purposed/base/conf.h>
#include <purposed/base/mem.h>

static struct conf *parsed(const char *text)
{
	char *bytes = unit_quoted(text);
	struct conf *conf = NULL;
	struct err e = { 0 };

	if (conf_parse(&conf, "c.conf", bytes, &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	free(bytes);
	return conf;
}

static void test_tree(void **state)
{
	struct conf *conf =
		parsed("g = { s = 'x'; i = 3; big = 5000000000L; b = true; f = 1.5; };\n"
		       "l = ( 1, 'two' );\n"
		       "a = [ 'x', 'y' ];\n");
	const struct conf_node *root = conf_root(conf);
	const struct conf_node *g = conf_get(root, "g");
	const struct conf_node *l = conf_get(root, "l");

	(void)state;
	assert_int_equal(conf_count(root), 3);
	assert_null(conf_name(root));
	assert_int_equal(conf_type(g), CONF_GROUP);
	assert_string_equal(conf_name(g), "g");
	assert_string_equal(conf_as_string(conf_get(g, "s")), "x");
	assert_int_equal(conf_as_int(conf_get(g, "i")), 3);
	assert_true(conf_as_int(conf_get(g, "big")) == 5000000000LL);
	assert_true(conf_as_bool(conf_get(g, "b")));
	assert_int_equal(conf_type(conf_get(g, "f")), CONF_FLOAT);
	assert_null(conf_get(g, "S"));
	assert_null(conf_get(root, "g.s"));
	assert_int_equal(conf_type(l), CONF_LIST);
	assert_int_equal(conf_type(conf_get(root, "a")), CONF_LIST);
	assert_int_equal(conf_count(l), 2);
	assert_null(conf_name(conf_at(l, 0)));
	assert_int_equal(conf_type(conf_at(l, 0)), CONF_INT);
	assert_int_equal(conf_count(conf_get(g, "s")), 0);
	assert_int_equal(conf_line(l), 2);
	assert_string_equal(conf_file(l), "c.conf");
	assert_null(conf_get(l, "x"));
	conf_free(&conf);
	assert_null(conf);
	conf_free(&conf);
	conf_free(NULL);
}

/* What a reader says of "x", read as the type that the letter names. */
static const struct reader_case {
	char as; /* s, i (2 to 9), b, g, l; capital: required */
	const char *text;
	const char *complaint; /* "": read; NULL: absent, left alone */
} reader_cases[] = {
	{ 's', "x = 'v';", "" },
	{ 's', "y = 'v';", NULL },
	{ 'S', "y = 'v';", "c.conf: setting 'x' is missing\n" },
	{ 's', "\nx = 1;", "c.conf:2: 'x' must be a string, not a whole number\n" },
	{ 's', "x = true;", "c.conf:1: 'x' must be a string, not true or false\n" },
	{ 's', "x = 1.0;", "c.conf:1: 'x' must be a string, not a number with a fraction\n" },
	{ 's', "x = [];", "c.conf:1: 'x' must be a string, not a list [ ... ]\n" },
	{ 'i', "x = 2;", "" },
	{ 'i', "x = 9;", "" },
	{ 'i', "x = 1;", "c.conf:1: 'x' is 1, must be from 2 to 9\n" },
	{ 'i', "x = 10;", "c.conf:1: 'x' is 10, must be from 2 to 9\n" },
	{ 'i', "x = -5000000000L;", "c.conf:1: 'x' is -5000000000, must be from 2 to 9\n" },
	{ 'i', "x = 5.0;", "c.conf:1: 'x' must be a whole number, not a number with a fraction\n" },
	{ 'i', "", NULL },
	{ 'I', "", "c.conf: setting 'x' is missing\n" },
	{ 'b', "x = true;", "" },
	{ 'b', "x = 1;", "c.conf:1: 'x' must be true or false, not a whole number\n" },
	{ 'B', "", "c.conf: setting 'x' is missing\n" },
	{ 'b', "", NULL },
	{ 'g', "x = { };", "" },
	{ 'g', "x = ();", "c.conf:1: 'x' must be a group { ... }, not a list [ ... ]\n" },
	{ 'G', "", "c.conf: setting 'x' is missing\n" },
	{ 'l', "x = ();", "" },
	{ 'l', "x = [ 1 ];", "" },
	{ 'l', "x = { };", "c.conf:1: 'x' must be a list [ ... ], not a group { ... }\n" },
	{ 'L', "", "c.conf: setting 'x' is missing\n" },
};

/* Reads x; *set_r says whether the output was touched. */
static int read_x(const struct conf_node *root, char as, bool *set_r, struct err *e)
{
	enum conf_need need = as < 'a' ? CONF_REQUIRED : CONF_OPTIONAL;
	const char *string = "untouched";
	const struct conf_node *node = root;
	long long number = 77;
	bool yes = false;
	int result;

	switch (as | 0x20) {
	case 's':
		result = conf_read_string(root, "x", need, &string, e);
		*set_r = strcmp(string, "untouched") != 0;
		return result;
	case 'i':
		result = conf_read_int(root, "x", need, 2, 9, &number, e);
		*set_r = number != 77;
		return result;
	case 'b':
		result = conf_read_bool(root, "x", need, &yes, e);
		*set_r = yes;
		return result;
	case 'g': result = conf_read_group(root, "x", need, &node, e); break;
	default: result = conf_read_list(root, "x", need, &node, e); break;
	}
	*set_r = node != root;
	return result;
}

static void test_readers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reader_cases); i++) {
		const struct reader_case *c = &reader_cases[i];
		struct conf *conf = parsed(c->text);
		struct err e = { 0 };
		bool set = false;
		int result = read_x(conf_root(conf), c->as, &set, &e);
		bool good = c->complaint != NULL && c->complaint[0] == '\0';

		assert_int_equal(result, c->complaint == NULL || good ? 0 : -1);
		assert_int_equal(set, good);
		unit_said(&e, c->complaint != NULL ? c->complaint : "");
		conf_free(&conf);
	}
}

/* Every unknown name and every wrong element is told, not the first alone. */
static void test_all_mistakes(void **state)
{
	static const char *const names[] = { "a", "l", NULL };
	struct conf *conf = parsed("a = 1;\nb = 2;\nl = ( 'x', 1,\n true );\nc = 3;\n");
	const struct conf_node *root = conf_root(conf);
	struct err e = { 0 };

	(void)state;
	assert_int_equal(conf_only(root, names, &e), -1);
	assert_int_equal(conf_strings_only(conf_get(root, "l"), &e), -1);
	unit_said(&e, "c.conf:2: unknown setting 'b'\n"
		      "c.conf:5: unknown setting 'c'\n"
		      "c.conf:3: element 2 of 'l' must be a string, not a whole number\n"
		      "c.conf:4: element 3 of 'l' must be a string, not true or false\n");
	conf_free(&conf);
	conf = parsed("l = ( ( 'x', 2 ) ); k = [ 'a', 'b' ];");
	root = conf_root(conf);
	assert_int_equal(conf_strings_only(conf_at(conf_get(root, "l"), 0), &e), -1);
	assert_int_equal(conf_strings_only(conf_get(root, "k"), &e), 0);
	unit_said(&e, "c.conf:1: element 2 of 'the list' must be a string, not a whole number\n");
	conf_free(&conf);
}

static void test_syntax_error(void **state)
{
	struct conf *conf = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(conf_parse(&conf, "c.conf", "a = 1;\nb = ;\n", &e), -1);
	assert_null(conf);
	unit_said(&e, "c.conf:2: syntax error\n");
	assert_int_equal(conf_parse(&conf, "c.conf", "a = 1; a = 2;", &e), -1);
	unit_said(&e, "c.conf:1: duplicate setting name\n");
}

/* --- Files ------------------------------------------------------------------- */

/* A setting, and a mistake, know the included file that they stand in. */
static void test_include(void **state)
{
	char dir[32];
	char *main_path =
		unit_file(unit_directory(dir), "m.conf", "a = 1;\n@include 'part.conf'\nz = 2;\n");
	char *part = unit_file(dir, "part.conf", "\np = 1;\n");
	struct conf *conf = NULL;
	struct err e = { 0 };
	struct buf wanted = { 0 };
	char *folder;
	FILE *file;

	(void)state;
	assert_int_equal(conf_load(&conf, main_path, &e), 0);
	assert_string_equal(conf_file(conf_get(conf_root(conf), "p")), part);
	assert_int_equal(conf_line(conf_get(conf_root(conf), "p")), 2);
	assert_string_equal(conf_file(conf_get(conf_root(conf), "z")), main_path);
	assert_int_equal(conf_line(conf_get(conf_root(conf), "z")), 3);
	conf_free(&conf);
	file = fopen(part, "w");
	assert_non_null(file);
	fputs("p = 1;\nq = = 2;\n", file);
	fclose(file);
	assert_int_equal(conf_load(&conf, main_path, &e), -1);
	buf_printf(&wanted, "%s:2: syntax error\n", part);
	unit_said(&e, buf_str(&wanted));
	/* what cannot be read, here and in what is included */
	buf_clear(&wanted);
	unlink(part);
	assert_int_equal(mkdir(part, 0700), 0);
	assert_int_equal(conf_load(&conf, main_path, &e), -1);
	buf_printf(&wanted, "%s:2: cannot include %s: Is a directory\n", main_path, part);
	unit_said(&e, buf_str(&wanted));
	rmdir(part);
	free(unit_file(dir, "part.conf", "\n\n \t@include  \"fold\\\"er\"\n"));
	buf_clear(&wanted);
	buf_printf(&wanted, "%s/fold\"er", dir);
	folder = mem_string(buf_str(&wanted));
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(conf_load(&conf, main_path, &e), -1);
	buf_clear(&wanted);
	buf_printf(&wanted, "%s:3: cannot include %s: Is a directory\n", part, folder);
	unit_said(&e, buf_str(&wanted));
	rmdir(folder);
	assert_int_equal(conf_load(&conf, main_path, &e), -1);
	buf_clear(&wanted);
	buf_printf(&wanted, "%s:3: cannot open include file\n", part);
	unit_said(&e, buf_str(&wanted));
	unlink(part);
	unlink(main_path);
	rmdir(dir);
	free(folder);
	buf_fini(&wanted);
	free(part);
	free(main_path);
}

/* Ten deep is fine; a file that includes itself, however often, is refused soon. */
static void test_include_depth(void **state)
{
	static const char itself[] = "@include \"self.conf\"\n";
	char dir[32];
	char *main_path = unit_file(unit_directory(dir), "a.conf", "@include \"b.conf\"\n");
	struct buf text = { 0 };
	struct conf *conf = NULL;
	struct err e = { 0 };
	char *paths[11] = { main_path };
	char *self;

	(void)state;
	for (int i = 1; i <= 10; i++) {
		char name[] = "a.conf";

		name[0] = (char)('a' + i);
		buf_clear(&text);
		buf_printf(&text, i < 10 ? "@include \"%c.conf\"\n" : "%c = 1;\n", 'b' + i);
		paths[i] = unit_file(dir, name, buf_str(&text));
	}
	assert_int_equal(conf_load(&conf, main_path, &e), 0);
	assert_non_null(conf_get(conf_root(conf), "l"));
	conf_free(&conf);
	buf_clear(&text);
	for (int i = 0; i < 6; i++)
		buf_add_str(&text, itself);
	self = unit_file(dir, "self.conf", buf_str(&text));
	assert_int_equal(conf_load(&conf, self, &e), -1);
	assert_null(conf);
	buf_clear(&text);
	buf_printf(&text, "%s:1: cannot include %s: nesting too deep\n", self, self);
	unit_said(&e, buf_str(&text));
	for (int i = 0; i <= 10; i++) {
		unlink(paths[i]);
		free(paths[i]);
	}
	unlink(self);
	rmdir(dir);
	free(self);
	buf_fini(&text);
}

static void test_no_file(void **state)
{
	struct conf *conf = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(conf_load(&conf, "/nowhere/c.conf", &e), -1);
	assert_int_equal(conf_load(&conf, "/tmp", &e), -1);
	assert_null(conf);
	unit_said(&e, "/nowhere/c.conf: No such file or directory\n/tmp: Is a directory\n");
}

/* libconfig would take the low 32 bits of a number, without a word. */
static void test_large_numbers(void **state)
{
	char dir[32];
	char *fine = unit_file(unit_directory(dir), "fine.conf",
			       "a = 2147483647; b = 5000000000L; // 5000000000 \\\"\n"
			       "# 5000000000\n/* 5000000000\n5000000000 */ c = \"5000000000\\\" "
			       "5000000000\"; d_5000000000 = 5000000000.5; e = 0x10;\n");
	char *large = unit_file(dir, "large.conf", "/* x\n */ a = 1;\nb = 2147483648;\n");
	char *outer = unit_file(dir, "outer.conf", "@include \"large.conf\"\n");
	const char *const paths[] = { large, outer };
	struct conf *conf = NULL;
	struct err e = { 0 };
	struct buf wanted = { 0 };

	(void)state;
	assert_int_equal(conf_load(&conf, fine, &e), 0);
	conf_free(&conf);
	for (size_t i = 0; i < COUNT(paths); i++) {
		assert_int_equal(conf_load(&conf, paths[i], &e), -1);
		buf_clear(&wanted);
		buf_printf(&wanted, "%s:3: 2147483648 needs an L at its end: 2147483648L\n", large);
		unit_said(&e, buf_str(&wanted));
	}
	unlink(fine);
	unlink(large);
	unlink(outer);
	rmdir(dir);
	free(fine);
	free(large);
	free(outer);
	buf_fini(&wanted);
}

/* --- What is no regular file ------------------------------------------------------ */

static int n_waits;		   /* with an end */
static int opened[2] = { -1, -1 }; /* a pipe in which somebody says that he has opened */

static void forget_opened(void)
{
	for (size_t i = 0; i < COUNT(opened); i++) {
		if (opened[i] >= 0)
			close(opened[i]);
		opened[i] = -1;
	}
}

/* Those with an end are over at once; where somebody is to come, as soon as he has. */
int poll(struct pollfd *fds, nfds_t n, int ms)
{
	char byte;

	n_waits += ms > 0;
	if (ms > 0 && opened[0] >= 0) {
		assert_int_equal(read(opened[0], &byte, 1), 1);
		forget_opened();
	}
	return (int)syscall(SYS_poll, fds, n, ms > 0 ? 0 : ms);
}

static void refused(const char *path, const char *why)
{
	struct conf *conf = NULL;
	struct err e = { 0 };
	struct buf wanted = { 0 };

	assert_int_equal(conf_load(&conf, path, &e), -1);
	assert_null(conf);
	buf_printf(&wanted, "%s%s\n", path, why);
	unit_said(&e, buf_str(&wanted));
	buf_fini(&wanted);
}

/* A process that opens path, and writes both in a while. */
static pid_t write_slowly(const char *path, const char *first, const char *second)
{
	pid_t child;

	forget_opened();
	assert_int_equal(pipe(opened), 0);
	child = fork();
	if (child == 0) {
		FILE *file = fopen(path, "w");

		if (file == NULL || write(opened[1], "", 1) != 1)
			_exit(1);
		usleep(300 * 1000);
		fputs(first, file);
		fflush(file);
		usleep(50 * 1000);
		fputs(second, file);
		fclose(file);
		_exit(0);
	}
	/* If he never opens it, that is known. */
	close(opened[1]);
	opened[1] = -1;
	return child;
}

/* As `--policy <(jq ...)` has it; who writes may take longer than somebody is waited for. */
static void test_pipe(void **state)
{
	char dir[32];
	char path[64];
	struct conf *conf = NULL;
	struct err e = { 0 };
	pid_t child;

	(void)state;
	snprintf(path, sizeof(path), "%s/pipe", unit_directory(dir));
	assert_int_equal(mkfifo(path, 0600), 0);
	child = write_slowly(path, "a = 1;\nb", " = 2;\n");
	assert_int_equal(conf_load(&conf, path, &e), 0);
	assert_int_equal(conf_as_int(conf_get(conf_root(conf), "b")), 2);
	assert_int_equal(waitpid(child, NULL, 0), child);
	conf_free(&conf);
	/* it is checked as a file is */
	child = write_slowly(path, "a = 1;\n", "b = 2147483648;\n");
	refused(path, ":2: 2147483648 needs an L at its end: 2147483648L");
	assert_int_equal(waitpid(child, NULL, 0), child);
	/* nobody comes */
	forget_opened();
	n_waits = 0;
	refused(path, ": it is a pipe that nobody writes into");
	assert_int_equal(n_waits, 1);
	unlink(path);
	rmdir(dir);
}

static void test_no_text(void **state)
{
	char dir[32];
	char *zero = unit_file(unit_directory(dir), "zero", "a = 1;\n");
	char *marked = unit_file(dir, "marked",
				 "\xef\xbb\xbf"
				 "a = 1;\n");
	char *outer = unit_file(dir, "outer", "@include '/dev/null'\n");
	struct conf *conf = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(conf_load(&conf, "/dev/null", &e), 0);
	assert_int_equal(conf_count(conf_root(conf)), 0);
	conf_free(&conf);
	assert_int_equal(conf_load(&conf, marked, &e), 0);
	assert_int_equal(conf_count(conf_root(conf)), 1);
	conf_free(&conf);
	refused("/dev/zero", ": it is longer than 64 MiB");
	refused(outer, ":1: cannot include /dev/null: it is no regular file");
	assert_int_equal(truncate(zero, 8), 0);
	refused(zero, ": it is no text: it has a zero byte");
	unlink(zero);
	unlink(marked);
	unlink(outer);
	rmdir(dir);
	free(marked);
	free(zero);
	free(outer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),	      cmocka_unit_test(test_readers),
		cmocka_unit_test(test_all_mistakes),  cmocka_unit_test(test_syntax_error),
		cmocka_unit_test(test_include),	      cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_include_depth), cmocka_unit_test(test_large_numbers),
		cmocka_unit_test(test_pipe),	      cmocka_unit_test(test_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
