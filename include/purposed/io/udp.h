/*
 * udp: what the kernel keeps for a UDP socket: room for what was not read yet, and how much
 * did not fit into it.
 */
#ifndef PURPOSED_IO_UDP_H
#define PURPOSED_IO_UDP_H

#include <stddef.h>

/*
 * Asks for a receive buffer of so many bytes, for the input of that name, and logs what came
 * of it.  0: nobody has said how many; 4 MiB, and a socket that has more, since its unit says
 * so, keeps it.
 */
void udp_make_room(int fd, const char *input, size_t bytes);

/* How many datagrams did not fit, as long as the socket has lived. */
unsigned long long udp_dropped(int fd);

/* What comes from now on is refused; what is queued can still be read. */
void udp_refuse(int fd);

#endif
