#include <purposed/io/pipe.h>

#include <fcntl.h>

/* tests/bench/README.md tells what other sizes do. */
enum { PIPE_BYTES = 1024 * 1024 };

void pipe_widen(int fd)
{
	int bytes = fcntl(fd, F_GETPIPE_SZ);

	if (bytes >= 0 && bytes < PIPE_BYTES)
		fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
}
