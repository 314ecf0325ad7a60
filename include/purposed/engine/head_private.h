/*
 * What the sources of head share: head.c walks, head_word.c knows words, head_keys.c knows
 * records of keys and values.
 */
#ifndef PURPOSED_ENGINE_HEAD_PRIVATE_H
#define PURPOSED_ENGINE_HEAD_PRIVATE_H

#include <purposed/engine/head.h>

/* --- head.c: the walk ------------------------------------------------------------ */

/*
 * Of text, which lies in the record: heads end at bytes [first, last].  Called in the
 * order of the bytes.
 */
void head_end(struct head *head, struct span text, size_t first, size_t last);

/* Walks over text, which lies in the record. */
void head_walk(struct head *head, struct span text);

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

/* Walks over the JSON object at byte pos. */
void head_walk_json(struct head *head, struct span text, size_t pos);

/* Passes over key=value at byte pos: its end; 0: none stands there. */
size_t head_pass_pair(struct head *head, struct span text, size_t pos);

#endif
