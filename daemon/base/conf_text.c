/*
 * The text of a document is read once, whole, and what is checked is what is parsed.
 *
 * It may come from a pipe: `--policy <(jq ...)`.  A named one that nobody writes into is not
 * waited for in vain; who has opened it to write may take what time he needs.
 */
#include <purposed/base/conf_private.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 64 << 20, PIECE_BYTES = 64 << 10, NOBODY_MS = 10000 };

int conf_open(const char *path)
{
	/* O_NONBLOCK: to open a named pipe would wait for its writer. */
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* Waits for bytes or the end, at most for ms; -1: for ever.  false: there is neither. */
static bool await(int fd, int ms)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&polled, 1, ms);
	while (n < 0 && errno == EINTR);
	return n != 0;
}

/* Editors of other systems put a byte order mark before a text, which the parser does not take. */
static void drop_mark(struct buf *text)
{
	static const char mark[] = "\xef\xbb\xbf";
	const size_t len = sizeof(mark) - 1;

	if (!span_starts(buf_span(text), mark))
		return;
	memmove(text->ptr, text->ptr + len, text->len - len);
	text->len -= len;
}

const char *conf_read_text(int fd, struct buf *text)
{
	bool waited = false;
	ssize_t n;

	for (;;) {
		n = read(fd, buf_reserve(text, PIECE_BYTES), PIECE_BYTES);
		if (n > 0)
			text->len += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			await(fd, -1);
		else if (n < 0 && errno != EINTR)
			return strerror(errno);
		else if (n == 0 && (text->len != 0 || await(fd, 0)))
			break;
		else if (n == 0 && waited)
			return "it is a pipe that nobody writes into";
		else if (n == 0)
			waited = !await(fd, NOBODY_MS);
		if (text->len > TEXT_MAX)
			return "it is longer than 64 MiB";
	}
	drop_mark(text);
	return memchr(text->ptr, '\0', text->len) != NULL ? "it is no text: it has a zero byte"
							  : NULL;
}
