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

/* Walks over the whole of text, which lies in the record. */
void head_walk_text(struct head *head, struct span text);

/* --- head_word.c: what a word is ------------------------------------------------ */

/* What a byte may be a part of: a bit for each. */
enum {
	HEAD_BLANK = 1 << 0, /* which stands between words */
	HEAD_DIGIT = 1 << 1,
	HEAD_NUMBER = 1 << 2, /* a date, a time, an IPv4 address, "-", too */
	HEAD_ADDRESS6 = 1 << 3,
	HEAD_CIPHER = 1 << 4,
	HEAD_NAME = 1 << 5,
	HEAD_PLAIN = 1 << 6,
	HEAD_KEY = 1 << 7,
};

/* A run of bytes that are no blanks.  They are read once; most questions below ask of the sum. */
struct word {
	struct span text;
	size_t end;   /* of the text that it stands in: the byte behind it */
	unsigned all; /* what every one of its bytes may be a part of */
};

unsigned head_byte(char c);

/* The word at byte pos; empty where text ends or a blank stands. */
struct word head_word_at(struct span text, size_t pos);
size_t head_word_end(struct span text, size_t pos);
size_t head_skip_blanks(struct span text, size_t pos);

bool head_is_number(struct word word);
bool head_is_clock(struct word word);  /* a number with a time of day in it */
bool head_is_date(struct word word);   /* 12/Mar/2024, with or without a time of day */
bool head_is_cipher(struct word word); /* TLS_AES_128_GCM_SHA256 */
bool head_is_address6(struct word word);
bool head_is_level(struct word word);
bool head_is_name(struct word word);  /* of a host: with a dot, or a port, or localhost */
bool head_is_plain(struct word word); /* letters, digits and what joins them */
bool head_is_tag(struct word word);   /* "nginx:", "sshd[7]:" */

/* The length of "Nov 28 10:00:00" at byte pos; 0: none stands there. */
size_t head_time3164(struct span text, size_t pos);

/* --- head_keys.c: JSON and logfmt ----------------------------------------------- */

/* Walks over the JSON object at byte pos. */
void head_walk_json(struct head *head, struct span text, size_t pos);

/* Passes over key=value, which begins with the word at hand: its end; 0: it is none. */
size_t head_pass_pair(struct head *head, struct span text, struct word word);

#endif
