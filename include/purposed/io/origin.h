/*
 * origin: what an input knows of a record beside its bytes.
 *
 * Where it came from (a peer, a file, a unit), and what came with it in fields
 * of its own, as a journal has them.  Purposes are bound by it.  A field that is
 * known here counts more than one of that name in the record's bytes.
 *
 * It travels with the records in written form (framing_add_origin, batch->origin).
 */
#ifndef PURPOSED_IO_ORIGIN_H
#define PURPOSED_IO_ORIGIN_H

#include <purposed/base/buf.h>
#include <purposed/base/span.h>

/* Zero-initialised ({ 0 }) nothing is known.  Everything is borrowed. */
struct origin {
	struct span app, host; /* empty: not known */
	struct span facility;  /* its name ("auth") or number ("4") */
	struct span unit;      /* of systemd */
	struct span path;      /* of the file */
	struct span peer;      /* name in its certificate, or its address */
	struct span purpose;   /* that the record carries; to be trusted or not */
	struct span time;      /* of the record: microseconds since 1970, decimal */
};

/* Appends origin to out; of a field the first 65,535 bytes. */
void origin_write(struct buf *out, const struct origin *origin);

/* The fields are borrowed from written; of an empty one nothing is known. */
struct origin origin_read(struct span written);

#endif
