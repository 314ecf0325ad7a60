/*
 * What the sources of head share: head.c walks, head_word.c knows words, head_syslog.c knows
 * the headers of syslog, head_keys.c records of keys and values.
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

/* What a byte may be a part of, and what it is: a bit for each. */
enum {
	HEAD_BLANK = 1 << 0, /* which stands between words */
	HEAD_DIGIT = 1 << 1,
	HEAD_NUMBER = 1 << 2, /* a date, a time, an IPv4 address, "-", too */
	HEAD_ADDRESS6 = 1 << 3,
	HEAD_CIPHER = 1 << 4,
	HEAD_NAME = 1 << 5, /* with or without a port */
	HEAD_PLAIN = 1 << 6,
	HEAD_KEY = 1 << 7,
	HEAD_COLON = 1 << 8,
	HEAD_DOT = 1 << 9,
	HEAD_EQUAL = 1 << 10,
};

enum { HEAD_NAME_MAX = 255 };

extern const uint16_t head_bytes[256];

static inline unsigned head_byte(char c)
{
	return head_bytes[(unsigned char)c];
}

/* A run of bytes that are no blanks.  They are read once; most questions below ask of the sum. */
struct word {
	struct span text;
	size_t end;    /* of the text that it stands in: the byte behind it */
	unsigned all;  /* the bits of every one of its bytes */
	unsigned some; /* the bits of any */
};

/* The word at byte pos; empty where text ends or a blank stands. */
struct word head_word_at(struct span text, size_t pos);
size_t head_word_end(struct span text, size_t pos);
size_t head_skip_blanks(struct span text, size_t pos);

/* The next word from byte pos on; empty: there is none. */
static inline struct word head_next_word(struct span text, size_t pos)
{
	return head_word_at(text, head_skip_blanks(text, pos));
}

static inline bool head_is_all(const struct word *word, unsigned of)
{
	return word->text.len != 0 && (word->all & of) != 0;
}

static inline bool head_has(const struct word *word, unsigned one_of)
{
	return (word->some & one_of) != 0;
}

static inline bool head_is_number(const struct word *word)
{
	char first = word->text.len == 1 ? word->text.ptr[0] : '0';

	return head_is_all(word, HEAD_NUMBER) && first != 'T' && first != 'Z';
}

/* Letters, digits and what joins them. */
static inline bool head_is_plain(const struct word *word)
{
	return head_is_all(word, HEAD_PLAIN) && word->text.len <= HEAD_NAME_MAX;
}

bool head_is_clock(const struct word *word);  /* a number with a time of day in it */
bool head_is_date(const struct word *word);   /* 12/Mar/2024, with or without a time of day */
bool head_is_cipher(const struct word *word); /* TLS_AES_128_GCM_SHA256 */
bool head_is_address6(const struct word *word);
bool head_is_level(const struct word *word);
bool head_is_name(const struct word *word); /* of a host: with a dot, or a port, or localhost */
bool head_is_tag(const struct word *word);  /* "nginx:", "sshd[7]:" */

/* Whether the three bytes are a month's. */
bool head_is_month(const char *at);

/* --- head_syslog.c: headers of syslog -------------------------------------------- */

/* Passes over <134>, and over what of RFC 5424 follows it; false: it is none. */
bool head_pass_priority(struct head_walk *w);

/* Passes over "Nov 28 10:00:00"; false: none stands there. */
bool head_pass_time3164(struct head_walk *w);

/* --- head_keys.c: JSON and logfmt ----------------------------------------------- */

/* Walks over the JSON object at byte pos. */
void head_walk_json(struct head *head, struct span text, size_t pos);

/* Passes over key=value, which begins with a word that has an "=": its end; 0: it is none. */
size_t head_pass_pair(struct head *head, struct span text, const struct word *word);

#endif
