/*
 * Senders of UDP cannot be told to wait, nor that we stop: what does not fit into the receive
 * buffer is lost, which the kernel counts (SO_MEMINFO), and what comes when nobody reads any
 * more would fill it, but for a filter that refuses it.
 */
#include <purposed/io/udp.h>

#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <stdint.h>
#include <sys/socket.h>

#include <purposed/base/log.h>

enum { RECEIVE_BYTES = 4 << 20 }; /* unless it is said otherwise */

/* The kernel doubles what it is told, for what it needs itself, and tells the double. */
static size_t receive_bytes(int fd)
{
	int bytes = 0;
	socklen_t len = sizeof(bytes);

	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &len);
	return (size_t)bytes / 2;
}

static void set_receive_bytes(int fd, size_t wanted)
{
	int bytes = (int)wanted;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

/* An ordinary process gets rmem_max at most. */
void udp_make_room(int fd, const char *input, size_t bytes)
{
	size_t wanted = bytes != 0 ? bytes : RECEIVE_BYTES;

	if (bytes != 0 || receive_bytes(fd) < wanted)
		set_receive_bytes(fd, wanted);
	if (receive_bytes(fd) >= wanted)
		log_notice("input '%s': receive buffer of %zu bytes", input, receive_bytes(fd));
	else if (bytes != 0)
		log_warning("input '%s': receive buffer of %zu bytes, not the %zu of "
			    "receive_bytes: net.core.rmem_max allows no more",
			    input, receive_bytes(fd), wanted);
	else
		log_notice("input '%s': receive buffer of %zu bytes; net.core.rmem_max allows no "
			   "more, ReceiveBuffer= of a socket unit does",
			   input, receive_bytes(fd));
}

unsigned long long udp_dropped(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0 ? info[SK_MEMINFO_DROPS] : 0;
}

/* One instruction, "keep 0 bytes of it". */
void udp_refuse(int fd)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog program = { .len = 1, .filter = &nothing };

	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}
