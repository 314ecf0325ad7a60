/*
 * The sieve's lists and comparisons: what every level of the processor says, bit by bit and
 * row by row, of words that are empty, full and in between, and of any number of rows.
 */
#include "unit.h"

#include <purposed/engine/sieve.h>

static const char *const levels[] = { "avx512-gather", "avx512", "avx2", "baseline" };

static uint64_t next_random(void)
{
	static uint64_t seed = 11;

	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return seed ^ seed >> 29;
}

static void test_list(void **state)
{
	static uint16_t list[SIEVE_BYTES + SIEVE_MORE];
	uint64_t words[SIEVE_WORDS];
	(void)state;

	for (int round = 0; round < 200; round++) {
		size_t n = (size_t)round % (SIEVE_WORDS + 1);

		for (size_t w = 0; w < n; w++) {
			words[w] = next_random();
			if (round % 4 == 1)
				words[w] &= next_random() & next_random();
			if (round % 4 == 2)
				words[w] = w % 2 == 0 ? 0 : UINT64_MAX;
			if (round % 4 == 3)
				words[w] = UINT64_C(1) << next_random() % 64;
		}
		for (size_t l = 0; l < COUNT(levels); l++) {
			const struct sieve_level *level = sieve_level_find(levels[l]);
			size_t listed = 0;
			size_t found;

			if (level == NULL)
				continue;
			found = level->list(words, n, list);
			for (size_t at = 0; at < 64 * n; at++) {
				if ((words[at / 64] >> (at % 64) & 1) == 0)
					continue;
				assert_true(listed < found);
				assert_int_equal(list[listed], at);
				listed++;
			}
			assert_int_equal(found, listed);
		}
	}
}

enum { ROWS = 300, PLACES = 40 };

/* Bytes that have the row's bits stand at some places; some rows have none to ask for. */
static void make_rows(struct sieve_rows *rows, unsigned char *text)
{
	for (size_t i = 0; i < ROWS; i++) {
		rows->masks[i] = i % 5 == 0 ? 0 : next_random() & next_random();
		rows->bits[i] = next_random() & rows->masks[i];
		rows->numbers[i] = (uint32_t)next_random();
	}
	for (size_t i = 0; i < PLACES * sizeof(uint64_t); i += sizeof(uint64_t))
		memcpy(text + i, &rows->bits[next_random() % ROWS], sizeof(uint64_t));
}

static void test_compare(void **state)
{
	static uint64_t masks[ROWS + SIEVE_MORE];
	static uint64_t bits[ROWS + SIEVE_MORE];
	static uint32_t numbers[ROWS + SIEVE_MORE];
	static struct sieve_match matches[PLACES * ROWS + SIEVE_MORE];
	static unsigned char text[PLACES * sizeof(uint64_t)];
	struct sieve_rows rows = { masks, bits, numbers };
	struct sieve_place places[PLACES];
	(void)state;

	for (int round = 0; round < 200; round++) {
		make_rows(&rows, text);
		for (uint32_t i = 0; i < PLACES; i++) {
			uint32_t n = (uint32_t)(next_random() % (i < 30 ? 20 : ROWS));

			places[i] = (struct sieve_place){ 8 * i,
							  (uint32_t)next_random() % (ROWS - n), n };
		}
		for (size_t l = 0; l < COUNT(levels); l++) {
			const struct sieve_level *level = sieve_level_find(levels[l]);
			size_t agree = 0;
			size_t found;

			if (level == NULL)
				continue;
			found = level->compare(&rows, text, places, PLACES, matches);
			for (size_t i = 0; i < PLACES; i++) {
				uint64_t eight;

				memcpy(&eight, text + places[i].at, sizeof(eight));
				for (size_t k = 0; k < places[i].n; k++) {
					size_t row = places[i].first + k;

					if ((eight & masks[row]) != bits[row])
						continue;
					assert_true(agree < found);
					assert_int_equal(matches[agree].at, places[i].at);
					assert_int_equal(matches[agree].number, numbers[row]);
					agree++;
				}
			}
			assert_int_equal(found, agree);
			assert_true(agree > PLACES);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
