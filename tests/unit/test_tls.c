/* Both ends of encrypted connections, over a pair of sockets: who is let in, and what waits. */
#include "unit.h"

#include <signal.h>
#include <sys/socket.h>

#include <purposed/io/tls.h>

static char dir[32];

static const char *path_of(const char *name)
{
	static char paths[8][64];
	static size_t next;
	char *path = paths[next++ % COUNT(paths)];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

/* Certificates: two authorities, and of the first one a server and a client. */
static int make_certificates(void **state)
{
	static const char script[] =
		"cd %s && exec 2>/dev/null\n"
		"ca() { openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$1 -keyout "
		"$1.key "
		"-out $1.pem; }\n"
		"cert() { openssl req -newkey rsa:2048 -nodes -subj /CN=$1 -keyout $1.key -out "
		"$1.csr\n"
		"echo subjectAltName=$2 >ext\n"
		"openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
		"-extfile ext -out $1.pem; }\n"
		"ca ca && ca rogue && cert server DNS:log.example.be,IP:127.0.0.1 && "
		"cert client DNS:shop.example.be && cert bare DNS:bare.example.be\n"
		"openssl rsa -in server.key -aes128 -passout pass:secret -out locked.key\n";
	char command[sizeof(script) + sizeof(dir)];

	(void)state;
	/* as the daemon does: who goes away is an error of that connection */
	signal(SIGPIPE, SIG_IGN);
	unit_directory(dir);
	snprintf(command, sizeof(command), script, dir);
	return system(command) == 0 ? 0 : -1;
}

static int remove_certificates(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

/* A connection and its two ends. */
struct pair {
	int fds[2];
	struct tls_context *contexts[2];
	struct tls *server, *client;
	struct err errors[2];
};

static void open_pair(struct pair *p, const struct tls_settings *server,
		      const struct tls_settings *client, const char *host)
{
	struct err e = { 0 };

	*p = (struct pair){ .fds = { -1, -1 } };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fds), 0);
	if (tls_server_context(&p->contexts[0], server, &e) != 0 ||
	    tls_client_context(&p->contexts[1], client, &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	p->server = tls_accept(p->contexts[0], p->fds[0]);
	p->client = tls_connect(p->contexts[1], p->fds[1], host, &e);
	assert_non_null(p->client);
	/* connections go on without their contexts */
	tls_context_free(&p->contexts[0]);
	tls_context_free(&p->contexts[1]);
}

static void close_pair(struct pair *p)
{
	tls_free(&p->server);
	tls_free(&p->client);
	close(p->fds[0]);
	close(p->fds[1]);
	err_fini(&p->errors[0]);
	err_fini(&p->errors[1]);
}

/* Both ends in turn, until both are done or one has failed. */
static void shake_hands(struct pair *p, enum tls_result results[2])
{
	results[0] = results[1] = TLS_WANT_READ;
	for (int i = 0; i < 20; i++) {
		if (results[1] != TLS_OK && results[1] != TLS_FAILED)
			results[1] = tls_handshake(p->client, &p->errors[1]);
		if (results[0] != TLS_OK && results[0] != TLS_FAILED)
			results[0] = tls_handshake(p->server, &p->errors[0]);
		/* the other one waits for who has failed */
		if (results[0] == TLS_FAILED)
			shutdown(p->fds[0], SHUT_RDWR);
		if (results[1] == TLS_FAILED)
			shutdown(p->fds[1], SHUT_RDWR);
	}
}

static const char *const shop_only[] = { "shop.*" };
static const char *const others[] = { "web.*", "mail.*" };

static const struct meeting {
	const char *server_ca, *client_cert, *client_ca, *host;
	const char *const *server_peers;
	const char *const *client_peers;
	const char *server_says, *client_says; /* NULL: it lets the other one in */
} meetings[] = {
	{ NULL, NULL, "ca", "log.example.be", NULL, NULL, NULL, NULL },
	{ NULL, NULL, "ca", "127.0.0.1", NULL, NULL, NULL, NULL },
	{ NULL, NULL, "ca", "other.example.be", NULL, NULL, "", "ostname mismatch" },
	{ NULL, NULL, "ca", "127.0.0.2", NULL, NULL, "", "IP address mismatch" },
	{ NULL, NULL, "rogue", "log.example.be", NULL, NULL, "", "the peer's certificate: " },
	{ NULL, NULL, NULL, "log.example.be", NULL, NULL, "", "the peer's certificate: " },
	/* a client that asks for names asks after the handshake */
	{ NULL, NULL, "ca", "other.example.be", NULL, others, NULL,
	  "none of the names that 'peers' asks for" },
	{ "ca", "client", "ca", "log.example.be", NULL, NULL, NULL, NULL },
	{ "ca", "client", "ca", "log.example.be", shop_only, NULL, NULL, NULL },
	{ "ca", "bare", "ca", "log.example.be", shop_only, NULL, "none of the names", NULL },
	{ "ca", NULL, "ca", "log.example.be", NULL, NULL, "did not return a certificate", NULL },
	{ "rogue", "client", "ca", "log.example.be", NULL, NULL, "the peer's certificate: ", NULL },
};

static void check_said(const struct meeting *m, size_t end, enum tls_result result, struct err *e,
		       const char *wanted)
{
	if ((wanted == NULL) != (result == TLS_OK))
		fail_msg("meeting %td, end %zu: result %d: %s", m - meetings, end, result,
			 buf_str(&e->text));
	if (wanted != NULL && strstr(buf_str(&e->text), wanted) == NULL)
		fail_msg("meeting %td, end %zu: %s", m - meetings, end, buf_str(&e->text));
}

static struct tls_settings files(const char *cert, const char *ca, const char *const *peers)
{
	char name[32];
	struct tls_settings settings = { .peers = peers, .n_peers = 0 };

	if (cert != NULL) {
		snprintf(name, sizeof(name), "%s.pem", cert);
		settings.cert = path_of(name);
		snprintf(name, sizeof(name), "%s.key", cert);
		settings.key = path_of(name);
	}
	if (ca != NULL) {
		snprintf(name, sizeof(name), "%s.pem", ca);
		settings.ca = path_of(name);
	}
	if (peers != NULL)
		settings.n_peers = peers == others ? 2 : 1;
	return settings;
}

static void test_who_is_let_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(meetings); i++) {
		const struct meeting *m = &meetings[i];
		const struct tls_settings server = files("server", m->server_ca, m->server_peers);
		const struct tls_settings client =
			files(m->client_cert, m->client_ca, m->client_peers);
		enum tls_result results[2];
		struct pair pair;

		open_pair(&pair, &server, &client, m->host);
		shake_hands(&pair, results);
		check_said(m, 0, results[0], &pair.errors[0], m->server_says);
		/* With TLS 1.3 a client is done before the server has looked at it. */
		if (m->server_says == NULL || m->client_says != NULL)
			check_said(m, 1, results[1], &pair.errors[1], m->client_says);
		if (results[0] == TLS_OK && m->client_cert != NULL && m->server_ca != NULL)
			assert_string_equal(tls_peer(pair.server), "shop.example.be");
		else if (results[0] == TLS_OK)
			assert_null(tls_peer(pair.server));
		close_pair(&pair);
	}
}

/* Bytes go both ways, whatever waits; an end is told from a break. */
static void test_bytes(void **state)
{
	const struct tls_settings server = files("server", NULL, NULL);
	const struct tls_settings client = files(NULL, "ca", NULL);
	static char sent[1 << 20];
	static char got[1 << 20];
	enum tls_result results[2];
	struct err e = { 0 };
	struct pair pair;
	bool full = false;
	size_t out = 0;
	size_t in = 0;
	size_t n;

	(void)state;
	open_pair(&pair, &server, &client, "log.example.be");
	shake_hands(&pair, results);
	assert_int_equal(results[0] + results[1], TLS_OK);
	assert_int_equal(tls_read(pair.server, got, sizeof(got), &n, &e), TLS_WANT_READ);
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i * 7 + i / 251);
	while (in < sizeof(sent)) {
		enum tls_result result = TLS_OK;

		while (out < sizeof(sent) && result == TLS_OK) {
			result = tls_write(pair.client, sent + out, sizeof(sent) - out, &n, &e);
			out += result == TLS_OK ? n : 0;
		}
		full |= result == TLS_WANT_WRITE;
		while (in < sizeof(got) &&
		       tls_read(pair.server, got + in, sizeof(got) - in, &n, &e) == TLS_OK)
			in += n;
	}
	/* a pair of sockets does not hold a megabyte */
	assert_true(full);
	assert_memory_equal(sent, got, sizeof(sent));
	assert_true(tls_bytes_received(pair.server) > sizeof(sent));
	tls_free(&pair.client);
	assert_int_equal(tls_read(pair.server, got, sizeof(got), &n, &e), TLS_CLOSED);
	assert_int_equal(e.count, 0);
	close_pair(&pair);

	/* without a word, somebody may have cut the end off */
	open_pair(&pair, &server, &client, "log.example.be");
	shake_hands(&pair, results);
	shutdown(pair.fds[1], SHUT_RDWR);
	assert_int_equal(tls_read(pair.server, got, sizeof(got), &n, &e), TLS_FAILED);
	assert_int_equal(e.count, 1);
	err_fini(&e);
	close_pair(&pair);
}

static void test_no_tls(void **state)
{
	const struct tls_settings server = files("server", NULL, NULL);
	const struct tls_settings client = files(NULL, "ca", NULL);
	static const char line[] = "<13>app: this is no handshake\n";
	struct err e = { 0 };
	struct pair pair;

	(void)state;
	open_pair(&pair, &server, &client, "log.example.be");
	assert_int_equal(tls_handshake(pair.server, &e), TLS_WANT_READ);
	assert_int_equal(write(pair.fds[1], line, sizeof(line) - 1), sizeof(line) - 1);
	assert_int_equal(tls_handshake(pair.server, &e), TLS_FAILED);
	assert_non_null(strstr(buf_str(&e.text), "TLS handshake: "));
	/* no byte of what came */
	assert_null(strstr(buf_str(&e.text), "app"));
	err_fini(&e);
	close_pair(&pair);
}

static void test_bad_files(void **state)
{
	static const struct {
		const char *cert, *key, *ca, *said;
	} cases[] = {
		{ "none.pem", "server.key", NULL, "cannot use the certificate " },
		{ "server.key", "server.key", NULL, "cannot use the certificate " },
		{ "server.pem", "none.key", NULL, "cannot use the private key " },
		{ "server.pem", "client.key", NULL, "cannot use the private key " },
		{ "server.pem", "locked.key", NULL, "cannot use the private key " },
		{ "server.pem", "server.key", "none.pem",
		  "cannot use the certificate authorities " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct tls_settings settings = {
			.cert = path_of(cases[i].cert),
			.key = path_of(cases[i].key),
			.ca = cases[i].ca != NULL ? path_of(cases[i].ca) : NULL,
		};
		struct tls_context *context = NULL;
		struct err e = { 0 };

		assert_int_equal(tls_server_context(&context, &settings, &e), -1);
		assert_null(context);
		assert_int_equal(e.count, 1);
		if (strstr(buf_str(&e.text), cases[i].said) == NULL)
			fail_msg("case %zu: %s", i, buf_str(&e.text));
		err_fini(&e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_is_let_in),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_no_tls),
		cmocka_unit_test(test_bad_files),
	};

	return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
