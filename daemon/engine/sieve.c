#include <purposed/engine/sieve.h>

#include <string.h>

/* The best first. */
static const struct sieve_level *const levels[] = {
#if defined(__x86_64__)
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
