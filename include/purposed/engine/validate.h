/*
 * validate: checks that a pattern cannot express (checksums, dates, ranges).
 *
 * A validator is a pure function over the decoded value of a match: the bytes
 * as they read once URL, JSON and HTML escapes are undone, separators still
 * in place (each validator drops those its format allows).  It never reads
 * past the span, never allocates, and says true only for a value that is
 * valid under the source that its row of the table in validate.c names.
 *
 * A rule names its validator by string (`validate = "iban"`); validate_find
 * resolves the name once, at load.
 */
#ifndef PURPOSED_ENGINE_VALIDATE_H
#define PURPOSED_ENGINE_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/span.h>

struct validator {
	const char *name;
	const char *what; /* one line for `rules show`: what is checked, and the source */
	bool (*valid)(struct span value);
};

/* NULL where no validator has that name. */
const struct validator *validate_find(const char *name);

/* All of them, for listings; *n_r receives how many. */
const struct validator *validate_all(size_t *n_r);

#endif
