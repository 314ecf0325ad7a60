/*
 * pipe: room in pipes.
 */
#ifndef PURPOSED_IO_PIPE_H
#define PURPOSED_IO_PIPE_H

/*
 * Makes a pipe as wide as batches want it (pipe(7): F_SETPIPE_SZ), so that both
 * its ends sleep and wake less often.  What is no pipe, or may not be widened,
 * stays as it is.
 */
void pipe_widen(int fd);

#endif
