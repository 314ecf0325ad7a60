/* See mem.h for why running out of memory ends the process. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include <purposed/base/mem.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/log.h>

static void *checked(void *ptr)
{
	if (ptr == NULL) {
		log_error("out of memory");
		abort();
	}
	return ptr;
}

void *mem_new(size_t n, size_t size)
{
	return checked(calloc(n != 0 ? n : 1, size != 0 ? size : 1));
}

void *mem_new_aligned(size_t n, size_t size)
{
	size_t bytes;
	void *ptr = NULL;

	if (!__builtin_mul_overflow(n, size, &bytes) && bytes <= SIZE_MAX - MEM_ALIGNMENT)
		ptr = aligned_alloc(MEM_ALIGNMENT, (bytes / MEM_ALIGNMENT + 1) * MEM_ALIGNMENT);
	return memset(checked(ptr), 0, bytes);
}

void *mem_resize(void *ptr, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return checked(NULL);
	return checked(realloc(ptr, bytes != 0 ? bytes : 1));
}

void *mem_grow(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap == 0 ? 8 : *cap * 2;
	return mem_resize(array, *cap, size);
}

char *mem_string(const char *str)
{
	return mem_span_string(span_str(str));
}

char *mem_span_string(struct span s)
{
	char *copy = mem_new(s.len + 1, 1);

	if (s.len != 0)
		memcpy(copy, s.ptr, s.len);
	return copy;
}

void mem_wipe(void *ptr, size_t len)
{
	if (len != 0)
		explicit_bzero(ptr, len);
}
