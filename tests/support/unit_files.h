/* unit_files: how large the files of this process may become, as on a disk that is full. */
#ifndef PURPOSED_TESTS_UNIT_FILES_H
#define PURPOSED_TESTS_UNIT_FILES_H

#include "unit.h"

#include <sys/resource.h>

/* RLIM_INFINITY: any size. */
static inline void unit_limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

#endif
