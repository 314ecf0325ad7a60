/*
 * A message counts once its write(2) has returned; one that a kill tore has no end,
 * and is cut off when the file is opened.  What a machine that went down did not write is
 * told by the check of each message, and skipped: nothing is sent that was not added.
 */
#include <purposed/io/spool_private.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>

enum {
	HEAD_AT = 64,
	PUNCH_BYTES = 1024 * 1024, /* so much is given back at a time */
};

static const char magic[] = "purposed spool 2\n";

bool spool_write_at(int fd, const void *bytes, size_t len, uint64_t at)
{
	ssize_t n = pwrite(fd, bytes, len, (off_t)at);

	if (n >= 0 && (size_t)n != len)
		errno = ENOSPC;
	return n == (ssize_t)len;
}

static bool write_first(const struct spool *s, int fd)
{
	return spool_write_at(fd, &s->first, sizeof(s->first), HEAD_AT);
}

bool spool_write_head(const struct spool *s, int fd)
{
	return ftruncate(fd, 0) == 0 && spool_write_at(fd, magic, sizeof(magic) - 1, 0) &&
	       write_first(s, fd) && ftruncate(fd, (off_t)s->first) == 0;
}

static int start_file(struct spool *s, struct err *e)
{
	s->first = s->end = SPOOL_HEAD_BYTES;
	s->unwritten = 0;
	if (spool_write_head(s, s->fd))
		return 0;
	err_errno(e, "cannot write the spool %s", s->path);
	return -1;
}

/* Where the last whole message ends; what is torn behind it was never accepted. */
static int find_end(struct spool *s, struct err *e)
{
	uint64_t at = s->first;
	uint64_t size = s->end;
	uint32_t len;
	bool failed;

	while ((len = spool_length_at(s, at, &failed)) != 0)
		at += sizeof(struct spool_head) + len;
	if (failed) {
		err_errno(e, "cannot read the spool %s", s->path);
		return -1;
	}
	if (at != size) {
		if (spool_is_torn_at(s, at))
			log_warning("the spool %s ends in a torn message: %" PRIu64
				    " bytes are cut off",
				    s->path, size - at);
		else
			log_error("the spool %s is damaged at byte %" PRIu64
				  ": what is behind, %" PRIu64 " bytes of messages, is lost",
				  s->path, at, size - at);
		s->end = at;
		if (ftruncate(s->fd, (off_t)at) != 0) {
			err_errno(e, "cannot cut the spool %s", s->path);
			return -1;
		}
	}
	return 0;
}

bool spool_is_whole(struct spool *s, struct err *e)
{
	uint64_t end = s->end;
	struct stat st;

	if (fstat(s->fd, &st) != 0 || (uint64_t)st.st_size >= s->end)
		return true;
	buf_wipe(&s->window);
	spool_start_over(s);
	s->bad = s->bad_end = 0;
	s->end = (uint64_t)st.st_size;
	if (s->end < s->first) {
		if (start_file(s, e) != 0)
			return false;
		s->cursor = s->first;
	} else if (find_end(s, e) != 0) {
		return false;
	}
	if (s->punched > s->end)
		s->punched = s->end;
	err_add(e,
		"the spool %s was cut by somebody else: up to %" PRIu64 " bytes of messages "
		"are lost",
		s->path, end - s->end);
	return false;
}

/* What the disk did not take may never get there, though the next try says nothing of it. */
static bool reach_disk(struct spool *s)
{
	if (fdatasync(s->fd) != 0) {
		s->unwritten = s->end;
		return false;
	}
	s->unsynced = false;
	return true;
}

/*
 * What goes wrong here costs room only.  Where a hole is on the disk, so must be the place
 * behind it, which the file begins with: else all of the file would be taken for torn after
 * a loss of power.
 */
void spool_give_back(struct spool *s)
{
	if (s->first == s->end) {
		s->base += s->end - SPOOL_HEAD_BYTES;
		s->bad = s->bad_end = s->unwritten = 0;
		s->first = s->cursor = s->end = s->punched = SPOOL_HEAD_BYTES;
		buf_wipe(&s->window);
		if (!write_first(s, s->fd) || ftruncate(s->fd, SPOOL_HEAD_BYTES) != 0)
			log_warning("cannot empty the spool %s", s->path);
	} else if (s->first - s->punched >= PUNCH_BYTES && !s->no_holes &&
		   s->first >= s->unwritten && reach_disk(s)) {
		s->no_holes = fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
					(off_t)s->punched, (off_t)(s->first - s->punched)) != 0;
		s->punched = s->first;
	}
}

void spool_release_to(struct spool *s, uint64_t at)
{
	s->first = at == s->bad ? s->bad_end : at;
	if (s->cursor < s->first)
		s->cursor = s->first;
	if (!write_first(s, s->fd))
		log_warning("cannot write the spool %s: after a restart messages come twice",
			    s->path);
	spool_give_back(s);
}

/* --- Opening ------------------------------------------------------------------- */

static int start_first(struct spool *s, struct err *e)
{
	if (start_file(s, e) != 0)
		return -1;
	if (spool_sync_folder(s->path))
		return 0;
	err_errno(e, "cannot write the folder of the spool %s to the disk", s->path);
	unlink(s->path); /* so that the next try does the same */
	return -1;
}

static bool read_head(int fd, uint64_t *first_r)
{
	char head[HEAD_AT + sizeof(*first_r)];

	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    memcmp(head, magic, sizeof(magic) - 1) != 0)
		return false;
	memcpy(first_r, head + HEAD_AT, sizeof(*first_r));
	return true;
}

bool spool_look(const char *path, unsigned long long *left_r)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	bool is_spool = false;
	uint64_t first = 0;
	struct stat st;

	*left_r = 0;
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		is_spool = st.st_size == 0 || read_head(fd, &first);
	if (is_spool && first < (uint64_t)st.st_size)
		*left_r = (uint64_t)st.st_size - first;
	close(fd);
	return is_spool;
}

static int read_file(struct spool *s, struct err *e)
{
	struct stat st;

	if (fstat(s->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		err_add(e, "the spool %s is no file", s->path);
		return -1;
	}
	s->end = (uint64_t)st.st_size;
	if (s->end == 0)
		return start_first(s, e);
	if (!read_head(s->fd, &s->first)) {
		err_add(e, "%s is no spool: move it away", s->path);
		return -1;
	}
	if (s->first < SPOOL_HEAD_BYTES || s->first > s->end) {
		err_add(e, "the spool %s is damaged: move it away", s->path);
		return -1;
	}
	return find_end(s, e);
}

int spool_open(struct spool **spool_r, const char *path, unsigned long long max_bytes,
	       struct err *e)
{
	struct spool *s = mem_new(1, sizeof(*s));

	s->path = mem_string(path);
	s->max = max_bytes;
	s->end = SPOOL_HEAD_BYTES;
	s->fd = spool_open_file(path, e);
	if (s->fd < 0 || read_file(s, e) != 0) {
		spool_close(&s);
		return -1;
	}
	if (s->end < SPOOL_HEAD_BYTES)
		s->end = SPOOL_HEAD_BYTES;
	s->cursor = s->first;
	s->punched = SPOOL_HEAD_BYTES;
	*spool_r = s;
	return 0;
}

void spool_close(struct spool **spool)
{
	struct spool *s;

	if (spool == NULL || *spool == NULL)
		return;
	s = *spool;
	*spool = NULL;
	if (s->fd >= 0)
		close(s->fd);
	buf_fini(&s->window);
	free(s->path);
	free(s);
}

/* --- Adding and releasing -------------------------------------------------------- */

bool spool_has_room(const struct spool *s, size_t len)
{
	/* Without holes all of the file is there. */
	uint64_t used = s->no_holes ? s->end - SPOOL_HEAD_BYTES : s->end - s->first;

	return used == 0 || used + sizeof(struct spool_head) + len <= s->max;
}

int spool_add(struct spool *s, struct span message, struct err *e)
{
	struct spool_head head = { (uint32_t)message.len,
				   spool_check_of((uint32_t)message.len, message) };
	struct iovec parts[2] = { { &head, sizeof(head) },
				  { (void *)(uintptr_t)message.ptr, message.len } };
	size_t total = sizeof(head) + message.len;
	ssize_t n;

	if (spool_keep_name(s, e) != 0 || !spool_is_whole(s, e))
		return -1;
	n = pwritev(s->fd, parts, 2, (off_t)s->end);
	/* The window may have seen what was cut off here. */
	if (s->window_at + s->window.len > s->end)
		buf_wipe(&s->window);
	if (n == (ssize_t)total) {
		s->end += total;
		s->unsynced = true;
		return 0;
	}
	if (n >= 0)
		errno = ENOSPC;
	err_errno(e, "cannot write the spool %s", s->path);
	if (n > 0 && ftruncate(s->fd, (off_t)s->end) != 0)
		err_errno(e, "cannot cut the spool %s", s->path);
	return -1;
}

void spool_release(struct spool *s, unsigned long long place)
{
	/* One of before a rewind, or before somebody else cut the file, is before the first. */
	if (place > s->base + s->first && place <= s->base + s->cursor)
		spool_release_to(s, place - s->base);
}

/*
 * The kernel tells once that it could not write, and takes what it has for written from then
 * on: what was there at that time is not trusted until it is released.
 */
int spool_sync(struct spool *s, struct err *e)
{
	if (s->first != s->end && spool_keep_name(s, e) != 0)
		return -1;
	if (s->first < s->unwritten) {
		err_add(e,
			"the spool %s could not be written to the disk: until what is in it "
			"has arrived, it would be lost if the machine went down",
			s->path);
		return -1;
	}
	if (!s->unsynced)
		return 0;
	if (!reach_disk(s)) {
		err_errno(e, "cannot write the spool %s to the disk", s->path);
		return -1;
	}
	return 0;
}

unsigned long long spool_held(const struct spool *s)
{
	return s->end - s->first;
}
