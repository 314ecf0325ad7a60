#include <purposed/engine/mask.h>

#include <stdatomic.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/base/visible.h>

enum { KEY_MIN = 16, KEY_RANDOM = 32, PSEUDONYM_BYTES = 8 };

/* OpenSSL takes much longer to be given a key than to use it: it has it once. */
struct pseudonymizer {
	unsigned id;
	EVP_MAC_CTX *keyed;	     /* never used itself, but copied */
	_Atomic(EVP_MAC_CTX *) idle; /* a copy for whoever comes first, or NULL */
};

/* The first character of text, where it can be shown, and stars for the rest. */
static void mask_start(struct buf *out, struct span text)
{
	size_t first = text.len > 1 ? visible_length(text, 0) : 0;

	if (first != 0 && text.ptr[0] != ' ')
		buf_add(out, text.ptr, first);
	buf_add_str(out, "***");
}

static size_t last_of(struct span text, char c)
{
	size_t at = text.len;

	while (at > 0 && text.ptr[at - 1] != c)
		at--;
	return at; /* behind c; 0: there is none */
}

static void mask_email(struct buf *out, struct span value)
{
	size_t host = last_of(value, '@');
	size_t top = last_of(value, '.');

	if (host == 0) {
		mask_start(out, value);
		return;
	}
	mask_start(out, span_slice(value, 0, host - 1));
	buf_add_char(out, '@');
	mask_start(out, span_slice(value, host, value.len));
	if (top > host) {
		buf_add_char(out, '.');
		for (size_t i = top; i < value.len; i++) {
			char c = value.ptr[i];

			buf_add_char(out, c > ' ' && c < 0x7f ? c : '?');
		}
	}
}

static void mask_url(struct buf *out, struct span value)
{
	size_t at = 0;

	while (at < value.len && value.ptr[at] >= 'A' && value.ptr[at] <= 'z')
		at++;
	if (at == 0 || value.len - at < 3 || memcmp(value.ptr + at, "://", 3) != 0) {
		mask_start(out, value);
		return;
	}
	buf_add(out, value.ptr, at + 3);
	mask_start(out, span_slice(value, at + 3, value.len));
}

bool mask_sample(struct buf *out, struct element element, struct span value)
{
	switch (element.sample) {
	case SAMPLE_NONE: return false;
	case SAMPLE_EMAIL: mask_email(out, value); break;
	case SAMPLE_URL: mask_url(out, value); break;
	case SAMPLE_START: mask_start(out, value); break;
	}
	return true;
}

static int set_key(struct pseudonymizer *p, const unsigned char *key, size_t len, struct err *e)
{
	char digest[] = "SHA256";
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	if (hmac != NULL)
		p->keyed = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	if (p->keyed != NULL && EVP_MAC_init(p->keyed, key, len, parameters) == 1)
		return 0;
	err_add(e, "HMAC-SHA-256 is not available");
	return -1;
}

int pseudonymizer_new(struct pseudonymizer **p_r, unsigned id, const void *key, size_t len,
		      struct err *e)
{
	unsigned char random[KEY_RANDOM];
	struct pseudonymizer *p;

	if (key != NULL && len < KEY_MIN) {
		err_add(e, "the pseudonym key has %zu bytes, at least %d are needed", len, KEY_MIN);
		return -1;
	}
	if (key == NULL && RAND_bytes(random, KEY_RANDOM) != 1) {
		err_add(e, "no random bytes for a pseudonym key");
		return -1;
	}
	p = mem_new(1, sizeof(*p));
	p->id = id;
	if (set_key(p, key != NULL ? key : random, key != NULL ? len : KEY_RANDOM, e) != 0)
		pseudonymizer_free(&p);
	mem_wipe(random, sizeof(random));
	*p_r = p;
	return p != NULL ? 0 : -1;
}

void pseudonymizer_free(struct pseudonymizer **p)
{
	if (p == NULL || *p == NULL)
		return;
	EVP_MAC_CTX_free((*p)->keyed);
	EVP_MAC_CTX_free(atomic_load(&(*p)->idle));
	free(*p);
	*p = NULL;
}

static bool is_separator(char c)
{
	return strchr(" .-/()_:", c) != NULL;
}

/* Element and value, without separators and in lower case, a piece at a time. */
static bool update(EVP_MAC_CTX *mac, struct element element, struct span value)
{
	unsigned char piece[256];
	size_t n = strlen(element.id) + 1;
	bool done = true;

	if (n <= sizeof(piece) / 2) {
		memcpy(piece, element.id, n);
	} else {
		done = EVP_MAC_update(mac, (const unsigned char *)element.id, n) == 1;
		n = 0;
	}

	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (element.separators && (c == '\0' || is_separator(c)))
			continue;
		if (n == sizeof(piece)) {
			done = done && EVP_MAC_update(mac, piece, n) == 1;
			n = 0;
		}
		piece[n++] = (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	done = done && EVP_MAC_update(mac, piece, n) == 1;
	mem_wipe(piece, sizeof(piece));
	return done;
}

/* A MAC that is this thread's until it is given back, ready to be updated. */
static EVP_MAC_CTX *take_mac(struct pseudonymizer *p)
{
	EVP_MAC_CTX *mac = atomic_exchange(&p->idle, NULL);

	if (mac == NULL)
		mac = EVP_MAC_CTX_dup(p->keyed);
	if (mac != NULL && EVP_MAC_init(mac, NULL, 0, NULL) == 1)
		return mac;
	log_error("HMAC-SHA-256 is not available");
	abort();
}

static void give_back(struct pseudonymizer *p, EVP_MAC_CTX *mac)
{
	EVP_MAC_CTX *none = NULL;

	if (!atomic_compare_exchange_strong(&p->idle, &none, mac))
		EVP_MAC_CTX_free(mac);
}

bool pseudonym_add(const struct pseudonymizer *p, struct buf *out, struct element element,
		   struct span value)
{
	static const char hex[] = "0123456789abcdef";
	struct pseudonymizer *shared = (struct pseudonymizer *)(uintptr_t)p;
	unsigned char digest[EVP_MAX_MD_SIZE];
	char digits[2 * PSEUDONYM_BYTES];
	EVP_MAC_CTX *mac;
	size_t len;

	if (element.sample == SAMPLE_NONE)
		return false;
	mac = take_mac(shared);
	if (!update(mac, element, value) || EVP_MAC_final(mac, digest, &len, sizeof(digest)) != 1) {
		log_error("HMAC-SHA-256 failed");
		abort();
	}
	give_back(shared, mac);
	buf_add_char(out, 'k');
	buf_add_uint(out, p->id);
	buf_add_char(out, ':');
	for (size_t i = 0; i < PSEUDONYM_BYTES; i++) {
		digits[2 * i] = hex[digest[i] >> 4];
		digits[2 * i + 1] = hex[digest[i] & 15];
	}
	buf_add(out, digits, sizeof(digits));
	return true;
}

bool pseudonymizer_clashes(const struct pseudonymizer *a, const struct pseudonymizer *b)
{
	const struct element any = { "key", SAMPLE_START, false };
	struct buf ours = { 0 };
	struct buf theirs = { 0 };
	bool clashes;

	if (a->id != b->id)
		return false;
	pseudonym_add(a, &ours, any, span_str("check"));
	pseudonym_add(b, &theirs, any, span_str("check"));
	clashes = !span_equal(buf_span(&ours), buf_span(&theirs));
	buf_fini(&ours);
	buf_fini(&theirs);
	return clashes;
}
