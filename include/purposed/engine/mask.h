/*
 * mask: a value as it may be shown to somebody who must not see it.
 *
 * A sample lets an engineer recognise what kind of value it was and, beside
 * the log, which one; a pseudonym lets a data protection officer count persons
 * without naming them.  Neither gives the value back, but a pseudonym is still
 * personal data (GDPR, article 4(5)), for whoever holds the key.
 */
#ifndef PURPOSED_ENGINE_MASK_H
#define PURPOSED_ENGINE_MASK_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/base/span.h>
#include <purposed/engine/element.h>

/* Adds the masked form of value (decoded); false, and nothing, for SAMPLE_NONE. */
bool mask_sample(struct buf *out, struct element element, struct span value);

struct pseudonymizer;

/*
 * key: len secret bytes, at least 16, copied; id is printed before each
 * pseudonym, so that keys can be rotated.  Without a key (NULL, 0) a random
 * one is made: pseudonyms then agree within this run only, and id should be 0.
 */
int pseudonymizer_new(struct pseudonymizer **p_r, unsigned id, const void *key, size_t len,
		      struct err *e);

/* Whether both print the same id although their keys differ: who compares them is misled. */
bool pseudonymizer_clashes(const struct pseudonymizer *a, const struct pseudonymizer *b);

/* Wipes the key. */
void pseudonymizer_free(struct pseudonymizer **p);

/*
 * Adds "k<id>:" and the first 16 hex digits of HMAC-SHA-256 (RFC 2104) over
 * the element's id, a NUL and the normalised value: ASCII lower case, and
 * without separators where the element has such.  False, and nothing, for
 * SAMPLE_NONE.  Thread-safe.
 */
bool pseudonym_add(const struct pseudonymizer *p, struct buf *out, struct element element,
		   struct span value);

#endif
