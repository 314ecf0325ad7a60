/* PCRE2 behind its facade.  Every case runs twice: as machine code and interpreted. */
#include "unit.h"
#include "unit_capture.h"

#include <pthread.h>

#include <purposed/base/log.h>
#include <purposed/engine/regex.h>

static const struct regex_limits plenty = { .match = 1000000, .depth = 100000, .heap_kib = 4096 };

static struct regex *compiled(const char *pattern, bool jit)
{
	struct regex *regex = NULL;
	struct err e = { 0 };

	if (regex_compile(&regex, pattern, jit, &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	/* Asking makes machine code, which short texts like these would not. */
	assert_int_equal(regex_has_jit(regex), jit);
	return regex;
}

static const struct match_case {
	const char *pattern, *text;
	size_t from;
	long start, end; /* -1: no match */
} match_cases[] = {
	{ "b+", "abbbc", 0, 1, 4 },
	{ "b+", "abbbc", 2, 2, 4 },
	{ "b+", "abbbc", 4, -1, -1 },
	{ "b+", "", 0, -1, -1 },
	{ "", "", 0, 0, 0 },
	{ "$", "ab", 2, 2, 2 },
	/* lookbehind sees what stands before the start */
	{ "(?<=a)b", "ab", 1, 1, 2 },
	{ "(?<!a)b", "ab", 1, -1, -1 },
	/* bytes, no UTF: a dot is a byte, and case folds in ASCII alone */
	{ "^.$", "\xc3\xa9", 0, -1, -1 },
	{ "^..$", "\xc3\xa9", 0, 0, 2 },
	{ "(?i)\xc3\xa9", "\xc3\x89", 0, -1, -1 },
	{ "(?i)ab", "xAB", 0, 1, 3 },
	{ "\\xff", "a\xff", 0, 1, 2 },
};

static void test_matches(void **state)
{
	bool jit = *state != NULL;
	struct regex_scratch *scratch = regex_scratch_new(&plenty);

	for (size_t i = 0; i < COUNT(match_cases); i++) {
		const struct match_case *c = &match_cases[i];
		struct regex *regex = compiled(c->pattern, jit);
		size_t start = 0;
		size_t end = 0;
		enum regex_result result = regex_match(regex, scratch, span_str(c->text), c->from);

		assert_int_equal(result, c->start < 0 ? REGEX_NO_MATCH : REGEX_MATCH);
		if (c->start >= 0) {
			assert_true(regex_matched(scratch, 0, &start, &end));
			assert_int_equal(start, c->start);
			assert_int_equal(end, c->end);
		}
		regex_free(&regex);
	}
	regex_scratch_free(&scratch);
}

/* At every place: the search for the first match there says the same, groups and all. */
static void test_at(void **state)
{
	struct regex_scratch *scratch = regex_scratch_new(&plenty);

	for (size_t i = 0; i < COUNT(match_cases); i++) {
		const struct match_case *c = &match_cases[i];
		struct regex *regex = compiled(c->pattern, *state != NULL);
		struct span text = span_str(c->text);

		for (size_t at = 0; at <= text.len; at++) {
			enum regex_result expected =
				regex_match_within(regex, scratch, text, at, at);
			size_t start = 0, end = 0, start_here = 0, end_here = 0;

			if (expected == REGEX_MATCH)
				regex_matched(scratch, 0, &start, &end);
			assert_int_equal(regex_match_at(regex, scratch, text, at), expected);
			if (expected == REGEX_MATCH)
				regex_matched(scratch, 0, &start_here, &end_here);
			assert_int_equal(start, start_here);
			assert_int_equal(end, end_here);
		}
		/* Behind the end of the text, and a limit that was there before is none here. */
		assert_int_equal(regex_match_at(regex, scratch, text, text.len + 1), REGEX_ERROR);
		regex_free(&regex);
	}
	regex_scratch_free(&scratch);
}

static void test_null_text(void **state)
{
	struct regex *regex = compiled("x?", *state != NULL);
	struct regex_scratch *scratch = regex_scratch_new(&plenty);

	assert_int_equal(regex_match(regex, scratch, span_of(NULL, 0), 0), REGEX_MATCH);
	regex_free(&regex);
	regex_scratch_free(&scratch);
}

static void test_groups(void **state)
{
	struct regex *regex = compiled("(?<a>x)|(?<b>y)(?<c>)|z", *state != NULL);
	struct regex_scratch *scratch = regex_scratch_new(&plenty);
	size_t start = 7;
	size_t end = 7;

	assert_int_equal(regex_group(regex, "a"), 1);
	assert_int_equal(regex_group(regex, "b"), 2);
	assert_int_equal(regex_group(regex, "d"), -1);
	assert_int_equal(regex_match(regex, scratch, span_str("y"), 0), REGEX_MATCH);
	assert_false(regex_matched(scratch, 1, &start, &end));
	assert_int_equal(start, 7);
	assert_true(regex_matched(scratch, 2, &start, &end));
	assert_int_equal(end - start, 1);
	assert_true(regex_matched(scratch, 3, &start, &end));
	assert_int_equal(end - start, 0);
	/* a group behind the last one that took part, and one that there is not */
	assert_int_equal(regex_match(regex, scratch, span_str("x"), 0), REGEX_MATCH);
	assert_false(regex_matched(scratch, 2, &start, &end));
	assert_false(regex_matched(scratch, 99, &start, &end));
	regex_free(&regex);
	regex_scratch_free(&scratch);
}

static void test_mistakes(void **state)
{
	struct regex *regex = NULL;
	struct err e = { 0 };
	struct buf many = { 0 };

	assert_int_equal(regex_compile(&regex, "ab(c", *state != NULL, &e), -1);
	unit_said(&e, "missing closing parenthesis at byte 4 of the pattern\n");
	assert_int_equal(regex_compile(&regex, "a[z-b]", *state != NULL, &e), -1);
	unit_said(&e, "range out of order in character class at byte 4 of the pattern\n");
	/* UTF mode is not for a pattern to choose */
	assert_int_equal(regex_compile(&regex, "(*UTF)a", *state != NULL, &e), -1);
	assert_true(err_any(&e));
	err_fini(&e);
	for (int i = 0; i < 64; i++)
		buf_add_str(&many, "(a)");
	assert_int_equal(regex_compile(&regex, buf_str(&many), *state != NULL, &e), -1);
	unit_said(&e, "the pattern has 64 capture groups, at most 63 are allowed\n");
	assert_null(regex);
	buf_fini(&many);
}

static void test_all_groups(void **state)
{
	struct buf many = { 0 };
	struct regex_scratch *scratch = regex_scratch_new(&plenty);
	struct regex *regex;
	size_t start;
	size_t end;

	for (int i = 0; i < 63; i++)
		buf_add_str(&many, "(a)");
	regex = compiled(buf_str(&many), *state != NULL);
	memset(many.ptr, 'a', 63);
	assert_int_equal(regex_match(regex, scratch, span_of(many.ptr, 63), 0), REGEX_MATCH);
	assert_true(regex_matched(scratch, 63, &start, &end));
	assert_int_equal(start, 62);
	regex_free(&regex);
	regex_scratch_free(&scratch);
	buf_fini(&many);
}

/* Patterns that would run for ages on a hostile text stop, and say so. */
static void test_limits(void **state)
{
	static const struct {
		const char *pattern;
		const char *tail; /* holds the letter without which PCRE2 would not even start */
		struct regex_limits limits;
		bool interpreted_only;
	} cases[] = {
		{ "(?:a+)+b", "db", { 1000, 100000, 4096 }, false },
		{ "(?:a|aa)+$", "ax", { 1000, 100000, 4096 }, false },
		{ "(?:(a)|b)+c", "dc", { 1000000, 20, 4096 }, true },
		{ "(?:(a)|b)+c", "dc", { 1000000, 100000, 1 }, false },
	};
	char text[4096];

	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct regex_scratch *scratch = regex_scratch_new(&cases[i].limits);
		struct regex *regex = compiled(cases[i].pattern, *state != NULL);
		enum regex_result result;

		memcpy(text + sizeof(text) - 2, cases[i].tail, 2);
		if (!(cases[i].interpreted_only && *state != NULL)) {
			result = regex_match(regex, scratch, span_of(text, sizeof(text)), 0);
			assert_int_equal(result, REGEX_LIMIT);
			/* the scratch is as good as new */
			assert_int_equal(regex_match(regex, scratch, span_str("q"), 0),
					 REGEX_NO_MATCH);
		}
		regex_free(&regex);
		regex_scratch_free(&scratch);
	}
}

/* A byte that every match has and the text has not: at one place, too, no limit is met. */
static void test_at_limit(void **state)
{
	const struct regex_limits few = { 1000, 100000, 4096 };
	struct regex_scratch *scratch = regex_scratch_new(&few);
	struct regex *regex = compiled("(?:a+)+b", *state != NULL);
	char text[400];

	memset(text, 'a', sizeof(text));
	assert_int_equal(regex_match(regex, scratch, span_of(text, sizeof(text)), 0),
			 REGEX_NO_MATCH);
	assert_int_equal(regex_match_at(regex, scratch, span_of(text, sizeof(text)), 0),
			 REGEX_NO_MATCH);
	/* It is there, but no match is: that takes too many steps to tell. */
	memcpy(text + sizeof(text) - 2, "db", 2);
	assert_int_equal(regex_match_at(regex, scratch, span_of(text, sizeof(text)), 0),
			 REGEX_LIMIT);
	regex_free(&regex);
	regex_scratch_free(&scratch);
}

/* What is no limit and no answer either is an error: an offset behind the end. */
static void test_error(void **state)
{
	struct regex *regex = compiled("a", *state != NULL);
	struct regex_scratch *scratch = regex_scratch_new(&plenty);

	assert_int_equal(regex_match(regex, scratch, span_str("a"), 2), REGEX_ERROR);
	regex_free(&regex);
	regex_free(&regex);
	regex_free(NULL);
	regex_scratch_free(&scratch);
	regex_scratch_free(&scratch);
	regex_scratch_free(NULL);
}

/* Machine code is made in the middle of the work, and nobody who matches notices. */
static void *match_often(void *context)
{
	const struct regex *regex = context;
	struct regex_scratch *scratch = regex_scratch_new(&plenty);
	size_t start;
	size_t end;
	size_t right = 0;

	for (size_t i = 0; i < 2000; i++) {
		enum regex_result result =
			i % 2 == 0 ? regex_match(regex, scratch, span_str("aab abbbc"), 2)
				   : regex_match_at(regex, scratch, span_str("aab abbbc"), 5);

		if (result == REGEX_MATCH && regex_matched(scratch, 1, &start, &end))
			right += start == 5 && end == 8;
	}
	regex_scratch_free(&scratch);
	return right == 2000 ? context : NULL;
}

static void change(struct regex *regex)
{
	pthread_t threads[4];

	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, match_often, regex), 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		void *result;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_ptr_equal(result, regex);
	}
	regex_free(&regex);
}

static void test_change(void **state)
{
	struct regex *regex = NULL;
	struct err e = { 0 };

	assert_int_equal(regex_compile(&regex, "(b+)c", *state != NULL, &e), 0);
	change(regex);
}

/* One that is known is compiled by whoever needs it first. */
static void test_known(void **state)
{
	struct regex *regex = regex_known("(?<b>b+)c", *state != NULL);

	assert_string_equal(regex_pattern(regex), "(?<b>b+)c");
	change(regex);
	regex = regex_known("(?<b>b+)c", *state != NULL);
	assert_int_equal(regex_group(regex, "b"), 1);
	regex_free(&regex);
	regex = regex_known("(?<b>b+)c", *state != NULL);
	assert_int_equal(regex_has_jit(regex), *state != NULL);
	regex_free(&regex);
}

static struct regex *wrong;

static void match_wrong(void)
{
	struct regex_scratch *scratch = regex_scratch_new(&plenty);

	for (int i = 0; i < 3; i++)
		assert_int_equal(regex_match(wrong, scratch, span_str("abc"), 0), REGEX_ERROR);
	regex_scratch_free(&scratch);
}

/* Nothing is known of what one that cannot be compiled would find, which is said once. */
static void test_known_wrongly(void **state)
{
	struct regex_scratch *scratch = regex_scratch_new(&plenty);
	struct regex *regex = regex_known("b(", *state != NULL);
	struct buf said = { 0 };

	wrong = regex;
	unit_capture(&said, match_wrong);
	assert_string_equal(buf_str(&said),
			    "purposed: the pattern that begins with b( cannot be compiled: missing "
			    "closing parenthesis; records that might match it are unscanned\n");
	buf_fini(&said);
	log_set_level((enum log_level)(LOG_LEVEL_ERR - 1));
	assert_int_equal(regex_match_at(regex, scratch, span_str("abc"), 1), REGEX_ERROR);
	log_set_level(LOG_LEVEL_NOTICE);
	assert_int_equal(regex_group(regex, "b"), -1);
	assert_false(regex_has_jit(regex));
	regex_prepare(regex);
	regex_free(&regex);
	regex_scratch_free(&scratch);
}

/* A pattern that wants no machine code is interpreted. */
static void test_no_machine_code(void **state)
{
	struct regex_scratch *scratch = regex_scratch_new(&plenty);
	struct regex *regex = NULL;
	struct err e = { 0 };

	assert_int_equal(regex_compile(&regex, "(*NO_JIT)b+c", *state != NULL, &e), 0);
	assert_false(regex_has_jit(regex));
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(regex_match(regex, scratch, span_str("abbc"), 0), REGEX_MATCH);
		assert_int_equal(regex_match_at(regex, scratch, span_str("abbc"), 0),
				 REGEX_NO_MATCH);
	}
	regex_free(&regex);
	regex_scratch_free(&scratch);
}

/* Where the interpreter gives up and machine code does not, its answer counts, from the first. */
static void test_last_word(void **state)
{
	const struct regex_limits shallow = { 1000000, 20, 4096 };
	struct regex_scratch *scratch = regex_scratch_new(&shallow);
	struct regex *regex = NULL;
	struct err e = { 0 };
	char text[400];

	memset(text, 'a', sizeof(text));
	assert_int_equal(regex_compile(&regex, "(?:(a)|b)+c", *state != NULL, &e), 0);
	assert_int_equal(regex_match(regex, scratch, span_of(text, sizeof(text) - 1), 0),
			 REGEX_NO_MATCH);
	memcpy(text + sizeof(text) - 2, "dc", 2);
	assert_int_equal(regex_match(regex, scratch, span_of(text, sizeof(text)), 0),
			 *state != NULL ? REGEX_NO_MATCH : REGEX_LIMIT);
	regex_free(&regex);
	regex_scratch_free(&scratch);
}

/* What machine code of PCRE2 before 10.43 misses; some of it cannot be put into a group. */
static void test_missed(void **state)
{
	static const struct match_case missed[] = {
		{ "(?:ab|a)\\s*(?!x)", "abx", 0, 0, 1 },
		{ "zq(?:ab|a)\\s*(?!x)", "rec zqabx", 0, 4, 7 },
		{ "(?>.+?)(?!a)", "caca", 0, 1, 2 },
		{ "(bA|b)b*A", "bAaa", 0, 0, 2 },
		{ "(1|)b*1", "(1|)b*1", 0, 1, 2 },
		{ "q|(1|)b*1", "(1|)b*1", 0, 1, 2 },
		{ "(?i)(1|)b{0,}1", "(1|)b*1", 0, 1, 2 },
		{ "(?x) (?:ab|a) \\s* (?!x) # a comment", "abx", 0, 0, 1 },
		{ "(?:ab|a)\\s*(?!x)\\Q", "abx", 0, 0, 1 },
		{ "(*ANYCRLF)(?:ab|a)\\s*(?!x)", "abx", 0, 0, 1 },
		{ "(?:ab|a)\\s*(?!x)|(y)(?1)\\1", "abx", 0, 0, 1 },
		{ "^(?:ab|a)\\s*(?!x)", "abx", 0, 0, 1 },
	};
	struct regex_scratch *scratch = regex_scratch_new(&plenty);

	for (size_t i = 0; i < COUNT(missed); i++) {
		const struct match_case *c = &missed[i];
		struct span text = span_str(c->text);

		for (unsigned as = 0; as <= REGEX_AS_WRITTEN; as += REGEX_AS_WRITTEN) {
			unsigned how = as | (*state != NULL ? REGEX_JIT : 0);
			struct regex *regex = NULL;
			struct err e = { 0 };
			size_t start = 0, end = 0;

			assert_int_equal(regex_compile(&regex, c->pattern, how, &e), 0);
			regex_prepare(regex);
			assert_int_equal(regex_match(regex, scratch, text, 0), REGEX_MATCH);
			assert_true(regex_matched(scratch, 0, &start, &end));
			assert_int_equal(start, c->start);
			assert_int_equal(end, c->end);
			regex_free(&regex);
		}
	}
	regex_scratch_free(&scratch);
}

/* Each test as machine code (a state) and interpreted (none). */
#define BOTH(test)                                           \
	{ #test " (jit)", test, NULL, NULL, (void *)"jit" }, \
	{                                                    \
#test, test, NULL, NULL, NULL                \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_matches),	  BOTH(test_null_text),
		BOTH(test_groups),	  BOTH(test_mistakes),
		BOTH(test_all_groups),	  BOTH(test_limits),
		BOTH(test_error),	  BOTH(test_change),
		BOTH(test_last_word),	  BOTH(test_at),
		BOTH(test_at_limit),	  BOTH(test_known),
		BOTH(test_known_wrongly), BOTH(test_no_machine_code),
		BOTH(test_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
