/*
 * element: how a value of an element may be shown and compared.
 *
 * What the program has to know of an element beyond its id.  An element that
 * is not in the table (a controller's own) is masked from its first character
 * and compared as it is written, in lower case.
 */
#ifndef PURPOSED_ENGINE_ELEMENT_H
#define PURPOSED_ENGINE_ELEMENT_H

#include <stdbool.h>

enum element_sample {
	SAMPLE_START, /* the first character: "J***" */
	SAMPLE_EMAIL, /* the first of both sides, and the top-level domain: "j***@e***.be" */
	SAMPLE_URL,   /* the scheme and the first character of the host: "https://e***" */
	SAMPLE_NONE,  /* the value itself is sensitive prose: neither sample nor pseudonym */
};

struct element {
	const char *id;
	enum element_sample sample;
	bool separators; /* separators do not tell two values apart: 85.07.30-033.28 */
};

/* What holds for the element id; the string stays the caller's where the table lacks it. */
struct element element_find(const char *id);

#endif
