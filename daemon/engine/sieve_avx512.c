/* The sieve on 64 bytes at a time; see sieve_level.h. */
#include <purposed/engine/sieve.h>

#pragma GCC optimize("O3")

#if defined(__x86_64__)
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2,gfni,bmi,bmi2,popcnt")
#include <cpuid.h>
#include <immintrin.h>

#define VECTOR_BYTES 64

/* The words at four places, a dword each. */
static inline __m128i words_at_four(const uint32_t *words, __m128i places)
{
	uint64_t low = (uint64_t)_mm_cvtsi128_si64(places);
	uint64_t high = (uint64_t)_mm_extract_epi64(places, 1);
	__m128i four = _mm_cvtsi32_si128((int)words[(uint32_t)low]);

	four = _mm_insert_epi32(four, (int)words[low >> 32], 1);
	four = _mm_insert_epi32(four, (int)words[(uint32_t)high], 2);
	return _mm_insert_epi32(four, (int)words[high >> 32], 3);
}

/*
 * Those at sixteen places, one by one: on most processors that is quicker than the instruction
 * that gathers them, on some by far.
 */
static inline __m512i words_at_places(const uint32_t *words, __m512i places)
{
	__m512i all = _mm512_castsi128_si512(words_at_four(words, _mm512_castsi512_si128(places)));

	all = _mm512_inserti32x4(all, words_at_four(words, _mm512_extracti32x4_epi32(places, 1)),
				 1);
	all = _mm512_inserti32x4(all, words_at_four(words, _mm512_extracti32x4_epi32(places, 2)),
				 2);
	return _mm512_inserti32x4(all, words_at_four(words, _mm512_extracti32x4_epi32(places, 3)),
				  3);
}

/* Sixteen windows: a bit for each dword of keys. */
static inline uint64_t windows_of(const struct sieve *sieve, __m512i keys, bool gathers)
{
	const __m512i factor = _mm512_set1_epi32((int)SIEVE_HASH_FACTOR);
	const __m512i five = _mm512_set1_epi32(31);
	__m512i h = _mm512_mullo_epi32(keys, factor);
	__m512i places = _mm512_srli_epi32(h, 32 - SIEVE_WINDOWS_BITS);
	__m512i words = gathers ? _mm512_i32gather_epi32(places, sieve->windows, 4)
				: words_at_places(sieve->windows, places);
	__m512i one = _mm512_srlv_epi32(words, _mm512_and_si512(_mm512_srli_epi32(h, 11), five));
	__m512i two = _mm512_srlv_epi32(words, _mm512_and_si512(_mm512_srli_epi32(h, 6), five));

	return _mm512_test_epi32_mask(_mm512_and_si512(one, two), _mm512_set1_epi32(1));
}

/*
 * A vector of dwords has every fourth window, those at p, p + 4, ...; the three between
 * two of them are shifted together.  What is found of the four is interleaved.
 */
static inline __attribute__((always_inline)) uint64_t
windows_from(const struct sieve *sieve, const unsigned char *p, bool gathers)
{
	const __m512i fold = _mm512_set1_epi8(0x20);
	const uint64_t fourth = UINT64_C(0x1111111111111111);
	__m512i here = _mm512_or_si512(_mm512_loadu_si512(p), fold);
	__m512i next = _mm512_or_si512(_mm512_loadu_si512(p + 4), fold);

	return _pdep_u64(windows_of(sieve, here, gathers), fourth) |
	       _pdep_u64(windows_of(sieve, _mm512_shrdi_epi32(here, next, 8), gathers),
			 fourth << 1) |
	       _pdep_u64(windows_of(sieve, _mm512_shrdi_epi32(here, next, 16), gathers),
			 fourth << 2) |
	       _pdep_u64(windows_of(sieve, _mm512_shrdi_epi32(here, next, 24), gathers),
			 fourth << 3);
}

static inline uint64_t window_bits(const struct sieve *sieve, const unsigned char *p)
{
	return windows_from(sieve, p, false);
}

#define shift_down(here, behind, n)                                         \
	((some_words)_mm512_shrdv_epi64((__m512i)(here), (__m512i)(behind), \
					_mm512_set1_epi64((long long)(n))))

#define is_zero(v) (_mm512_test_epi64_mask((__m512i)(v), (__m512i)(v)) == 0)

/* The places of all bits, of which those that are set are brought to the front. */
static inline size_t list_word(uint64_t bits, unsigned from, uint16_t *list)
{
	static const uint8_t all[64] = {
		0,  1,	2,  3,	4,  5,	6,  7,	8,  9,	10, 11, 12, 13, 14, 15,
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
		32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
		48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
	};
	const __m512i start = _mm512_set1_epi16((short)from);
	__m512i set = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(all));
	size_t n = (size_t)__builtin_popcountll(bits);

	_mm512_storeu_si512(
		list, _mm512_add_epi16(start, _mm512_cvtepu8_epi16(_mm512_castsi512_si256(set))));
	if (n > 32)
		_mm512_storeu_si512(
			list + 32,
			_mm512_add_epi16(start,
					 _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(set, 1))));
	return n;
}

static inline size_t compare_rows(const struct sieve_rows *rows, uint64_t eight,
				  struct sieve_place place, struct sieve_match *matches)
{
	const __m512i bytes = _mm512_set1_epi64((long long)eight);
	size_t n = 0;

	for (size_t i = 0; i < place.n; i += 8) {
		size_t row = place.first + i;
		__mmask8 left = (__mmask8)(place.n - i < 8 ? (1u << (place.n - i)) - 1 : 0xffu);
		__mmask8 agree = _mm512_mask_cmpeq_epi64_mask(
			left, _mm512_and_si512(bytes, _mm512_loadu_si512(rows->masks + row)),
			_mm512_loadu_si512(rows->bits + row));
		__m512i numbers = _mm512_cvtepu32_epi64(
			_mm256_loadu_si256((const __m256i *)(rows->numbers + row)));
		__m512i found = _mm512_or_si512(_mm512_slli_epi64(numbers, 32),
						_mm512_set1_epi64(place.at));

		/* Not stored as it is compressed: some processors take very long for that. */
		_mm512_storeu_si512(matches + n, _mm512_maskz_compress_epi64(agree, found));
		n += (size_t)__builtin_popcount(agree);
	}
	return n;
}

#include <purposed/engine/sieve_level.h>

/*
 * Eight classes at a time, one lookup for all of them: bit k of each byte tells of class k.
 * above: bytes from 0x80 on may be among them.
 */
static inline __m512i group_members(const uint8_t *group, __m512i text, bool above)
{
	__m512i members = _mm512_permutex2var_epi8(_mm512_loadu_si512(group), text,
						   _mm512_loadu_si512(group + 64));

	if (above)
		members = _mm512_mask_mov_epi8(
			members, _mm512_movepi8_mask(text),
			_mm512_permutex2var_epi8(_mm512_loadu_si512(group + 128), text,
						 _mm512_loadu_si512(group + 192)));
	return members;
}

/* Words 0 to 7 are of the one, 8 to 15 of the other of two vectors that change places. */
static const uint64_t lows[2][8] = { { 0, 1, 8, 9, 4, 5, 12, 13 }, { 0, 1, 2, 3, 8, 9, 10, 11 } };
static const uint64_t highs[2][8] = { { 2, 3, 10, 11, 6, 7, 14, 15 },
				      { 4, 5, 6, 7, 12, 13, 14, 15 } };

/* The odd bytes of the one and the even bytes of the other change places. */
static inline void swap_bytes(__m512i *one, __m512i *other)
{
	const __mmask64 odd = UINT64_C(0xaaaaaaaaaaaaaaaa);
	__m512i up = _mm512_slli_epi16(*other, 8);
	__m512i down = _mm512_srli_epi16(*one, 8);

	*one = _mm512_mask_mov_epi8(*one, odd, up);
	*other = _mm512_mask_mov_epi8(down, odd, *other);
}

/*
 * Eight vectors, of members whose bytes stand in reverse order, eight by eight, become the
 * words of eight classes: vector k has those of class k.
 *
 * As a product of matrices of bits, the members of eight bytes become a byte for each
 * class.  These change places between vectors, in squares of 1, 2 and 4: first as bytes,
 * since what moves within words needs no permutation, of which there can be but one at a
 * time; and then, when those that belong together are a word, as words.
 */
static inline void class_words(__m512i *rows)
{
	static const uint8_t together[64] = {
		0, 8,  16, 24, 32, 40, 48, 56, 1, 9,  17, 25, 33, 41, 49, 57,
		2, 10, 18, 26, 34, 42, 50, 58, 3, 11, 19, 27, 35, 43, 51, 59,
		4, 12, 20, 28, 36, 44, 52, 60, 5, 13, 21, 29, 37, 45, 53, 61,
		6, 14, 22, 30, 38, 46, 54, 62, 7, 15, 23, 31, 39, 47, 55, 63,
	};
	const __m512i unit = _mm512_set1_epi64((long long)UINT64_C(0x8040201008040201));
	const __m512i bytes = _mm512_loadu_si512(together);

	for (int i = 0; i < 8; i++)
		rows[i] = _mm512_gf2p8affine_epi64_epi8(unit, rows[i], 0);
	for (int i = 0; i < 8; i += 2)
		swap_bytes(&rows[i], &rows[i + 1]);
	for (int i = 0; i < 8; i++)
		rows[i] = _mm512_permutexvar_epi8(bytes, rows[i]);
	for (int step = 0; step < 2; step++) {
		__m512i low = _mm512_loadu_si512(lows[step]);
		__m512i high = _mm512_loadu_si512(highs[step]);

		for (int i = 0; i < 8; i++) {
			int other = i + (2 << step);
			__m512i row = rows[i];

			if ((i & 2 << step) != 0)
				continue;
			rows[i] = _mm512_permutex2var_epi64(row, low, rows[other]);
			rows[other] = _mm512_permutex2var_epi64(row, high, rows[other]);
		}
	}
}

/* A vector of the bitmap of each class. */
static inline __attribute__((always_inline)) void
fill_vectors(const struct sieve_shapes *shapes, const __m512i *texts, uint64_t *bitmaps, bool above)
{
	for (size_t c = 0; c < shapes->program.n_classes; c += SHAPE_GROUP) {
		const uint8_t *group = shapes->groups[c / SHAPE_GROUP];
		__m512i rows[8];

		for (size_t i = 0; i < 8; i++)
			rows[i] = group_members(group, texts[i], above);
		class_words(rows);
		for (size_t k = 0; k < SHAPE_GROUP; k++)
			_mm512_store_si512(bitmaps + (c + k) * STRIDE, rows[k]);
	}
}

static void level_classes(const struct sieve_shapes *shapes, const unsigned char *text,
			  size_t words, uint64_t *bitmaps)
{
	const size_t n = vectors_for(words);
	const __m512i reverse = _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607);

	for (size_t v = 0; v < n; v++) {
		__m512i texts[8] = { 0 };
		__m512i any = _mm512_setzero_si512();

		for (size_t i = 0; i < 8 && v + i * n <= words; i++) {
			texts[i] = _mm512_shuffle_epi8(_mm512_loadu_si512(text + 64 * (v + i * n)),
						       reverse);
			any = _mm512_or_si512(any, texts[i]);
		}
		if (_mm512_movepi8_mask(any) == 0)
			fill_vectors(shapes, texts, bitmaps + 8 * v, false);
		else
			fill_vectors(shapes, texts, bitmaps + 8 * v, true);
	}
}

static void gathered_windows(const struct sieve *sieve, const unsigned char *text, size_t words,
			     uint64_t *hits)
{
	for (size_t w = 0; w < words; w++)
		hits[w] = windows_from(sieve, text + 64 * w, true);
}

static bool available(void)
{
	return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vbmi") &&
	       __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("gfni") &&
	       __builtin_cpu_supports("bmi2");
}

const struct sieve_level sieve_avx512 = {
	"avx512",   available,	   level_windows, level_list,	 level_compare,
	STRIDE - 1, level_classes, level_stands,  level_program,
};

/* Processors with AVX512-FP16 gather twice as quickly as they load one by one. */
static bool gathers(void)
{
	/* Not every compiler knows its name. */
	const unsigned fp16 = 1u << 23;
	unsigned a;
	unsigned b;
	unsigned c;
	unsigned d;

	return available() && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & fp16) != 0;
}

const struct sieve_level sieve_avx512_gather = {
	"avx512-gather", gathers,	gathered_windows, level_list,	 level_compare,
	STRIDE - 1,	 level_classes, level_stands,	  level_program,
};
#endif
