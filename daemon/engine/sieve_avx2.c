/* The sieve on 32 bytes at a time; see sieve_level.h. */
#include <purposed/engine/sieve.h>

#pragma GCC optimize("O3")

#if defined(__x86_64__)
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#include <immintrin.h>

typedef __m256i vector;

#define VECTOR_BYTES 32
#define load(p) _mm256_loadu_si256((const __m256i *)(p))
#define table(p) _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(p)))
#define lookup(t, i) _mm256_shuffle_epi8(t, i)
#define low(v) _mm256_and_si256(v, _mm256_set1_epi8(15))
#define high(v) _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(15))
#define same(a, b) (uint64_t)(uint32_t) _mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b))
#define both(a, b) _mm256_and_si256(a, b)

/* As with AVX-512, in two halves. */
static inline uint64_t windows_from(const struct sieve *sieve, const unsigned char *p)
{
	const __m256i factor = _mm256_set1_epi32((int)SIEVE_HASH_FACTOR);
	__m256i keys = _mm256_or_si256(load(p), _mm256_set1_epi8(0x20));
	const __m256i five = _mm256_set1_epi32(31);
	__m256i h = _mm256_mullo_epi32(keys, factor);
	__m256i words = _mm256_i32gather_epi32((const int *)sieve->windows,
					       _mm256_srli_epi32(h, 32 - SIEVE_WINDOWS_BITS), 4);
	/* Either bit becomes the sign. */
	__m256i one = _mm256_sllv_epi32(words, _mm256_andnot_si256(_mm256_srli_epi32(h, 11), five));
	__m256i two = _mm256_sllv_epi32(words, _mm256_andnot_si256(_mm256_srli_epi32(h, 6), five));

	return (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(both(one, two)));
}

static inline uint64_t window_bits(const struct sieve *sieve, const unsigned char *p)
{
	uint64_t found = 0;

	for (int i = 0; i < 4; i++) {
		uint64_t sixteen = windows_from(sieve, p + i) | windows_from(sieve, p + 32 + i)
									<< 8;

		found |= _pdep_u64(sixteen, UINT64_C(0x1111111111111111) << i);
	}
	return found;
}

#define is_zero(v) (_mm256_testz_si256((__m256i)(v), (__m256i)(v)) != 0)

/* Eight at a time, whether they are there or not, so that there is no jump for each of them. */
static inline size_t list_word(uint64_t bits, unsigned from, uint16_t *list)
{
	size_t n = (size_t)__builtin_popcountll(bits);

	for (size_t i = 0; i < n; i += 8) {
		for (size_t k = 0; k < 8; k++) {
			list[i + k] = (uint16_t)(from + _tzcnt_u64(bits));
			bits &= bits - 1;
		}
	}
	return n;
}

/* Where the dwords of four qwords come from, so that those of a mask stand in front. */
static const uint32_t fronts[16][8] = {
	{ 0 },
	{ 0, 1 },
	{ 2, 3 },
	{ 0, 1, 2, 3 },
	{ 4, 5 },
	{ 0, 1, 4, 5 },
	{ 2, 3, 4, 5 },
	{ 0, 1, 2, 3, 4, 5 },
	{ 6, 7 },
	{ 0, 1, 6, 7 },
	{ 2, 3, 6, 7 },
	{ 0, 1, 2, 3, 6, 7 },
	{ 4, 5, 6, 7 },
	{ 0, 1, 4, 5, 6, 7 },
	{ 2, 3, 4, 5, 6, 7 },
	{ 0, 1, 2, 3, 4, 5, 6, 7 },
};

static inline size_t compare_rows(const struct sieve_rows *rows, uint64_t eight,
				  struct sieve_place place, struct sieve_match *matches)
{
	const __m256i bytes = _mm256_set1_epi64x((long long)eight);
	size_t n = 0;

	for (size_t i = 0; i < place.n; i += 4) {
		size_t row = place.first + i;
		__m256i agree = _mm256_cmpeq_epi64(both(bytes, load(rows->masks + row)),
						   load(rows->bits + row));
		unsigned which = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(agree));
		__m256i numbers = _mm256_cvtepu32_epi64(
			_mm_loadu_si128((const __m128i *)(rows->numbers + row)));
		__m256i found = _mm256_or_si256(_mm256_slli_epi64(numbers, 32),
						_mm256_set1_epi64x(place.at));

		if (place.n - i < 4)
			which &= (1u << (place.n - i)) - 1;
		_mm256_storeu_si256((__m256i *)(matches + n),
				    _mm256_permutevar8x32_epi32(found, load(fronts[which])));
		n += (size_t)__builtin_popcount(which);
	}
	return n;
}

#include <purposed/engine/sieve_level.h>

enum { PARTS = 2 };

/* The bytes of a word by their nibbles: the low ones, and the high ones as bits of a row. */
struct halves {
	vector lows[PARTS];
	vector rows[PARTS];
	vector high_rows[PARTS];
	bool above; /* some are from 0x80 on */
};

static inline struct halves halves_of(const unsigned char *text)
{
	static const uint8_t bits[16] = { 1, 2, 4, 8, 16, 32, 64, 128 };
	static const uint8_t high_bits[16] = {
		0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128
	};
	struct halves h = { 0 };

	for (int part = 0; part < PARTS; part++) {
		vector bytes = load(text + part * VECTOR_BYTES);

		h.lows[part] = low(bytes);
		h.rows[part] = lookup(table(bits), high(bytes));
		h.high_rows[part] = lookup(table(high_bits), high(bytes));
		h.above |= _mm256_movemask_epi8(bytes) != 0;
	}
	return h;
}

/* Which bytes have their bit in the row of their low nibble; none is looked for without a bit. */
static inline uint64_t members(const uint8_t *class_rows, const vector *lows, const vector *rows)
{
	vector of_low = table(class_rows);
	vector first = both(lookup(of_low, lows[0]), rows[0]);
	vector second = both(lookup(of_low, lows[1]), rows[1]);

	return same(first, rows[0]) | same(second, rows[1]) << VECTOR_BYTES;
}

/* Of those that have none, members says that they are in. */
static inline uint64_t with_bit(const vector *rows)
{
	vector none = _mm256_setzero_si256();

	return ~(same(rows[0], none) | same(rows[1], none) << VECTOR_BYTES);
}

/* By nibbles: see sieve_class. */
static void level_classes(const struct sieve_shapes *shapes, const unsigned char *text,
			  size_t words, uint64_t *bitmaps)
{
	const size_t n = vectors_for(words);
	const struct sieve_class *classes = shapes->classes;

	for (size_t w = 0; w < n * STEP; w++) {
		uint64_t *place = bitmaps + place_of_word(w, n);
		struct halves h = { 0 };
		uint64_t low = 0;
		uint64_t high = 0;

		if (w <= words) {
			h = halves_of(text + 64 * w);
			high = h.above ? with_bit(h.high_rows) : 0;
			low = ~high;
		}
		for (size_t c = 0; c < shapes->program.n_classes; c++)
			place[c * STRIDE] = low & members(classes[c].rows, h.lows, h.rows);
		for (size_t c = 0; c < shapes->program.n_classes && high != 0; c++)
			place[c * STRIDE] |=
				high & members(classes[c].high_rows, h.lows, h.high_rows);
	}
}

static bool available(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}

const struct sieve_level sieve_avx2 = {
	"avx2",	    available,	   level_windows, level_list,	 level_compare,
	STRIDE - 1, level_classes, level_stands,  level_program,
};
#endif
