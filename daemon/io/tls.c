/*
 * OpenSSL remembers errors per thread in a queue, and what an SSL_* call means by
 * its return value only together with that queue: it is emptied before each call.
 *
 * Names: X509_VERIFY_PARAM checks the host that a client asked for.  A list of
 * globs is none of its business: it is checked after the handshake, against all
 * DNS names and, as RFC 5425 has it (5.2), the common name.  fnmatch(3) lets '*'
 * match dots; an administrator who writes "*.example.be" means it so.
 */
#include <purposed/io/tls.h>

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <purposed/base/mem.h>

struct tls_context {
	SSL_CTX *ctx;
	bool is_server;
	char **peers;
	size_t n_peers;
	unsigned refs; /* the owner's, and one for each connection */
};

struct tls {
	struct tls_context *context;
	SSL *ssl;
	char *peer;
};

/* --- Errors -------------------------------------------------------------------- */

/* What the queue says of the last failure; with a path, since a file is at fault. */
static void describe(struct err *e, const char *what, const char *path)
{
	unsigned long code = ERR_get_error();
	const char *reason = ERR_reason_error_string(code);

	if (reason == NULL && ERR_SYSTEM_ERROR(code))
		reason = strerror(ERR_GET_REASON(code));
	if (reason == NULL)
		reason = "unknown reason";
	if (path != NULL)
		err_add(e, "%s %s: %s", what, path, reason);
	else
		err_add(e, "%s: %s", what, reason);
	ERR_clear_error();
}

/* --- Contexts -------------------------------------------------------------------- */

static int load_own(SSL_CTX *ctx, const struct tls_settings *settings, struct err *e)
{
	if (settings->cert == NULL)
		return 0;
	if (SSL_CTX_use_certificate_chain_file(ctx, settings->cert) != 1) {
		describe(e, "cannot use the certificate", settings->cert);
		return -1;
	}
	if (SSL_CTX_use_PrivateKey_file(ctx, settings->key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1) {
		describe(e, "cannot use the private key", settings->key);
		return -1;
	}
	return 0;
}

static int load_authorities(struct tls_context *context, const struct tls_settings *settings,
			    struct err *e)
{
	int verify = SSL_VERIFY_PEER;

	if (settings->ca == NULL && context->is_server)
		return 0;
	if (context->is_server)
		verify |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(context->ctx, verify, NULL);
	if (settings->ca == NULL) {
		if (SSL_CTX_set_default_verify_paths(context->ctx) == 1)
			return 0;
		describe(e, "cannot use the system's certificate authorities", NULL);
		return -1;
	}
	if (SSL_CTX_load_verify_locations(context->ctx, settings->ca, NULL) != 1) {
		describe(e, "cannot use the certificate authorities", settings->ca);
		return -1;
	}
	if (context->is_server)
		SSL_CTX_set_client_CA_list(context->ctx, SSL_load_client_CA_file(settings->ca));
	return 0;
}

/* A key that is locked with a passphrase is refused: nobody is there to type it. */
static int no_passphrase(char *text, int cap, int writing, void *context)
{
	(void)text, (void)cap, (void)writing, (void)context;
	return -1;
}

static void set_manners(SSL_CTX *ctx)
{
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_NO_TICKET | SSL_OP_CLEANSE_PLAINTEXT |
					 SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* A buffer that grows may move what is offered again; 512 idle peers need no buffers. */
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				      SSL_MODE_RELEASE_BUFFERS);
}

static void unref(struct tls_context *context)
{
	if (--context->refs != 0)
		return;
	for (size_t i = 0; i < context->n_peers; i++)
		free(context->peers[i]);
	free(context->peers);
	SSL_CTX_free(context->ctx);
	free(context);
}

static int make_context(struct tls_context **context_r, const struct tls_settings *settings,
			bool is_server, struct err *e)
{
	struct tls_context *context = mem_new(1, sizeof(*context));

	ERR_clear_error();
	context->refs = 1;
	context->is_server = is_server;
	context->ctx = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
	if (context->ctx == NULL) {
		describe(e, "cannot use TLS", NULL);
		unref(context);
		return -1;
	}
	set_manners(context->ctx);
	if (load_own(context->ctx, settings, e) != 0 ||
	    load_authorities(context, settings, e) != 0) {
		unref(context);
		return -1;
	}
	context->peers = mem_new(settings->n_peers, sizeof(char *));
	for (; context->n_peers < settings->n_peers; context->n_peers++)
		context->peers[context->n_peers] = mem_string(settings->peers[context->n_peers]);
	*context_r = context;
	return 0;
}

int tls_server_context(struct tls_context **context_r, const struct tls_settings *settings,
		       struct err *e)
{
	return make_context(context_r, settings, true, e);
}

int tls_client_context(struct tls_context **context_r, const struct tls_settings *settings,
		       struct err *e)
{
	return make_context(context_r, settings, false, e);
}

void tls_context_free(struct tls_context **context)
{
	if (context == NULL || *context == NULL)
		return;
	unref(*context);
	*context = NULL;
}

/* --- Connections ------------------------------------------------------------------ */

static struct tls *tls_new(struct tls_context *context, int fd)
{
	struct tls *tls = mem_new(1, sizeof(*tls));
	BIO *bio;

	ERR_clear_error();
	tls->context = context;
	context->refs++;
	tls->ssl = SSL_new(context->ctx);
	bio = BIO_new_socket(fd, BIO_NOCLOSE);
	if (tls->ssl == NULL || bio == NULL)
		abort(); /* out of memory: see mem.h */
	SSL_set_bio(tls->ssl, bio, bio);
	return tls;
}

struct tls *tls_accept(struct tls_context *context, int fd)
{
	struct tls *tls = tls_new(context, fd);

	SSL_set_accept_state(tls->ssl);
	return tls;
}

/* Which host the peer must prove to be; a number is looked for among the addresses. */
static int set_host(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1)
		return 0;
	ERR_clear_error();
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1 ? 0 : -1;
}

struct tls *tls_connect(struct tls_context *context, int fd, const char *host, struct err *e)
{
	struct tls *tls = tls_new(context, fd);

	SSL_set_connect_state(tls->ssl);
	if (context->n_peers == 0 && set_host(tls->ssl, host) != 0) {
		describe(e, "no certificate can have that name", host);
		tls_free(&tls);
	}
	return tls;
}

void tls_free(struct tls **tls)
{
	struct tls *t;

	if (tls == NULL || *tls == NULL)
		return;
	t = *tls;
	*tls = NULL;
	ERR_clear_error();
	if (SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
	ERR_clear_error();
	SSL_free(t->ssl);
	unref(t->context);
	free(t->peer);
	free(t);
}

/* What a call that returned `result` means. */
static enum tls_result judge(const struct tls *tls, int result, const char *what, struct err *e)
{
	int saved = errno;
	long verified;

	switch (SSL_get_error(tls->ssl, result)) {
	case SSL_ERROR_WANT_READ: return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE: return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN: return TLS_CLOSED;
	case SSL_ERROR_SYSCALL:
		err_add(e, "%s: %s", what, saved != 0 ? strerror(saved) : "the connection broke");
		ERR_clear_error();
		return TLS_FAILED;
	default: break;
	}
	verified = SSL_get_verify_result(tls->ssl);
	if (verified != X509_V_OK)
		err_add(e, "%s: the peer's certificate: %s", what,
			X509_verify_cert_error_string(verified));
	else
		describe(e, what, NULL);
	ERR_clear_error();
	return TLS_FAILED;
}

/* --- Names ------------------------------------------------------------------------- */

/* As a C string, the caller's; NULL where it could be taken for another one. */
static char *name_string(const ASN1_STRING *string)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, string);
	char *name = NULL;

	if (len > 0 && memchr(utf8, '\0', (size_t)len) == NULL)
		name = mem_span_string(span_of((const char *)utf8, (size_t)len));
	OPENSSL_free(utf8);
	return name;
}

static bool is_wanted(const struct tls_context *context, const char *name)
{
	for (size_t i = 0; i < context->n_peers; i++) {
		if (fnmatch(context->peers[i], name, FNM_CASEFOLD) == 0)
			return true;
	}
	return false;
}

/* Takes note of a name: the first one is the peer's.  Whether it is one that is wanted. */
static bool take_name(struct tls *tls, const ASN1_STRING *string)
{
	char *name = string != NULL ? name_string(string) : NULL;
	bool wanted = name != NULL && is_wanted(tls->context, name);

	if (tls->peer == NULL)
		tls->peer = name;
	else
		free(name);
	return wanted;
}

static bool take_dns_names(struct tls *tls, X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	bool wanted = false;

	for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			wanted |= take_name(tls, name->d.dNSName);
	}
	GENERAL_NAMES_free(names);
	return wanted;
}

static bool take_common_name(struct tls *tls, X509 *cert)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	X509_NAME_ENTRY *entry = at >= 0 ? X509_NAME_get_entry(subject, at) : NULL;

	return take_name(tls, entry != NULL ? X509_NAME_ENTRY_get_data(entry) : NULL);
}

static enum tls_result check_names(struct tls *tls, struct err *e)
{
	X509 *cert = SSL_get1_peer_certificate(tls->ssl);
	bool wanted = false;

	if (cert != NULL) {
		wanted |= take_dns_names(tls, cert);
		wanted |= take_common_name(tls, cert);
		X509_free(cert);
	}
	if (wanted || tls->context->n_peers == 0)
		return TLS_OK;
	err_add(e, "TLS handshake: the peer's certificate has none of the names that 'peers' asks "
		   "for");
	return TLS_FAILED;
}

/* --- At work ------------------------------------------------------------------------ */

enum tls_result tls_handshake(struct tls *tls, struct err *e)
{
	enum tls_result result;
	int done;

	ERR_clear_error();
	errno = 0;
	done = SSL_do_handshake(tls->ssl);
	if (done == 1)
		return check_names(tls, e);
	result = judge(tls, done, "TLS handshake", e);
	if (result != TLS_CLOSED)
		return result;
	err_add(e, "TLS handshake: the peer ended it");
	return TLS_FAILED;
}

enum tls_result tls_read(struct tls *tls, void *bytes, size_t cap, size_t *n_r, struct err *e)
{
	ERR_clear_error();
	errno = 0;
	if (SSL_read_ex(tls->ssl, bytes, cap, n_r) == 1)
		return TLS_OK;
	return judge(tls, 0, "TLS", e);
}

enum tls_result tls_write(struct tls *tls, const void *bytes, size_t len, size_t *n_r,
			  struct err *e)
{
	ERR_clear_error();
	errno = 0;
	if (SSL_write_ex(tls->ssl, bytes, len, n_r) == 1)
		return TLS_OK;
	return judge(tls, 0, "TLS", e);
}

unsigned long long tls_bytes_received(const struct tls *tls)
{
	return BIO_number_read(SSL_get_rbio(tls->ssl));
}

const char *tls_peer(const struct tls *tls)
{
	return tls->peer;
}
