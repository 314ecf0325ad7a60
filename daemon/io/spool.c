/*
 * A message counts once its write(2) has returned; one that a kill tore has no end,
 * and is cut off when the file is opened.  What a machine that went down did not write is
 * told by the check of each message, and skipped: nothing is sent that was not added.
 * Behind a length that can be none nothing is looked for: what looks like a message there
 * may be the text of one, and chosen by whoever wrote it.  What was synced is before that.
 *
 * Reading goes through a window, so that a small message costs no call of its own.
 */
#include <purposed/io/spool.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <purposed/base/buf.h>
#include <purposed/base/hash.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>

enum {
	HEAD_BYTES = 4096,
	HEAD_AT = 64,
	LENGTH_MAX = 512 * 1024 * 1024, /* text that is taken for a length is more */
	WINDOW_BYTES = 256 * 1024,
	PUNCH_BYTES = 1024 * 1024, /* so much is given back at a time */
};

static const char magic[] = "purposed spool 2\n";

/* What stands before each message. */
struct head {
	uint32_t len;
	uint32_t check; /* of the length and the message */
};

struct spool {
	int fd;
	char *path;
	uint64_t max;
	uint64_t first;	  /* of the first message that was not released */
	uint64_t cursor;  /* of the next one to be read */
	uint64_t end;	  /* where the next one goes */
	uint64_t base;	  /* a place is an offset and this, so that one of before is told */
	uint64_t punched; /* up to here bytes were given back */
	uint64_t bad;	  /* [bad, bad_end): the damage that was skipped last */
	uint64_t bad_end;
	uint64_t unwritten; /* what is before it may never get to the disk; 0: nothing */
	bool no_holes;	    /* the file system does not know them */
	bool unsynced;	    /* something was added since spool_sync */
	struct buf window;
	uint64_t window_at; /* of the window's first byte */
};

/* --- Reading ------------------------------------------------------------------- */

static bool read_at(struct spool *s, uint64_t at, size_t len)
{
	size_t done = 0;

	buf_wipe(&s->window);
	s->window_at = at;
	while (done < len) {
		ssize_t n = pread(s->fd, buf_reserve(&s->window, len) + done, len - done,
				  (off_t)(at + done));

		if (n < 0 && errno != EINTR)
			return false;
		if (n == 0) {
			errno = EIO;
			return false;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	s->window.len = len;
	return true;
}

/* Makes [at, at + len), which is before the end, stand in the window. */
static bool look_at(struct spool *s, uint64_t at, size_t len)
{
	uint64_t rest = s->end - at;
	size_t window = len > WINDOW_BYTES ? len : WINDOW_BYTES;

	if (at >= s->window_at && at + len <= s->window_at + s->window.len)
		return true;
	return read_at(s, at, rest < window ? (size_t)rest : window);
}

static const char *in_window(const struct spool *s, uint64_t at)
{
	return s->window.ptr + (at - s->window_at);
}

/* What stands at `at` of the head of a message; len is 0 where it is none. */
static struct head head_at(struct spool *s, uint64_t at, bool *failed_r)
{
	struct head head = { 0 };

	*failed_r = false;
	if (s->end - at < sizeof(head))
		return head;
	*failed_r = !look_at(s, at, sizeof(head));
	if (!*failed_r)
		memcpy(&head, in_window(s, at), sizeof(head));
	if (head.len >= LENGTH_MAX)
		head.len = 0;
	return head;
}

/* The length of the message at `at`; 0: none is whole there. */
static uint32_t length_at(struct spool *s, uint64_t at, bool *failed_r)
{
	uint32_t len = head_at(s, at, failed_r).len;

	return len != 0 && len <= s->end - at - sizeof(struct head) ? len : 0;
}

/* Whether a message begins at `at` of which a kill wrote a part only. */
static bool is_torn_at(struct spool *s, uint64_t at)
{
	bool failed;

	return s->end - at < sizeof(struct head) || head_at(s, at, &failed).len != 0;
}

static bool write_first(const struct spool *s)
{
	return pwrite(s->fd, &s->first, sizeof(s->first), HEAD_AT) == (ssize_t)sizeof(s->first);
}

static int start_file(struct spool *s, struct err *e)
{
	s->first = s->end = HEAD_BYTES;
	s->unwritten = 0;
	if (ftruncate(s->fd, 0) == 0 &&
	    pwrite(s->fd, magic, sizeof(magic) - 1, 0) == (ssize_t)sizeof(magic) - 1 &&
	    write_first(s) && ftruncate(s->fd, HEAD_BYTES) == 0)
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

	while ((len = length_at(s, at, &failed)) != 0)
		at += sizeof(struct head) + len;
	if (failed) {
		err_errno(e, "cannot read the spool %s", s->path);
		return -1;
	}
	if (at != size) {
		if (is_torn_at(s, at))
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

/* All is to be read again; the places that were handed out are before all new ones. */
static void start_over(struct spool *s)
{
	s->base += s->end;
	s->cursor = s->first;
}

/*
 * Whether the file holds all that was added: somebody else may have cut or emptied it.
 * Then it goes on with what is left, and says so once.
 */
static bool is_whole(struct spool *s, struct err *e)
{
	uint64_t end = s->end;
	struct stat st;

	if (fstat(s->fd, &st) != 0 || (uint64_t)st.st_size >= s->end)
		return true;
	buf_wipe(&s->window);
	start_over(s);
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

static uint32_t check_of(uint32_t len, struct span message)
{
	uint64_t hash = hash_add(HASH_START, span_of((const char *)&len, sizeof(len)));

	hash = hash_add(hash, message);
	return (uint32_t)(hash ^ hash >> 32);
}

/* The message at the cursor, which stands in the window; false: it is not what was added. */
static bool take_message(const struct spool *s, struct span *message_r)
{
	struct head head;
	struct span message;

	memcpy(&head, in_window(s, s->cursor), sizeof(head));
	message = span_of(in_window(s, s->cursor + sizeof(head)), head.len);
	if (check_of(head.len, message) != head.check)
		return false;
	*message_r = message;
	return true;
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
 * Gives the disk back what was released; what goes wrong here costs room only.  Where a
 * hole is on the disk, so must be the place behind it, which the file begins with: else
 * all of the file would be taken for torn after a loss of power.
 */
static void give_back(struct spool *s)
{
	if (s->first == s->end) {
		s->base += s->end - HEAD_BYTES;
		s->bad = s->bad_end = s->unwritten = 0;
		s->first = s->cursor = s->end = s->punched = HEAD_BYTES;
		buf_wipe(&s->window);
		if (!write_first(s) || ftruncate(s->fd, HEAD_BYTES) != 0)
			log_warning("cannot empty the spool %s", s->path);
	} else if (s->first - s->punched >= PUNCH_BYTES && !s->no_holes &&
		   s->first >= s->unwritten && reach_disk(s)) {
		s->no_holes = fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
					(off_t)s->punched, (off_t)(s->first - s->punched)) != 0;
		s->punched = s->first;
	}
}

/* What is before `at` will not be read again, nor the damage that begins there. */
static void release(struct spool *s, uint64_t at)
{
	s->first = at == s->bad ? s->bad_end : at;
	if (s->cursor < s->first)
		s->cursor = s->first;
	if (!write_first(s))
		log_warning("cannot write the spool %s: after a restart messages come twice",
			    s->path);
	give_back(s);
}

/* [from, the cursor) is damaged; it is said once. */
static void skip_damage(struct spool *s, uint64_t from)
{
	if (s->cursor > s->bad_end)
		log_warning("the spool %s is damaged: %" PRIu64 " bytes of messages are lost",
			    s->path, s->cursor - from);
	if (s->cursor > s->bad_end) {
		s->bad = from == s->bad_end ? s->bad : from;
		s->bad_end = s->cursor;
	}
	if (from == s->first)
		release(s, s->cursor);
}

/* What is behind the cursor cannot be told apart any more. */
static void cut_rest(struct spool *s, struct err *e)
{
	err_add(e,
		"the spool %s is damaged at byte %" PRIu64 ": what is behind, %" PRIu64
		" bytes of messages, is lost",
		s->path, s->cursor, s->end - s->cursor);
	s->end = s->cursor;
	if (ftruncate(s->fd, (off_t)s->end) != 0)
		err_errno(e, "cannot cut the spool %s", s->path);
	if (s->punched > s->end)
		s->punched = s->end;
	if (s->bad_end > s->end)
		s->bad = s->bad_end = 0;
	if (s->first == s->end)
		give_back(s);
}

bool spool_read(struct spool *s, struct span *message_r, struct err *e)
{
	uint64_t from;
	uint32_t len;
	bool failed;
	bool found = false;

	if (!is_whole(s, e))
		return false;
	from = s->cursor;
	while ((len = length_at(s, s->cursor, &failed)) != 0 && !failed) {
		failed = !look_at(s, s->cursor, sizeof(struct head) + len);
		found = !failed && take_message(s, message_r);
		if (found || failed)
			break;
		s->cursor += sizeof(struct head) + len;
	}
	if (failed)
		err_errno(e, "cannot read the spool %s", s->path);
	if (s->cursor != from)
		skip_damage(s, from);
	if (!found && !failed && s->cursor != s->end)
		cut_rest(s, e);
	return found;
}

void spool_next(struct spool *s)
{
	bool failed;

	s->cursor += sizeof(struct head) + length_at(s, s->cursor, &failed);
}

/* --- Opening ------------------------------------------------------------------- */

static int read_file(struct spool *s, struct err *e)
{
	char head[HEAD_AT + sizeof(s->first)];
	struct stat st;

	if (fstat(s->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		err_add(e, "the spool %s is no file", s->path);
		return -1;
	}
	s->end = (uint64_t)st.st_size;
	if (s->end == 0)
		return start_file(s, e);
	if (pread(s->fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    memcmp(head, magic, sizeof(magic) - 1) != 0) {
		err_add(e, "%s is no spool: move it away", s->path);
		return -1;
	}
	memcpy(&s->first, head + HEAD_AT, sizeof(s->first));
	if (s->first < HEAD_BYTES || s->first > s->end) {
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
	s->end = HEAD_BYTES;
	s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
	if (s->fd < 0 || flock(s->fd, LOCK_EX | LOCK_NB) != 0) {
		if (s->fd >= 0 && errno == EWOULDBLOCK)
			err_add(e, "the spool %s is in use by another process", path);
		else
			err_errno(e, "cannot open the spool %s", path);
		spool_close(&s);
		return -1;
	}
	if (read_file(s, e) != 0) {
		spool_close(&s);
		return -1;
	}
	if (s->end < HEAD_BYTES)
		s->end = HEAD_BYTES;
	s->cursor = s->first;
	s->punched = HEAD_BYTES;
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
	uint64_t used = s->no_holes ? s->end - HEAD_BYTES : s->end - s->first;

	return used == 0 || used + sizeof(struct head) + len <= s->max;
}

int spool_add(struct spool *s, struct span message, struct err *e)
{
	struct head head = { (uint32_t)message.len, check_of((uint32_t)message.len, message) };
	struct iovec parts[2] = { { &head, sizeof(head) },
				  { (void *)(uintptr_t)message.ptr, message.len } };
	size_t total = sizeof(head) + message.len;
	ssize_t n;

	if (!is_whole(s, e))
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
		release(s, place - s->base);
}

/*
 * The kernel tells once that it could not write, and takes what it has for written from then
 * on: what was there at that time is not trusted until it is released.
 */
int spool_sync(struct spool *s, struct err *e)
{
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

unsigned long long spool_cursor(const struct spool *s)
{
	return s->base + s->cursor;
}

unsigned long long spool_rewind(struct spool *s)
{
	uint64_t back = s->cursor - s->first;

	start_over(s);
	return back;
}

void spool_skip(struct spool *s)
{
	s->cursor = s->end;
}

unsigned long long spool_held(const struct spool *s)
{
	return s->end - s->first;
}

unsigned long long spool_unread(const struct spool *s)
{
	return s->end - s->cursor;
}
