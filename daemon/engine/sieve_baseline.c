/*
 * The sieve on 16 bytes at a time, with nothing but the compiler's vectors: any
 * processor (where it can shuffle bytes, as NEON can, the compiler knows).
 * See sieve_level.h.
 */
#include <purposed/engine/sieve.h>

#pragma GCC optimize("O3")

#include <string.h>

typedef uint8_t vector __attribute__((vector_size(16)));
typedef int8_t signed_vector __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

#define VECTOR_BYTES 16

static inline vector load(const void *p)
{
	vector v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline vector lookup(vector t, vector i)
{
#ifdef __clang__
	vector found;

	for (int lane = 0; lane < 16; lane++)
		found[lane] = t[i[lane]];
	return found;
#else
	return __builtin_shuffle(t, i);
#endif
}

/* A bit for each byte that is 0xff; the others are 0. */
static inline uint64_t gather(vector mask)
{
	static const vector bits = { 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128 };
	halves h = (halves)(mask & bits);
	const uint64_t ones = UINT64_C(0x0101010101010101);

	/* Eight bytes with a bit of their own each: their sum is their union. */
	return (h[0] * ones) >> 56 | ((h[1] * ones) >> 56) << 8;
}

#define table(p) load(p)
#define low(v) ((v)&15)
#define high(v) ((v) >> 4)
#define both(a, b) ((a) & (b))
#define nonzero(v) gather((vector)((v) != 0))
#define sign(v) gather((vector)((signed_vector)(v) < 0))

static inline uint64_t window_bits(const struct sieve *sieve, const unsigned char *p)
{
	uint64_t found = 0;

	for (int i = 0; i < 64; i++) {
		uint32_t key;
		uint32_t h;

		memcpy(&key, p + i, sizeof(key));
		h = sieve_hash(sieve_fold(key));
		found |= (uint64_t)(sieve->windows[h / 32] >> (h % 32) & 1) << i;
	}
	return found;
}

#include <purposed/engine/sieve_level.h>

static bool available(void)
{
	return true;
}

const struct sieve_level sieve_baseline = {
	"baseline", available, level_windows, level_classes, level_program,
};
