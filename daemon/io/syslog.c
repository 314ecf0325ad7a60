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

/* Of a tag; what JSON and logfmt begin with is the text's. */
static bool is_tag(char c)
{
	switch (c) {
	case ':':
	case '[':
	case '"':
	case '{':
	case '}':
	case '=':
	case ',': return false;
	default: return c > ' ' && c < 0x7f;
	}
}

static size_t tag_length(struct span s, size_t at)
{
	size_t i = at;

	while (i < s.len && is_tag(s.ptr[i]))
		i++;
	return i - at;
}

/* A tag without a colon, as rsyslog passes on: behind time and host, a word that is one. */
static bool is_bare_tag(struct span s, size_t at, size_t len)
{
	for (size_t i = at; i < at + len; i++) {
		char c = s.ptr[i];

		if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    strchr("-_./", c) == NULL)
			return false;
	}
	return len != 0 && at + len < s.len && s.ptr[at + len] == ' ';
}

/* What is behind a tag that ends at s.ptr[at]: "[PID]", ':' and a space, as far as there. */
static size_t behind_tag(struct span s, size_t at)
{
	const char *close = NULL;

	if (at < s.len && s.ptr[at] == '[')
		close = memchr(s.ptr + at, ']', s.len - at);
	if (close != NULL)
		at = (size_t)(close - s.ptr) + 1;
	if (at < s.len && s.ptr[at] == ':')
		at++;
	if (at < s.len && s.ptr[at] == ' ')
		at++;
	return at;
}

/*
 * TIME [HOST] TAG[PID]: TEXT.  A word is the host when a time came first and
 * the word is followed by a space: a tag ends in ':' or '['.
 */
static void read_rfc3164(struct span s, size_t at, struct syslog_message *m)
{
	size_t time = time_length(s, at);
	size_t word;
	bool host;

	m->form = SYSLOG_RFC3164;
	at += time;
	word = tag_length(s, at);
	host = time != 0 && word != 0 && at + word < s.len && s.ptr[at + word] == ' ';
	if (host) {
		m->host = unless_nil(span_slice(s, at, at + word));
		at += word + 1;
		word = tag_length(s, at);
	}
	if ((word != 0 && at + word < s.len &&
	     (s.ptr[at + word] == ':' || s.ptr[at + word] == '[')) ||
	    (host && is_bare_tag(s, at, word))) {
		m->app = span_slice(s, at, at + word);
		at = behind_tag(s, at + word);
	}
	m->text = span_slice(s, at, s.len);
}

/* The byte order mark of UTF-8: some put it before the text (RFC 5424), some before all. */
static size_t skip_mark(struct span s, size_t at)
{
	return s.len - at >= 3 && memcmp(s.ptr + at, "\xef\xbb\xbf", 3) == 0 ? at + 3 : at;
}

struct syslog_message syslog_parse(struct span message)
{
	struct syslog_message m = { .facility = -1, .severity = -1, .text = message };
	size_t begin = skip_mark(message, 0);
	struct span s = span_slice(message, begin, message.len);
	size_t at = read_priority(s, &m);

	if ((at != 0 && !read_rfc5424(s, at, &m)) || (at == 0 && time_length(s, 0) != 0))
		read_rfc3164(s, at, &m);
	m.text = span_slice(m.text, skip_mark(m.text, 0), m.text.len);
	return m;
}

bool syslog_find_data(struct span message, struct span *data_r)
{
	struct syslog_message m = { 0 };
	size_t begin = skip_mark(message, 0);
	struct span s = span_slice(message, begin, message.len);
	size_t at = read_priority(s, &m);

	if (at == 0 || !read_rfc5424(s, at, &m))
		return false;
	*data_r = m.data;
	return true;
}

/* --- Facilities ------------------------------------------------------------- */

enum { FACILITIES = 24 };

static const char *const facility_names[FACILITIES] = {
	"kern",	  "user",   "mail",	"daemon", "auth",   "syslog", "lpr",	"news",
	"uucp",	  "cron",   "authpriv", "ftp",	  "ntp",    "audit",  "alert",	"clock",
	"local0", "local1", "local2",	"local3", "local4", "local5", "local6", "local7",
};

const char *syslog_facility_name(int facility)
{
	return facility_names[facility];
}

int syslog_facility_number(struct span facility)
{
	int number = 0;

	for (int i = 0; i < FACILITIES; i++) {
		if (span_is(facility, facility_names[i]))
			return i;
	}
	if (facility.len == 0 || facility.len > 2)
		return -1;
	for (size_t i = 0; i < facility.len; i++) {
		if (!is_digit(facility.ptr[i]))
			return -1;
		number = number * 10 + (facility.ptr[i] - '0');
	}
	return number < FACILITIES ? number : -1;
}
