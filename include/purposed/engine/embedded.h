/*
 * embedded: the shipped policy, as a text inside the binary.
 *
 * The Makefile writes it from conf/annex-i.conf.
 */
#ifndef PURPOSED_ENGINE_EMBEDDED_H
#define PURPOSED_ENGINE_EMBEDDED_H

struct embedded_file {
	const char *name; /* its path in the source tree */
	const char *text; /* NUL-terminated */
};

extern const struct embedded_file embedded_policy;

#endif
