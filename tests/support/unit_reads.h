/*
 * unit_reads: something happens right behind a read, as others go on while a program looks
 * at their files.  It takes the place of the C library's pread for the whole program.  To be
 * included by one source of a program.
 */
#ifndef PURPOSED_TESTS_UNIT_READS_H
#define PURPOSED_TESTS_UNIT_READS_H

#include <sys/syscall.h>
#include <unistd.h>

static unsigned unit_reads_until; /* it happens behind that many; 0: not (any more) */
static void (*unit_reads_then)(void *context);
static void *unit_reads_context;

ssize_t pread(int fd, void *bytes, size_t len, off_t at)
{
	ssize_t n = (ssize_t)syscall(SYS_pread64, fd, bytes, len, at);

	if (unit_reads_until != 0 && --unit_reads_until == 0)
		unit_reads_then(unit_reads_context);
	return n;
}

#endif
