/* Addresses as a configuration writes them: what they are, and what is wrong with others. */
#include "unit.h"

#include <arpa/inet.h>

#include <purposed/io/address.h>

static const struct address_case {
	const char *text;
	enum transport transport;
	const char *path, *host, *port;
} cases[] = {
	{ "unix:/run/log.sock", TRANSPORT_UNIX, "/run/log.sock", NULL, NULL },
	{ "unix:log.sock", TRANSPORT_UNIX, "log.sock", NULL, NULL },
	{ "unixstream:/x:1", TRANSPORT_UNIXSTREAM, "/x:1", NULL, NULL },
	{ "udp://192.0.2.1:514", TRANSPORT_UDP, NULL, "192.0.2.1", "514" },
	{ "udp://[::]:1", TRANSPORT_UDP, NULL, "::", "1" },
	{ "tcp://[fe80::1%lo]:65535", TRANSPORT_TCP, NULL, "fe80::1%lo", "65535" },
	{ "tcp://*:601", TRANSPORT_TCP, NULL, "*", "601" },
	{ "tls://log.example.be:6514", TRANSPORT_TLS, NULL, "log.example.be", "6514" },
};

static const struct bad_case {
	const char *text, *said;
} bad[] = {
	{ "", "it must be unix:/path, " },
	{ "/run/log.sock", "it must be unix:/path, " },
	{ "udp:192.0.2.1:514", "it must be unix:/path, " },
	{ "unix:", "the path is missing" },
	{ "unixstream:", "the path is missing" },
	{ "udp://", "the host is missing" },
	{ "udp://:514", "the host is missing" },
	{ "udp://[]:514", "the host is missing" },
	{ "tcp://host", "':' and a port from 1 to 65535" },
	{ "tcp://host:", "':' and a port from 1 to 65535" },
	{ "tcp://host:0", "':' and a port from 1 to 65535" },
	{ "tcp://host:65536", "':' and a port from 1 to 65535" },
	{ "tcp://host:514x", "':' and a port from 1 to 65535" },
	{ "tcp://host:-1", "':' and a port from 1 to 65535" },
	{ "tcp://host:syslog", "':' and a port from 1 to 65535" },
	{ "tcp://host:000514", "':' and a port from 1 to 65535" },
	{ "tcp://[::1]514", "':' and a port from 1 to 65535" },
	{ "tcp://[::1]", "':' and a port from 1 to 65535" },
	{ "tcp://[::1:514", "the bracket before an IPv6 address is not closed" },
	{ "tcp://[host]:514", "what stands in brackets must be an IPv6 address" },
	{ "tcp://[192.0.2.1]:514", "what stands in brackets must be an IPv6 address" },
	{ "tcp://::1:514", "an IPv6 address must stand in brackets" },
	{ "tcp://a b:514", "the host has a character that no host has" },
	{ "tcp://a/b:514", "the host has a character that no host has" },
	{ "tcp://u@h:514", "the host has a character that no host has" },
};

static bool same(const char *a, const char *b)
{
	return a == NULL ? b == NULL : b != NULL && strcmp(a, b) == 0;
}

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address address = { 0 };
		struct address copy;
		struct buf text = { 0 };
		const char *why = address_parse(&address, cases[i].text);

		if (why != NULL)
			fail_msg("%s: %s", cases[i].text, why);
		assert_int_equal(address.transport, cases[i].transport);
		assert_true(same(address.path, cases[i].path));
		assert_true(same(address.host, cases[i].host));
		assert_true(same(address.port, cases[i].port));
		address_write(&text, &address);
		assert_string_equal(buf_str(&text), cases[i].text);
		address_copy(&copy, &address);
		assert_true(address_equal(&address, &copy));
		copy.transport ^= 1;
		assert_false(address_equal(&address, &copy));
		address_fini(&copy);
		address_fini(&address);
		assert_null(address.path);
		address_fini(&address);
		buf_fini(&text);
	}
}

static void test_bad(void **state)
{
	char longest[300];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct address address = { .transport = TRANSPORT_TLS };
		const char *why = address_parse(&address, bad[i].text);

		if (why == NULL || strncmp(why, bad[i].said, strlen(bad[i].said)) != 0)
			fail_msg("%s: %s", bad[i].text, why);
		assert_int_equal(address.transport, TRANSPORT_TLS);
		assert_null(address.host);
	}
	memset(longest, 'h', sizeof(longest));
	memcpy(longest, "tcp://", 6);
	memcpy(longest + sizeof(longest) - 5, ":514", 5);
	assert_string_equal(address_parse(&(struct address){ 0 }, longest), "the host is too long");
}

static void test_resolve(void **state)
{
	struct address address = { 0 };
	struct addrinfo *list = NULL;
	struct buf host = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_null(address_parse(&address, "tcp://*:601"));
	assert_int_equal(address_resolve(&address, true, &list, &e), 0);
	address_write_host(&host, list->ai_addr);
	assert_string_equal(buf_str(&host), "::");
	freeaddrinfo(list);
	address_fini(&address);
	assert_null(address_parse(&address, "udp://127.0.0.1:601"));
	assert_int_equal(address_resolve(&address, false, &list, &e), 0);
	assert_int_equal(list->ai_socktype, SOCK_DGRAM);
	buf_clear(&host);
	address_write_host(&host, list->ai_addr);
	assert_string_equal(buf_str(&host), "127.0.0.1");
	freeaddrinfo(list);
	address_fini(&address);
	/* never a name: RFC 2606 */
	assert_null(address_parse(&address, "tls://no.such.host.invalid:6514"));
	assert_int_equal(address_resolve(&address, false, &list, &e), -1);
	assert_non_null(strstr(buf_str(&e.text),
			       "tls://no.such.host.invalid:6514: cannot find the address: "));
	err_fini(&e);
	address_fini(&address);
	buf_fini(&host);
}

static void test_hosts(void **state)
{
	static const struct {
		const char *binary, *text;
	} hosts[] = { { "::ffff:192.0.2.1", "192.0.2.1" }, { "2001:db8::1", "2001:db8::1" } };
	const struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		struct sockaddr_in6 six = { .sin6_family = AF_INET6 };

		assert_int_equal(inet_pton(AF_INET6, hosts[i].binary, &six.sin6_addr), 1);
		buf_clear(&out);
		address_write_host(&out, (const struct sockaddr *)&six);
		assert_string_equal(buf_str(&out), hosts[i].text);
	}
	buf_clear(&out);
	address_write_host(&out, (const struct sockaddr *)&local);
	assert_int_equal(out.len, 0);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
