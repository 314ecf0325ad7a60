/*
 * regex_copy: a pattern is written anew, as it is but for some places.
 *
 * Whoever does that walks over its tree (pattern.h), which says where in the text each part is.
 */
#ifndef PURPOSED_ENGINE_REGEX_COPY_H
#define PURPOSED_ENGINE_REGEX_COPY_H

#include <purposed/base/buf.h>
#include <purposed/engine/pattern.h>

struct regex_copy {
	const char *text; /* the pattern */
	size_t at;	  /* written up to here, or left out */
	struct buf *out;
};

/* Up to byte end of the pattern. */
static inline void regex_copy_to(struct regex_copy *copy, size_t end)
{
	buf_add(copy->out, copy->text + copy->at, end - copy->at);
	copy->at = end;
}

/* Where a lookaround ends, which asks for something: behind its bracket. */
static inline size_t regex_copy_end(const struct pattern_node *around)
{
	return around->child->end + 1;
}

#endif
