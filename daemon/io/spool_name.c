/*
 * A spool and its name.  Somebody may remove the file while it is open: nobody would find
 * one without a name again, so what is in it is written to a new one of the same name.
 */
#include <purposed/io/spool_private.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/clock.h>
#include <purposed/base/log.h>

enum {
	COPY_BYTES = 64 * 1024,
	COPY_AGAIN_MS = 5000, /* where it failed: it writes much, and a full disk stays full */
};

int spool_open_file(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (fd >= 0 && errno == EWOULDBLOCK)
		err_add(e, "the spool %s is in use by another process", path);
	else
		err_errno(e, "cannot open the spool %s", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

bool spool_sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct buf folder = { 0 };
	bool good;
	int fd;

	buf_add_str(&folder, "./");
	if (slash != NULL) {
		buf_clear(&folder);
		buf_add(&folder, path, (size_t)(slash - path) + 1);
	}
	fd = open(buf_str(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	buf_fini(&folder);
	/* One that may not be read, or knows no fsync, is left to the system. */
	good = fd < 0 || fsync(fd) == 0 || errno == EINVAL;
	if (fd >= 0)
		close(fd);
	return good;
}

/* The messages, each at its place, into a file that is empty. */
static bool copy_to(const struct spool *s, int fd)
{
	struct buf bytes = { 0 };
	uint64_t at = s->first;
	bool good = spool_write_head(s, fd);

	buf_reserve(&bytes, COPY_BYTES);
	while (good && at < s->end) {
		size_t len = s->end - at < COPY_BYTES ? (size_t)(s->end - at) : COPY_BYTES;
		ssize_t n = pread(s->fd, bytes.ptr, len, (off_t)at);

		if (n == 0)
			errno = EIO;
		good = n > 0 && spool_write_at(fd, bytes.ptr, (size_t)n, at);
		bytes.len = n > 0 ? (size_t)n : 0;
		at += bytes.len;
	}
	buf_fini(&bytes);
	return good && fdatasync(fd) == 0;
}

int spool_keep_name(struct spool *s, struct err *e)
{
	struct stat st;
	int fd;

	if (fstat(s->fd, &st) != 0 || st.st_nlink != 0)
		return 0;
	if (clock_now_ms() < s->copy_again_ms) {
		err_add(e,
			"the spool %s was removed and could not be written anew; it is tried "
			"every %d seconds",
			s->path, COPY_AGAIN_MS / 1000);
		return -1;
	}
	fd = spool_open_file(s->path, e);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || st.st_size != 0) {
		err_add(e, "the spool %s was removed, and another one is there: move that away",
			s->path);
		close(fd);
		return -1;
	}
	if (!copy_to(s, fd) || !spool_sync_folder(s->path)) {
		err_errno(e, "cannot write the spool %s, which was removed", s->path);
		close(fd);
		unlink(s->path);
		s->copy_again_ms = clock_now_ms() + COPY_AGAIN_MS;
		return -1;
	}
	log_warning("the spool %s was removed by somebody else; what was in it is written anew",
		    s->path);
	close(s->fd);
	s->fd = fd;
	s->punched = s->first;
	s->unwritten = 0;
	s->unsynced = false;
	return 0;
}

int spool_move(const char *path, const char *to, struct err *e)
{
	unsigned long long there;

	if (!spool_look(to, &there)) {
		err_add(e, "the spool %s cannot become %s, which is no spool: move that away", path,
			to);
		return -1;
	}
	if (there != 0) {
		err_add(e, "the spool %s cannot become %s, which holds %llu bytes of messages",
			path, to, there);
		return -1;
	}
	if (rename(path, to) != 0) {
		err_errno(e, "the spool %s cannot become %s", path, to);
		return -1;
	}
	/* What stands in it was on the disk under its old name as of the last checkpoint. */
	if (!spool_sync_folder(to))
		log_warning("cannot write the folder of the spool %s to the disk", to);
	return 0;
}

bool spool_swap(const char *a, const char *b)
{
	if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) != 0)
		return false;
	if (!spool_sync_folder(a))
		log_warning("cannot write the folder of the spool %s to the disk", a);
	return true;
}
