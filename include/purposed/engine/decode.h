/*
 * decode: the record as it reads once its escapes are undone, layer by layer.
 *
 * Logs write a value as %40, \u0040, &#64;, or as %2540 when it was encoded
 * twice.  Layer 0 is the record itself.  Each further layer undoes, in the
 * text of the layer before, every
 *
 *	%HH                URL encoding (RFC 3986, 2.1), and IIS's %uHHHH
 *	+                  a space, within a query string or form body only
 *	\" \\ \/ \' \n \r \t \uHHHH   JSON (RFC 8259, 7), surrogate pairs joined; not
 *			   where it is an account behind its domain (CITY\u10432)
 *	\xHH               nginx and Apache
 *	&amp; &#64; &#x40; HTML references: numeric ones and common names
 *
 * and puts a blank for what parts words without being one:
 *
 *	ESC [ ... m	   a control sequence for a terminal (ECMA-48, 5.4): coloured logs
 *	NUL		   one or many
 *	U+00A0, U+2000 to U+200A, U+2028, U+2029, U+202F	blanks of Unicode
 *
 * and exists only where that changed something.  A layer knows what was changed, which
 * is an exact map from its bytes back to the record's.  Escapes that are still there after
 * DECODE_LAYERS layers are reported, not ignored.
 *
 * A struct decoded is one thread's scratch: filled anew for every record,
 * nothing is allocated once its buffers have grown.  It borrows the record.
 */
#ifndef PURPOSED_ENGINE_DECODE_H
#define PURPOSED_ENGINE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>

enum { DECODE_LAYERS = 5 }; /* the record and four decodings */

/* An escape that was undone: bytes [from, from + len) of the layer below are n bytes at `at`. */
struct decode_change {
	uint32_t at, n;
	uint32_t from, len;
};

struct decode_layer {
	struct span text;
	struct decode_change *changes; /* ascending; all else is as it was.  None in layer 0 */
	size_t n_changes, changes_cap;
	struct buf storage;
	size_t used; /* bytes of storage that may hold text of a record: not wiped yet */
};

struct decoded {
	struct decode_layer layers[DECODE_LAYERS];
	size_t n;	    /* layers in use, at least 1 after decode_run */
	bool limited;	    /* escapes are left beyond the last layer */
	size_t limit_start; /* bytes of the record that hold them: [limit_start, limit_end) */
	size_t limit_end;
};

/* Zero-initialise; release with decoded_fini, which overwrites what it held. */
void decoded_fini(struct decoded *d);

/* Overwrites what it holds of all records since the last time; buffers are kept. */
void decoded_wipe(struct decoded *d);

/* Fills d from record (less than 4 GiB), which stays borrowed until the next run. */
void decode_run(struct decoded *d, struct span record);

/* The same for a record of which no escape is known to begin before byte start. */
void decode_run_from(struct decoded *d, struct span record, size_t start);

/* The same for a record that is known to have no escapes: one layer, since decode_run said so. */
void decode_nothing(struct decoded *d, struct span record);

/*
 * A pattern (pattern.h) that matches at, or one byte before, every escape that
 * the first decoding undoes, and in other places too: a text in which it does
 * not match has no second layer.
 */
extern const char decode_escapes[];

/* The first byte from at on that may begin an escape, or the text's length. */
size_t decode_find_beginning(struct span text, size_t at);

/* Bytes of the record that bytes [*start, *end) of a layer were made from. */
void decode_to_record(const struct decoded *d, size_t layer, size_t *start, size_t *end);

/*
 * Whether a value at bytes [start, end) of a layer is an accident of the
 * encoding: an edge of it lies inside an escape that the next layer undoes, or
 * beside one that goes on with it (the last digit of 1234%35, the + of
 * &#43;32...).  What is really there is found in that layer, or is none.
 * Escapes of two characters (\n, \t) do not count: DOMAIN\tom is no tab.
 */
bool decode_splits(const struct decoded *d, size_t layer, size_t start, size_t end);

#endif
