#include <purposed/io/syslog.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "<134>": its length, or 0. */
static size_t read_priority(struct span s, struct syslog_message *m)
{
	size_t at = 1;
	int value = 0;

	if (s.len < 3 || s.ptr[0] != '<')
		return 0;
	for (; at < s.len && at < 4 && is_digit(s.ptr[at]); at++)
		value = value * 10 + (s.ptr[at] - '0');
	if (at == 1 || at == s.len || s.ptr[at] != '>' || value > 191)
		return 0;
	m->facility = value / 8;
	m->severity = value % 8;
	return at + 1;
}

/* The field that starts at *at and ends before a space; *at moves behind that space. */
static bool next_field(struct span s, size_t *at, struct span *field_r)
{
	const char *space = *at < s.len ? memchr(s.ptr + *at, ' ', s.len - *at) : NULL;
	size_t end;

	if (space == NULL || space == s.ptr + *at)
		return false;
	end = (size_t)(space - s.ptr);
	*field_r = span_slice(s, *at, end);
	*at = end + 1;
	return true;
}

static struct span unless_nil(struct span field)
{
	return span_is(field, "-") ? span_of(NULL, 0) : field;
}

/* Behind the closing bracket of the SD element that opens at s.ptr[at], or 0. */
static size_t element_end(struct span s, size_t at)
{
	bool quoted = false;

	for (size_t i = at + 1; i < s.len; i++) {
		if (quoted && s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			quoted = !quoted;
		else if (s.ptr[i] == ']' && !quoted)
			return i + 1;
	}
	return 0;
}

bool syslog_next_element(struct span data, size_t *at, struct span *element_r, struct span *id_r)
{
	size_t end;
	size_t id = *at + 1;

	if (*at >= data.len || data.ptr[*at] != '[')
		return false;
	end = element_end(data, *at);
	if (end == 0)
		return false;
	while (data.ptr[id] != ' ' && data.ptr[id] != ']')
		id++;
	*element_r = span_slice(data, *at, end);
	*id_r = span_slice(data, *at + 1, id);
	*at = end;
	return true;
}

/* Behind STRUCTURED-DATA at s.ptr[at], or 0 where there is none that ends well. */
static size_t data_end(struct span s, size_t at)
{
	struct span element;
	struct span id;
	size_t end = at;

	if (at < s.len && s.ptr[at] == '-')
		end = at + 1;
	else
		while (syslog_next_element(s, &end, &element, &id))
			continue;
	return end > at && (end == s.len || s.ptr[end] == ' ') ? end : 0;
}

static bool read_rfc5424(struct span s, size_t at, struct syslog_message *m)
{
	struct span time, host, app, process, id;
	size_t end;

	if (s.len - at < 2 || s.ptr[at] != '1' || s.ptr[at + 1] != ' ')
		return false;
	at += 2;
	if (!next_field(s, &at, &time) || !next_field(s, &at, &host) || !next_field(s, &at, &app) ||
	    !next_field(s, &at, &process) || !next_field(s, &at, &id))
		return false;
	end = data_end(s, at);
	if (end == 0)
		return false;
	m->form = SYSLOG_RFC5424;
	m->host = unless_nil(host);
	m->app = unless_nil(app);
	m->data = span_slice(s, at, end);
	m->text = span_slice(s, end < s.len ? end + 1 : end, s.len);
	return true;
}

/* "Jan  5 10:00:00 " or an RFC 3339 time as rsyslog writes it: its length, or 0. */
static size_t time_length(struct span s, size_t at)
{
	size_t left = s.len - at;
	const char *p = s.ptr + at;

	if (left >= 16 && p[3] == ' ' && p[6] == ' ' && p[9] == ':' && p[12] == ':' && p[15] == ' ')
		return 16;
	if (left >= 20 && is_digit(p[0]) && p[4] == '-' && p[7] == '-' && p[10] == 'T') {
		const char *space = memchr(p, ' ', left);

		return space != NULL ? (size_t)(space - p) + 1 : 0;
	}
	return 0;
}

static size_t tag_length(struct span s, size_t at)
{
	size_t i = at;

	while (i < s.len && s.ptr[i] > ' ' && s.ptr[i] != ':' && s.ptr[i] != '[' && s.ptr[i] < 0x7f)
		i++;
	return i - at;
}

/*
 * TIME [HOST] TAG[PID]: TEXT.  A word is the host when a time came first and
 * the word is followed by a space: a tag ends in ':' or '['.
 */
static void read_rfc3164(struct span s, size_t at, struct syslog_message *m)
{
	size_t time = time_length(s, at);
	size_t word;

	m->form = SYSLOG_RFC3164;
	at += time;
	word = tag_length(s, at);
	if (time != 0 && word != 0 && at + word < s.len && s.ptr[at + word] == ' ') {
		m->host = unless_nil(span_slice(s, at, at + word));
		at += word + 1;
		word = tag_length(s, at);
	}
	if (word == 0 || at + word >= s.len ||
	    (s.ptr[at + word] != ':' && s.ptr[at + word] != '[')) {
		m->text = span_slice(s, at, s.len);
		return;
	}
	m->app = span_slice(s, at, at + word);
	at += word;
	if (s.ptr[at] == '[') {
		const char *close = memchr(s.ptr + at, ']', s.len - at);

		if (close != NULL)
			at = (size_t)(close - s.ptr) + 1;
	}
	if (at < s.len && s.ptr[at] == ':')
		at++;
	if (at < s.len && s.ptr[at] == ' ')
		at++;
	m->text = span_slice(s, at, s.len);
}

struct syslog_message syslog_parse(struct span message)
{
	struct syslog_message m = { .facility = -1, .severity = -1, .text = message };
	size_t at = read_priority(message, &m);

	if (at != 0 && !read_rfc5424(message, at, &m))
		read_rfc3164(message, at, &m);
	return m;
}
