/*
 * fts(3) over one argument at a time: given all of them it would sort them,
 * and the order on the command line is the user's.  FTS_NOCHDIR, since the
 * working directory belongs to the process.
 */
#include <purposed/io/walk.h>

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <purposed/base/mem.h>
#include <purposed/io/label.h>
#include <purposed/io/source.h>

struct walk {
	const char *const *paths;
	size_t count;
	size_t at;
	FTS *folder; /* the argument being walked, or NULL */
	struct walk_counts counts;
};

struct walk *walk_open(const char *const *paths, size_t count)
{
	struct walk *w = mem_new(1, sizeof(*w));

	w->paths = paths;
	w->count = count;
	return w;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int found(struct walk *w, const char *path, const char **path_r)
{
	w->counts.files++;
	*path_r = path;
	return 1;
}

static int trouble(struct walk *w, const char *path, const char *what, struct err *e)
{
	struct buf label = { 0 };

	w->counts.troubles++;
	label_add(&label, path);
	err_add(e, "%s: %s", label.len != 0 ? buf_str(&label) : "''", what);
	buf_fini(&label);
	return -1;
}

/* An argument: 1 a file, 0 a folder that is open now, -1 trouble. */
static int begin(struct walk *w, const char *path, const char **path_r, struct err *e)
{
	char *roots[] = { (char *)(uintptr_t)path, NULL };
	struct stat st;

	if (source_is_stream(path))
		return found(w, path, path_r);
	if (stat(path, &st) != 0)
		return trouble(w, path, strerror(errno), e);
	if (S_ISREG(st.st_mode))
		return found(w, path, path_r);
	if (S_ISFIFO(st.st_mode))
		return trouble(w, path, "is a named pipe, neither a file nor a folder", e);
	if (S_ISSOCK(st.st_mode))
		return trouble(w, path, "is a socket, neither a file nor a folder", e);
	if (!S_ISDIR(st.st_mode))
		return trouble(w, path, "is a device, neither a file nor a folder", e);
	w->folder = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	return w->folder != NULL ? 0 : trouble(w, path, strerror(errno), e);
}

static void end_folder(struct walk *w)
{
	if (w->folder != NULL)
		fts_close(w->folder);
	w->folder = NULL;
}

/* The next file of the open folder: 1; 0 at its end; -1 trouble. */
static int step(struct walk *w, const char **path_r, struct err *e)
{
	FTSENT *entry;

	while (errno = 0, (entry = fts_read(w->folder)) != NULL) {
		switch (entry->fts_info) {
		case FTS_F: return found(w, entry->fts_path, path_r);
		case FTS_SL:
		case FTS_SLNONE: w->counts.links++; break;
		case FTS_DEFAULT: w->counts.specials++; break;
		case FTS_DC: return trouble(w, entry->fts_path, strerror(ELOOP), e);
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS: return trouble(w, entry->fts_path, strerror(entry->fts_errno), e);
		default: break; /* folders, on the way down and up */
		}
	}
	if (errno != 0) {
		int code = errno;

		end_folder(w);
		return trouble(w, w->paths[w->at - 1], strerror(code), e);
	}
	end_folder(w);
	return 0;
}

int walk_next(struct walk *w, const char **path_r, struct err *e)
{
	while (w->folder != NULL || w->at < w->count) {
		int status = w->folder != NULL ? step(w, path_r, e)
					       : begin(w, w->paths[w->at++], path_r, e);

		if (status != 0)
			return status;
	}
	return 0;
}

struct walk_counts walk_counts(const struct walk *w)
{
	return w->counts;
}

void walk_close(struct walk **w)
{
	if (*w == NULL)
		return;
	end_folder(*w);
	free(*w);
	*w = NULL;
}

uint64_t walk_bytes(const char *const *paths, size_t count)
{
	struct walk *w = walk_open(paths, count);
	struct err e = { 0 };
	const char *path;
	uint64_t bytes = 0;
	int next;

	while ((next = walk_next(w, &path, &e)) != 0) {
		struct stat st;

		err_fini(&e); /* what cannot be walked is said when it is walked in earnest */
		if (next > 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode))
			bytes += (uint64_t)st.st_size;
	}
	walk_close(&w);
	return bytes;
}
