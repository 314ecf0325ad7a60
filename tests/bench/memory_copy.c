/*
 * memory_copy: prints the bytes a second that memcpy(3) moves between two places
 * of SIZE bytes each, more than any cache holds: the fastest of some rounds.
 *
 *	memory_copy [MEGABYTES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <time.h>

enum { ROUNDS = 5 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	size_t size = (argc > 1 ? strtoull(argv[1], NULL, 10) : 256) * 1000000;
	char *from = malloc(size);
	char *to = malloc(size);
	double best = 1e9;

	if (from == NULL || to == NULL || size == 0)
		return 2;
	memset(from, 1, size);
	memset(to, 2, size);
	for (int round = 0; round < ROUNDS; round++) {
		double begin = now();

		memcpy(to, from, size);
		begin = now() - begin;
		best = begin < best ? begin : best;
	}
	printf("%.0f\n", (double)size / best * (to[size / 2] == 1));
	free(from);
	free(to);
	return 0;
}
