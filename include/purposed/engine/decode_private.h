/*
 * decode_private: what the sources of decode share.  Nothing here allocates or fails.
 */
#ifndef PURPOSED_ENGINE_DECODE_PRIVATE_H
#define PURPOSED_ENGINE_DECODE_PRIVATE_H

#include <purposed/engine/decode.h>

/* --- decode_escape.c: what an escape stands for ---------------------------------- */

/* An escape at some place of a text: its length there, and what it stands for. */
struct decode_escape {
	size_t len; /* 0: there is none */
	char bytes[4];
	size_t n_bytes;
};

/* What is known of the '+' before the one at hand; zeroed before the first of a text. */
struct decode_plus {
	bool literal;  /* '+' is no escape in this text at all */
	bool any;      /* there was one */
	bool space;    /* in its token */
	size_t behind; /* the byte behind it; or where a token begins, and they are asked about from
			*/
};

/*
 * The first escape that begins in bytes [*at, end) of text, and where it is; of no length, and
 * the end, where there is none.
 */
struct decode_escape decode_next_escape(struct span text, size_t end, size_t *at,
					struct decode_plus *plus);

/* The byte that a %HH at text[at] stands for; -1: there is none. */
int decode_percent(struct span text, size_t at);

/* --- decode_plus.c: where '+' is a space ------------------------------------------- */

/* Whether the '+' at text[at] is one.  All of a text are asked about, in their order. */
bool decode_plus_is_space(struct span text, size_t at, struct decode_plus *plus);

/*
 * Where those of a text, of which no escape begins before byte at, are to be asked about from:
 * a '+' that is none may decide of others in its token.
 */
struct decode_plus decode_plus_begin(struct span text, size_t at);

#endif
