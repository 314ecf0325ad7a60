/*
 * Sockets of datagrams, each of which is a syslog message.
 *
 * unix: nothing is lost here: the kernel queues a few datagrams
 * (net.unix.max_dgram_qlen) and then lets senders wait.  SO_RCVBUF has no say in
 * that: a queued datagram is charged to its sender.  How long a datagram may be is
 * the sender's business too: at most its send buffer, which an ordinary process
 * cannot raise beyond twice wmem_max.  Every slot has room for that much; memory
 * that no long message has touched is never made real, and what many of them did is
 * given back.  A privileged sender can do more: then the end of the message is lost,
 * which is counted, and the message keeps its true length, so that nobody takes what
 * is left for the whole.
 *
 * udp: what does not fit into the receive buffer is lost; how much that was, the kernel
 * is asked when somebody wants to know, and now and again to say it (udp.h).
 */
#include <purposed/io/input.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/base/seldom.h>
#include <purposed/io/cutter.h>
#include <purposed/io/framing.h>
#include <purposed/io/socket.h>
#include <purposed/io/udp.h>

enum {
	SLOTS = 64,		 /* messages for one system call, */
	SLOTS_LONG = 8,		 /* if they may be as long as a message can be */
	SLOTS_BYTES = 32 << 20,	 /* what they may be together, if they are more */
	TOUCHED_MAX = 256 << 10, /* more of it is given back */
	WMEM_MAX = 212992,
	SLOT_MAX = 8 << 20,
	UDP_MAX = 65536,
	STOPPED_READS = 256, /* system calls on a socket that goes on without us */
};

struct datagram_input {
	struct input input;
	struct sockets sockets;
	char *name;
	size_t receive_bytes; /* as asked for; 0: nothing was */
	int epoll;	      /* of several sockets, or -1 */
	bool stopped;
	size_t left;	     /* stopped: so often a socket of others may still be read */
	struct seldom drops; /* when they were mentioned */
	time_t asked;	     /* the kernel, how many there are */
	unsigned long long mentioned;
	struct sockaddr_storage peer; /* of the last origin in the block, without port */
	bool peer_known;
	size_t slot_bytes, n_slots;
	size_t expected; /* bytes of a message, as the last ones were */
	char *slots;
	struct iovec vectors[SLOTS];
	struct sockaddr_storage peers[SLOTS];
	struct mmsghdr headers[SLOTS];
};

static bool is_udp(const struct datagram_input *d)
{
	return d->sockets.address.transport == TRANSPORT_UDP;
}

/* --- Receiving -------------------------------------------------------------- */

/* The longest datagram that an unprivileged sender can send to a unix socket. */
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

static int make_slots(struct datagram_input *d, struct err *e)
{
	d->slot_bytes = is_udp(d) ? UDP_MAX : datagram_max();
	d->n_slots = SLOTS_BYTES / d->slot_bytes;
	if (d->n_slots > SLOTS)
		d->n_slots = SLOTS;
	if (d->n_slots < SLOTS_LONG)
		d->n_slots = SLOTS_LONG;
	/* Pages of its own: they can be given back. */
	d->slots = mmap(NULL, d->n_slots * d->slot_bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (d->slots == MAP_FAILED) {
		d->slots = NULL;
		err_errno(e, "input '%s': cannot get memory for messages", d->name);
		return -1;
	}
	for (size_t i = 0; i < d->n_slots; i++) {
		d->vectors[i] = (struct iovec){ d->slots + i * d->slot_bytes, d->slot_bytes };
		d->headers[i].msg_hdr.msg_iov = &d->vectors[i];
		d->headers[i].msg_hdr.msg_iovlen = 1;
		if (is_udp(d))
			d->headers[i].msg_hdr.msg_name = &d->peers[i];
	}
	return 0;
}

/* How many messages to ask for, so that they are about `room` bytes. */
static unsigned slots_for(const struct datagram_input *d, size_t room)
{
	size_t n = d->expected != 0 ? room / d->expected + 1 : d->n_slots;

	return (unsigned)(n < d->n_slots ? n : d->n_slots);
}

/* n messages of so many bytes have been taken out of the slots. */
static void note_size(struct datagram_input *d, size_t n, size_t bytes)
{
	d->expected = bytes / n;
	if (bytes > TOUCHED_MAX)
		madvise(d->slots, d->n_slots * d->slot_bytes, MADV_DONTNEED);
}

/* Whether both are one host, whatever the port. */
static bool same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const void *)a;
	const struct sockaddr_in *b4 = (const void *)b;
	const struct sockaddr_in6 *a6 = (const void *)a;
	const struct sockaddr_in6 *b6 = (const void *)b;

	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0;
}

/* Who sent what comes next; said once for all that come in a row. */
static void add_peer(struct datagram_input *d, size_t slot, struct buf *block)
{
	const struct sockaddr_storage *peer = &d->peers[slot];
	struct buf host = { 0 };
	struct origin origin = { 0 };

	if (d->peer_known && same_host(peer, &d->peer))
		return;
	d->peer = *peer;
	d->peer_known = true;
	address_write_host(&host, (const struct sockaddr *)peer);
	origin.peer = buf_span(&host);
	framing_add_origin(block, &origin);
	buf_fini(&host);
}

/* len: that of the datagram, which may be more than the slot could hold. */
static void take_message(struct datagram_input *d, size_t slot, size_t len, struct buf *block)
{
	char *bytes = d->slots + slot * d->slot_bytes;
	bool cut = len > d->slot_bytes;
	struct span kept = span_of(bytes, cut ? d->slot_bytes : len);
	struct span message = cut ? kept : cutter_without_end(kept);

	if (is_udp(d))
		add_peer(d, slot, block);
	framing_add_message(block, message, cut ? len : message.len);
	mem_wipe(bytes, kept.len);
	d->input.counts.messages++;
	d->input.counts.cut += cut;
}

static enum input_result read_socket(struct datagram_input *d, int fd, struct buf *block,
				     size_t enough, struct err *e)
{
	struct buf text = { 0 };

	while (block->len < enough && (!d->stopped || d->left != 0)) {
		unsigned asked = slots_for(d, enough - block->len);
		size_t before = block->len;
		int n;

		for (size_t i = 0; i < asked; i++)
			d->headers[i].msg_hdr.msg_namelen = is_udp(d) ? sizeof(d->peers[i]) : 0;
		d->left -= d->stopped;
		/* MSG_TRUNC: the length is the datagram's, not that of what fitted. */
		n = recvmmsg(fd, d->headers, asked, MSG_DONTWAIT | MSG_TRUNC, NULL);
		/* ECONNREFUSED and its like: what an answer of ours came to; there is none. */
		if (n < 0 && (errno == EINTR || errno == ECONNREFUSED))
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return INPUT_EMPTY;
		if (n < 0) {
			err_errno(e, "cannot read socket %s", sockets_name(&d->sockets, &text));
			buf_fini(&text);
			return INPUT_FAILED;
		}
		for (int i = 0; i < n; i++)
			take_message(d, (size_t)i, d->headers[i].msg_len, block);
		if (n > 0)
			note_size(d, (size_t)n, block->len - before);
		if ((unsigned)n < asked)
			return INPUT_EMPTY;
	}
	return d->stopped && d->left == 0 ? INPUT_EMPTY : INPUT_MORE;
}

/* --- What is lost -------------------------------------------------------------- */

static unsigned long long count_drops(const struct datagram_input *d)
{
	unsigned long long sum = 0;

	for (size_t i = 0; i < d->sockets.n; i++)
		sum += udp_dropped(d->sockets.fds[i]);
	return sum;
}

static void datagram_count(struct input *input)
{
	struct datagram_input *d = (struct datagram_input *)input;

	/* From the stop on the kernel counts what nobody asked it to keep. */
	if (is_udp(d) && !d->stopped)
		input->counts.dropped = count_drops(d);
}

/* Once a second, or now. */
static void mention_drops(struct datagram_input *d, bool now)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	if (t.tv_sec == d->asked && !now)
		return;
	d->asked = t.tv_sec;
	datagram_count(&d->input);
	if (d->input.counts.dropped == d->mentioned || !seldom_now(&d->drops))
		return;
	log_warning("input '%s': the kernel dropped %llu datagrams, since they came faster than "
		    "they were read; a larger receive_bytes may help",
		    d->name, d->input.counts.dropped - d->mentioned);
	d->mentioned = d->input.counts.dropped;
}

/* --- The input ------------------------------------------------------------------ */

static enum input_result datagram_read(struct input *input, struct buf *block, size_t enough,
				       struct err *e)
{
	struct datagram_input *d = (struct datagram_input *)input;
	enum input_result result = INPUT_EMPTY;

	d->peer_known = false;
	for (size_t i = 0; i < d->sockets.n && result != INPUT_FAILED; i++) {
		enum input_result one = read_socket(d, d->sockets.fds[i], block, enough, e);

		if (one != INPUT_EMPTY)
			result = one;
	}
	if (is_udp(d) && !d->stopped)
		mention_drops(d, false);
	return result;
}

static bool datagram_reachable(const struct input *input)
{
	return sockets_reachable(&((const struct datagram_input *)input)->sockets);
}

static void datagram_stop(struct input *input)
{
	struct datagram_input *d = (struct datagram_input *)input;

	if (d->stopped)
		return;
	if (is_udp(d))
		mention_drops(d, true);
	d->stopped = true;
	/* Sockets that go on without us are not to be shut; they may never be empty. */
	d->left = d->sockets.passed ? STOPPED_READS : SIZE_MAX;
	for (size_t i = 0; i < d->sockets.n && !d->sockets.passed; i++) {
		if (is_udp(d))
			udp_refuse(d->sockets.fds[i]);
		else
			shutdown(d->sockets.fds[i], SHUT_RD);
	}
	sockets_hide(&d->sockets);
}

static void datagram_free(struct input *input)
{
	struct datagram_input *d = (struct datagram_input *)input;

	sockets_close(&d->sockets);
	if (d->epoll >= 0)
		close(d->epoll);
	if (d->slots != NULL)
		munmap(d->slots, d->n_slots * d->slot_bytes);
	free(d->name);
	free(d);
}

/* Datagrams of unix sockets are charged to their senders. */
static void make_rooms(const struct datagram_input *d)
{
	for (size_t i = 0; i < d->sockets.n && is_udp(d); i++)
		udp_make_room(d->sockets.fds[i], d->name, d->receive_bytes);
}

static int datagram_renew(struct input *input, const struct input_settings *settings, struct err *e)
{
	struct datagram_input *d = (struct datagram_input *)input;

	(void)e;
	if (settings->receive_bytes == d->receive_bytes)
		return 0;
	d->receive_bytes = settings->receive_bytes;
	make_rooms(d);
	return 0;
}

/* One descriptor that is readable when any of the sockets is. */
static int watch_all(struct datagram_input *d, struct err *e)
{
	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < d->sockets.n && d->epoll >= 0; i++) {
		struct epoll_event event = { .events = EPOLLIN };

		if (epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->sockets.fds[i], &event) != 0) {
			close(d->epoll);
			d->epoll = -1;
		}
	}
	if (d->epoll >= 0)
		return 0;
	err_errno(e, "cannot watch sockets");
	return -1;
}

int input_datagram_new(struct input **input_r, const struct input_settings *settings, struct err *e)
{
	static const struct input_ops ops = { datagram_read,  datagram_reachable, datagram_count,
					      datagram_renew, datagram_stop,	  datagram_free };
	struct datagram_input *d = mem_new(1, sizeof(*d));
	struct input *input = &d->input;

	*input = (struct input){ .ops = &ops, .fd = -1 };
	d->epoll = -1;
	d->name = mem_string(settings->name);
	if (sockets_open(&d->sockets, settings->address, settings->passed, settings->n_passed, e) !=
		    0 ||
	    (d->sockets.n > 1 && watch_all(d, e) != 0) || make_slots(d, e) != 0) {
		input_free(&input);
		return -1;
	}
	input->fd = d->sockets.n > 1 ? d->epoll : d->sockets.fds[0];
	d->receive_bytes = settings->receive_bytes;
	make_rooms(d);
	*input_r = input;
	return 0;
}
