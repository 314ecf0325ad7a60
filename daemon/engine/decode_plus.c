/*
 * Where '+' is a space: the only escape whose meaning depends on what stands around it.
 *
 * It is one in a query string, which has a '?' before its '+', and in a form body: fields
 * "a=b" joined by '&'.  Both are tokens: no white space, no quotes but escaped ones.  A
 * token is judged once, at its first '+', and its start is looked for no further back than
 * the '+' before: a text of many '+' takes time in its length, not in the square of that.
 */
#include <purposed/engine/decode_private.h>

#include <endian.h>
#include <stdint.h>
#include <string.h>

static bool ends_token(char c)
{
	return (unsigned char)c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>';
}

/* The token starts at text[start]. */
static bool is_query(struct span text, size_t start, size_t plus)
{
	size_t i;

	if (memchr(text.ptr + start, '?', plus - start) != NULL)
		return true;
	if (memchr(text.ptr + start, '=', plus - start) == NULL)
		return false;
	for (i = start; i < text.len && !ends_token(text.ptr[i]); i++) {
		if (text.ptr[i] == '&')
			return true;
	}
	return false;
}

/* Whether the quote at text[at] belongs to an escape, \" or \': an odd number of backslashes. */
static bool is_escaped(struct span text, size_t from, size_t at)
{
	size_t start = at;

	while (start > from && text.ptr[start - 1] == '\\')
		start--;
	return (at - start) % 2 != 0 && (text.ptr[at] == '"' || text.ptr[at] == '\'');
}

/* Sixteen bytes, which every processor compares at once. */
typedef unsigned char some_bytes __attribute__((vector_size(16)));
typedef uint64_t two_words __attribute__((vector_size(16)));

/* Behind the last byte of bytes [from, at) that ends a token, or from. */
static size_t behind_end(struct span text, size_t from, size_t at)
{
	for (; at - from >= sizeof(some_bytes); at -= sizeof(some_bytes)) {
		some_bytes b;
		two_words ends;

		memcpy(&b, text.ptr + at - sizeof(b), sizeof(b));
		ends = (two_words)((b <= ' ') | (b == '"') | (b == '\'') | (b == '<') | (b == '>'));
		if (ends[1] != 0)
			return at - (size_t)__builtin_clzll(le64toh(ends[1])) / 8;
		if (ends[0] != 0)
			return at - 8 - (size_t)__builtin_clzll(le64toh(ends[0])) / 8;
	}
	while (at > from && !ends_token(text.ptr[at - 1]))
		at--;
	return at;
}

/* Where the token that holds byte at starts, or from, where it starts before. */
static size_t token_start(struct span text, size_t from, size_t at)
{
	at = behind_end(text, from, at);
	while (at > from && is_escaped(text, from, at - 1))
		at = behind_end(text, from, at - 1);
	return at;
}

struct decode_plus decode_plus_begin(struct span text, size_t at)
{
	return (struct decode_plus){ .behind = token_start(text, 0, at) };
}

bool decode_plus_is_space(struct span text, size_t at, struct decode_plus *plus)
{
	size_t start;

	if (plus->literal)
		return false;
	start = token_start(text, plus->behind, at);
	if (!plus->any || start > plus->behind)
		plus->space = is_query(text, start, at);
	plus->any = true;
	plus->behind = at + 1;
	return plus->space;
}
