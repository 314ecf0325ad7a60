/*
 * The journal's native protocol, without its library, which would wait where we
 * must not: one datagram an entry, or, where it is too long for one, a sealed file
 * in memory whose descriptor is passed.
 *
 *	NAME=value LF                      a value without a line end
 *	(other values, with their length, do not occur: a line has no line end)
 */
#include <purposed/io/sink.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <purposed/base/buf.h>
#include <purposed/base/mem.h>

/* PATIENCE_MS: how late a signal may be noticed while the journal is slow. */
enum { PATIENCE_MS = 100 };

struct journal_sink {
	struct sink sink;
	int fd; /* -1: not made yet */
	struct sockaddr_un address;
	struct buf entry; /* the line on its way, as the journal wants it */
};

static bool make_socket(struct journal_sink *s)
{
	if (s->fd < 0)
		s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return s->fd >= 0;
}

/* The message is the last field: whatever stands in it ends none. */
static void make_entry(struct buf *entry, struct span line)
{
	char *field;
	char *end;

	buf_wipe(entry);
	buf_add_span(entry, line);
	for (field = entry->ptr; !span_starts(line, "MESSAGE="); field = end + 1) {
		end = memchr(field, SINK_FIELD_END, line.len);
		if (end == NULL)
			return;
		*end = '\n';
		line = span_slice(line, (size_t)(end + 1 - field), line.len);
	}
}

static bool send_datagram(struct journal_sink *s)
{
	return sendto(s->fd, s->entry.ptr, s->entry.len, MSG_NOSIGNAL,
		      (struct sockaddr *)&s->address, sizeof(s->address)) >= 0;
}

static bool write_all(int fd, struct span bytes)
{
	while (bytes.len != 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			bytes = span_slice(bytes, (size_t)n, bytes.len);
	}
	return true;
}

static bool pass(struct journal_sink *s, int file)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = {
		.msg_name = &s->address,
		.msg_namelen = sizeof(s->address),
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &file, sizeof(int));
	return sendmsg(s->fd, &message, MSG_NOSIGNAL) >= 0;
}

/* The journal takes a file only when nobody can change it any more. */
static bool send_file(struct journal_sink *s)
{
	int file = memfd_create("purposed-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	bool sent = file >= 0 && write_all(file, buf_span(&s->entry)) &&
		    fcntl(file, F_ADD_SEALS,
			  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0 &&
		    pass(s, file);
	int code = errno;

	if (file >= 0)
		close(file);
	errno = code;
	return sent;
}

static enum sink_result send_entry(struct journal_sink *s, struct err *e)
{
	for (;;) {
		struct pollfd p = { .fd = s->fd, .events = POLLOUT };

		if (s->entry.len == 0 || send_datagram(s))
			return SINK_ACCEPTED;
		if ((errno == EMSGSIZE || errno == ENOBUFS) && send_file(s))
			return SINK_ACCEPTED;
		if (errno != EAGAIN && errno != EINTR)
			break;
		if (errno == EAGAIN && poll(&p, 1, PATIENCE_MS) == 0)
			return SINK_FULL;
	}
	err_errno(e, "cannot write to the journal at %s", s->address.sun_path);
	return SINK_ERROR;
}

static enum sink_result journal_write(struct sink *sink, struct span *bytes, struct err *e)
{
	struct journal_sink *s = (struct journal_sink *)sink;
	enum sink_result result = SINK_ACCEPTED;

	if (!make_socket(s)) {
		err_errno(e, "cannot make a socket for the journal");
		return SINK_ERROR;
	}
	while (bytes->len != 0 && result == SINK_ACCEPTED) {
		const char *lf = memchr(bytes->ptr, '\n', bytes->len);
		size_t len = lf != NULL ? (size_t)(lf - bytes->ptr) + 1 : bytes->len;

		make_entry(&s->entry, span_slice(*bytes, 0, len));
		result = send_entry(s, e);
		if (result == SINK_ACCEPTED)
			*bytes = span_slice(*bytes, len, bytes->len);
	}
	buf_wipe(&s->entry);
	return result;
}

static int journal_reopen(struct sink *sink, struct err *e)
{
	(void)sink;
	(void)e;
	return 0;
}

static void journal_free(struct sink *sink)
{
	struct journal_sink *s = (struct journal_sink *)sink;

	if (s->fd >= 0)
		close(s->fd);
	buf_fini(&s->entry);
	free(s);
}

struct sink *sink_journal_new(const char *socket_path)
{
	static const struct sink_ops ops = {
		.write = journal_write,
		.reopen = journal_reopen,
		.free = journal_free,
	};
	struct journal_sink *s = mem_new(1, sizeof(*s));

	s->sink.ops = &ops;
	s->fd = -1;
	s->address.sun_family = AF_UNIX;
	strncpy(s->address.sun_path, socket_path, sizeof(s->address.sun_path) - 1);
	return &s->sink;
}
