/*
 * Whether two names are those of one file, and whether a glob takes in a file.  A name may
 * lead there by a symbolic link, of a folder or of the file itself, or by a second hard link:
 * names alone do not tell, what is at them does.
 */
#include <purposed/run/settings_private.h>

#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <purposed/base/mem.h>

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether something that the glob finds now is what st says. */
static bool finds(const char *pattern, const struct stat *st)
{
	glob_t found;
	bool same = false;

	if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc && !same; i++) {
			struct stat other;

			same = stat(found.gl_pathv[i], &other) == 0 && is_same(&other, st);
		}
	}
	globfree(&found);
	return same;
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == path ? mem_string("/")
			     : mem_span_string(span_of(path, (size_t)(slash - path)));
}

static bool stat_folder(const char *path, struct stat *st)
{
	char *folder = folder_of(path);
	bool found = stat(folder, st) == 0;

	free(folder);
	return found;
}

/* A file that is not there yet would be made in its folder, which is: under that name. */
static bool would_find(const char *pattern, const char *path)
{
	const char *base = strrchr(path, '/');
	const char *wanted = strrchr(pattern, '/');
	struct stat st;
	char *folder;
	bool found;

	if (base == NULL || wanted == NULL || fnmatch(wanted + 1, base + 1, FNM_PERIOD) != 0 ||
	    !stat_folder(path, &st))
		return false;
	folder = folder_of(pattern);
	found = finds(folder, &st);
	free(folder);
	return found;
}

bool settings_takes_in_name(const char *pattern, const char *path)
{
	return fnmatch(pattern, path, FNM_PATHNAME) == 0 || would_find(pattern, path);
}

bool settings_takes_in(const char *pattern, const char *path)
{
	struct stat st;

	if (settings_takes_in_name(pattern, path))
		return true;
	/* A terminal or the like may be in many places. */
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && finds(pattern, &st);
}

static bool would_be_same(const char *a, const char *b)
{
	const char *base = strrchr(a, '/');
	const char *other = strrchr(b, '/');
	struct stat x, y;

	return base != NULL && other != NULL && strcmp(base, other) == 0 && stat_folder(a, &x) &&
	       stat_folder(b, &y) && is_same(&x, &y);
}

bool settings_same_file(const char *a, const char *b)
{
	struct stat x, y;

	if (settings_same_path(a, b) || would_be_same(a, b))
		return true;
	/* In a device nothing mixes. */
	return stat(a, &x) == 0 && stat(b, &y) == 0 &&
	       (S_ISREG(x.st_mode) || S_ISDIR(x.st_mode) || S_ISFIFO(x.st_mode)) && is_same(&x, &y);
}
