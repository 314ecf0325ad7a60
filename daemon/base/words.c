#include <purposed/base/words.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

int words_find(const char *const words[], const char *word)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

void words_add(struct buf *out, const char *const words[])
{
	for (int i = 0; words[i] != NULL; i++) {
		if (i != 0)
			buf_add_str(out, ", ");
		buf_add_str(out, words[i]);
	}
}

size_t words_distance(const char *a, const char *b)
{
	size_t n = strlen(b);
	size_t *row = mem_new(n + 1, sizeof(*row));
	size_t result;

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (diagonal + 1 < best)
				best = diagonal + 1;
			row[j + 1] = best;
		}
	}
	result = row[n];
	free(row);
	return result;
}
