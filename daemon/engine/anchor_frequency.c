/*
 * How often bytes occur in logs, of 100,000: counted over the records of
 * tests/quality/cases, at least 1 each, but @, which these are full of: taken at
 * a fifth.  It only steers the choice of anchors.
 */
#include <purposed/engine/anchor.h>

#include <pthread.h>

static const unsigned short frequency[256] = {
	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    4,    935,  1,	1,    1,    1,
	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,
	1,    1,    7992, 1,	3056, 23,   2,	  107,	67,   116,  220,  220,	31,   202,  848,
	1795, 2660, 1241, 5801, 4151, 4052, 1976, 1888, 1642, 1686, 1251, 1346, 1255, 3389, 129,
	116,  722,  128,  69,	30,   358,  201,  266,	259,  449,  446,  198,	214,  525,  56,
	91,   191,  338,  559,	514,  339,  25,	  243,	355,  796,  150,  70,	115,  38,   27,
	259,  360,  103,  361,	1,    300,  1,	  3336, 907,  1563, 1862, 5715, 817,  868,  845,
	2504, 119,  473,  1896, 1601, 2575, 2661, 1590, 140,  3044, 2751, 3151, 1310, 575,  567,
	551,  348,  142,  170,	26,   170,  7,	  1,	1,    1,    1,	  1,	1,    1,    1,
	1,    1,    2,	  1,	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,
	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    6,    7,	  1,	1,    1,    6,
	1,    1,    1,	  4,	65,   1,    1,	  1,	1,    2,    1,	  4,	1,    1,    1,
	1,    1,    4,	  1,	1,    1,    1,	  1,	9,    1,    1,	  1,	1,    1,    4,
	107,  1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,
	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,
	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,
	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,	  1,	1,    1,    1,
	1,
};

/* Sums over the eight bytes from 8 * i on, by which of them are in; and over all of a word. */
static unsigned sums[32][256];
static unsigned sums_whole[4];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_sums(void)
{
	for (int i = 0; i < 32; i++) {
		for (unsigned in = 1; in < 256; in++)
			sums[i][in] = sums[i][in & (in - 1)] + frequency[8 * i + __builtin_ctz(in)];
		sums_whole[i / 8] += sums[i][255];
	}
}

double anchor_frequency(const struct byte_set *set)
{
	unsigned sum = 0;

	pthread_once(&once, fill_sums);
	for (int word = 0; word < 4; word++) {
		uint64_t left = set->bits[word];

		/* Most sets have few bytes, which stand together, or all from 0x80 on. */
		if (left == UINT64_MAX) {
			sum += sums_whole[word];
			continue;
		}
		while (left != 0) {
			int i = __builtin_ctzll(left) / 8;

			sum += sums[8 * word + i][left >> (8 * i) & 255];
			left &= ~(UINT64_C(255) << (8 * i));
		}
	}
	return sum < 100000 ? sum / 1e5 : 1;
}
