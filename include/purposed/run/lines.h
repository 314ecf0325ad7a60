/*
 * lines: the lines of a source, one by one, in bounded memory: of a long line
 * only the first bytes are kept.  For who explains; streams go through feed.h.
 *
 *	struct lines lines = { .source = source, .max = bytes };
 *
 *	while (lines_next(&lines, e))
 *		... lines.kept, lines.len, lines.number, lines.torn
 *	lines_fini(&lines);
 */
#ifndef PURPOSED_RUN_LINES_H
#define PURPOSED_RUN_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/run/feed.h>

struct lines {
	struct source source;
	size_t max; /* bytes of a line that are kept */
	/* The current line, without its end; what is there of it until the next one. */
	struct buf kept;
	size_t len; /* bytes it has */
	unsigned long long number;
	bool torn; /* the source failed before its end */
	/* The rest is lines' own. */
	struct buf chunk;
	size_t at;
	bool ended;
};

/*
 * Goes to the next line; false behind the last one, or, after the line that it
 * tore, where the source has failed: described in e.
 */
bool lines_next(struct lines *lines, struct err *e);

/* Wipes what it held. */
void lines_fini(struct lines *lines);

#endif
