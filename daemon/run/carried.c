#include <purposed/run/carried.h>

#include <stdint.h>
#include <stdio.h>

/* How deep arrays and objects in a JSON text may stand in each other. */
enum { DEPTH_MAX = 64 };

static const char key_name[] = "purpose";

/* What has been seen so far; one more is one too many. */
static enum carried add(enum carried so_far, struct span value, struct span *purpose_r)
{
	if (so_far != CARRIED_NONE)
		return CARRIED_UNCLEAR;
	*purpose_r = value;
	return CARRIED_ONE;
}

/* --- Structured data --------------------------------------------------------- */

/* The parameters of [purpose@PEN name="value" ...]; a name ends at '='. */
static enum carried read_element(struct span element, struct span id, struct span *purpose_r)
{
	size_t at = id.len + 1;
	enum carried found = CARRIED_NONE;

	while (at < element.len && element.ptr[at] == ' ') {
		size_t name = ++at;
		size_t value;

		while (at < element.len && element.ptr[at] != '=')
			at++;
		value = at + 2;
		if (value > element.len || element.ptr[at + 1] != '"')
			return CARRIED_UNCLEAR;
		for (at = value; at < element.len && element.ptr[at] != '"'; at++)
			at += element.ptr[at] == '\\';
		if (at >= element.len)
			return CARRIED_UNCLEAR;
		if (span_is(span_slice(element, name, value - 2), "id"))
			found = add(found, span_slice(element, value, at), purpose_r);
		at++;
	}
	return found == CARRIED_ONE ? CARRIED_ONE : CARRIED_UNCLEAR;
}

static enum carried in_data(struct span data, unsigned enterprise_id, struct span *purpose_r)
{
	char wanted[32];
	struct span element;
	struct span id;
	size_t at = 0;
	enum carried found = CARRIED_NONE;

	snprintf(wanted, sizeof(wanted), "%s@%u", key_name, enterprise_id);
	while (syslog_next_element(data, &at, &element, &id)) {
		if (!span_is(id, wanted))
			continue;
		if (found != CARRIED_NONE)
			return CARRIED_UNCLEAR;
		found = read_element(element, id, purpose_r);
	}
	return found;
}

/* --- JSON ---------------------------------------------------------------------- */

static size_t skip_space(struct span s, size_t at)
{
	while (at < s.len && memchr(" \t\r\n", s.ptr[at], 4) != NULL)
		at++;
	return at;
}

/* Behind the string that opens at s.ptr[at], or 0. */
static size_t string_end(struct span s, size_t at)
{
	for (size_t i = at + 1; i < s.len; i++) {
		if (s.ptr[i] == '"')
			return i + 1;
		if ((unsigned char)s.ptr[i] < ' ')
			return 0;
		i += s.ptr[i] == '\\';
	}
	return 0;
}

/* Behind a number or a word (true, null), or 0. */
static size_t word_end(struct span s, size_t at)
{
	size_t end = at;

	while (end < s.len && s.ptr[end] != '\0' && strchr(" \t\r\n,:]}[{\"", s.ptr[end]) == NULL)
		end++;
	return end > at ? end : 0;
}

/*
 * Behind the value at s.ptr[at], or 0.  Brackets are held against each other, the
 * rest of the grammar is not: only where a value ends is asked.
 */
static size_t value_end(struct span s, size_t at)
{
	char closers[DEPTH_MAX];
	size_t depth = 0;

	do {
		char c;

		at = skip_space(s, at);
		c = at < s.len ? s.ptr[at] : '\0';
		if (c == '{' || c == '[') {
			if (depth == DEPTH_MAX)
				return 0;
			closers[depth++] = c == '{' ? '}' : ']';
			at++;
		} else if (depth != 0 && c == closers[depth - 1]) {
			depth--;
			at++;
		} else if (depth != 0 && (c == ',' || c == ':')) {
			at++;
		} else {
			at = c == '"' ? string_end(s, at) : word_end(s, at);
		}
	} while (depth != 0 && at != 0);
	return at;
}

/*
 * A member's key may be written with escapes, "\u0070urpose" too.  Such a key is
 * taken for ours: then there is one more than is clear.
 */
static bool may_be_ours(struct span key, const char *name)
{
	return span_is(key, name) || memchr(key.ptr, '\\', key.len) != NULL;
}

static enum carried add_member(enum carried so_far, const char *name, struct span key,
			       struct span value, struct span *value_r)
{
	if (!may_be_ours(key, name))
		return so_far;
	if (!span_is(key, name) || value.ptr[0] != '"')
		return CARRIED_UNCLEAR;
	return add(so_far, span_slice(value, 1, value.len - 1), value_r);
}

enum carried carried_member(struct span text, const char *name, struct span *value_r)
{
	enum carried found = CARRIED_NONE;
	size_t at = skip_space(text, 0);

	if (at == text.len || text.ptr[at] != '{')
		return CARRIED_NONE;
	at = skip_space(text, at + 1);
	while (at < text.len && text.ptr[at] == '"') {
		size_t key = at + 1;
		size_t key_end = string_end(text, at);
		size_t colon = key_end != 0 ? skip_space(text, key_end) : text.len;
		size_t value;
		size_t end;

		if (colon >= text.len || text.ptr[colon] != ':')
			return CARRIED_NONE;
		value = skip_space(text, colon + 1);
		end = value < text.len ? value_end(text, value) : 0;
		if (end == 0)
			return CARRIED_NONE;
		found = add_member(found, name, span_slice(text, key, key_end - 1),
				   span_slice(text, value, end), value_r);
		at = skip_space(text, end);
		if (at < text.len && text.ptr[at] == ',')
			at = skip_space(text, at + 1);
	}
	if (at >= text.len || text.ptr[at] != '}' || skip_space(text, at + 1) != text.len)
		return CARRIED_NONE;
	return found;
}

/* --- logfmt --------------------------------------------------------------------- */

static bool is_key(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("_-./@", c) != NULL);
}

/* Behind the value at s.ptr[at], its quotes included; SIZE_MAX where it does not end. */
static size_t pair_end(struct span s, size_t at)
{
	size_t end = at;

	if (at < s.len && s.ptr[at] == '"') {
		end = string_end(s, at);
		return end != 0 && (end == s.len || s.ptr[end] == ' ') ? end : SIZE_MAX;
	}
	while (end < s.len && s.ptr[end] != ' ') {
		if (s.ptr[end] == '"' || s.ptr[end] == '=')
			return SIZE_MAX;
		end++;
	}
	return end;
}

/* CARRIED_NONE where text is anything but pairs. */
static enum carried in_logfmt(struct span text, struct span *purpose_r)
{
	enum carried found = CARRIED_NONE;
	size_t at = 0;

	while (at < text.len) {
		size_t key = at;
		struct span value;
		size_t end;

		while (at < text.len && is_key(text.ptr[at]))
			at++;
		if (at == key || at == text.len || text.ptr[at] != '=')
			return CARRIED_NONE;
		end = pair_end(text, at + 1);
		if (end == SIZE_MAX)
			return CARRIED_NONE;
		value = span_slice(text, at + 1, end);
		if (value.len >= 2 && value.ptr[0] == '"')
			value = span_slice(value, 1, value.len - 1);
		if (span_is(span_slice(text, key, at), key_name))
			found = add(found, value, purpose_r);
		for (at = end; at < text.len && text.ptr[at] == ' '; at++)
			continue;
	}
	return found;
}

enum carried carried_purpose(const struct syslog_message *message, const struct origin *origin,
			     unsigned enterprise_id, struct span *purpose_r)
{
	enum carried found = in_data(message->data, enterprise_id, purpose_r);

	if (found == CARRIED_NONE && origin->purpose.len != 0)
		found = add(found, origin->purpose, purpose_r);
	if (found == CARRIED_NONE)
		found = carried_member(message->text, key_name, purpose_r);
	if (found == CARRIED_NONE)
		found = in_logfmt(message->text, purpose_r);
	return found;
}
