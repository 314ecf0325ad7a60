/*
 * The finder: every level of the processor finds what the baseline finds, at
 * every alignment, across the edges of words and stretches; candidates ascend;
 * skipping skips no more than it says.
 */
#include "unit.h"
#include "unit_finder.h"

#include <malloc.h>

#include <purposed/engine/decode.h>
#include <purposed/engine/finder.h>
#include <purposed/engine/rule_anchors.h>

static const char *const patterns[] = {
	"(?i)(?<![a-z])kenteken[:=] ?\\d",	       /* a text */
	"(?i)\\bhp[:= ]{1,3}\\d\\d",		       /* a short window */
	"(?<!\\d)\\d{3}-\\d{7}-\\d{2}(?!\\d)",	       /* a shape, with both edges */
	"[A-Za-z]{1,20}@[a-z]{1,20}\\.be",	       /* a single byte, and a reach back */
	"(?<=[ (])\\xc2\\xb0 ?\\d{4}",		       /* bytes from 0x80 on */
	"[a-z]{2,20}//(?:tom|jerry)//[A-Z]{3,30}x\\d", /* a long look ahead */
};

/* What a program is run for at most; and a text of several stretches of several such parts. */
enum { PART = 64 * SIEVE_RUN_WORDS, LONG = 2 * SIEVE_BYTES };

static uint64_t dice = 0x9e3779b97f4a7c15ULL;

struct fixture {
	struct pattern *parsed[COUNT(patterns)];
	struct anchors anchors[COUNT(patterns)];
	struct finder_rule rules[COUNT(patterns)];
	struct pattern *escapes_parsed;
	struct anchors escapes;
	struct finder_scan *scan;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = { 0 };

	assert_non_null(f);
	for (size_t i = 0; i < COUNT(patterns); i++) {
		assert_int_equal(pattern_parse(&f->parsed[i], patterns[i], &e), 0);
		anchors_derive(&f->anchors[i], f->parsed[i], NULL);
		assert_false(f->anchors[i].everywhere);
		f->rules[i] = (struct finder_rule){ (uint16_t)(i + 7), &f->anchors[i], NULL };
	}
	assert_int_equal(pattern_parse(&f->escapes_parsed, decode_escapes, &e), 0);
	anchors_derive(&f->escapes, f->escapes_parsed, NULL);
	f->scan = finder_scan_new();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(patterns); i++) {
		anchors_fini(&f->anchors[i]);
		pattern_free(&f->parsed[i]);
	}
	anchors_fini(&f->escapes);
	pattern_free(&f->escapes_parsed);
	finder_scan_free(&f->scan);
	free(f);
	return 0;
}

/* All candidates of text, as words; they must ascend. */
static void list(struct fixture *f, const struct finder *finder, struct span text, struct buf *out)
{
	struct candidate c;
	size_t last = 0;

	buf_clear(out);
	finder_begin(f->scan, finder, text);
	while (finder_next(f->scan, &c)) {
		assert_true(c.at >= last);
		assert_true(c.at < text.len);
		last = c.at;
		buf_printf(out, "%u@%zu ", c.rule, c.at);
	}
}

static const char *const levels[] = { "avx512-gather", "avx512", "avx2", "baseline" };

static void test_levels(void **state)
{
	struct fixture *f = *state;
	struct unit_finder finders[COUNT(levels)] = { 0 };
	struct buf expected = { 0 };
	struct buf found = { 0 };
	static char text[LONG + PART];
	unsigned seed = 7;
	size_t n = 0;

	for (size_t i = 0; i < COUNT(levels); i++) {
		const struct sieve_level *level = sieve_level_find(levels[i]);

		if (level != NULL)
			finders[i] = unit_finder(f->rules, COUNT(patterns), level);
	}
	assert_non_null(finders[COUNT(levels) - 1].finder);
	for (int round = 0; round < 300; round++) {
		size_t len = (size_t)round;

		if (round >= 150)
			len += (size_t)round % 9 * PART;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = "0123-@.be ::=hp\n"[seed >> 24 & 15];
		}
		list(f, finders[COUNT(levels) - 1].finder, span_of(text, len), &expected);
		n += expected.len;
		for (size_t i = 0; i < COUNT(levels) - 1; i++) {
			if (finders[i].finder == NULL)
				continue;
			list(f, finders[i].finder, span_of(text, len), &found);
			assert_string_equal(buf_str(&found), buf_str(&expected));
		}
	}
	assert_true(n > 1000);
	for (size_t i = 0; i < COUNT(levels); i++)
		unit_finder_free(&finders[i]);
	buf_fini(&expected);
	buf_fini(&found);
}

/* One match at every place of a text: a candidate reaches it, wherever the edges are. */
static void test_alignments(void **state)
{
	static const struct {
		const char *text;
		size_t start; /* of the match */
	} matches[] = {
		{ " kenteken= 1", 1 },	    { "\nhp: 04 ", 1 },
		{ " 001-1234567-89\n", 1 }, { "jan@example.be", 0 },
		{ "(\xc2\xb0 1970", 1 },    { "ab//jerry//ABCDEFGHIJKLMNOPQRSTUVWXYZABCDx7", 0 },
	};
	struct fixture *f = *state;

	for (size_t l = 0; l < COUNT(levels); l++) {
		const struct sieve_level *level = sieve_level_find(levels[l]);
		struct unit_finder finder;
		static char text[2 * PART + 256];

		if (level == NULL)
			continue;
		finder = unit_finder(f->rules, COUNT(patterns), level);
		for (size_t m = 0; m < COUNT(matches); m++) {
			size_t len = strlen(matches[m].text);

			for (size_t at = 0; at < PART + 200; at++) {
				struct candidate c;
				bool reached = false;
				/* To the end of the text, or with more behind it. */
				size_t all = at % 2 == 0 ? at + len : at + len + 150;

				memset(text, '.', at);
				memcpy(text + at, matches[m].text, len);
				memset(text + at + len, '\n', 150);
				finder_begin(f->scan, finder.finder, span_of(text, all));
				while (finder_next(f->scan, &c)) {
					long long start = (long long)(at + matches[m].start);

					reached |= c.rule == m + 7 &&
						   start >= (long long)c.at - c.before_max &&
						   start <= (long long)c.at - c.before_min;
				}
				if (!reached)
					fail_msg("%s: \"%s\" at %zu", levels[l], matches[m].text,
						 at);
			}
		}
		unit_finder_free(&finder);
	}
}

/* Whatever is skipped from wherever, what lies behind it is found as before. */
static void test_skip(void **state)
{
	struct fixture *f = *state;
	struct unit_finder finder =
		unit_finder(f->rules, COUNT(patterns), sieve_level_find("auto"));
	static char text[LONG];
	static size_t places[4096];
	struct candidate c;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "jan@a.be 001-1234567-89 hp: 04 "[i % 31];
	finder_begin(f->scan, finder.finder, span_of(text, sizeof(text)));
	while (finder_next(f->scan, &c) && n < COUNT(places))
		places[n++] = c.at;
	assert_true(n > 500);
	for (size_t jump = 1; jump < LONG; jump += 211) {
		size_t i = 0;
		size_t to = 0;

		finder_begin(f->scan, finder.finder, span_of(text, sizeof(text)));
		while (finder_next(f->scan, &c)) {
			while (places[i] < to)
				i++;
			assert_int_equal(c.at, places[i]);
			i++;
			if (i % 3 == 0) {
				to = c.at + jump;
				finder_skip(f->scan, to);
			}
		}
		while (i < n && places[i] < to)
			i++;
		assert_int_equal(i, n);
	}
	unit_finder_free(&finder);
}

/*
 * Escapes that nobody wants to know of: all other candidates come as before, and so do all
 * escapes from that byte on; of those before it, none.
 */
static void test_skip_escapes(void **state)
{
	struct fixture *f = *state;
	struct finder_rule rules[COUNT(patterns)];
	struct unit_finder finder;
	static char text[LONG - 5];
	static size_t places[4096];
	struct candidate c;
	size_t n = 0;
	size_t n_others = 0;

	memcpy(rules, f->rules, sizeof(rules));
	rules[2] = (struct finder_rule){ RULE_ANCHORS_ESCAPE, &f->escapes, NULL };
	finder = unit_finder(rules, COUNT(rules), sieve_level_find("auto"));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "jan@a.be %41-1234567-89 hp: 04 "[i % 31];
	finder_begin(f->scan, finder.finder, span_of(text, sizeof(text)));
	while (finder_next(f->scan, &c)) {
		if (c.rule != RULE_ANCHORS_ESCAPE)
			n_others++;
		else if (n < COUNT(places))
			places[n++] = c.at;
	}
	assert_true(n > 500 && n_others > 500);
	for (size_t jump = 1; jump < LONG; jump += 211) {
		size_t others = 0;
		size_t skipped = 0;
		size_t to = 0;
		size_t i = 0;

		finder_begin(f->scan, finder.finder, span_of(text, sizeof(text)));
		while (finder_next(f->scan, &c)) {
			others += c.rule != RULE_ANCHORS_ESCAPE;
			skipped += c.rule == RULE_ANCHORS_ESCAPE && c.at < to;
			if (c.rule != RULE_ANCHORS_ESCAPE || c.at < to)
				continue;
			while (places[i] < to)
				i++;
			assert_int_equal(c.at, places[i]);
			if (++i % 3 == 0) {
				to = c.at + jump;
				finder_skip_escapes(f->scan, to);
			}
		}
		while (i < n && places[i] < to)
			i++;
		assert_int_equal(i, n);
		assert_int_equal(others, n_others);
		assert_int_equal(skipped, 0);
	}
	unit_finder_free(&finder);
}

/* What a scan of records has told of one, and is not asked for any more. */
struct told {
	size_t end;
	bool escaped; /* it has escapes */
	bool named;   /* nothing is asked for */
};

/* Whether a candidate that was not told is none that is asked for. */
static bool is_of_no_use(const struct told *record, const struct candidate *c)
{
	return record->named || (record->escaped && c->rule == RULE_ANCHORS_ESCAPE);
}

static bool is_equal(const struct candidate *a, const struct candidate *b)
{
	return a->at == b->at && a->rule == b->rule && a->before_min == b->before_min &&
	       a->before_max == b->before_max;
}

/* Records of the text, each ended by a line end; how many. */
static size_t cut(char *text, size_t len, size_t longest, struct told *records)
{
	size_t n = 0;

	for (size_t at = 0; at < len; at = records[n++].end + 1) {
		size_t end = at + unit_below(&dice, longest);

		records[n] = (struct told){ .end = end < len ? end : len };
		if (end < len)
			text[end] = '\n';
	}
	return n;
}

/* Goes over records as the first look does: of some nothing more is asked, of others no escapes. */
static void scan_records(struct finder_scan *scan, const struct finder *finder, struct span text,
			 struct told *records, size_t n_records)
{
	static struct candidate all[16 * 1024];
	struct told *record = records;
	struct candidate c;
	size_t n = 0;
	size_t i = 0;

	finder_begin(scan, finder, text);
	while (finder_next(scan, &c)) {
		assert_true(n < COUNT(all));
		all[n++] = c;
	}
	finder_begin(scan, finder, text);
	while (finder_next(scan, &c)) {
		for (; !is_equal(&all[i], &c); i++) {
			while (all[i].at > record->end)
				record++;
			if (all[i].at != record->end)
				assert_true(is_of_no_use(record, &all[i]));
		}
		i++;
		while (record < records + n_records - 1 && c.at > record->end)
			record++;
		if (c.at >= record->end)
			continue;
		if (c.rule == RULE_ANCHORS_ESCAPE) {
			record->escaped = true;
			finder_skip_escapes(scan, record->end);
		}
		record->named |= c.rule != RULE_ANCHORS_ESCAPE && unit_below(&dice, 20) == 0;
		if (record->named && unit_below(&dice, 3) != 0)
			finder_skip(scan, record->end);
	}
	for (; i < n; i++) {
		while (record < records + n_records - 1 && all[i].at > record->end)
			record++;
		if (all[i].at < record->end)
			assert_true(is_of_no_use(record, &all[i]));
	}
}

/* With both, what is skipped is no more than they say, at every level. */
static void test_skip_in_records(void **state)
{
	static const size_t longest[] = { 5, 70, 700, 20000 };
	struct fixture *f = *state;
	struct finder_rule rules[COUNT(patterns)];
	static char text[LONG];
	static struct told records[LONG];

	memcpy(rules, f->rules, sizeof(rules));
	rules[2] = (struct finder_rule){ RULE_ANCHORS_ESCAPE, &f->escapes, NULL };
	for (size_t l = 0; l < COUNT(levels); l++) {
		const struct sieve_level *level = sieve_level_find(levels[l]);
		struct unit_finder finder;

		if (level == NULL)
			continue;
		finder = unit_finder(rules, COUNT(rules), level);
		for (size_t round = 0; round < 100; round++) {
			size_t len = sizeof(text) - unit_below(&dice, round % 3 == 0 ? LONG : 200);
			size_t n;

			for (size_t i = 0; i < len; i++)
				text[i] = "jan@a.be %41-1234567-89 hp: 04 "[i % 31];
			n = cut(text, len, longest[round % COUNT(longest)], records);
			scan_records(f->scan, finder.finder, span_of(text, len), records, n);
		}
		unit_finder_free(&finder);
	}
}

/* A lookahead in a repeat looks beyond the last stretch that is known, but never into what is not.
 */
static void test_lookahead(void **state)
{
	struct fixture *f = *state;
	struct pattern *pattern = NULL;
	struct anchors anchors;
	struct finder_rule rule = { 0, &anchors, NULL };
	struct unit_finder finder;
	struct err e = { 0 };
	static char text[LONG];

	assert_int_equal(pattern_parse(&pattern, "##(?:[^.]{13}(?=[^.]{50})){1,4}Q", &e), 0);
	anchors_derive(&anchors, pattern, NULL);
	assert_int_equal(anchors.n_shapes, 1);
	finder = unit_finder(&rule, 1, sieve_level_find("auto"));
	for (size_t at = PART - 120; at < 6 * PART; at += at % PART == PART - 1 ? PART - 119 : 1) {
		struct candidate c;
		bool reached = false;

		memset(text, '.', sizeof(text));
		memset(text + at, '#', 2);
		memset(text + at + 2, 'x', 100);
		text[at + 2 + 52] = 'Q';
		finder_begin(f->scan, finder.finder, span_of(text, sizeof(text)));
		while (finder_next(f->scan, &c))
			reached |= (long long)at <= (long long)c.at - c.before_min &&
				   (long long)at >= (long long)c.at - c.before_max;
		if (!reached)
			fail_msg("at byte %zu", at);
	}
	unit_finder_free(&finder);
	anchors_fini(&anchors);
	pattern_free(&pattern);
}

/* More shapes than a program holds, over few classes: what is left out is found everywhere. */
static void test_many(void **state)
{
	enum { MANY = 900 };
	static const char *const parts[] = { "[^\\d]", "[a-z]",	   "\\W",
					     "[^a-z]", "[\\d ,:]", "[^.]{3}" };
	static struct pattern *parsed[MANY];
	static struct anchors anchors[MANY];
	static struct finder_rule rules[MANY];
	static bool found[MANY];
	struct fixture *f = *state;
	struct unit_finder finder;
	struct candidate c;
	unsigned seed = 5;
	size_t n = 0;

	for (size_t i = 0; i < MANY; i++) {
		struct buf text = { 0 };
		struct err e = { 0 };

		for (int k = 0; k < 24; k++) {
			seed = seed * 1664525 + 1013904223;
			buf_add_str(&text, parts[(seed >> 16) % COUNT(parts)]);
		}
		assert_int_equal(pattern_parse(&parsed[i], buf_str(&text), &e), 0);
		anchors_derive(&anchors[i], parsed[i], NULL);
		assert_int_equal(anchors[i].n_shapes, 1);
		rules[i] = (struct finder_rule){ (uint16_t)i, &anchors[i], NULL };
		buf_fini(&text);
	}
	finder = unit_finder(rules, MANY, sieve_level_find("auto"));
	finder_begin(f->scan, finder.finder, span_str("nothing of the kind"));
	while (finder_next(f->scan, &c)) {
		n += !found[c.rule];
		found[c.rule] = true;
	}
	assert_true(n > 0 && n < MANY);
	unit_finder_free(&finder);
	for (size_t i = 0; i < MANY; i++) {
		anchors_fini(&anchors[i]);
		pattern_free(&parsed[i]);
	}
}

static void test_levels_by_name(void **state)
{
	(void)state;
	assert_non_null(sieve_level_find("auto"));
	assert_string_equal(sieve_level_find("baseline")->name, "baseline");
	assert_null(sieve_level_find("mmx"));
	assert_null(sieve_level_find(""));
}

static void test_empty(void **state)
{
	struct fixture *f = *state;
	struct unit_finder finder = unit_finder(NULL, 0, sieve_level_find("auto"));
	struct candidate c;

	finder_begin(f->scan, finder.finder, span_str("nothing to look for"));
	assert_false(finder_next(f->scan, &c));
	unit_finder_free(&finder);
	finder = unit_finder(f->rules, COUNT(patterns), sieve_level_find("auto"));
	finder_begin(f->scan, finder.finder, span_of(NULL, 0));
	assert_false(finder_next(f->scan, &c));
	unit_finder_free(&finder);
	unit_finder_free(&finder);
}

/* More sets of bytes than there are numbers for them: what has the last ones is found. */
static void test_many_sets(void **state)
{
	enum { SETS = 9, TEXTS = 65536 / SETS + 20 };
	struct fixture *f = *state;
	struct anchors anchors = { .n_texts = TEXTS };
	const struct finder_rule rule = { 3, &anchors, NULL };
	struct unit_finder finder;
	struct candidate c;

	anchors.texts = calloc(TEXTS, sizeof(*anchors.texts));
	assert_non_null(anchors.texts);
	for (size_t i = 0; i < TEXTS; i++) {
		struct anchor_text *text = &anchors.texts[i];

		text->len = 3 + SETS;
		text->before = byte_set_all;
		for (int k = 0; k < 3; k++)
			byte_set_add(&text->sets[k], (unsigned char)("abc"[k]));
		for (size_t k = 0; k < SETS; k++) {
			struct byte_set *set = &text->sets[3 + k];

			set->bits[0] = UINT64_C(0xffffffff00000000);
			set->bits[2] = i * SETS + k;
			if (i == TEXTS - 1)
				byte_set_add(set, 'x');
		}
	}
	finder = unit_finder(&rule, 1, sieve_level_find("auto"));
	finder_begin(f->scan, finder.finder, span_str("to abxxxxxxxxxx and abcxxxxxxxxx"));
	assert_true(finder_next(f->scan, &c));
	assert_int_equal(c.rule, 3);
	assert_int_equal(c.at, 20);
	unit_finder_free(&finder);
	free(anchors.texts);
}

/* Texts that have their window in common are told apart by what stands around it. */
static void test_same_window(void **state)
{
	static const struct {
		char before;
		const char *text;
	} texts[] = { { 'a', "zzqqc" }, { 'a', "zzqqd" }, { 'b', "zzqqc" }, { 'B', "zzqqD" } };
	struct fixture *f = *state;
	struct anchor_text made[COUNT(texts)] = { 0 };
	struct anchors anchors[COUNT(texts)] = { 0 };
	struct finder_rule rules[COUNT(texts)];
	struct unit_finder finder;
	struct buf found = { 0 };

	for (size_t i = 0; i < COUNT(texts); i++) {
		made[i].len = (unsigned)strlen(texts[i].text);
		byte_set_add(&made[i].before, (unsigned char)texts[i].before);
		for (size_t k = 0; k < made[i].len; k++)
			byte_set_add(&made[i].sets[k], (unsigned char)texts[i].text[k]);
		anchors[i].texts = &made[i];
		anchors[i].n_texts = 1;
		rules[i] = (struct finder_rule){ (uint16_t)i, &anchors[i], NULL };
	}
	finder = unit_finder(rules, COUNT(texts), sieve_level_find("auto"));
	list(f, finder.finder, span_str("zzqq azzqqc bzzqqd bzzqqc\nazzqqd BzzqqD zzqQ"), &found);
	assert_string_equal(buf_str(&found), "0@6 2@20 1@27 3@34 ");
	unit_finder_free(&finder);
	buf_fini(&found);
}

/* What bits do not tell of a text is checked: what stands before it, and sets behind its window. */
static void test_checks(void **state)
{
	struct fixture *f = *state;
	struct anchor_text made[3] = { 0 };
	struct anchors anchors[3] = { 0 };
	struct finder_rule rules[3];
	struct unit_finder finder;
	struct buf found = { 0 };

	for (size_t i = 0; i < COUNT(made); i++) {
		made[i].len = 4;
		made[i].before = byte_set_all;
		for (size_t k = 0; k < 4; k++)
			byte_set_add(&made[i].sets[k], (unsigned char)"zzqq"[k]);
		anchors[i].texts = &made[i];
		anchors[i].n_texts = 1;
		rules[i] = (struct finder_rule){ (uint16_t)i, &anchors[i], NULL };
	}
	/* One without any, one with one, one with two.  ':' has the bits that digits have. */
	made[1].before = byte_set_digit;
	made[2].before = byte_set_digit;
	made[2].len = 5;
	made[2].sets[4] = byte_set_digit;
	finder = unit_finder(rules, COUNT(rules), sieve_level_find("auto"));
	list(f, finder.finder, span_str("zzqq 1zzqq: 2zzqq3 :zzqq4"), &found);
	assert_string_equal(buf_str(&found), "0@0 0@6 1@6 0@13 1@13 2@13 0@20 ");
	unit_finder_free(&finder);
	buf_fini(&found);
}

/* A window begins with the byte before its text where that is rare and a byte must stand there. */
static void test_window_before(void **state)
{
	static const char *const texts[] = { "eeea", "eee " };
	struct fixture *f = *state;
	struct anchor_text made[COUNT(texts)] = { 0 };
	struct anchors anchors[COUNT(texts)] = { 0 };
	struct finder_rule rules[COUNT(texts)];
	struct unit_finder finder;
	struct candidate c;
	struct buf found = { 0 };

	for (size_t i = 0; i < COUNT(texts); i++) {
		made[i].len = (unsigned)strlen(texts[i]);
		byte_set_add(&made[i].before, 'Q');
		for (size_t k = 0; k < made[i].len; k++)
			byte_set_add(&made[i].sets[k], (unsigned char)texts[i][k]);
		anchors[i].texts = &made[i];
		anchors[i].n_texts = 1;
		rules[i] = (struct finder_rule){ (uint16_t)i, &anchors[i], NULL };
	}
	byte_set_add(&made[1].before, '\n');
	finder = unit_finder(rules, COUNT(texts), sieve_level_find("auto"));
	list(f, finder.finder, span_str("eeea Qeeea\nQeeea xeeea eee \neee Qeee Qeee"), &found);
	assert_string_equal(buf_str(&found), "0@5 0@11 1@28 1@33 ");
	list(f, finder.finder, span_str("eee eeea"), &found);
	assert_string_equal(buf_str(&found), "1@0 ");
	finder_begin(f->scan, finder.finder, span_str("Qeeea"));
	assert_true(finder_next(f->scan, &c));
	assert_int_equal(c.at, 0);
	assert_int_equal(c.before_min, -1);
	assert_int_equal(c.before_max, -1);
	assert_int_equal(c.rule_max, -1);
	unit_finder_free(&finder);
	buf_fini(&found);
}

/* Where a match may start whose anchor, before which it has so many blanks, is the '['. */
static long long reached_from(int blanks_max, int before_max)
{
	static const char text[] = "one two, three [four";
	const struct candidate c = { .at = 15, .blanks_max = blanks_max, .before_max = before_max };
	size_t from = 0;
	size_t last;

	assert_true(candidate_reach(&c, span_str(text), c.at, &from, &last));
	assert_int_equal(last, 15);
	return (long long)from;
}

static void test_blanks(void **state)
{
	(void)state;
	assert_int_equal(reached_from(0, ANCHOR_FAR), 15);
	assert_int_equal(reached_from(1, ANCHOR_FAR), 9);
	assert_int_equal(reached_from(2, ANCHOR_FAR), 4);
	assert_int_equal(reached_from(3, ANCHOR_FAR), 0);
	assert_int_equal(reached_from(ANCHOR_FAR, ANCHOR_FAR), 0);
	/* So few bytes are not gone through. */
	assert_int_equal(reached_from(0, 8), 7);
	assert_int_equal(reached_from(2, 12), 4);
	assert_int_equal(reached_from(2, 10), 5);
}

/* Whether a word stands anywhere in the memory of the scan itself. */
static bool scan_holds(const struct finder_scan *scan, const char *word)
{
	return memmem(scan, malloc_usable_size((void *)(uintptr_t)scan), word, strlen(word)) !=
	       NULL;
}

/* Nothing is left, not the end of a window either, where a short value may stand. */
static void test_wipe(void **state)
{
	struct fixture *f = *state;
	struct unit_finder finder =
		unit_finder(f->rules, COUNT(patterns), sieve_level_find("auto"));
	struct candidate c;

	finder_begin(f->scan, finder.finder, span_str("kenteken: 31 secret"));
	while (finder_next(f->scan, &c))
		continue;
	finder_begin(f->scan, finder.finder, span_str("hp: 74secret"));
	assert_true(finder_next(f->scan, &c));
	assert_true(scan_holds(f->scan, "74secret"));
	finder_scan_wipe(f->scan);
	for (const char *value = "hp: 74secret"; value[3] != '\0'; value++) {
		char part[] = { value[0], value[1], value[2], value[3], '\0' };

		assert_false(scan_holds(f->scan, part));
	}
	unit_finder_free(&finder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_alignments),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_levels_by_name),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_lookahead),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_many_sets),
		cmocka_unit_test(test_same_window),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_window_before),
		cmocka_unit_test(test_blanks),
		cmocka_unit_test(test_skip_escapes),
		cmocka_unit_test(test_skip_in_records),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
