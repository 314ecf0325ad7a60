#include <purposed/engine/sieve.h>

#include <string.h>

/* The best first. */
static const struct sieve_level *const levels[] = {
#if defined(__x86_64__)
	&sieve_avx512_gather,
	&sieve_avx512,
	&sieve_avx2,
#endif
	&sieve_baseline,
};

const struct sieve_level *sieve_level_find(const char *name)
{
	bool best = strcmp(name, "auto") == 0;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if ((best || strcmp(name, levels[i]->name) == 0) && levels[i]->available())
			return levels[i];
	}
	return NULL;
}

static void add_byte(struct sieve_shapes *shapes, size_t class, unsigned byte)
{
	struct sieve_class *c = &shapes->classes[class];
	uint8_t *rows = byte < 128 ? c->rows : c->high_rows;

	rows[byte & 15] |= (uint8_t)(1u << (byte >> 4 & 7));
	shapes->groups[class / SHAPE_GROUP][byte] |= (uint8_t)(1u << class % SHAPE_GROUP);
}

void sieve_fill_classes(struct sieve_shapes *shapes)
{
	memset(shapes->classes, 0, sizeof(shapes->classes));
	memset(shapes->groups, 0, sizeof(shapes->groups));
	for (size_t c = 0; c < shapes->program.n_classes; c++) {
		const struct byte_set *class = &shapes->program.classes[c];

		for (unsigned word = 0; word < 4; word++) {
			for (uint64_t left = class->bits[word]; left != 0; left &= left - 1)
				add_byte(shapes, c, 64 * word + (unsigned)__builtin_ctzll(left));
		}
	}
}
