/* pattern_blanks: how many blanks a match may hold. */
#ifndef PURPOSED_ENGINE_PATTERN_BLANKS_H
#define PURPOSED_ENGINE_PATTERN_BLANKS_H

#include <purposed/engine/pattern.h>

/* The most bytes ' ' that a match of node can have (PATTERN_UNBOUNDED: no limit). */
unsigned pattern_blanks(const struct pattern_node *node);

#endif
