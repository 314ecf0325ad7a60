/*
 * A pseudonym is an HMAC (RFC 2104) of element and value.
 */
#include <purposed/engine/mask.h>

#include <stdlib.h>
#include <string.h>

/*
 * The hash itself is deprecated in OpenSSL's favour of EVP, which takes two thirds of
 * the time of a pseudonym to copy what it keeps of the key.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <purposed/base/mem.h>

enum { KEY_MIN = 16, KEY_RANDOM = 32, PSEUDONYM_BYTES = 8 };

/*
 * HMAC (RFC 2104) hashes a block made of the key, then the text; and another block
 * made of it, then that hash.  What comes of the blocks is kept.
 */
struct pseudonymizer {
	unsigned id;
	SHA256_CTX inner;
	SHA256_CTX outer;
};

static void hash_block(SHA256_CTX *hash, const unsigned char *key, unsigned char pad)
{
	unsigned char block[SHA256_CBLOCK];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	SHA256_Init(hash);
	SHA256_Update(hash, block, sizeof(block));
	mem_wipe(block, sizeof(block));
}

static void set_key(struct pseudonymizer *p, const unsigned char *key, size_t len)
{
	unsigned char block[SHA256_CBLOCK] = { 0 };

	if (len > sizeof(block))
		SHA256(key, len, block);
	else
		memcpy(block, key, len);
	hash_block(&p->inner, block, 0x36);
	hash_block(&p->outer, block, 0x5c);
	mem_wipe(block, sizeof(block));
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
	set_key(p, key != NULL ? key : random, key != NULL ? len : KEY_RANDOM);
	mem_wipe(random, sizeof(random));
	*p_r = p;
	return 0;
}

void pseudonymizer_free(struct pseudonymizer **p)
{
	if (p == NULL || *p == NULL)
		return;
	mem_wipe(*p, sizeof(**p));
	free(*p);
	*p = NULL;
}

static bool is_separator(char c)
{
	switch (c) {
	case '\0':
	case ' ':
	case '.':
	case '-':
	case '/':
	case '(':
	case ')':
	case '_':
	case ':': return true;
	default: return false;
	}
}

/* Sixteen bytes, which every processor changes at once. */
typedef unsigned char some_bytes __attribute__((vector_size(16)));

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static void add_lower(unsigned char *out, const char *text, size_t n)
{
	for (; n >= sizeof(some_bytes); n -= sizeof(some_bytes)) {
		some_bytes b;

		memcpy(&b, text, sizeof(b));
		b += (some_bytes)((b >= 'A') & (b <= 'Z')) & ('a' - 'A');
		memcpy(out, &b, sizeof(b));
		text += sizeof(b);
		out += sizeof(b);
	}
	for (size_t i = 0; i < n; i++)
		out[i] = lower(text[i]);
}

/* The bytes of text that count, of which there are n_r. */
static void add_counting(unsigned char *out, struct span text, size_t *n_r)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (!is_separator(text.ptr[i]))
			out[n++] = lower(text.ptr[i]);
	}
	*n_r = n;
}

enum { PIECE_BYTES = 256 };

/* Element and value, without separators and in lower case, a piece at a time. */
static void hash_value(SHA256_CTX *hash, struct element element, struct span value)
{
	unsigned char piece[PIECE_BYTES];
	size_t most = value.len < PIECE_BYTES ? value.len : PIECE_BYTES;

	SHA256_Update(hash, element.id, strlen(element.id) + 1);
	for (size_t at = 0; at < value.len; at += PIECE_BYTES) {
		size_t end = value.len - at < PIECE_BYTES ? value.len : at + PIECE_BYTES;
		size_t n = end - at;

		if (element.separators)
			add_counting(piece, span_slice(value, at, end), &n);
		else
			add_lower(piece, value.ptr + at, n);
		SHA256_Update(hash, piece, n);
	}
	mem_wipe(piece, most);
}

bool pseudonym_add(const struct pseudonymizer *p, struct buf *out, struct element element,
		   struct span value)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char digits[2 * PSEUDONYM_BYTES];
	SHA256_CTX hash;

	if (element.sample == SAMPLE_NONE)
		return false;
	hash = p->inner;
	hash_value(&hash, element, value);
	SHA256_Final(digest, &hash);
	hash = p->outer;
	SHA256_Update(&hash, digest, sizeof(digest));
	SHA256_Final(digest, &hash);
	mem_wipe(&hash, sizeof(hash));
	buf_add_char(out, 'k');
	buf_add_uint(out, p->id);
	buf_add_char(out, ':');
	for (size_t i = 0; i < PSEUDONYM_BYTES; i++) {
		digits[2 * i] = hex[digest[i] >> 4];
		digits[2 * i + 1] = hex[digest[i] & 15];
	}
	mem_wipe(digest, sizeof(digest));
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
