/* The sieve on 64 bytes at a time; see sieve_level.h. */
#include <purposed/engine/sieve.h>

#pragma GCC optimize("O3")

#if defined(__x86_64__)
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")
#include <immintrin.h>

typedef __m512i vector;

#define VECTOR_BYTES 64
#define load(p) _mm512_loadu_si512(p)
#define table(p) _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(p)))
#define lookup(t, i) _mm512_shuffle_epi8(t, i)
#define low(v) _mm512_and_si512(v, _mm512_set1_epi8(15))
#define high(v) _mm512_and_si512(_mm512_srli_epi16(v, 4), _mm512_set1_epi8(15))
#define both(a, b) _mm512_and_si512(a, b)
#define nonzero(v) (uint64_t) _mm512_test_epi8_mask(v, v)
#define sign(v) (uint64_t) _mm512_movepi8_mask(v)

/*
 * Sixteen windows a vector: every fourth, since a vector of dwords loaded at p
 * has those at p, p + 4, ...  What four loads find is interleaved.
 */
static inline uint64_t windows_from(const struct sieve *sieve, const unsigned char *p)
{
	const __m512i factors = _mm512_set1_epi32(SIEVE_HASH_HIGH << 16 | SIEVE_HASH_LOW);
	__m512i keys = _mm512_or_si512(_mm512_loadu_si512(p), _mm512_set1_epi8(0x20));
	__m512i h = _mm512_and_si512(_mm512_srli_epi32(_mm512_madd_epi16(keys, factors), 7),
				     _mm512_set1_epi32((1 << SIEVE_HASH_BITS) - 1));
	__m512i words = _mm512_i32gather_epi32(_mm512_srli_epi32(h, 5), sieve->windows, 4);
	__m512i bits = _mm512_srlv_epi32(words, _mm512_and_si512(h, _mm512_set1_epi32(31)));

	return _mm512_test_epi32_mask(bits, _mm512_set1_epi32(1));
}

static inline uint64_t window_bits(const struct sieve *sieve, const unsigned char *p)
{
	uint64_t found = 0;

	for (int i = 0; i < 4; i++)
		found |= _pdep_u64(windows_from(sieve, p + i), UINT64_C(0x1111111111111111) << i);
	return found;
}

#include <purposed/engine/sieve_level.h>

static bool available(void)
{
	return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vbmi") &&
	       __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2");
}

const struct sieve_level sieve_avx512 = {
	"avx512", available, level_windows, level_classes, level_program,
};
#endif
