#include <purposed/run/source_fd.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/io/magic.h>
#include <purposed/io/pipe.h>

/* Judged by what the first read brings: a pipe may bring little, a file brings enough. */
static int check_text(struct source_fd *source, const char *bytes, size_t len, struct err *e)
{
	const char *why = NULL;
	enum magic magic;

	if (source->begun)
		return 0;
	source->begun = true;
	magic = magic_of((const unsigned char *)bytes, len, &why);
	if (magic == MAGIC_PLAIN)
		return 0;
	if (why == NULL)
		why = "it is compressed or an archive (`purposed scan` reads these)";
	err_add(e, "%s is no text: %s", source->name, why);
	return -1;
}

static ssize_t fd_read(void *context, char *bytes, size_t cap, struct err *e)
{
	struct source_fd *source = context;

	/* Once: a source is made anew for every step of an input. */
	if (!source->begun)
		pipe_widen(source->fd);
	source->empty = false;
	for (;;) {
		ssize_t n = read(source->fd, bytes, cap);

		if (n >= 0 && check_text(source, bytes, (size_t)n, e) == 0)
			return n;
		if (n >= 0) {
			mem_wipe(bytes, (size_t)n);
			return -1;
		}
		if (errno == EAGAIN && source->passing) {
			source->empty = true;
			return 0;
		}
		if (errno == EAGAIN) {
			struct pollfd p = { .fd = source->fd, .events = POLLIN };

			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			err_errno(e, "cannot read %s", source->name);
			return -1;
		}
	}
}

static bool fd_ready(void *context)
{
	const struct source_fd *source = context;
	struct pollfd p = { .fd = source->fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

struct source source_of_fd(struct source_fd *fd)
{
	return (struct source){ .read = fd_read, .ready = fd_ready, .context = fd };
}
