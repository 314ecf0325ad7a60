/*
 * A unix datagram socket for syslog messages.
 *
 * Nothing is lost here: the kernel queues a few datagrams (net.unix.max_dgram_qlen)
 * and then lets senders wait.  SO_RCVBUF has no say in that, so it is left as it
 * is: a queued datagram is charged to its sender.
 *
 * How long a datagram may be is the sender's business too: at most its send
 * buffer, which an ordinary process cannot raise beyond twice wmem_max.  Every
 * slot has room for that much; memory that no long message has touched is never
 * made real.  A privileged sender can do more: then the end of the message is
 * lost, which is counted, and the message keeps its true length, so that nobody
 * takes what is left for the whole.
 *
 * Taking over the socket of a process that died is a check and then an unlink.
 * Two starting at once would both find it dead, and the second would remove the
 * first one's new socket: so it is done under a lock, that of the folder.  Anyone
 * who may read the folder can hold that lock, so it is not waited for long.
 */
#include <purposed/io/input.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/io/framing.h>

enum {
	SLOTS = 16, /* messages for one system call */
	WMEM_MAX = 212992,
	SLOT_MAX = 8 << 20,
	LOCK_TRIES = 40,
};

struct syslog_input {
	struct input input;
	char *path;
	dev_t device; /* of the socket's own node, */
	ino_t inode;  /* so that nobody else's is removed */
	size_t slot_bytes;
	char *slots;
	struct iovec vectors[SLOTS];
	struct mmsghdr headers[SLOTS];
};

/* --- Receiving -------------------------------------------------------------- */

/* The longest datagram that an unprivileged sender can send. */
static size_t datagram_max(void)
{
	FILE *file = fopen("/proc/sys/net/core/wmem_max", "re");
	unsigned long wmem = WMEM_MAX;
	char line[32];

	if (file != NULL) {
		if (fgets(line, sizeof(line), file) != NULL)
			wmem = strtoul(line, NULL, 10);
		if (wmem < WMEM_MAX)
			wmem = WMEM_MAX;
		fclose(file);
	}
	return 2 * wmem < SLOT_MAX ? 2 * wmem : SLOT_MAX;
}

static void make_slots(struct syslog_input *s)
{
	s->slot_bytes = datagram_max();
	s->slots = mem_new(SLOTS, s->slot_bytes);
	for (size_t i = 0; i < SLOTS; i++) {
		s->vectors[i] = (struct iovec){ s->slots + i * s->slot_bytes, s->slot_bytes };
		s->headers[i].msg_hdr.msg_iov = &s->vectors[i];
		s->headers[i].msg_hdr.msg_iovlen = 1;
	}
}

static struct span without_end(struct span message)
{
	while (message.len != 0 &&
	       (message.ptr[message.len - 1] == '\n' || message.ptr[message.len - 1] == '\0'))
		message.len--;
	return message;
}

/* len: that of the datagram, which may be more than the slot could hold. */
static void take_message(struct syslog_input *s, size_t slot, size_t len, struct buf *block)
{
	char *bytes = s->slots + slot * s->slot_bytes;
	bool cut = len > s->slot_bytes;
	struct span kept = span_of(bytes, cut ? s->slot_bytes : len);
	struct span message = cut ? kept : without_end(kept);

	framing_add_message(block, message, cut ? len : message.len);
	mem_wipe(bytes, kept.len);
	s->input.messages++;
	s->input.cut += cut;
}

static enum input_result syslog_read(struct input *input, struct buf *block, size_t enough,
				     struct err *e)
{
	struct syslog_input *s = (struct syslog_input *)input;

	while (block->len < enough) {
		/* MSG_TRUNC: the length is the datagram's, not that of what fitted. */
		int n = recvmmsg(input->fd, s->headers, SLOTS, MSG_DONTWAIT | MSG_TRUNC, NULL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return INPUT_EMPTY;
		if (n < 0) {
			err_errno(e, "cannot read socket %s", s->path);
			return INPUT_FAILED;
		}
		for (int i = 0; i < n; i++)
			take_message(s, (size_t)i, s->headers[i].msg_len, block);
		if (n < SLOTS)
			return INPUT_EMPTY;
	}
	return INPUT_MORE;
}

/* --- The socket ------------------------------------------------------------- */

static int open_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Whether a process listens; other kinds of sockets are somebody's as well. */
static bool is_listened_to(const struct sockaddr_un *address)
{
	int fd = open_socket();
	bool refused = fd >= 0 &&
		       connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
		       errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return !refused;
}

/* Removes what a dead process left behind. */
static int clear_path(const struct sockaddr_un *address, struct err *e)
{
	const char *path = address->sun_path;
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno == ENOENT)
			return 0;
		err_errno(e, "cannot listen on %s", path);
		return -1;
	}
	if (!S_ISSOCK(st.st_mode)) {
		err_add(e, "cannot listen on %s: it exists and is no socket", path);
		return -1;
	}
	if (is_listened_to(address)) {
		err_add(e, "cannot listen on %s: another process does; is purposed running?", path);
		return -1;
	}
	if (unlink(path) != 0) {
		err_errno(e, "cannot remove the stale socket %s", path);
		return -1;
	}
	return 0;
}

static int bind_socket(struct syslog_input *s, const struct sockaddr_un *address, struct err *e)
{
	struct stat st;

	if (bind(s->input.fd, (const struct sockaddr *)address, sizeof(*address)) != 0 ||
	    chmod(s->path, 0666) != 0 || lstat(s->path, &st) != 0) {
		err_errno(e, "cannot listen on %s", s->path);
		return -1;
	}
	s->device = st.st_dev;
	s->inode = st.st_ino;
	return 0;
}

static void lock_for_a_while(int folder)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };

	for (int i = 0; i < LOCK_TRIES && flock(folder, LOCK_EX | LOCK_NB) != 0; i++)
		nanosleep(&pause, NULL);
}

/* The folder of path, open and locked, or -1. */
static int lock_folder(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? mem_string(".")
				     : mem_span_string(span_of(path, (size_t)(slash - path) + 1));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		err_errno(e, "cannot listen on %s: folder %s", path, folder);
	else
		lock_for_a_while(fd);
	free(folder);
	return fd;
}

static int listen_at(struct syslog_input *s, struct err *e)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(s->path);
	int folder;
	int result;

	if (len >= sizeof(address.sun_path)) {
		err_add(e,
			"cannot listen on %s: longer than the %zu bytes a socket's path may have",
			s->path, sizeof(address.sun_path) - 1);
		return -1;
	}
	memcpy(address.sun_path, s->path, len + 1);
	s->input.fd = open_socket();
	if (s->input.fd < 0) {
		err_errno(e, "cannot make a socket for %s", s->path);
		return -1;
	}
	folder = lock_folder(s->path, e);
	if (folder < 0)
		return -1;
	result = clear_path(&address, e) == 0 ? bind_socket(s, &address, e) : -1;
	close(folder);
	return result;
}

/* Whether what stands at the path is our own. */
static bool syslog_reachable(const struct input *input)
{
	const struct syslog_input *s = (const struct syslog_input *)input;
	struct stat st;

	return s->inode != 0 && lstat(s->path, &st) == 0 && st.st_dev == s->device &&
	       st.st_ino == s->inode;
}

static void syslog_stop(struct input *input)
{
	struct syslog_input *s = (struct syslog_input *)input;

	shutdown(input->fd, SHUT_RD);
	if (syslog_reachable(input))
		unlink(s->path);
	s->inode = 0;
}

static void syslog_free(struct input *input)
{
	struct syslog_input *s = (struct syslog_input *)input;

	if (input->fd >= 0) {
		syslog_stop(input);
		close(input->fd);
	}
	free(s->slots);
	free(s->path);
	free(s);
}

int input_syslog_new(struct input **input_r, const char *path, struct err *e)
{
	static const struct input_ops ops = { syslog_read, syslog_reachable, syslog_stop,
					      syslog_free };
	struct syslog_input *s = mem_new(1, sizeof(*s));
	struct input *input = &s->input;

	*input = (struct input){ .ops = &ops, .fd = -1 };
	s->path = mem_string(path);
	if (listen_at(s, e) != 0) {
		input_free(&input);
		return -1;
	}
	make_slots(s);
	*input_r = input;
	return 0;
}
