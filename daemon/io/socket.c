/*
 * Taking over the unix socket of a process that died is a check and then an unlink.
 * Two starting at once would both find it dead, and the second would remove the
 * first one's new socket: so it is done under a lock, that of the folder.  Anyone
 * who may read the folder can hold that lock, so it is not waited for long.
 */
#include <purposed/io/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <purposed/base/mem.h>

enum { LOCK_TRIES = 40, BACKLOG = 512 };

static int kind_of(enum transport transport)
{
	return transport == TRANSPORT_UNIX || transport == TRANSPORT_UDP ? SOCK_DGRAM : SOCK_STREAM;
}

const char *sockets_name(const struct sockets *sockets, struct buf *text)
{
	buf_clear(text);
	address_write(text, &sockets->address);
	return buf_str(text);
}

/* "cannot listen on ADDRESS: what: errno" */
static int failed(const struct sockets *s, const char *what, struct err *e)
{
	int saved = errno;
	struct buf text = { 0 };
	const char *name = sockets_name(s, &text);

	errno = saved;
	if (what != NULL)
		err_errno(e, "cannot listen on %s: %s", name, what);
	else
		err_errno(e, "cannot listen on %s", name);
	buf_fini(&text);
	return -1;
}

static int start_listening(const struct sockets *s, int fd, struct err *e)
{
	if (kind_of(s->address.transport) == SOCK_DGRAM || listen(fd, BACKLOG) == 0)
		return 0;
	return failed(s, NULL, e);
}

/* --- Unix sockets --------------------------------------------------------------- */

/* Whether a process listens; sockets of another kind are somebody's as well. */
static bool is_listened_to(const struct sockaddr_un *address, int kind)
{
	int fd = socket(AF_UNIX, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool refused = fd >= 0 &&
		       connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
		       errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return !refused;
}

/* Removes what a dead process left behind. */
static int clear_path(const struct sockets *s, const struct sockaddr_un *address, struct err *e)
{
	const char *path = address->sun_path;
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : failed(s, NULL, e);
	if (!S_ISSOCK(st.st_mode)) {
		err_add(e, "cannot listen on %s: it exists and is no socket", path);
		return -1;
	}
	if (is_listened_to(address, kind_of(s->address.transport))) {
		err_add(e, "cannot listen on %s: another process does; is purposed running?", path);
		return -1;
	}
	return unlink(path) == 0 ? 0 : failed(s, "cannot remove the stale socket", e);
}

static int bind_path(struct sockets *s, const struct sockaddr_un *address, struct err *e)
{
	struct stat st;

	if (bind(s->fds[0], (const struct sockaddr *)address, sizeof(*address)) != 0 ||
	    chmod(address->sun_path, 0666) != 0 || lstat(address->sun_path, &st) != 0)
		return failed(s, NULL, e);
	s->device = st.st_dev;
	s->inode = st.st_ino;
	return start_listening(s, s->fds[0], e);
}

static void lock_for_a_while(int folder)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };

	for (int i = 0; i < LOCK_TRIES && flock(folder, LOCK_EX | LOCK_NB) != 0; i++)
		nanosleep(&pause, NULL);
}

/* The folder of the path, open and locked, or -1. */
static int lock_folder(const struct sockets *s, struct err *e)
{
	const char *path = s->address.path;
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? mem_string(".")
				     : mem_span_string(span_of(path, (size_t)(slash - path) + 1));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		failed(s, folder, e);
	else
		lock_for_a_while(fd);
	free(folder);
	return fd;
}

static int open_path(struct sockets *s, struct err *e)
{
	struct sockaddr_un address;
	int folder;
	int result;

	if (address_unix(&s->address, &address) != 0) {
		err_add(e, "cannot listen on %s: longer than the %d bytes a socket's path may have",
			s->address.path, (int)ADDRESS_PATH_MAX);
		return -1;
	}
	s->fds[0] =
		socket(AF_UNIX, kind_of(s->address.transport) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fds[0] < 0)
		return failed(s, NULL, e);
	s->n = 1;
	folder = lock_folder(s, e);
	if (folder < 0)
		return -1;
	result = clear_path(s, &address, e) == 0 ? bind_path(s, &address, e) : -1;
	close(folder);
	return result;
}

/* --- Of the network --------------------------------------------------------------- */

/* alone: an IPv6 socket is to serve IPv4 too. */
static int open_one(struct sockets *s, const struct addrinfo *info, bool alone, struct err *e)
{
	const int on = 1;
	const int only6 = !alone;
	int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return failed(s, NULL, e);
	s->fds[s->n++] = fd;
	if (info->ai_socktype == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only6, sizeof(only6));
	if (bind(fd, info->ai_addr, info->ai_addrlen) != 0)
		return failed(s, NULL, e);
	return start_listening(s, fd, e);
}

/* A hosts file may name an address twice. */
static bool is_twin(const struct addrinfo *list, const struct addrinfo *info)
{
	for (const struct addrinfo *i = list; i != info; i = i->ai_next) {
		if (i->ai_addrlen == info->ai_addrlen &&
		    memcmp(i->ai_addr, info->ai_addr, i->ai_addrlen) == 0)
			return true;
	}
	return false;
}

static int open_host(struct sockets *s, const struct address *address, struct err *e)
{
	struct addrinfo *list;
	int bad = 0;

	if (address_resolve(address, true, &list, e) != 0)
		return -1;
	for (const struct addrinfo *i = list; i != NULL && s->n < SOCKETS_MAX; i = i->ai_next) {
		if (!is_twin(list, i))
			bad |= open_one(s, i, list->ai_next == NULL, e);
	}
	freeaddrinfo(list);
	return bad;
}

static bool has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* "*" is one socket of both families, where the machine knows both. */
static int open_network(struct sockets *s, struct err *e)
{
	static char every_ipv4[] = "0.0.0.0";
	struct address address = s->address;

	if (strcmp(address.host, "*") == 0 && !has_ipv6())
		address.host = every_ipv4;
	return open_host(s, &address, e);
}

/* --- Passed ------------------------------------------------------------------------ */

static int option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : -1;
}

static int take_over(struct sockets *s, const int *passed, size_t n, struct err *e)
{
	bool is_unix = address_is_unix(&s->address);
	int kind = kind_of(s->address.transport);
	struct buf text = { 0 };

	s->passed = true;
	for (size_t i = 0; i < n; i++) {
		if (s->n < SOCKETS_MAX)
			s->fds[s->n++] = passed[i];
		else
			close(passed[i]);
	}
	for (size_t i = 0; i < s->n; i++) {
		int fd = s->fds[i];

		if (option(fd, SO_TYPE) != kind || (option(fd, SO_DOMAIN) == AF_UNIX) != is_unix ||
		    (option(fd, SO_ACCEPTCONN) == 1) != (kind == SOCK_STREAM)) {
			err_add(e, "the socket that the service manager passed is none for %s",
				sockets_name(s, &text));
			buf_fini(&text);
			return -1;
		}
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	return 0;
}

/* --- Both --------------------------------------------------------------------------- */

int sockets_open(struct sockets *s, const struct address *address, const int *passed,
		 size_t n_passed, struct err *e)
{
	int result;

	*s = (struct sockets){ 0 };
	address_copy(&s->address, address);
	if (n_passed != 0)
		result = take_over(s, passed, n_passed, e);
	else
		result = address_is_unix(address) ? open_path(s, e) : open_network(s, e);
	if (result != 0)
		sockets_close(s);
	return result;
}

bool sockets_reachable(const struct sockets *s)
{
	struct stat st;

	if (s->passed || !address_is_unix(&s->address))
		return true;
	return s->inode != 0 && lstat(s->address.path, &st) == 0 && st.st_dev == s->device &&
	       st.st_ino == s->inode;
}

void sockets_hide(struct sockets *s)
{
	if (s->inode != 0 && sockets_reachable(s))
		unlink(s->address.path);
	s->inode = 0;
}

void sockets_close(struct sockets *s)
{
	sockets_hide(s);
	for (size_t i = 0; i < s->n; i++)
		close(s->fds[i]);
	s->n = 0;
	address_fini(&s->address);
}
