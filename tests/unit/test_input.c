/*
 * Sockets of messages: what comes in comes out, in any pieces; what does not fit is cut,
 * refused or counted; and no byte of it stays in memory.
 */
#include "unit_memory.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <purposed/io/framing.h>
#include <purposed/io/input.h>

static char dir[32];

static struct input *open_input(const char *text, struct err *e)
{
	struct address address = { 0 };
	struct input *input = NULL;
	struct input_settings settings = {
		.name = "in", .address = &address, .message_bytes = 2000, .connections = 2
	};
	bool stream;

	assert_null(address_parse(&address, text));
	stream = address.transport != TRANSPORT_UNIX && address.transport != TRANSPORT_UDP;
	if ((stream ? input_stream_new : input_datagram_new)(&input, &settings, e) != 0)
		input = NULL;
	address_fini(&address);
	return input;
}

static struct input *open_unix(const char *scheme)
{
	char text[64];
	struct err e = { 0 };
	struct input *input;

	snprintf(text, sizeof(text), "%s:%s/sock", scheme, dir);
	input = open_input(text, &e);
	if (input == NULL)
		fail_msg("%s", buf_str(&e.text));
	return input;
}

static int connect_unix(int kind)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, kind, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/sock", dir);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* All that is there, as "message|message(length if cut)|...". */
static void check_read(struct input *input, const char *wanted)
{
	struct buf block = { 0 };
	struct buf got = { 0 };
	struct frame frame = { 0 };
	struct err e = { 0 };
	size_t at = 0;

	while (input_read(input, &block, block.len + 1, &e) == INPUT_MORE)
		continue;
	assert_int_equal(e.count, 0);
	while (framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame)) {
		if (got.len != 0)
			buf_add_char(&got, '|');
		if (frame.text.len > 100)
			buf_printf(&got, "%zu bytes", frame.text.len);
		else
			buf_add_span(&got, frame.text);
		if (frame.len != frame.text.len)
			buf_printf(&got, "(%zu)", frame.len);
	}
	assert_string_equal(buf_str(&got), wanted);
	buf_fini(&got);
	buf_fini(&block);
}

static void test_stream(void **state)
{
	struct input *input = open_unix("unixstream");
	int one = connect_unix(SOCK_STREAM);
	int two = connect_unix(SOCK_STREAM);

	(void)state;
	check_read(input, "");
	assert_int_equal(input_count(input)->connections, 2);
	say(one, "<13>a\n<13>b");
	check_read(input, "<13>a");
	say(two, "7 <13>two5 <13>c3 <1");
	check_read(input, "<13>two|<13>c");
	say(one, " goes on\n");
	say(two, ">");
	check_read(input, "<13>b goes on|<1>");
	/* no room for a third, and nobody has been silent for long */
	close(connect_unix(SOCK_STREAM));
	check_read(input, "");
	assert_int_equal(input_count(input)->refused, 1);
	/* an end makes the last line whole, but not a message with a count */
	say(one, "the last");
	close(one);
	check_read(input, "the last");
	say(two, "100 <13>not whole");
	close(two);
	check_read(input, "<13>not whole(100)");
	assert_int_equal(input_count(input)->connections, 0);
	assert_int_equal(input_count(input)->cut, 1);
	assert_int_equal(input_count(input)->messages, 7);
	/* and now there is room again */
	one = connect_unix(SOCK_STREAM);
	say(one, "<13>third\n");
	check_read(input, "<13>third");
	close(one);
	input_free(&input);
}

static void test_too_long(void **state)
{
	struct input *input = open_unix("unixstream");
	int fd = connect_unix(SOCK_STREAM);
	char line[5000];

	(void)state;
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	say(fd, line);
	check_read(input, "2000 bytes(2001)");
	say(fd, line);
	check_read(input, "");
	say(fd, "\n<13>behind\n");
	check_read(input, "<13>behind");
	say(fd, "1000000000 <13>");
	for (int i = 0; i < 10; i++) {
		say(fd, line);
		check_read(input, i == 0 ? "2000 bytes(1000000000)" : "");
	}
	close(fd);
	check_read(input, "");
	assert_int_equal(input_count(input)->cut, 2);
	input_free(&input);
}

/* After a stop: what was there, to the end of a message that has come, and nothing more. */
static void test_stop(void **state)
{
	struct input *input = open_unix("unixstream");
	int one = connect_unix(SOCK_STREAM);
	int two;
	char path[64];

	(void)state;
	check_read(input, "");
	/* this one is not accepted yet */
	two = connect_unix(SOCK_STREAM);
	say(one, "<13>a\n<13>b\n<13>torn");
	say(two, "<13>waiting\n");
	input_stop(input);
	snprintf(path, sizeof(path), "%s/sock", dir);
	assert_int_equal(access(path, F_OK), -1);
	check_read(input, "<13>waiting|<13>a|<13>b|<13>torn(9)");
	/* the sender learns it */
	assert_int_equal(send(one, "x", 1, MSG_NOSIGNAL), -1);
	check_read(input, "");
	close(one);
	close(two);
	input_free(&input);
}

static void test_datagrams(void **state)
{
	struct input *input = open_unix("unix");
	int fd = connect_unix(SOCK_DGRAM);

	(void)state;
	say(fd, "<13>a\n");
	say(fd, "");
	say(fd, "one\ntwo");
	check_read(input, "<13>a||one\ntwo");
	say(fd, "last");
	input_stop(input);
	check_read(input, "last");
	assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), -1);
	close(fd);
	input_free(&input);
}

/* What comes over UDP says from where, once for all that come in a row. */
/* Unless told otherwise: 4 MiB, or what the system allows. */
static void check_room(const struct input *input)
{
	FILE *file = fopen("/proc/sys/net/core/rmem_max", "r");
	int most = 0;
	int bytes = 0;
	socklen_t len = sizeof(bytes);

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &most), 1);
	fclose(file);
	assert_int_equal(getsockopt(input->fd, SOL_SOCKET, SO_RCVBUF, &bytes, &len), 0);
	assert_true(bytes / 2 >= (most < 4 << 20 ? most : 4 << 20));
}

static void test_peers(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct input *input = NULL;
	struct buf block = { 0 };
	struct frame frame = { 0 };
	struct err e = { 0 };
	size_t at = 0;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char text[32];

	(void)state;
	for (int port = 20000; input == NULL && port < 30000; port++) {
		snprintf(text, sizeof(text), "udp://127.0.0.1:%d", port);
		address.sin_port = htons((uint16_t)port);
		input = open_input(text, &e);
		err_fini(&e);
	}
	assert_non_null(input);
	check_room(input);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	say(fd, "a");
	say(fd, "b");
	assert_int_equal(input_read(input, &block, 1000, &e), INPUT_EMPTY);
	for (int i = 0; i < 2; i++) {
		assert_true(framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame));
		assert_true(span_is(frame.text, i == 0 ? "a" : "b"));
		assert_true(span_is(origin_read(frame.origin).peer, "127.0.0.1"));
	}
	assert_false(framing_next(FRAMING_MESSAGES, buf_span(&block), &at, &frame));
	assert_int_equal(input_count(input)->dropped, 0);
	/* from the stop on nothing is taken, but what was there is */
	say(fd, "c");
	input_stop(input);
	say(fd, "d");
	check_read(input, "c");
	close(fd);
	buf_fini(&block);
	input_free(&input);
}

static void say_secret(int fd, const char *before, const char *after)
{
	say(fd, before);
	for (size_t i = 0; i < UNIT_SECRET_BYTES; i++) {
		char byte = unit_secret_byte(i);

		assert_int_equal(send(fd, &byte, 1, MSG_NOSIGNAL), 1);
	}
	say(fd, after);
}

static void read_and_forget(struct input *input)
{
	struct buf block = { 0 };
	struct err e = { 0 };

	while (input_read(input, &block, 1 << 20, &e) == INPUT_MORE)
		continue;
	assert_int_equal(e.count, 0);
	buf_fini(&block);
}

/* Whole messages, beginnings, ends, and what is skipped of a long one. */
static void test_wiped(void **state)
{
	static char filler[40000];
	struct input *input = open_unix("unixstream");
	int fd = connect_unix(SOCK_STREAM);

	(void)state;
	memset(filler, 'x', sizeof(filler) - 1);
	unit_secret_new();
	say_secret(fd, "<13>whole ", "\n");
	read_and_forget(input);
	assert_int_equal(unit_memory_secrets(), 0);
	say_secret(fd, "<13>begun ", " and");
	read_and_forget(input);
	assert_int_equal(unit_memory_secrets(), 1);
	say_secret(fd, " and ", " ended\n<13>begun");
	read_and_forget(input);
	assert_int_equal(unit_memory_secrets(), 0);
	say_secret(fd, filler, "\n");
	read_and_forget(input);
	say_secret(fd, "50000 <13>", filler);
	read_and_forget(input);
	say_secret(fd, "", " cut off");
	read_and_forget(input);
	assert_int_equal(unit_memory_secrets(), 0);
	say_secret(fd, filler, "\n<13>never ended ");
	read_and_forget(input);
	close(fd);
	input_free(&input);
	assert_int_equal(unit_memory_secrets(), 0);
}

static void test_datagrams_wiped(void **state)
{
	struct input *input = open_unix("unix");
	int fd = connect_unix(SOCK_DGRAM);
	char secret[UNIT_SECRET_BYTES];

	(void)state;
	unit_secret_new();
	for (size_t i = 0; i < UNIT_SECRET_BYTES; i++)
		secret[i] = unit_secret_byte(i);
	assert_int_equal(send(fd, secret, sizeof(secret), 0), sizeof(secret));
	memset(secret, 0, sizeof(secret));
	read_and_forget(input);
	assert_int_equal(unit_memory_secrets(), 0);
	close(fd);
	input_free(&input);
}

static int make_directory(void **state)
{
	(void)state;
	unit_directory(dir);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_datagrams),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_wiped),
		cmocka_unit_test(test_datagrams_wiped),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
