/* unit_random: numbers drawn at random, the same ones in every run (xorshift64). */
#ifndef PURPOSED_TESTS_UNIT_RANDOM_H
#define PURPOSED_TESTS_UNIT_RANDOM_H

#include <stdint.h>

static uint64_t random_state = 88172645463325252;

static inline unsigned random_below(unsigned n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state % n);
}

#endif
