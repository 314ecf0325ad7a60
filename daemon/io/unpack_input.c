/*
 * The bytes of an archive on their way into libarchive, and what it left of them.
 *
 * libarchive is handed whole chunks and says how far it came (it counts), so the bytes
 * behind are still at hand when it is done: a few of them may lie in the chunk before.
 * Headers may be skipped through for long (damage, padding), and a sparse file's map is
 * kept in memory: one header may pull HEADER_MAX bytes at most.
 */
#include <purposed/io/unpack_private.h>

#include <string.h>

enum { HEADER_MAX = 4 << 20 };

static bool all_zero(const unsigned char *bytes, size_t len)
{
	return len == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

/* Full but for the last, so that what unpack_rest_of looks back for is in it, or close before. */
static ssize_t read_chunk(struct reader *source, unsigned char *chunk)
{
	size_t len = 0;

	while (len < UNPACK_CHUNK_BYTES) {
		ssize_t n = reader_read(source, chunk + len, UNPACK_CHUNK_BYTES - len);

		if (n <= 0 && len == 0)
			return n;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

ssize_t unpack_input_next(struct unpack_input *input, const void **bytes_r)
{
	unsigned char *fresh = input->chunk + UNPACK_HISTORY_BYTES;
	unsigned char history[UNPACK_HISTORY_BYTES];
	ssize_t n;

	memcpy(history, input->chunk + input->chunk_len, UNPACK_HISTORY_BYTES);
	n = read_chunk(input->source, fresh);
	if (n <= 0)
		return n;
	memcpy(input->chunk, history, UNPACK_HISTORY_BYTES);
	input->chunk_len = (size_t)n;
	input->given += (size_t)n;
	if (input->in_header && !all_zero(fresh, (size_t)n))
		input->header_bytes += (size_t)n;
	if (input->header_bytes > HEADER_MAX) {
		fault_set(&input->fault, FAULT_REFUSED, "has a member header of more than %d MiB",
			  HEADER_MAX >> 20);
		return -1;
	}
	*bytes_r = fresh;
	return n;
}

void unpack_input_header(struct unpack_input *input, bool begins)
{
	input->in_header = begins;
	input->header_bytes = 0;
}

struct unpack_rest unpack_rest_of(struct unpack_input *input, uint64_t used)
{
	size_t len = (size_t)(input->given - used);

	/* What libarchive looked at last may lie across two chunks: four bytes at most. */
	if (len > input->chunk_len + UNPACK_HISTORY_BYTES)
		len = input->chunk_len;
	return (struct unpack_rest){ input,
				     input->chunk + UNPACK_HISTORY_BYTES + input->chunk_len - len,
				     len };
}

bool unpack_rest_take(struct unpack_rest *rest, void *out, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t n = len - done;

		if (rest->len == 0) {
			const void *bytes = NULL;
			ssize_t got = unpack_input_next(rest->input, &bytes);

			if (got <= 0)
				return false;
			rest->at = bytes;
			rest->len = (size_t)got;
		}
		if (n > rest->len)
			n = rest->len;
		if (out != NULL)
			memcpy((unsigned char *)out + done, rest->at, n);
		rest->at += n;
		rest->len -= n;
		done += n;
	}
	return true;
}
