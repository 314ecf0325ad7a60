/*
 * One layer is one pass: bytes are copied until an escape starts, then the
 * escape's bytes are written in its place; `below` notes for every byte
 * written where its source began.  A byte of value 0x3f that came from "%3F"
 * at 7 has below = 7, and its neighbour, from the byte behind the escape, 10:
 * so the source of bytes [s, e) is [below[s], below[e]) whatever was decoded.
 * Only where an escape yields several bytes (é from \u00e9) do neighbours
 * share a source, and a span that would end between them takes all of it.
 */
#include <purposed/engine/decode.h>

#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/base/utf8.h>

const char decode_escapes[] = "%(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})"
			      "|\\\\(?:[\"'\\\\/nrt]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})"
			      "|&(?:#[0-9xX]|[A-Za-z]{2,6};)"
			      "|[^\\x00- \"'<>]\\+";

enum { NAME_MAX_BYTES = 8 };

/* An escape at the start of some text: its length there, and what it stands for. */
struct escape {
	size_t len; /* 0: there is none */
	char bytes[4];
	size_t n_bytes;
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The value of n hex digits at text[at], or -1. */
static long hex_number(struct span text, size_t at, size_t n)
{
	long value = 0;

	if (at + n > text.len)
		return -1;
	for (size_t i = at; i < at + n; i++) {
		int digit = hex_value(text.ptr[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static struct escape escape_byte(size_t len, long byte)
{
	return (struct escape){ .len = len, .bytes = { (char)byte }, .n_bytes = 1 };
}

static struct escape escape_code(size_t len, uint32_t code)
{
	struct escape escape = { .len = len };

	escape.n_bytes = utf8_encode(code, escape.bytes);
	if (escape.n_bytes == 0)
		escape.len = 0;
	return escape;
}

/* HHHH at text[at] behind a prefix of that length, joined with a low surrogate behind it. */
static struct escape escape_utf16(struct span text, size_t at, size_t prefix)
{
	long unit = hex_number(text, at + prefix, 4);
	long low;
	size_t len = prefix + 4;

	if (unit < 0)
		return (struct escape){ 0 };
	if (unit < 0xd800 || unit > 0xdfff)
		return escape_code(len, (uint32_t)unit);
	if (unit > 0xdbff || at + 2 * len > text.len ||
	    memcmp(text.ptr + at, text.ptr + at + len, prefix) != 0)
		return (struct escape){ 0 };
	low = hex_number(text, at + len + prefix, 4);
	if (low < 0xdc00 || low > 0xdfff)
		return (struct escape){ 0 };
	return escape_code(2 * len, (uint32_t)(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)));
}

static struct escape escape_percent(struct span text, size_t at)
{
	long byte = hex_number(text, at + 1, 2);

	if (byte >= 0)
		return escape_byte(3, byte);
	if (at + 1 < text.len && text.ptr[at + 1] == 'u')
		return escape_utf16(text, at, 2);
	return (struct escape){ 0 };
}

static struct escape escape_backslash(struct span text, size_t at)
{
	long byte;

	if (at + 1 >= text.len)
		return (struct escape){ 0 };
	switch (text.ptr[at + 1]) {
	case '"':
	case '\'':
	case '\\':
	case '/': return escape_byte(2, text.ptr[at + 1]);
	case 'n': return escape_byte(2, '\n');
	case 'r': return escape_byte(2, '\r');
	case 't': return escape_byte(2, '\t');
	case 'u': return escape_utf16(text, at, 2);
	case 'x':
		byte = hex_number(text, at + 2, 2);
		return byte >= 0 ? escape_byte(4, byte) : (struct escape){ 0 };
	default: return (struct escape){ 0 };
	}
}

/* &#64; or &#x40; */
static struct escape escape_numeric_reference(struct span text, size_t at)
{
	size_t i = at + 2;
	bool hex = i < text.len && (text.ptr[i] == 'x' || text.ptr[i] == 'X');
	uint32_t code = 0;
	size_t digits = 0;

	if (hex)
		i++;
	for (; i < text.len && digits < 7; i++, digits++) {
		int digit = hex_value(text.ptr[i]);

		if (digit < 0 || (!hex && digit > 9))
			break;
		code = code * (hex ? 16 : 10) + (uint32_t)digit;
	}
	if (digits == 0 || i >= text.len || text.ptr[i] != ';')
		return (struct escape){ 0 };
	return escape_code(i + 1 - at, code);
}

static struct escape escape_reference(struct span text, size_t at)
{
	/* The names that web frameworks write, of the HTML standard's 2,231. */
	static const struct {
		const char *name;
		uint32_t code;
	} names[] = {
		{ "&amp;", '&' },     { "&lt;", '<' },	    { "&gt;", '>' },
		{ "&quot;", '"' },    { "&apos;", '\'' },   { "&nbsp;", 0xa0 },
		{ "&commat;", '@' },  { "&plus;", '+' },    { "&period;", '.' },
		{ "&agrave;", 0xe0 }, { "&acirc;", 0xe2 },  { "&auml;", 0xe4 },
		{ "&ccedil;", 0xe7 }, { "&egrave;", 0xe8 }, { "&eacute;", 0xe9 },
		{ "&ecirc;", 0xea },  { "&euml;", 0xeb },   { "&iuml;", 0xef },
		{ "&icirc;", 0xee },  { "&ocirc;", 0xf4 },  { "&ouml;", 0xf6 },
		{ "&ugrave;", 0xf9 }, { "&ucirc;", 0xfb },  { "&uuml;", 0xfc },
		{ "&szlig;", 0xdf },  { "&Eacute;", 0xc9 }, { "&Egrave;", 0xc8 },
		{ "&Auml;", 0xc4 },   { "&Ouml;", 0xd6 },   { "&Uuml;", 0xdc },
	};
	struct span rest = span_slice(text, at, text.len);

	if (rest.len > 2 && rest.ptr[1] == '#')
		return escape_numeric_reference(text, at);
	/* Most '&' stand between the fields of a query: no name, which would end soon. */
	if (memchr(rest.ptr, ';', rest.len < NAME_MAX_BYTES ? rest.len : NAME_MAX_BYTES) == NULL)
		return (struct escape){ 0 };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_starts(rest, names[i].name))
			return escape_code(strlen(names[i].name), names[i].code);
	}
	return (struct escape){ 0 };
}

static bool ends_token(char c)
{
	return (unsigned char)c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>';
}

/*
 * Whether '+' means a space in the token (no white space, no quotes) that
 * starts at text[start]: it does in a query string, which has a '?' before
 * its '+', and in a form body: fields "a=b" joined by '&'.
 */
static bool is_query(struct span text, size_t start, size_t plus)
{
	bool equals = memchr(text.ptr + start, '=', plus - start) != NULL;
	size_t i;

	if (memchr(text.ptr + start, '?', plus - start) != NULL)
		return true;
	if (!equals)
		return false;
	for (i = start; i < text.len && !ends_token(text.ptr[i]); i++) {
		if (text.ptr[i] == '&')
			return true;
	}
	return false;
}

/* Of the '+' before the one at hand. */
struct plus_state {
	bool literal;  /* '+' is no escape in this layer at all */
	size_t behind; /* the byte behind it; 0: there was none */
	bool space;    /* in its token */
};

/* Whether the quote at text[at] belongs to an escape, \" or \': an odd number of backslashes. */
static bool is_escaped(struct span text, size_t from, size_t at)
{
	size_t start = at;

	while (start > from && text.ptr[start - 1] == '\\')
		start--;
	return (at - start) % 2 != 0 && (text.ptr[at] == '"' || text.ptr[at] == '\'');
}

/* Where the token that holds byte at starts, or from, where it starts before. */
static size_t token_start(struct span text, size_t from, size_t at)
{
	for (; at > from; at--) {
		if (ends_token(text.ptr[at - 1]) && !is_escaped(text, from, at - 1))
			break;
	}
	return at;
}

/* A token is judged once, at its first '+'; there it is looked for as well. */
static struct escape escape_plus(struct span text, size_t at, struct plus_state *plus)
{
	size_t start;

	if (plus->literal)
		return (struct escape){ 0 };
	start = token_start(text, plus->behind, at);
	if (plus->behind == 0 || start > plus->behind)
		plus->space = is_query(text, start, at);
	plus->behind = at + 1;
	return plus->space ? escape_byte(1, ' ') : (struct escape){ 0 };
}

static struct escape escape_at(struct span text, size_t at, struct plus_state *plus)
{
	switch (text.ptr[at]) {
	case '%': return escape_percent(text, at);
	case '\\': return escape_backslash(text, at);
	case '&': return escape_reference(text, at);
	case '+': return escape_plus(text, at, plus);
	default: return (struct escape){ 0 };
	}
}

static bool begins_escape(char c)
{
	return c == '%' || c == '\\' || c == '&' || c == '+';
}

/* Whether one of a word's eight bytes is c: only a byte of 0 borrows into its top bit. */
static uint64_t has_byte(uint64_t word, char c)
{
	const uint64_t ones = UINT64_MAX / 255;
	uint64_t rest = word ^ (ones * (unsigned char)c);

	return (rest - ones) & ~rest & ones << 7;
}

/* The first byte from at on that may begin an escape, or the end. */
static size_t find_beginning(struct span text, size_t at)
{
	uint64_t word;

	/* Most of most records has none: eight bytes are asked at once. */
	for (; text.len - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, text.ptr + at, sizeof(word));
		if ((has_byte(word, '%') | has_byte(word, '\\') | has_byte(word, '&') |
		     has_byte(word, '+')) != 0)
			break;
	}
	while (at < text.len && !begins_escape(text.ptr[at]))
		at++;
	return at;
}

/* The first escape from *at on, and where it is; of no length, and the end, where there is none. */
static struct escape next_escape(struct span text, size_t *at, struct plus_state *plus)
{
	struct escape escape = { 0 };

	for (*at = find_beginning(text, *at); *at < text.len; *at = find_beginning(text, *at + 1)) {
		escape = escape_at(text, *at, plus);
		if (escape.len != 0)
			break;
	}
	return escape;
}

static void layer_reserve(struct decode_layer *layer, size_t len)
{
	buf_clear(&layer->storage);
	buf_reserve(&layer->storage, len);
	if (layer->below_cap < len + 1) {
		layer->below_cap = 2 * (len + 1);
		layer->below = mem_resize(layer->below, layer->below_cap, sizeof(uint32_t));
	}
}

/* Appends bytes [start, end) of the text as they are. */
static void layer_copy(struct decode_layer *layer, struct span text, size_t start, size_t end)
{
	size_t out = layer->storage.len;

	memcpy(layer->storage.ptr + out, text.ptr + start, end - start);
	for (size_t i = start; i < end; i++)
		layer->below[out++] = (uint32_t)i;
	layer->storage.len = out;
}

/* Appends what the escape at byte at of the text stands for. */
static void layer_add(struct decode_layer *layer, const struct escape *escape, size_t at)
{
	for (size_t i = 0; i < escape->n_bytes; i++) {
		layer->storage.ptr[layer->storage.len] = escape->bytes[i];
		layer->below[layer->storage.len++] = (uint32_t)at;
	}
}

/*
 * Undoes one layer of escapes; false, and *layer is not filled, where there is
 * none.  Only a '+' of the record itself is a space: one that %2B stood for is a '+'.
 */
static bool layer_decode(struct decode_layer *layer, struct span text, bool is_record)
{
	struct plus_state plus = { .literal = !is_record };
	size_t at = 0;
	size_t copied = 0;
	struct escape escape = next_escape(text, &at, &plus);

	if (escape.len == 0)
		return false;
	layer_reserve(layer, text.len);
	while (escape.len != 0) {
		layer_copy(layer, text, copied, at);
		layer_add(layer, &escape, at);
		at += escape.len;
		copied = at;
		escape = next_escape(text, &at, &plus);
	}
	layer_copy(layer, text, copied, text.len);
	layer->below[layer->storage.len] = (uint32_t)text.len;
	if (layer->storage.len > layer->used)
		layer->used = layer->storage.len;
	layer->text = buf_span(&layer->storage);
	return true;
}

/* First and last escape of text; start == end where there is none. */
static void remaining_escapes(struct span text, size_t *start_r, size_t *end_r)
{
	struct plus_state plus = { .literal = true };
	size_t at = 0;
	struct escape escape = next_escape(text, &at, &plus);

	*start_r = *end_r = escape.len != 0 ? at : 0;
	while (escape.len != 0) {
		at += escape.len;
		*end_r = at;
		escape = next_escape(text, &at, &plus);
	}
}

void decoded_wipe(struct decoded *d)
{
	for (size_t i = 0; i < DECODE_LAYERS; i++) {
		struct decode_layer *layer = &d->layers[i];

		mem_wipe(layer->storage.ptr, layer->used);
		buf_clear(&layer->storage);
		layer->used = 0;
		layer->text = span_of(NULL, 0);
	}
	d->n = 0;
}

void decoded_fini(struct decoded *d)
{
	for (size_t i = 0; i < DECODE_LAYERS; i++) {
		buf_fini(&d->layers[i].storage);
		free(d->layers[i].below);
	}
	*d = (struct decoded){ 0 };
}

void decode_run(struct decoded *d, struct span record)
{
	d->layers[0].text = record;
	d->n = 1;
	d->limited = false;
	while (d->n < DECODE_LAYERS &&
	       layer_decode(&d->layers[d->n], d->layers[d->n - 1].text, d->n == 1))
		d->n++;
	if (d->n < DECODE_LAYERS)
		return;
	remaining_escapes(d->layers[d->n - 1].text, &d->limit_start, &d->limit_end);
	d->limited = d->limit_start < d->limit_end;
	if (d->limited)
		decode_to_record(d, d->n - 1, &d->limit_start, &d->limit_end);
}

void decode_to_record(const struct decoded *d, size_t layer, size_t *start, size_t *end)
{
	for (; layer > 0; layer--) {
		const struct decode_layer *l = &d->layers[layer];
		size_t last = *end;

		/* An escape that gave several bytes is taken whole. */
		while (*start < last && last < l->text.len && l->below[last] == l->below[last - 1])
			last++;
		*end = l->below[last];
		*start = l->below[*start];
	}
}

/* The first byte of a layer whose source is byte at of the layer below, or lies behind it. */
static size_t layer_find(const struct decode_layer *layer, size_t at)
{
	size_t low = 0;
	size_t high = layer->text.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (layer->below[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What a number, a name or an address may go on with. */
static bool continues(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80 || (c != '\0' && strchr("_+@.-", c) != NULL);
}

/* Whether byte n of a layer stands for an escape of three bytes or more, and continues a value. */
static bool is_continuing_escape(const struct decode_layer *layer, size_t n)
{
	size_t behind = n + 1;

	while (behind < layer->text.len && layer->below[behind] == layer->below[n])
		behind++;
	return layer->below[behind] - layer->below[n] >= 3 && continues(layer->text.ptr[n]);
}

/* A place in a layer, as an edge of a value; what it is in the next layer. */
static bool is_no_edge(const struct decoded *d, size_t layer, size_t *at, bool is_end)
{
	const struct decode_layer *above = &d->layers[layer + 1];
	struct span text = d->layers[layer].text;
	size_t found = layer_find(above, *at);

	if (above->below[found] != *at) {
		size_t escape = above->below[found - 1];

		return text.ptr[escape] != '\\' || text.ptr[escape + 1] == 'u' ||
		       text.ptr[escape + 1] == 'x';
	}
	*at = found;
	if (is_end)
		return found < above->text.len && is_continuing_escape(above, found);
	return found > 0 && is_continuing_escape(above, found - 1);
}

static bool ever_no_edge(const struct decoded *d, size_t layer, size_t at, bool is_end)
{
	for (; layer + 1 < d->n; layer++) {
		if (is_no_edge(d, layer, &at, is_end))
			return true;
	}
	return false;
}

bool decode_splits(const struct decoded *d, size_t layer, size_t start, size_t end)
{
	return ever_no_edge(d, layer, start, false) || ever_no_edge(d, layer, end, true);
}
