/*
 * utf8: the little of UTF-8 (RFC 3629) that a byte filter needs.
 */
#ifndef PURPOSED_BASE_UTF8_H
#define PURPOSED_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include <purposed/base/span.h>

/*
 * Length in bytes (1 to 4) of the valid sequence at s.ptr[at], or 0 where none
 * starts (overlong forms, surrogates and values above U+10FFFF are not valid).
 */
size_t utf8_length(struct span s, size_t at);

/* Where the valid sequence starts that byte at of s lies inside of; else at: a place to cut. */
size_t utf8_start(struct span s, size_t at);

/* The code point of the valid sequence at s.ptr[at]. */
uint32_t utf8_code(struct span s, size_t at);

/* Writes code (a Unicode scalar value) to out[4]; returns its length, 0 if it is none. */
size_t utf8_encode(uint32_t code, char out[4]);

#endif
