/* The sieve on 64 bytes at a time; see sieve_level.h. */
#include <purposed/engine/sieve.h>

#pragma GCC optimize("O3")

#if defined(__x86_64__)
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")
#include <immintrin.h>

#define VECTOR_BYTES 64

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

/* A load that lies across two cache lines takes twice as long: what is aligned is joined. */
#define words_behind(p, here, next) \
	((some_words)_mm512_alignr_epi64((__m512i)(next), (__m512i)(here), 1))
#define words_before(p, here, last) \
	((some_words)_mm512_alignr_epi64((__m512i)(here), (__m512i)(last), 7))
#define shift_down(here, behind, n)                                         \
	((some_words)_mm512_shrdv_epi64((__m512i)(here), (__m512i)(behind), \
					_mm512_set1_epi64((long long)(n))))

#include <purposed/engine/sieve_level.h>

/* Eight classes at a time, one lookup for all of them: a bit of each byte tells of one. */
static inline __m512i group_members(const uint8_t *group, __m512i v, uint64_t above)
{
	__m512i members = _mm512_maskz_permutex2var_epi8(~above, _mm512_loadu_si512(group), v,
							 _mm512_loadu_si512(group + 64));

	if (above != 0)
		members = _mm512_or_si512(members, _mm512_maskz_permutex2var_epi8(
							   above, _mm512_loadu_si512(group + 128),
							   v, _mm512_loadu_si512(group + 192)));
	return members;
}

static void level_classes(const struct sieve *sieve, const unsigned char *text, size_t words,
			  uint64_t *bitmaps)
{
	const size_t n = sieve->program.n_classes;

	for (size_t w = 0; w <= words; w++) {
		__m512i v = _mm512_loadu_si512(text + 64 * w);
		uint64_t above = _mm512_movepi8_mask(v);

		for (size_t c = 0; c < n; c += SIEVE_GROUP) {
			__m512i members =
				group_members(sieve->class_groups[c / SIEVE_GROUP], v, above);
			uint64_t *to = bitmaps + c * SIEVE_STRIDE + SIEVE_FIRST + w;

			for (size_t k = 0; k < SIEVE_GROUP; k++)
				to[k * SIEVE_STRIDE] = _mm512_test_epi8_mask(
					members, _mm512_set1_epi8((char)(1 << k)));
		}
	}
}

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
