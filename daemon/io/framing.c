#include <purposed/io/framing.h>

#include <stdint.h>

static bool next_line(struct span block, size_t *at, struct frame *frame_r)
{
	const char *start = block.ptr + *at;
	size_t left = block.len - *at;
	const char *lf = memchr(start, '\n', left);
	size_t len = lf != NULL ? (size_t)(lf - start) : left;
	size_t end = lf != NULL ? 1 : 0;

	*at += len + end;
	if (end != 0 && len > 0 && start[len - 1] == '\r') {
		len--;
		end++;
	}
	frame_r->text = span_of(start, len);
	frame_r->end = span_of(start + len, end);
	frame_r->len = len;
	return true;
}

/*
 * What stands before a message or an origin in a block, in the machine's order.
 * A message has a line end before it and one behind: it can be searched like a line.
 */
struct message_head {
	uint32_t kept; /* bytes that follow */
	uint32_t len;  /* bytes the message had; ORIGIN: an origin follows */
};

#define ORIGIN UINT32_MAX

/*
 * A block of messages was filled by another thread, and lies in the caches of its processor.
 * Where a message ends is written before it, so that they would be waited for one by one:
 * they are asked for ahead.
 */
enum { AHEAD = 2048, CACHE_LINE = 64 };

static void ask_ahead(struct span block, size_t from, size_t to)
{
	for (size_t at = from + AHEAD; at < to + AHEAD && at < block.len; at += CACHE_LINE)
		__builtin_prefetch(block.ptr + at);
}

static bool next_message(struct span block, size_t *at, struct frame *frame)
{
	while (*at < block.len) {
		struct message_head head;
		struct span bytes;

		memcpy(&head, block.ptr + *at, sizeof(head));
		bytes = span_of(block.ptr + *at + sizeof(head), head.kept);
		ask_ahead(block, *at, *at + sizeof(head) + head.kept);
		*at += sizeof(head) + head.kept;
		if (head.len != ORIGIN) {
			*at += 2;
			frame->text = span_of(bytes.ptr + 1, head.kept);
			frame->end = span_of(NULL, 0);
			frame->len = head.len;
			return true;
		}
		frame->origin = bytes;
	}
	return false;
}

bool framing_next(enum framing framing, struct span block, size_t *at, struct frame *frame)
{
	if (*at >= block.len)
		return false;
	return framing == FRAMING_LINES ? next_line(block, at, frame)
					: next_message(block, at, frame);
}

void framing_add_message(struct buf *block, struct span message, size_t len)
{
	const struct message_head head = { (uint32_t)message.len,
					   len < ORIGIN ? (uint32_t)len : ORIGIN - 1 };

	buf_add(block, &head, sizeof(head));
	buf_add_char(block, '\n');
	buf_add_span(block, message);
	buf_add_char(block, '\n');
}

void framing_add_origin(struct buf *block, const struct origin *origin)
{
	struct message_head head = { 0, ORIGIN };
	size_t at = block->len;

	buf_add(block, &head, sizeof(head));
	origin_write(block, origin);
	head.kept = (uint32_t)(block->len - at - sizeof(head));
	memcpy(block->ptr + at, &head, sizeof(head));
}

void framing_end_line(struct buf *block)
{
	if (block->len != 0 && block->ptr[block->len - 1] != '\n')
		buf_add_char(block, '\n');
}

/* One counter for each byte of a vector; none overflows within a stretch. */
typedef uint8_t lanes __attribute__((vector_size(16)));

enum { STRIDE = 4 * sizeof(lanes), STRETCH = 255 * sizeof(lanes) / STRIDE * STRIDE };

/* Minus one in each lane that is a line end. */
static inline lanes line_ends(const char *bytes)
{
	lanes block;

	memcpy(&block, bytes, sizeof(block));
	return (lanes)(block == '\n');
}

static size_t count_line_ends(const char *bytes, size_t len)
{
	lanes counts = { 0 };
	size_t n = 0;
	size_t at = 0;

	for (; len - at >= STRIDE; at += STRIDE)
		counts -= (line_ends(bytes + at) + line_ends(bytes + at + 16)) +
			  (line_ends(bytes + at + 32) + line_ends(bytes + at + 48));
	for (size_t i = 0; i < sizeof(lanes); i++)
		n += counts[i];
	for (; at < len; at++)
		n += bytes[at] == '\n';
	return n;
}

size_t framing_count_lines(struct span block)
{
	size_t n = 0;

	for (size_t at = 0; at < block.len; at += STRETCH)
		n += count_line_ends(block.ptr + at,
				     block.len - at < STRETCH ? block.len - at : STRETCH);
	return n + (block.len != 0 && block.ptr[block.len - 1] != '\n');
}
