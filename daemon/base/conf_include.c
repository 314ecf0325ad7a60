/*
 * What a document includes is looked at before libconfig reads it: of a file that can be
 * opened but not read, a folder for one, its scanner ends the process.
 *
 * What cannot be opened is left to libconfig, which says so.  As it does, a line is taken
 * for an inclusion wherever it stands, and files are followed ten deep: one that
 * includes itself several times would else be read for ever.
 */
#include <purposed/base/conf_private.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* The file that the line at from includes; false: it includes none. */
static bool file_of(const char *from, struct buf *file)
{
	static const char word[] = "@include";

	from += strspn(from, " \t");
	if (strncmp(from, word, sizeof(word) - 1) != 0)
		return false;
	from += sizeof(word) - 1;
	from += strspn(from, " \t");
	if (*from != '"')
		return false;
	buf_clear(file);
	while (*++from != '"') {
		if (*from == '\\')
			from++;
		if (*from == '\0' || *from == '\n')
			return false;
		buf_add_char(file, *from);
	}
	return true;
}

/* NULL: text is what is in the file, nothing where that cannot be opened; else what is wrong. */
static const char *read_included(const char *path, struct buf *text)
{
	int fd = conf_open(path);
	const char *why = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	/* libconfig reads it again, which only a file bears. */
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		why = "it is no regular file";
	else
		why = conf_read_text(fd, text);
	close(fd);
	return why;
}

/* document: what is included is resolved beside it.  path: of the file that has this text. */
static int check_text(const char *document, const char *path, const char *text, int depth,
		      struct err *e)
{
	int bad = conf_check_numbers(text, path, e);
	struct buf name = { 0 };
	unsigned number = 1;

	for (const char *line = text; bad == 0 && *line != '\0'; number++) {
		if (file_of(line, &name)) {
			char *next = conf_included(document, buf_str(&name));
			struct buf inner = { 0 };
			const char *why = depth < DEPTH_MAX ? read_included(next, &inner)
							    : "nesting too deep";

			if (why != NULL)
				err_at(e, path, number, "cannot include %s: %s", next, why);
			bad = why != NULL
				      ? -1
				      : check_text(document, next, buf_str(&inner), depth + 1, e);
			buf_fini(&inner);
			free(next);
		}
		line += strcspn(line, "\n");
		line += *line != '\0';
	}
	buf_fini(&name);
	return bad;
}

int conf_check(const char *path, const char *text, struct err *e)
{
	return check_text(path, path, text, 0, e);
}
