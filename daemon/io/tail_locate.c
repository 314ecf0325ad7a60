/*
 * A rotation puts the old text beside the new one: under another name, or as a
 * copy.  The first is known by its inode, the second by its first bytes.
 */
#include <purposed/io/tail_private.h>

#include <ctype.h>
#include <dirent.h>
#include <string.h>

#include <purposed/base/mem.h>

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Without what stands behind the last dot, if something stands before it. */
static size_t stem_of(const char *base)
{
	const char *dot = strrchr(base, '.');

	return dot != NULL && dot != base ? (size_t)(dot - base) : strlen(base);
}

bool tail_is_rotated_name(const char *path, const char *name)
{
	const char *old = base_of(path);
	const char *new = base_of(name);
	size_t folder = (size_t)(old - path);
	size_t stem = stem_of(old);

	if (folder != (size_t)(new - name) || strncmp(path, name, folder) != 0)
		return false;
	return strcmp(old, new) != 0 && strncmp(old, new, stem) == 0 && new[stem] != '\0' &&
	       !isalnum((unsigned char)new[stem]);
}

/*
 * How well the file fits: the same inode is best, then a copy that has all that was
 * read, the newest; a copy that was made earlier than that is better than nothing.
 */
static long long fits(struct tail_file *file, const struct position *p, struct stat *st)
{
	bool whole;

	if (!tail_file_look(file, st) || !fingerprint_fits(&p->print, file->fd))
		return 0;
	whole = st->st_size >= p->at;
	if (file->inode == p->inode)
		return whole ? INT64_MAX : 0;
	if (p->print.len == 0)
		return 0;
	return st->st_mtim.tv_sec + 1 + (whole ? INT64_MAX / 2 : 0);
}

struct tail_file *tail_locate(const char *path, const struct position *position)
{
	size_t folder = (size_t)(base_of(path) - path);
	struct buf name = { 0 };
	struct tail_file *best = NULL;
	long long best_fit = 0;
	struct dirent *entry;
	DIR *dir;

	buf_add(&name, path, folder);
	buf_add_str(&name, ".");
	dir = opendir(buf_str(&name));
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct tail_file *file = NULL;
		struct stat st;
		long long fit = 0;

		name.len = folder;
		buf_add_str(&name, entry->d_name);
		if (tail_is_rotated_name(path, buf_str(&name)))
			file = tail_file_open(name.ptr);
		if (file != NULL)
			fit = fits(file, position, &st);
		if (fit > best_fit) {
			tail_file_free(&best);
			best = file;
			best_fit = fit;
		} else {
			tail_file_free(&file);
		}
	}
	if (dir != NULL)
		closedir(dir);
	buf_fini(&name);
	if (best != NULL)
		tail_file_resume(best, position);
	return best;
}
