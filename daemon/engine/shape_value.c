/* Equal values are one: what is there already is not built again. */
#include <purposed/engine/shape_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

enum { HIGH_FEW = 8 };

struct byte_set shape_widen(const struct byte_set *set)
{
	const uint64_t upper = UINT64_C(0x07fffffe);
	const uint64_t lower = upper << 32;
	struct byte_set wide = *set;

	if ((set->bits[1] & upper) != 0)
		wide.bits[1] |= upper;
	if ((set->bits[1] & lower) != 0)
		wide.bits[1] |= lower;
	if (__builtin_popcountll(set->bits[2]) + __builtin_popcountll(set->bits[3]) > HIGH_FEW)
		wide.bits[2] = wide.bits[3] = UINT64_MAX;
	return wide;
}

static bool same_value(const struct shape_value *x, const struct shape_value *y)
{
	if (x->is_class != y->is_class)
		return false;
	if (x->is_class)
		return memcmp(&x->set, &y->set, sizeof(x->set)) == 0;
	return x->kind == y->kind && x->shift == y->shift && x->a == y->a && x->b == y->b;
}

static size_t hash_of(const struct shape_value *value)
{
	uint64_t hash = 0;

	if (value->is_class) {
		for (int i = 0; i < 4; i++)
			hash = (hash ^ value->set.bits[i]) * UINT64_C(0x9e3779b97f4a7c15);
	} else {
		hash = (uint64_t)value->a << 32 | (uint64_t)value->b << 16 |
		       (uint64_t)value->shift << 8 | value->kind;
		hash *= UINT64_C(0x9e3779b97f4a7c15);
	}
	return (hash >> 32) % SHAPE_HASHES;
}

uint16_t shape_value_add(struct shape_builder *b, const struct shape_value *value)
{
	uint16_t *first = &b->chains[hash_of(value)];

	for (uint16_t i = *first; i != 0; i = b->chain[i - 1]) {
		if (same_value(&b->values[i - 1], value))
			return (uint16_t)(i - 1);
	}
	if (b->n == b->limit)
		return SHAPE_ALWAYS;
	b->values = mem_grow(b->values, b->n, &b->cap, sizeof(*b->values));
	b->chain = mem_grow(b->chain, b->n, &b->chain_cap, sizeof(*b->chain));
	b->values[b->n] = *value;
	b->chain[b->n] = *first;
	*first = (uint16_t)(b->n + 1);
	return (uint16_t)b->n++;
}

void shape_value_forget(struct shape_builder *b)
{
	free(b->values);
	free(b->chain);
}

uint16_t shape_value_class(struct shape_builder *b, const struct byte_set *set)
{
	struct shape_value value = { .is_class = true, .set = shape_widen(set) };

	if (byte_set_is_empty(set))
		return SHAPE_NEVER;
	return byte_set_holds(&value.set, &byte_set_all) ? SHAPE_ALWAYS
							 : shape_value_add(b, &value);
}

uint16_t shape_value_and(struct shape_builder *b, uint16_t a, uint16_t x, unsigned shift)
{
	struct shape_value value = { .kind = SHAPE_AND, .shift = (uint8_t)shift, .a = a, .b = x };

	if (a == SHAPE_NEVER || x == SHAPE_NEVER)
		return SHAPE_NEVER;
	if (x == SHAPE_ALWAYS || (x == a && shift == 0))
		return a;
	/* There is no bare shift: behind a byte that may be anything, nothing is asked. */
	if (a == SHAPE_ALWAYS)
		return shift == 0 ? x : SHAPE_ALWAYS;
	return shape_value_add(b, &value);
}

uint16_t shape_value_or(struct shape_builder *b, uint16_t x, uint16_t y)
{
	struct shape_value value = { .kind = SHAPE_OR, .a = x < y ? x : y, .b = x < y ? y : x };

	if (x == SHAPE_ALWAYS || y == SHAPE_ALWAYS)
		return SHAPE_ALWAYS;
	if (x == SHAPE_NEVER || x == y)
		return y;
	if (y == SHAPE_NEVER)
		return x;
	/* Two classes are one. */
	if (b->values[x].is_class && b->values[y].is_class) {
		struct byte_set both = b->values[x].set;

		byte_set_unite(&both, &b->values[y].set);
		return shape_value_class(b, &both);
	}
	return shape_value_add(b, &value);
}

uint16_t shape_value_behind(struct shape_builder *b, uint16_t x, const struct byte_set *set)
{
	struct shape_value value = { .kind = SHAPE_BEHIND, .a = x };

	if (x == SHAPE_ALWAYS || x == SHAPE_NEVER)
		return x;
	value.b = shape_value_class(b, set);
	return value.b == SHAPE_ALWAYS || value.b == SHAPE_NEVER ? x : shape_value_add(b, &value);
}
