/*
 * unit_memory: is a text anywhere in the memory of this process, in use or
 * released?  Looked for is a word that is not in the test's own memory: it is
 * kept as its complement, and told byte by byte.
 *
 * Heaps and static memory are searched.  Stacks are not: what a call leaves on
 * one the next calls overwrite, and the dynamic linker saves registers there.
 * What the kernel has taken back is gone.
 */
#ifndef PURPOSED_TESTS_UNIT_MEMORY_H
#define PURPOSED_TESTS_UNIT_MEMORY_H

#include "unit.h"

#include <inttypes.h>
#include <pthread.h>
#include <sys/mman.h>

#define UNIT_UNCHECKED __attribute__((noinline, no_sanitize("address", "thread", "undefined")))

enum { UNIT_SECRET_BYTES = 12, UNIT_MAPPING_MAX = 1 << 28 };

static unsigned char unit_secret[UNIT_SECRET_BYTES]; /* complement of each byte */

/* Makes up a word of letters; a new one forgets where the one before it was left. */
static inline void unit_secret_new(void)
{
	static uint64_t dice = 20011970;

	for (size_t i = 0; i < UNIT_SECRET_BYTES; i++)
		unit_secret[i] = (unsigned char)~('a' + (int)unit_below(&dice, 26));
}

static inline char unit_secret_byte(size_t i)
{
	return (char)~unit_secret[i];
}

static UNIT_UNCHECKED size_t unit_memory_count(uintptr_t start, uintptr_t end)
{
	const volatile unsigned char *at = (const volatile unsigned char *)start;
	size_t len = end - start;
	size_t n = 0;

	for (size_t i = 0; i + UNIT_SECRET_BYTES <= len; i++) {
		size_t same = 0;

		while (same < UNIT_SECRET_BYTES && (at[i + same] ^ 0xff) == unit_secret[same])
			same++;
		n += same == UNIT_SECRET_BYTES;
	}
	return n;
}

/* The same in those pages of a mapping that have been touched: much is reserved only. */
static inline size_t unit_memory_count_touched(uintptr_t start, uintptr_t end)
{
	static unsigned char touched[UNIT_MAPPING_MAX / 4096];
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t pages = (end - start) / page;
	size_t n = 0;

	assert_int_equal(mincore((void *)start, end - start, touched), 0);
	for (size_t i = 0; i < pages; i++) {
		size_t first = i;

		while (i < pages && (touched[i] & 1) != 0)
			i++;
		if (i > first)
			n += unit_memory_count(start + first * page, start + i * page);
	}
	return n;
}

/*
 * Whether the mapping may be that of a thread's stack: behind a guard page, and as large.
 * glibc counts that page as a part of the stack, or beside it, by its version.
 */
static inline bool unit_memory_is_stack(size_t guard, size_t len)
{
	pthread_attr_t attr;
	size_t stack = 0;

	pthread_getattr_default_np(&attr);
	pthread_attr_getstacksize(&attr, &stack);
	pthread_attr_destroy(&attr);
	return guard == (size_t)sysconf(_SC_PAGESIZE) && (len == stack || len + guard == stack);
}

/* How often the word is in memory.  Shadows of sanitizers are large, and hold no bytes. */
static inline size_t unit_memory_secrets(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	size_t guard = 0;
	size_t n = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		uintptr_t start;
		uintptr_t end;
		char may[5];

		assert_int_equal(sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, may),
				 3);
		if (strncmp(may, "rw", 2) == 0 && end - start <= UNIT_MAPPING_MAX &&
		    strstr(line, "[stack]") == NULL && !unit_memory_is_stack(guard, end - start))
			n += unit_memory_count_touched(start, end);
		guard = may[0] == '-' ? end - start : 0;
	}
	fclose(maps);
	return n;
}

#endif
