/*
 * What the sources of head share: head.c walks, head_word.c knows words, head_keys.c knows
 * records of keys and values.
 */
#ifndef PURPOSED_ENGINE_HEAD_PRIVATE_H
#define PURPOSED_ENGINE_HEAD_PRIVATE_H

#include <purposed/engine/head.h>

/* --- head_word.c: what a word is ------------------------------------------------ */

bool head_is_blank(char c);

/* Where the run of bytes that are no blanks, from byte pos on, ends. */
size_t head_word_end(struct span text, size_t pos);
size_t head_skip_blanks(struct span text, size_t pos);

bool head_is_number(struct span word); /* a date, a time, an IPv4 address, "-", too */
bool head_is_clock(struct span word);  /* a number with a time of day in it */
bool head_is_date(struct span word);   /* 12/Mar/2024, with or without a time of day */
bool head_is_cipher(struct span word); /* TLS_AES_128_GCM_SHA256 */
bool head_is_address6(struct span word);
bool head_is_level(struct span word);
bool head_is_name(struct span word);  /* of a host: with a dot, or a port, or localhost */
bool head_is_plain(struct span word); /* letters, digits and what joins them */
bool head_is_tag(struct span word);   /* "nginx:", "sshd[7]:" */

/* The length of "Nov 28 10:00:00" at byte pos; 0: none stands there. */
size_t head_time3164(struct span text, size_t pos);

/* --- head_keys.c: JSON and logfmt ----------------------------------------------- */

/* Whether the JSON object at byte pos lets a match begin at byte at behind it. */
bool head_in_json(struct span text, size_t pos, size_t at);

/*
 * The end of key=value at byte pos; 0: none stands there.  *begins_r: whether it lets a
 * match begin at byte at, which is in it.
 */
size_t head_pair(struct span text, size_t pos, size_t at, bool *begins_r);

#endif
