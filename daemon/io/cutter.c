#include <purposed/io/cutter.h>

enum { DIGITS_MAX = 10 };

enum head {
	HEAD_UNCLEAR, /* more bytes are needed to tell */
	HEAD_LINE,
	HEAD_COUNT,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What a message begins with; of a count, how long that is with its space, and its value. */
static enum head read_head(struct span s, size_t *len_r, size_t *count_r)
{
	static const char mark[] = "\xef\xbb\xbf<";
	size_t digits = 0;
	size_t count = 0;
	size_t marked = 0;

	while (digits < s.len && digits <= DIGITS_MAX && is_digit(s.ptr[digits]))
		count = count * 10 + (size_t)(s.ptr[digits++] - '0');
	if (digits > DIGITS_MAX || (digits == 0 && s.len != 0))
		return HEAD_LINE;
	if (digits == s.len)
		return HEAD_UNCLEAR;
	if (s.ptr[digits] != ' ' || count == 0)
		return HEAD_LINE;
	*len_r = digits + 1;
	*count_r = count;
	if (*len_r < s.len && s.ptr[*len_r] == '<')
		return HEAD_COUNT;
	while (*len_r + marked < s.len && marked < sizeof(mark) - 1) {
		if (s.ptr[*len_r + marked] != mark[marked])
			return HEAD_LINE;
		marked++;
	}
	return marked == sizeof(mark) - 1 ? HEAD_COUNT : HEAD_UNCLEAR;
}

struct span cutter_without_end(struct span message)
{
	while (message.len != 0 &&
	       (message.ptr[message.len - 1] == '\n' || message.ptr[message.len - 1] == '\0'))
		message.len--;
	return message;
}

static bool found(struct cut *cut_r, struct span message, size_t len)
{
	*cut_r = (struct cut){ message, len };
	return true;
}

static bool found_whole(struct cut *cut_r, struct span message)
{
	return found(cut_r, message, message.len);
}

/* What belongs to a message that was cut; false: there may be more of it. */
static bool skip(struct cutter *c, struct span bytes, size_t *at)
{
	size_t left = bytes.len - *at;
	size_t n = c->skip < left ? c->skip : left;
	const char *lf;

	*at += n;
	c->skip -= n;
	left -= n;
	if (c->skip != 0 || !c->skip_line)
		return c->skip == 0;
	lf = left != 0 ? memchr(bytes.ptr + *at, '\n', left) : NULL;
	*at = lf != NULL ? (size_t)(lf - bytes.ptr) + 1 : bytes.len;
	c->skip_line = lf == NULL;
	return lf != NULL;
}

/* Of count bytes behind *at. */
static bool next_counted(struct cutter *c, struct span bytes, size_t *at, size_t count,
			 struct cut *cut_r)
{
	size_t kept = count < c->message_max ? count : c->message_max;
	struct span message;

	if (bytes.len - *at < kept)
		return false;
	message = span_slice(bytes, *at, *at + kept);
	*at += kept;
	c->skip = count - kept;
	if (c->skip != 0)
		return found(cut_r, message, count);
	return found_whole(cut_r, cutter_without_end(message));
}

/* false: there is no line end yet. */
static bool next_line(struct cutter *c, struct span bytes, size_t *at, struct cut *cut_r)
{
	struct span rest = span_slice(bytes, *at, bytes.len);
	const char *lf = memchr(rest.ptr + c->scanned, '\n', rest.len - c->scanned);
	struct span line = span_of(rest.ptr, lf != NULL ? (size_t)(lf - rest.ptr) : rest.len);

	c->scanned = 0;
	if (line.len > c->message_max) {
		*at += c->message_max;
		c->skip_line = true;
		return found(cut_r, span_of(line.ptr, c->message_max), c->message_max + 1);
	}
	if (lf == NULL) {
		c->scanned = rest.len;
		return false;
	}
	*at += line.len + 1;
	if (line.len != 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return found_whole(cut_r, cutter_without_end(line));
}

bool cutter_next(struct cutter *c, struct span bytes, size_t *at, struct cut *cut_r)
{
	while (skip(c, bytes, at) && *at < bytes.len) {
		size_t head = 0;
		size_t count = 0;
		size_t behind;

		switch (read_head(span_slice(bytes, *at, bytes.len), &head, &count)) {
		case HEAD_UNCLEAR: return false;
		case HEAD_COUNT:
			behind = *at + head;
			if (!next_counted(c, bytes, &behind, count, cut_r))
				return false;
			*at = behind;
			break;
		default:
			if (!next_line(c, bytes, at, cut_r))
				return false;
		}
		if (cut_r->len != 0)
			return true;
	}
	return false;
}

bool cutter_end(struct cutter *c, struct span rest, bool whole, struct cut *cut_r)
{
	size_t head = 0;
	size_t count = 0;

	if (c->skip != 0 || c->skip_line || rest.len == 0)
		return false;
	if (read_head(rest, &head, &count) == HEAD_COUNT)
		return found(cut_r, span_slice(rest, head, rest.len), count);
	if (!whole)
		return found(cut_r, rest, rest.len + 1);
	if (rest.ptr[rest.len - 1] == '\r')
		rest.len--;
	found_whole(cut_r, cutter_without_end(rest));
	return cut_r->len != 0;
}
