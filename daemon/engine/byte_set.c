#include <purposed/engine/byte_set.h>

const struct byte_set byte_set_all = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };
const struct byte_set byte_set_digit = { { 0x03ff000000000000, 0, 0, 0 } };
const struct byte_set byte_set_word = { { 0x03ff000000000000, 0x07fffffe87fffffe, 0, 0 } };
const struct byte_set byte_set_no_word = {
	{ ~UINT64_C(0x03ff000000000000), ~UINT64_C(0x07fffffe87fffffe), UINT64_MAX, UINT64_MAX }
};
const struct byte_set byte_set_ends = { { UINT64_C(1) | 1u << '\n' | 1u << '\r', 0, 0, 0 } };

void byte_set_invert(struct byte_set *set)
{
	for (int i = 0; i < 4; i++)
		set->bits[i] = ~set->bits[i];
}

void byte_set_fold(struct byte_set *set)
{
	const uint64_t upper = UINT64_C(0x07fffffe);

	/* Both cases of a letter are in one word, 32 bits apart. */
	set->bits[1] |= (set->bits[1] & upper) << 32 | (set->bits[1] >> 32 & upper);
}

unsigned byte_set_count(const struct byte_set *set)
{
	unsigned n = 0;

	for (int i = 0; i < 4; i++)
		n += (unsigned)__builtin_popcountll(set->bits[i]);
	return n;
}
