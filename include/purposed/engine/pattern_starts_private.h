/*
 * pattern_starts_private: what the two sources of pattern_starts share.
 *
 *	pattern_starts		tables, and the places that they allow
 *	pattern_starts_walk	what a tree says of the first bytes
 */
#ifndef PURPOSED_ENGINE_PATTERN_STARTS_PRIVATE_H
#define PURPOSED_ENGINE_PATTERN_STARTS_PRIVATE_H

#include <purposed/engine/pattern_starts.h>

/* So many alternatives may be told apart at first; tables keep PATTERN_STARTS_WAYS of them. */
enum { PATTERN_STARTS_CHOICES = 12 };

/* What may stand there: the byte before a match, and its first ones. */
struct pattern_starts_way {
	struct byte_set sets[PATTERN_STARTS_BYTES];
};

/* Alternatives that a match may start with; of one of them, that which is taken. */
struct pattern_starts_choice {
	const struct pattern_node *alt; /* NULL: none yet */
	int n;				/* so many it has */
	int taken;			/* its number; -1: any */
	int skipped;			/* so many others before it are still to be left alone */
	bool done;			/* it is behind: what is repeated may take another one */
};

/*
 * What any match may begin with that takes what the choice says.  Where it has no
 * alternatives yet, and is not done, it gets those that stand at the beginning.
 * Returns whether a match may need the beginning of the text; that it stands there is not
 * told in the way.
 */
bool pattern_starts_walk(struct pattern_starts_way *way_r, const struct pattern_node *root,
			 struct pattern_starts_choice *choice);

#endif
