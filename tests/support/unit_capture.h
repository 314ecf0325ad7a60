/* unit_capture: what is written to standard error. */
#ifndef UNIT_CAPTURE_H
#define UNIT_CAPTURE_H

#include "unit.h"

/* What call writes to stderr, in out. */
static inline void unit_capture(struct buf *out, void (*call)(void))
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	char bytes[4096];
	size_t n;

	assert_non_null(file);
	fflush(stderr);
	assert_int_equal(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
	call();
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	while ((n = fread(bytes, 1, sizeof(bytes), file)) != 0)
		buf_add(out, bytes, n);
	fclose(file);
}

#endif
