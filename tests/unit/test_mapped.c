/* What is let go of is no longer in memory, and is there again when it is asked for. */
#include "unit.h"

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include <purposed/base/mapped.h>

enum { PAGE = 4096, TABLE = 256 * PAGE };

/* Large enough that most of its pages hold nothing else. */
static const unsigned char constant[TABLE] = { [0] = 1, [TABLE / 2] = 2, [TABLE - 1] = 3 };
static unsigned char changed[TABLE] = { [0] = 1 };

/* Reads every page. */
static unsigned sum(const volatile unsigned char *table)
{
	unsigned n = table[TABLE - 1];

	for (size_t i = 0; i < TABLE; i += PAGE)
		n += table[i];
	return n;
}

/* How many of its pages are ours (proc_pid_pagemap(5), bit 63). */
static size_t present(const unsigned char *table)
{
	uint64_t pages[TABLE / PAGE];
	off_t first = (off_t)((uintptr_t)table / (uintptr_t)sysconf(_SC_PAGESIZE));
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	size_t n = 0;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, pages, sizeof(pages), first * (off_t)sizeof(pages[0])),
			 sizeof(pages));
	close(fd);
	for (size_t i = 0; i < TABLE / PAGE; i++)
		n += pages[i] >> 63;
	return n;
}

static void test_constants_leave_and_come_back(void **state)
{
	(void)state;
	assert_int_equal(sum(constant), 6);
	assert_true(present(constant) >= TABLE / PAGE - 1);
	mapped_release();
	assert_true(present(constant) < TABLE / PAGE / 4);
	assert_int_equal(sum(constant), 6);
}

static void test_what_was_written_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i < TABLE; i += PAGE)
		changed[i] = 5;
	mapped_release();
	assert_true(present(changed) >= TABLE / PAGE - 1);
	assert_int_equal(sum(changed), 5 * (TABLE / PAGE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constants_leave_and_come_back),
		cmocka_unit_test(test_what_was_written_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
