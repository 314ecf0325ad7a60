/*
 * format_values: what is said of a value is copied where the value comes again.
 *
 * Logs name the same over and over: who came, for what, with which program.  Of a value
 * that the batch at hand has had, neither sample nor pseudonym is made again.
 *
 * One thread's.  It holds bytes of records, and is to be wiped when these are released.
 */
#ifndef PURPOSED_RUN_FORMAT_VALUES_H
#define PURPOSED_RUN_FORMAT_VALUES_H

#include <stdint.h>

#include <purposed/base/span.h>
#include <purposed/engine/mask.h>

struct format_values;

struct format_values *format_values_new(void);
void format_values_free(struct format_values **values);

/* Overwrites all that it holds, and forgets it. */
void format_values_wipe(struct format_values *values);

/* A value (borrowed), as an element of one engine, under a key. */
struct format_value {
	const struct pseudonymizer *pseudonyms;
	uint16_t element;
	struct span bytes;
	uint64_t hash; /* of the bytes: see format_value_of */
};

struct format_value format_value_of(const struct pseudonymizer *pseudonyms, uint16_t element,
				    struct span bytes);

/* Soon it will be asked for: the table is larger than the caches that are near. */
void format_values_expect(const struct format_values *values, const struct format_value *value);

/* What was said of that value; empty: not known.  Valid until something is added. */
struct span format_values_find(const struct format_values *values,
			       const struct format_value *value);

/* Keeps what is said of a value that was not found, where there is room. */
void format_values_add(struct format_values *values, const struct format_value *value,
		       struct span said);

#endif
