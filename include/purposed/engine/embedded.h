/*
 * embedded: the shipped policy and rules, as texts inside the binary.
 *
 * The table is written by the Makefile from conf/annex-i.conf (always first)
 * and every .conf file of conf/rules.d in byte order of their names.
 */
#ifndef PURPOSED_ENGINE_EMBEDDED_H
#define PURPOSED_ENGINE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
	const char *name; /* its path in the source tree */
	const char *text; /* NUL-terminated */
};

extern const struct embedded_file embedded_files[];
extern const size_t embedded_file_count;

#endif
