/*
 * pattern: a rule's pattern as a tree over sets of bytes.
 *
 * What the finder must know of a pattern is which bytes can stand where.  This
 * reads the part of the PCRE2 syntax (pcre2pattern(3)) that rules use, in byte
 * mode, into a tree that describes a language which holds every string that
 * the pattern matches: possessive and lazy repeats are plain ones, a back
 * reference is whatever its group can match (what the group asks of its
 * surroundings is not asked again), and of negative lookarounds only the single
 * bytes among their alternatives say anything.  It may describe too much, never
 * too little.
 *
 * Syntax that it does not know (recursion, \K, callouts, verbs), or that
 * versions of PCRE2 read differently, is an error: such a pattern has no tree,
 * and its rule must be looked for everywhere.
 */
#ifndef PURPOSED_ENGINE_PATTERN_H
#define PURPOSED_ENGINE_PATTERN_H

#include <limits.h>
#include <stdbool.h>

#include <purposed/base/err.h>
#include <purposed/engine/byte_set.h>

enum pattern_op {
	PATTERN_EMPTY,	/* the empty string */
	PATTERN_PLACE,	/* asks something of this place that the tree does not tell (^, \B) */
	PATTERN_SET,	/* one byte of set */
	PATTERN_CAT,	/* its children, one behind the other */
	PATTERN_ALT,	/* one of its children */
	PATTERN_REPEAT, /* its only child, min to max times */
	PATTERN_BEHIND, /* no byte, or one of set, stands before this place */
	PATTERN_AHEAD,	/* no byte, or one of set, stands behind this place */
	PATTERN_WORD,	/* a word begins or ends here (\b) */
};

enum { PATTERN_UNBOUNDED = UINT_MAX };

/* What the tree does not need, and whoever writes a pattern anew does. */
enum pattern_how {
	PATTERN_CAUGHT = 1,	/* ALT: in a group that catches what it matches */
	PATTERN_CALLED = 2,	/* ALT: and is referred to from elsewhere */
	PATTERN_ATOMIC = 4,	/* ALT, REPEAT: nothing of it is given back */
	PATTERN_LAZY = 8,	/* REPEAT: as rarely as can be */
	PATTERN_FIXED = 16,	/* ALT: of a condition, or with a change of options in it */
	PATTERN_FOLDED = 32,	/* ALT: it begins in any case of letters */
	PATTERN_BRACKETED = 64, /* ALT: in (?:), nothing else */
	PATTERN_BLANK = 128,	/* ALT: it begins under (?x) */
};

enum { PATTERN_NOWHERE = UINT32_MAX }; /* a node that a reference made */

struct pattern_node {
	enum pattern_op op : 8;
	/* BEHIND, AHEAD: there is such a byte (a positive lookaround); PLACE: where the text begins
	 */
	bool must;
	bool negative;	/* BEHIND, AHEAD: child is what must not stand there */
	uint8_t how;	/* of enum pattern_how */
	uint32_t start; /* in the pattern, where it is written; of an ALT, behind its header */
	/* A catalogue has a hundred thousand nodes. */
	union {
		struct byte_set set; /* SET, BEHIND, AHEAD */
		struct {
			unsigned min, max; /* REPEAT: how often; max may be PATTERN_UNBOUNDED */
		};
		struct {
			unsigned len_min, len_max; /* CAT, ALT: for pattern_min and pattern_max */
			uint32_t end;		   /* CAT, ALT: in the pattern */
		};
	};
	/*
	 * CAT, ALT: the first; REPEAT: the only one.  BEHIND, AHEAD: all that the
	 * lookaround asks for, an ALT, or NULL.
	 */
	const struct pattern_node *child;
	const struct pattern_node *next; /* its next sibling */
};

struct pattern;

/* -1: the syntax is not known, or wrong; e says what, at which byte. */
int pattern_parse(struct pattern **pattern_r, const char *text, struct err *e);
void pattern_free(struct pattern **pattern);

/* Belongs to the pattern. */
const struct pattern_node *pattern_root(const struct pattern *pattern);

/* What a positive lookaround asks for, or NULL. */
static inline const struct pattern_node *pattern_asked(const struct pattern_node *around)
{
	return around->negative ? NULL : around->child;
}

/* Bytes that a match of the node has, at least and at most (PATTERN_UNBOUNDED: no limit). */
unsigned pattern_min(const struct pattern_node *node);
unsigned pattern_max(const struct pattern_node *node);

#endif
