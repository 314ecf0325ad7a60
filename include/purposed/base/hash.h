/*
 * hash: FNV-1a of 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/), to tell
 * apart what nobody forges: whether a file is still the one it was.
 */
#ifndef PURPOSED_BASE_HASH_H
#define PURPOSED_BASE_HASH_H

#include <stdint.h>

#include <purposed/base/span.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* Goes on from HASH_START, or from the hash of what stands before bytes. */
static inline uint64_t hash_add(uint64_t hash, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		hash = (hash ^ (unsigned char)bytes.ptr[i]) * UINT64_C(0x100000001b3);
	return hash;
}

#endif
