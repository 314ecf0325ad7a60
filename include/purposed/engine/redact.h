/*
 * redact: a record's text with values taken out.
 */
#ifndef PURPOSED_ENGINE_REDACT_H
#define PURPOSED_ENGINE_REDACT_H

#include <stddef.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>
#include <purposed/engine/classify.h>
#include <purposed/engine/mask.h>
#include <purposed/engine/rules.h>

enum redact_mode {
	REDACT_NONE,
	REDACT_ELEMENT,	  /* what is out-of-purpose or gap becomes <email> */
	REDACT_PSEUDONYM, /* ... <email:k1:9f86d081884c7d65> */
	REDACT_MASK,	  /* every finding, permitted or not, becomes its masked sample;
			   * of a permitted one that holds others, the bytes between
			   * these become its sample, then stars */
};

/* What a user may ask for: all but REDACT_MASK; see base/words.h. */
extern const char *const redact_words[];

/* What is taken out for a finding that is unscanned: bytes of text; end may lie behind it. */
struct redact_stretch {
	size_t start, end;
};

/*
 * A value that begins before, or ends behind, what was not searched is not found
 * either, so the stretch is wider than the finding: before a cut by 128 bytes and
 * the word that they begin in; around escapes that are left by their word, and
 * blocks of digits beside it as far as 128 bytes.  Of a word up to 1 KiB count.
 */
struct redact_stretch redact_stretch(const struct finding *finding, struct span text);

/*
 * Adds bytes [start, end) of text, the record that result is about, with
 * values replaced as mode says; stretches not searched become <unscanned>.
 * A value that an already replaced one holds goes with it.  A replacement
 * stands whole when any byte of its value lies in [start, end).
 * result is the last one of classifier; pseudonyms: for REDACT_PSEUDONYM.
 */
void redact_add(struct buf *out, struct classifier *classifier, const struct rules *rules,
		const struct result *result, struct span text, size_t start, size_t end,
		enum redact_mode mode, const struct pseudonymizer *pseudonyms);

#endif
