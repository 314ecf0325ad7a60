/*
 * source: the bytes of one file or stream, as a reader at level 0.
 *
 * A file that is written to while it is read has no end to wait for: it is
 * read up to the size it had when it was opened.  A file that turns out
 * shorter is a fault ("shrank while it was read").  Files of size 0 and pipes
 * are read until they end: procfs and sysfs say 0 of files that hold bytes.
 */
#ifndef PURPOSED_IO_SOURCE_H
#define PURPOSED_IO_SOURCE_H

#include <stdbool.h>

#include <purposed/io/reader.h>

/* A last line that was being written at open is read on for at most this many bytes. */
enum { SOURCE_TAIL_MAX = 1 << 20 };

/*
 * Opens path, "-" for stdin.  Regular files; pipes and terminals only through
 * source_is_stream.  meter is borrowed and outlives the source.
 * -1: f says why, without the path.
 */
int source_open(struct reader **source_r, const char *path, struct meter *meter, struct fault *f);

/* "-", /dev/stdin, /dev/fd/N, /proc/self/fd/N: named to be read as a stream, whatever it is. */
bool source_is_stream(const char *path);

/*
 * Text, not an archive: where the last byte at open was no line end, what was
 * added since is read as well, up to the end of that line.
 */
void source_finish_line(struct reader *source);

#endif
