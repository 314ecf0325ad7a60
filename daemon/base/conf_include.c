/*
 * What a document includes is looked at before libconfig reads it: of a file that can be
 * opened but not read, a folder for one, its scanner ends the process.
 *
 * What cannot be opened is left to libconfig, which says so.  As it does, a line is taken
 * for an inclusion wherever it stands, and files are followed ten deep: one that
 * includes itself several times would else be read for ever.
 */
#include <purposed/base/conf_private.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <purposed/base/mem.h>

enum { DEPTH_MAX = 10 };

char *conf_included(const char *document, const char *file)
{
	const char *slash = strrchr(document, '/');
	struct buf path = { 0 };

	if (file[0] != '/' && slash != NULL)
		buf_add(&path, document, (size_t)(slash - document) + 1);
	buf_add_str(&path, file);
	buf_str(&path);
	return path.ptr;
}

/* The file that a line includes, in place; NULL: it includes none. */
static char *file_of(char *line)
{
	static const char word[] = "@include";
	char *from = line + strspn(line, " \t");
	char *to;
	char quote;

	if (strncmp(from, word, sizeof(word) - 1) != 0)
		return NULL;
	from += sizeof(word) - 1;
	from += strspn(from, " \t");
	quote = *from;
	if (quote != '"' && quote != '\'')
		return NULL;
	to = line;
	while (*++from != quote) {
		if (*from == '\\')
			from++;
		if (*from == '\0')
			return NULL;
		*to++ = *from;
	}
	*to = '\0';
	return line;
}

/* Whether bytes can be had of it: 0, or an errno.  What cannot be read twice is not tried. */
static int try_to_read(const char *path)
{
	struct stat st;
	FILE *file;
	int error = 0;

	if (stat(path, &st) != 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return 0;
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	if (fgetc(file) == EOF && ferror(file))
		error = errno;
	fclose(file);
	return error;
}

/* document: what is included is resolved beside it.  path: of the file that is looked through. */
static int check_file(const char *document, const char *path, int depth, struct err *e)
{
	unsigned number = 0;
	char *line = NULL;
	size_t cap = 0;
	struct stat st;
	FILE *file;
	int bad = 0;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	if (conf_check_numbers(path, e) != 0)
		return -1;
	file = fopen(path, "re");
	while (file != NULL && bad == 0 && getline(&line, &cap, file) >= 0) {
		char *name = file_of(line);
		char *next = name != NULL ? conf_included(document, name) : NULL;
		int error = next != NULL ? try_to_read(next) : 0;

		number++;
		if (next != NULL && depth == DEPTH_MAX) {
			err_at(e, path, number, "cannot include %s: nesting too deep", next);
			bad = -1;
		} else if (error != 0) {
			err_at(e, path, number, "cannot include %s: %s", next, strerror(error));
			bad = -1;
		} else if (next != NULL) {
			bad = check_file(document, next, depth + 1, e);
		}
		free(next);
	}
	if (file != NULL)
		fclose(file);
	free(line);
	return bad;
}

int conf_check(const char *path, struct err *e)
{
	return check_file(path, path, 0, e);
}
