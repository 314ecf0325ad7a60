/*
 * Reading goes through a window, so that a small message costs no call of its own.
 *
 * What a machine that went down did not write is told by the check of each message, and
 * skipped.  Behind a length that can be none nothing is looked for: what looks like a
 * message there may be the text of one, and chosen by whoever wrote it.  What was synced is
 * before that.
 */
#include <purposed/io/spool_private.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/hash.h>
#include <purposed/base/log.h>

enum {
	LENGTH_MAX = 512 * 1024 * 1024, /* text that is taken for a length is more */
	WINDOW_BYTES = 256 * 1024,
};

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
static struct spool_head head_at(struct spool *s, uint64_t at, bool *failed_r)
{
	struct spool_head head = { 0 };

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

uint32_t spool_length_at(struct spool *s, uint64_t at, bool *failed_r)
{
	uint32_t len = head_at(s, at, failed_r).len;

	return len != 0 && len <= s->end - at - sizeof(struct spool_head) ? len : 0;
}

bool spool_is_torn_at(struct spool *s, uint64_t at)
{
	bool failed;

	return s->end - at < sizeof(struct spool_head) || head_at(s, at, &failed).len != 0;
}

void spool_start_over(struct spool *s)
{
	s->base += s->end;
	s->cursor = s->first;
}

uint32_t spool_check_of(uint32_t len, struct span message)
{
	uint64_t hash = hash_add(HASH_START, span_of((const char *)&len, sizeof(len)));

	hash = hash_add(hash, message);
	return (uint32_t)(hash ^ hash >> 32);
}

/* The message at the cursor, which stands in the window; false: it is not what was added. */
static bool take_message(const struct spool *s, struct span *message_r)
{
	struct spool_head head;
	struct span message;

	memcpy(&head, in_window(s, s->cursor), sizeof(head));
	message = span_of(in_window(s, s->cursor + sizeof(head)), head.len);
	if (spool_check_of(head.len, message) != head.check)
		return false;
	*message_r = message;
	return true;
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
		spool_release_to(s, s->cursor);
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
		spool_give_back(s);
}

bool spool_read(struct spool *s, struct span *message_r, struct err *e)
{
	uint64_t from;
	uint32_t len;
	bool failed;
	bool found = false;

	if (!spool_is_whole(s, e))
		return false;
	from = s->cursor;
	while ((len = spool_length_at(s, s->cursor, &failed)) != 0 && !failed) {
		failed = !look_at(s, s->cursor, sizeof(struct spool_head) + len);
		found = !failed && take_message(s, message_r);
		if (found || failed)
			break;
		s->cursor += sizeof(struct spool_head) + len;
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

	s->cursor += sizeof(struct spool_head) + spool_length_at(s, s->cursor, &failed);
}

unsigned long long spool_cursor(const struct spool *s)
{
	return s->base + s->cursor;
}

unsigned long long spool_rewind(struct spool *s)
{
	uint64_t back = s->cursor - s->first;

	spool_start_over(s);
	return back;
}

void spool_skip(struct spool *s)
{
	s->cursor = s->end;
}

unsigned long long spool_unread(const struct spool *s)
{
	return s->end - s->cursor;
}
