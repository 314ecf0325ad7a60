#include <purposed/base/words.h>

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
