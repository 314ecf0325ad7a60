/* Undoing escapes layer by layer, and the way back to the bytes of the record. */
#include "unit.h"

#include <purposed/base/utf8.h>
#include <purposed/engine/decode_private.h>
#include <purposed/engine/regex.h>

/* What a text reads as in layer 1; NULL: nothing changes, there is one layer. */
static const struct once_case {
	const char *text, *read;
} once_cases[] = {
	/* URL */
	{ "a%40b", "a@b" },
	{ "%7e%7E", "~~" },
	{ "%", NULL },
	{ "%4", NULL },
	{ "%4g", NULL },
	{ "100%", NULL },
	{ "%c3%a9", "\xc3\xa9" },
	{ "%u0040", "@" },
	{ "%U0040", NULL },
	{ "%u00e9", "\xc3\xa9" },
	{ "%u004", NULL },
	/* JSON */
	{ "\\\"\\\\\\/\\'", "\"\\/'" },
	{ "a\\nb\\rc\\td", "a\nb\rc\td" },
	{ "\\u0040", "@" },
	{ "\\u20ac", "\xe2\x82\xac" },
	{ "\\U0040", NULL },
	{ "\\u00", NULL },
	{ "\\b\\f\\a\\0", NULL },
	{ "\\", NULL },
	{ "\\ud83d\\ude00", "\xf0\x9f\x98\x80" },
	{ "\\uD83D\\uDE00", "\xf0\x9f\x98\x80" },
	{ "%ud83d%ude00", "\xf0\x9f\x98\x80" },
	{ "\\ud800\\udc00\\udbff\\udfff", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
	{ "\\ud800\\udbff", NULL },
	{ "\\ud800\\ue000", "\\ud800\xee\x80\x80" },
	/* surrogates that are no pair stay as they are */
	{ "\\ud83d", NULL },
	/* An account behind its domain, of digits only ... */
	{ "CITY\\u10432", NULL },
	{ "user=CITY-7\\u4077 x", NULL },
	/* ... but behind nothing, or what may be part of a word, it is a letter. */
	{ "\\u10432", "\xe1\x81\x83"
		      "2" },
	{ "City\\u1043", "City\xe1\x81\x83" },
	{ "C\\u1043", "C\xe1\x81\x83" },
	{ "&#67;ITY\\u00e9", "CITY\xc3\xa9" },
	{ "CITY\\u0116", "CITY\xc4\x96" },
	{ "CITY\\u2019S", "CITY\xe2\x80\x99S" },
	{ "\\ude00", NULL },
	{ "\\ud83d\\u0040", "\\ud83d@" },
	{ "\\ud83d\\ud83d\\ude00", "\\ud83d\xf0\x9f\x98\x80" },
	{ "\\ud83d%ude00", NULL },
	{ "\\ud83d\\ude0", NULL },
	/* nginx, Apache */
	{ "\\x40\\xC3\\xa9", "@\xc3\xa9" },
	{ "\\x4", NULL },
	{ "\\xg0", NULL },
	/* HTML */
	{ "&#64;&#x40;&#X40;&#0064;", "@@@@" },
	{ "&amp;&lt;&gt;&quot;&apos;&commat;&eacute;", "&<>\"'@\xc3\xa9" },
	{ "&#64", NULL },
	{ "&#;", NULL },
	{ "&#x;", NULL },
	{ "&#6a;", NULL },
	{ "&amp", NULL },
	{ "&AMP;", NULL },
	{ "&", NULL },
	{ "&#", NULL },
	{ "&#x10ffff;", "\xf4\x8f\xbf\xbf" },
	{ "&#x110000;", NULL },
	{ "&#xd800;", NULL },
	{ "&#12345678;", NULL },
	/* '+' is a space in a query and a form body, and nowhere else */
	{ "GET /?q=jan+peeters HTTP", "GET /?q=jan peeters HTTP" },
	{ "a=1+2&b=3+4", "a=1 2&b=3 4" },
	{ "a=1+2", NULL },
	{ "1+2&a=1", NULL },
	{ "tel +32 2", NULL },
	{ "/a+b?c", NULL },
	{ "q? +32", NULL },
	{ "q?\\\"a+b", "q?\"a b" },
	{ "q?\\\\\"a+b", "q?\\\"a+b" },
	{ "x+y?a+b c?d+e", "x+y?a+b c?d e" },
	{ "\"u=a+b\" & c", NULL },
	{ "/?a=%2B32+2", "/?a=+32 2" },
	/* what a terminal is told; what is cut off or too long for that is text */
	{ "\033[32muser\033[0m=jan\033[K", " user =jan " },
	{ "\033[1;38;5;208ma\033[ qb", " a b" },
	{ "a\033[", NULL },
	{ "a\033[1", NULL },
	{ "a\033[1\n", NULL },
	{ "\033]0;a", NULL },
	{ "\033[0000000000000000000000000000000000000m", " " },
	{ "\033[00000000000000000000000000000000000000m", NULL },
	/* blanks of typesetters; not other letters and signs that begin alike */
	{ "jan\302\240maes\342\200\257x\342\200\200\342\200\212\342\200\250.", "jan maes x   ." },
	{ "\302\253a\302\273 \342\200\231 \342\202\254 \342\200\213", NULL },
	{ "\302", NULL },
	{ "\342\200", NULL },
	/* no escape at all */
	{ "", NULL },
	{ "plain text", NULL },
};

static void test_once(void **state)
{
	struct decoded d = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(once_cases); i++) {
		const struct once_case *c = &once_cases[i];

		decode_run(&d, span_str(c->text));
		assert_true(span_is(d.layers[0].text, c->text));
		if (c->read == NULL && d.n != 1)
			fail_msg("%s reads as %.*s", c->text, (int)d.layers[1].text.len,
				 d.layers[1].text.ptr);
		if (c->read != NULL && (d.n < 2 || !span_is(d.layers[1].text, c->read)))
			fail_msg("%s does not read as %s", c->text, c->read);
		assert_false(d.limited);
	}
	decoded_fini(&d);
}

static void test_layers(void **state)
{
	struct decoded d = { 0 };
	size_t start = 3;
	size_t end = 4;

	(void)state;
	decode_run(&d, span_str("jan%252540example.be"));
	assert_int_equal(d.n, 4);
	assert_true(span_is(d.layers[1].text, "jan%2540example.be"));
	assert_true(span_is(d.layers[2].text, "jan%40example.be"));
	assert_true(span_is(d.layers[3].text, "jan@example.be"));
	decode_to_record(&d, 3, &start, &end);
	assert_int_equal(start, 3);
	assert_int_equal(end, 10);
	/* a layer's '+' that was %2B is one */
	decode_run(&d, span_str("/?a=%2B&b=c"));
	assert_int_equal(d.n, 2);
	assert_true(span_is(d.layers[1].text, "/?a=+&b=c"));
	/* NULs part what they stand between, wherever they come from */
	decode_run(&d, span_of("a\0\0%00b\0", 8));
	assert_true(span_equal(d.layers[1].text, span_of("a \0b ", 5)));
	assert_true(span_is(d.layers[2].text, "a  b "));
	start = 3;
	end = 4;
	decode_to_record(&d, 2, &start, &end);
	assert_int_equal(start, 6);
	assert_int_equal(end, 7);
	decode_run(&d, span_of(NULL, 0));
	assert_int_equal(d.n, 1);
	decoded_fini(&d);
	assert_int_equal(d.n, 0);
}

/* Escapes of several bytes: a span that ends among these takes all of the escape. */
static void test_shared_source(void **state)
{
	struct decoded d = { 0 };
	size_t start = 1;
	size_t end = 2;

	(void)state;
	decode_run(&d, span_str("a\\u20acb"));
	assert_int_equal(d.layers[1].text.len, 5);
	decode_to_record(&d, 1, &start, &end);
	assert_int_equal(start, 1);
	assert_int_equal(end, 7);
	start = 2;
	end = 4;
	decode_to_record(&d, 1, &start, &end);
	assert_int_equal(start, 1);
	assert_int_equal(end, 7);
	/* an empty span stays empty */
	start = end = 1;
	decode_to_record(&d, 1, &start, &end);
	assert_int_equal(start, 1);
	assert_int_equal(end, 1);
	start = 4;
	end = 5;
	decode_to_record(&d, 1, &start, &end);
	assert_int_equal(start, 7);
	assert_int_equal(end, 8);
	decoded_fini(&d);
}

/* Five times encoded is once more than we decode: said, with the place. */
static void test_limit(void **state)
{
	struct decoded d = { 0 };

	(void)state;
	decode_run(&d, span_str("ab %2525252540 cd"));
	assert_int_equal(d.n, DECODE_LAYERS);
	assert_true(d.limited);
	assert_int_equal(d.limit_start, 3);
	assert_int_equal(d.limit_end, 14);
	decode_run(&d, span_str("%2525252540 mid %2525252541."));
	assert_true(d.limited);
	assert_int_equal(d.limit_start, 0);
	assert_int_equal(d.limit_end, 27);
	/* four times is not */
	decode_run(&d, span_str("ab %25252540 cd"));
	assert_int_equal(d.n, DECODE_LAYERS);
	assert_false(d.limited);
	assert_true(span_is(d.layers[4].text, "ab @ cd"));
	/* and what an earlier record left says nothing of this one */
	decode_run(&d, span_str("%40"));
	assert_false(d.limited);
	assert_int_equal(d.n, 2);
	decoded_fini(&d);
}

/* Under every byte: S where a value may not begin, E where it may not end, x neither. */
static void test_splits(void **state)
{
	static const struct {
		const char *text, *edges;
	} cases[] = {
		{ "a%40b", ".ExxS." },
		{ "%40%41", "ExxxxxS" },
		{ "a\\u0040b", ".ExxxxxS." },
		{ "a\\x40b", ".ExxxS." },
		/* two characters are no cut: DOMAIN\tom, C:\new */
		{ "a\\tom\\nb", "........." },
		{ "\\\"a\\\\b", "........" },
		/* what ends a value anyway does not go on with it */
		{ "&amp;b", ".xxxx.." },
		{ "1%202", "..xx.." },
		/* the last digit; a plus before a number */
		{ "12%33", "..Exx"
			   "S" },
		{ "x&#43;3", ".ExxxxS." },
		{ "x&#64;b", ".ExxxxS." },
		{ "a\033[0mb", "..xxx.." },
		{ "a\302\240b", "..x.." },
		{ "plain", "......" },
		/* not a letter of any kind that a value would go on with?  It may be one. */
		{ "\\ud83d\\ude00", "ExxxxxxxxxxxS" },
	};
	struct decoded d = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].text);

		decode_run(&d, span_str(cases[i].text));
		for (size_t at = 0; at <= len; at++) {
			char edge = cases[i].edges[at];
			bool no_start = decode_splits(&d, 0, at, len);
			bool no_end = at > 0 && decode_splits(&d, 0, 0, at);

			if (no_start != (edge == 'x' || edge == 'S'))
				fail_msg("%s from %zu: %d", cases[i].text, at, no_start);
			if (at > 0 && no_end != (edge == 'x' || edge == 'E'))
				fail_msg("%s to %zu: %d", cases[i].text, at, no_end);
			assert_false(decode_splits(&d, d.n - 1, 0, 0));
		}
	}
	decoded_fini(&d);
}

/* --- Property: whatever was encoded, every byte knows where it came from ------- */

enum { PIECES = 60, PIECE_MAX = 4096 };

/* One or more bytes of the plain text, and how the record writes them. */
struct piece {
	char plain[4];
	size_t n_plain;
	char written[PIECE_MAX];
	size_t n_written;
};

static uint64_t dice = 0x9e3779b97f4a7c15ULL;

static void write_escape(struct buf *out, unsigned char c)
{
	switch (unit_below(&dice, 6)) {
	case 0: buf_printf(out, "%%%02x", c); break;
	case 1: buf_printf(out, "%%%02X", c); break;
	case 2: buf_printf(out, "\\x%02x", c); break;
	case 3: buf_printf(out, c < 0x80 ? "\\u%04x" : "\\x%02X", c); break;
	case 4: buf_printf(out, c < 0x80 ? "&#%u;" : "%%%02x", (unsigned)c); break;
	default: buf_printf(out, c < 0x80 ? "&#x%X;" : "\\x%02x", (unsigned)c); break;
	}
}

/* Encodes what is written once more: its first byte, or all of them. */
static void encode_again(struct piece *piece)
{
	struct buf out = { 0 };
	bool all = unit_below(&dice, 4) == 0 && piece->n_written < 40;

	for (size_t i = 0; i < piece->n_written; i++) {
		if (i == 0 || all)
			write_escape(&out, (unsigned char)piece->written[i]);
		else
			buf_add_char(&out, piece->written[i]);
	}
	assert_true(out.len <= PIECE_MAX);
	memcpy(piece->written, out.ptr, out.len);
	piece->n_written = out.len;
	buf_fini(&out);
}

/* A piece that is encoded so many times; returns how many it took in fact. */
static size_t make_piece(struct piece *piece, size_t times)
{
	static const uint32_t wide[] = { 0xe9, 0x20ac, 0x1f600 };
	static const char plain[] = "abcxyzABC0123456789@.-_~/:,() ";
	struct buf out = { 0 };

	if (times != 0 && unit_below(&dice, 5) == 0) {
		uint32_t code = wide[unit_below(&dice, COUNT(wide))];

		piece->n_plain = utf8_encode(code, piece->plain);
		if (code > 0xffff)
			buf_printf(&out, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10),
				   0xdc00 + (code & 0x3ff));
		else
			buf_printf(&out, unit_below(&dice, 2) ? "\\u%04x" : "%%u%04X", code);
		memcpy(piece->written, out.ptr, out.len);
		piece->n_written = out.len;
		buf_fini(&out);
		for (size_t i = 1; i < times; i++)
			encode_again(piece);
		return times;
	}
	piece->plain[0] = unit_below(&dice, 8) == 0 ? (char)(0x80 + unit_below(&dice, 0x80))
						    : plain[unit_below(&dice, sizeof(plain) - 1)];
	piece->n_plain = 1;
	piece->written[0] = piece->plain[0];
	piece->n_written = 1;
	for (size_t i = 0; i < times; i++)
		encode_again(piece);
	return times;
}

/* pieces[i] begins at plain[i] in the plain text and at written[i] in the record. */
struct made {
	struct piece pieces[PIECES];
	size_t plain_at[PIECES + 1], written_at[PIECES + 1];
	struct buf plain, written;
	size_t layers;
};

static void make_text(struct made *m, size_t times_max)
{
	buf_clear(&m->plain);
	buf_clear(&m->written);
	m->layers = 1;
	for (size_t i = 0; i < PIECES; i++) {
		size_t times = make_piece(&m->pieces[i], unit_below(&dice, times_max + 1));

		if (times + 1 > m->layers)
			m->layers = times + 1;
		m->plain_at[i] = m->plain.len;
		m->written_at[i] = m->written.len;
		buf_add(&m->plain, m->pieces[i].plain, m->pieces[i].n_plain);
		buf_add(&m->written, m->pieces[i].written, m->pieces[i].n_written);
	}
	m->plain_at[PIECES] = m->plain.len;
	m->written_at[PIECES] = m->written.len;
}

static size_t piece_of(const struct made *m, size_t plain_at)
{
	size_t i = 0;

	while (m->plain_at[i + 1] <= plain_at)
		i++;
	return i;
}

static void check_sources(const struct made *m, const struct decoded *d)
{
	for (size_t start = 0; start < m->plain.len; start++) {
		size_t stop = start + 1 + unit_below(&dice, m->plain.len - start);
		size_t ends[] = { start + 1, stop };

		for (size_t i = 0; i < COUNT(ends); i++) {
			size_t from = start;
			size_t to = ends[i];

			decode_to_record(d, d->n - 1, &from, &to);
			assert_int_equal(from, m->written_at[piece_of(m, start)]);
			assert_int_equal(to, m->written_at[piece_of(m, ends[i] - 1) + 1]);
		}
	}
}

static void test_every_byte_knows_its_source(void **state)
{
	struct made *m = calloc(1, sizeof(*m));
	struct decoded d = { 0 };

	(void)state;
	assert_non_null(m);
	for (int round = 0; round < 2000; round++) {
		make_text(m, (size_t)round % DECODE_LAYERS);
		decode_run(&d, buf_span(&m->written));
		assert_int_equal(d.n, m->layers);
		assert_false(d.limited);
		if (!span_equal(d.layers[d.n - 1].text, buf_span(&m->plain)))
			fail_msg("round %d: %.*s", round, (int)m->written.len, m->written.ptr);
		check_sources(m, &d);
	}
	buf_fini(&m->plain);
	buf_fini(&m->written);
	free(m);
	decoded_fini(&d);
}

/* What is noted is what changed, all else is as it was, and no escape was passed over. */
static void check_changes(const struct decoded *d, size_t layer)
{
	const struct decode_layer *l = &d->layers[layer];
	struct span below = d->layers[layer - 1].text;
	struct decode_plus plus = { .literal = layer > 1 };
	size_t at = 0;
	size_t from = 0;

	for (size_t i = 0; i <= l->n_changes; i++) {
		size_t place = from;
		size_t len = decode_next_escape(below, below.len, &place, &plus).len;

		assert_true(span_equal(span_slice(below, from, place),
				       span_slice(l->text, at, at + place - from)));
		at += place - from;
		from = place + len;
		if (i == l->n_changes) {
			assert_int_equal(len, 0);
			break;
		}
		assert_int_equal(l->changes[i].at, at);
		assert_int_equal(l->changes[i].from, place);
		assert_int_equal(l->changes[i].len, len);
		at += l->changes[i].n;
	}
	assert_int_equal(at, l->text.len);
	assert_int_equal(from, below.len);
}

/*
 * What is left in the last layer, but for '+', which is a space in the record itself: nothing,
 * or what is reported.
 */
static void check_last(const struct decoded *d)
{
	struct span text = d->layers[d->n - 1].text;
	struct decode_plus plus = { .literal = d->n > 1 };
	size_t at = 0;
	bool any = decode_next_escape(text, text.len, &at, &plus).len != 0;

	assert_true(any == d->limited);
}

/* On any bytes at all: the map never leaves the record and never runs backwards. */
static void test_garbage_has_sound_maps(void **state)
{
	static const char bytes[] = "%\\&+u0x4#;?=&dD8\"' \xc3\xa9\xff"
				    "2561ampt\0\033[\xc2\xa0\xe2\x80";
	struct decoded d = { 0 };

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[64];
		size_t len = unit_below(&dice, sizeof(text));

		for (size_t i = 0; i < len; i++)
			text[i] = bytes[unit_below(&dice, sizeof(bytes) - 1)];
		decode_run(&d, span_of(text, len));
		for (size_t layer = 1; layer < d.n; layer++) {
			const struct decode_layer *l = &d.layers[layer];
			size_t below = d.layers[layer - 1].text.len;

			/* Only a blank for one byte leaves as many. */
			assert_true(l->text.len < below || memchr(text, '+', len) != NULL ||
				    memchr(d.layers[layer - 1].text.ptr, '\0', below) != NULL);
			check_changes(&d, layer);
			decode_splits(&d, layer - 1, 0, below);
		}
		check_last(&d);
		assert_true(!d.limited || (d.limit_start < d.limit_end && d.limit_end <= len));
	}
	decoded_fini(&d);
}

/*
 * An escape that only what was decoded near it makes one, at every distance from that: its end
 * (a sequence for a terminal), its beginning, or where the domain before it begins.
 */
static void test_escapes_made_afar(void **state)
{
	static const struct {
		const char *start, *end;
	} makers[] = {
		{ "", "%41m" },	 { "%41", "" }, { "\033[A", "\\u10432" },  { "%5C", "u10432" },
		{ "%25", "41" }, { "", "%3B" }, { "\\u00e9", "\\u10432" }, { "x%61", "\\u10432" },
	};
	static const char *const heads[] = { "\033[", "CITY", "&#6", "&#x00000", "" };
	static const char *const fills[] = { "1", "A", "0", ";", " ", "-" };
	struct decoded d = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(makers) * COUNT(heads) * COUNT(fills) * 64; i++) {
		const char *head = heads[i / COUNT(makers) % COUNT(heads)];
		size_t rest = i / COUNT(makers) / COUNT(heads);
		char fill[64] = "";
		struct buf text = { 0 };

		memset(fill, *fills[rest % COUNT(fills)], rest / COUNT(fills));
		buf_add_str(&text, "padding that is longer than any escape reaches, in any text: ");
		buf_add_str(&text, makers[i % COUNT(makers)].start);
		buf_add_str(&text, head);
		buf_add_str(&text, fill);
		buf_add_str(&text, makers[i % COUNT(makers)].end);
		buf_add_str(&text,
			    "z and as much again, so that both ends of the text are far away");
		decode_run(&d, buf_span(&text));
		for (size_t layer = 1; layer < d.n; layer++)
			check_changes(&d, layer);
		check_last(&d);
		buf_fini(&text);
	}
	decoded_fini(&d);
}

/* What is decoded from where the pattern for escapes first matches is all that there is. */
static void test_from(void **state)
{
	static const char bytes[] = "%\\&+u0x4;?=&D\"' \xc2\xa0\"+?=&";
	const struct regex_limits limits = { 100000, 1000, 1000 };
	struct regex_scratch *scratch = regex_scratch_new(&limits);
	struct regex *regex = NULL;
	struct decoded all = { 0 };
	struct decoded from = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(regex_compile(&regex, decode_escapes, 0, &e), 0);
	for (int round = 0; round < 20000; round++) {
		char text[64];
		size_t len = unit_below(&dice, sizeof(text));
		size_t start = len;
		size_t at = 0;
		size_t behind;

		for (size_t i = 0; i < len; i++)
			text[i] = bytes[unit_below(&dice, sizeof(bytes) - 1)];
		for (; regex_match(regex, scratch, span_of(text, len), at) == REGEX_MATCH; at++) {
			regex_matched(scratch, 0, &at, &behind);
			start = start < at ? start : at;
		}
		decode_run(&all, span_of(text, len));
		decode_run_from(&from, span_of(text, len), start);
		assert_int_equal(from.n, all.n);
		for (size_t i = 0; i < all.n; i++)
			assert_true(span_equal(from.layers[i].text, all.layers[i].text));
	}
	regex_free(&regex);
	regex_scratch_free(&scratch);
	decoded_fini(&all);
	decoded_fini(&from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_shared_source),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_every_byte_knows_its_source),
		cmocka_unit_test(test_escapes_made_afar),
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_garbage_has_sound_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
