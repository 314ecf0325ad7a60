#include <purposed/engine/mask.h>

#include <stdlib.h>

#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/base/visible.h>

enum { KEY_MIN = 16, KEY_RANDOM = 32, PSEUDONYM_BYTES = 8 };

struct pseudonymizer {
	unsigned id;
	unsigned char *key;
	size_t len;
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

int pseudonymizer_new(struct pseudonymizer **p_r, unsigned id, const void *key, size_t len,
		      struct err *e)
{
	struct pseudonymizer *p;

	if (key != NULL && len < KEY_MIN) {
		err_add(e, "the pseudonym key has %zu bytes, at least %d are needed", len, KEY_MIN);
		return -1;
	}
	p = mem_new(1, sizeof(*p));
	p->id = id;
	p->len = key != NULL ? len : KEY_RANDOM;
	p->key = mem_new(p->len, 1);
	if (key != NULL) {
		memcpy(p->key, key, len);
	} else if (RAND_bytes(p->key, KEY_RANDOM) != 1) {
		err_add(e, "no random bytes for a pseudonym key");
		pseudonymizer_free(&p);
		return -1;
	}
	*p_r = p;
	return 0;
}

void pseudonymizer_free(struct pseudonymizer **p)
{
	if (p == NULL || *p == NULL)
		return;
	mem_wipe((*p)->key, (*p)->len);
	free((*p)->key);
	free(*p);
	*p = NULL;
}

static bool is_separator(char c)
{
	return strchr(" .-/()_:", c) != NULL;
}

static void normalise(struct buf *out, struct element element, struct span value)
{
	buf_add(out, element.id, strlen(element.id) + 1);
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (element.separators && (c == '\0' || is_separator(c)))
			continue;
		buf_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
}

bool pseudonym_add(const struct pseudonymizer *p, struct buf *out, struct element element,
		   struct span value)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char mac[EVP_MAX_MD_SIZE];
	struct buf text = { 0 };

	if (element.sample == SAMPLE_NONE)
		return false;
	normalise(&text, element, value);
	if (HMAC(EVP_sha256(), p->key, (int)p->len, (unsigned char *)text.ptr, text.len, mac,
		 NULL) == NULL) {
		log_error("HMAC-SHA-256 is not available");
		abort();
	}
	buf_fini(&text);
	buf_printf(out, "k%u:", p->id);
	for (size_t i = 0; i < PSEUDONYM_BYTES; i++) {
		buf_add_char(out, hex[mac[i] >> 4]);
		buf_add_char(out, hex[mac[i] & 15]);
	}
	return true;
}
