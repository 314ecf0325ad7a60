/*
 * mem: allocation that cannot be forgotten to be checked.
 *
 * When memory runs out these say so and abort the process.  That is a choice:
 * what we allocate is bounded by limits (records, blocks, queues), so running
 * out means the machine is out; and a half-working filter that guesses is
 * worse than one that is restarted and reads its input again.
 *
 * Everything returned is the caller's, to be released with free(3).
 */
#ifndef PURPOSED_BASE_MEM_H
#define PURPOSED_BASE_MEM_H

#include <stddef.h>

#include <purposed/base/span.h>

/* Zeroed memory for n objects of size bytes; never NULL. */
void *mem_new(size_t n, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/* The same, at a multiple of MEM_ALIGNMENT bytes: the vectors and cache lines of processors. */
enum { MEM_ALIGNMENT = 64 };
void *mem_new_aligned(size_t n, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/*
 * realloc(3) to n objects of size bytes; what is new is not zeroed; never NULL.
 * Not for bytes of records, which it may leave behind: these live in a buf.
 */
void *mem_resize(void *ptr, size_t n, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));

/*
 * Makes room for one more object behind count in the array at *array (a T **):
 * grows by doubling, updates *cap.  Use as
 *     things = mem_grow(things, count, &cap, sizeof(*things));
 */
void *mem_grow(void *array, size_t count, size_t *cap, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));

/* A NUL-terminated copy. */
char *mem_string(const char *str) __attribute__((returns_nonnull, warn_unused_result));
char *mem_span_string(struct span s) __attribute__((returns_nonnull, warn_unused_result));

/* Overwrites bytes that held personal data; not optimised away. */
void mem_wipe(void *ptr, size_t len);

#endif
