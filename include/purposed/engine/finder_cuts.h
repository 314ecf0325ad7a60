/*
 * finder_cuts: programs cut to the bytes that a text has lately had (shape_cut.c).
 *
 * Of the classes that shapes ask for, most logs have a third nowhere, and with them goes a
 * third of the program.  Which bytes a text has is learnt as it is searched: where one turns
 * up that the cut is not for, it is cut anew, to have that too.  Now and then it is watched
 * which bytes there still are.  A text that has ever new ones is searched with the whole program.
 */
#ifndef PURPOSED_ENGINE_FINDER_CUTS_H
#define PURPOSED_ENGINE_FINDER_CUTS_H

#include <stddef.h>

#include <purposed/engine/sieve.h>

/* Of one finder and one thread.  It holds nothing of a text but which bytes it has had. */
struct finder_cuts;

/* whole: the finder's, borrowed. */
struct finder_cuts *finder_cuts_new(const struct sieve_shapes *whole,
				    const struct sieve_level *level);
void finder_cuts_free(struct finder_cuts **cuts);

/*
 * Fills the bitmaps of the classes (as the level's) of a program that finds in that text what
 * the whole one does: which one it is, until the next call.
 */
const struct sieve_shapes *finder_cuts_classes(struct finder_cuts *cuts, const unsigned char *text,
					       size_t words, uint64_t *bitmaps);

#endif
