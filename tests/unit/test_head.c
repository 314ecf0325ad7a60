/* Where a record's own text begins: each part of a head, and what is none. */
#include "unit.h"

#include <purposed/engine/head_private.h>

/* "^" marks the byte in question. */
static const char *const heads[] = {
	"^GET",
	"\"^GET",
	/* syslog */
	"<190>^GET",
	"<190>Nov 28 10:00:00 web3 nginx: ^GET",
	"Nov  8 10:00:00 web3 nginx[7]: ^GET",
	"Nov 28 10:00:00 web3 ^GET",
	"Nov 28 10:00:00 web3 info: nginx: ^GET",
	"Nov 28 10:00:00 stdout F ^GET",
	"Nov 28 10:00:00 stdout nginx: ^GET",
	"Nov 28 10:00:00 Nov 28 10:00:00 web3 nginx: ^GET",
	"Nov 28 10:00:00 web3 a=b ^c=d",
	"<134>1 2026-11-28T10:00:00Z web3 nginx 7 - - ^GET",
	"<134>1 2026-11-28T10:00:00Z web3 nginx 7 - - \xEF\xBB\xBF^GET",
	"<134>1 2026-11-28T10:00:00Z - - - - [a n=\"x]\\\" \"][b] ^GET",
	"2026-11-28T10:00:00+01:00 web3 nginx: ^GET",
	/* times, addresses, names, levels */
	"2026-11-28 10:00:00,123 +0100 ^GET",
	"1710230462.123     77 ^GET",
	"[28/Nov/2026:10:00:00 +0100] ^GET",
	"[Fri Oct 08 17:08:41.203277 2021] [core:error] [pid 7:tid 8] ^GET",
	"192.0.2.9 - - ^GET",
	"192.0.2.9:77, 2001:db8::7 [::1] ^GET",
	"www.example.be:443 localhost web3:80 ^GET",
	"INFO:     ^GET",
	"[2026-11-28T10:00:00Z INFO app::http] ^GET",
	"TLSv1.3 TLS_AES_128_GCM_SHA256 ^GET",
	/* what carries logs */
	"2026-11-28T10:00:00Z stdout F ^GET",
	"web-1  | ^GET",
	"2026-11-28 10:00:00,112 - webui - INFO - ^GET",
	"a\tb7\t^GET",
	"https 2026-11-28T10:00:00Z app/prod/7 192.0.2.9:77 ^GET",
	"2026-11-28T10:00:00Z elb7 192.0.2.9:77 10.0.0.1:80 ^GET",
	/* keys */
	"level=info msg=\"a \\\" b\" ^method=GET",
	"level=info http_^method=GET",
	"request=\"^GET /x HTTP/1.1\"",
	"{\"^method\":\"GET\"}",
	"{^\"method\":\"GET\"}",
	"{ \"a\" : [1, {\"b\":\"]\"}], \"c\":null,\n\"d\":{\"e\":-1.5}, \"http_^method\":\"GET\"}",
	"{\"request\":{\"^method\":\"GET\"}}",
	"{\"context\":{\"http_request\":{\"^method\":\"GET\"}}}",
	"{\"a\":\"\\\\\",\"request\":\"^GET /x HTTP/2\"}",
	"{\"log\":\"^GET /x\"}",
	"{\"MESSAGE\":\"192.0.2.9 - - ^[\"}",
	"2026-11-28T10:00:00Z stdout F {\"^method\":1}",
};

static const char *const none[] = {
	"x ^GET",
	"From 192.0.2.9 \"^GET",
	"G^ET",
	"nginx: ^GET",
	"Nov 28 10:00:00 h sshd[1]: Invalid user ^GET",
	"Nov 28 10:00:00 h sshd[1]: x y: ^GET",
	"Nov 28 ^GET",
	"Nov 28 10:00:00 h i ^GET",
	"Nov 28 10:00:00 h nginx: sshd: ^GET",
	"Nov 28 10:00:00 h nginx: Nov 28 10:00:00 ^GET",
	"Nov 28 10:00:00 stdout F so ^GET",
	"Nov 28 10:00:00 web3 i=j so ^GET",
	"Nov 28 10:00:00 h i]: ^GET",
	"Nov 28 10:00:00 h i[: ^GET",
	"Nov 28 10:00:00 h i[]: ^GET",
	"2026-11-28 10:00:00 Blocked ^GET",
	"<134 ^GET",
	"<1345>^GET",
	"192.0.2.9 <134>^GET",
	"<134>1 2026-11-28T10:00:00Z - - - - [a n=\"] ^GET",
	"<134>1 2026-11-28T10:00:00Z - - - - [a n=\"x\"] so ^GET",
	"[no end ^GET",
	"[of two] ^GET",
	"[a \"b] ^GET",
	"stdout F ^GET",
	"'^GET",
	"a | b ^GET",
	"app/x ^GET",
	"level=info msg=\"^GET\"",
	"level=info msg=\"a ^method=GET",
	"level=info so ^method=GET",
	"level=info \"^GET",
	"user=a {\"^method\":\"GET\"}",
	"request=\"^GET /x\"",
	"request=\"a ^GET /x HTTP/1.1\"",
	"{\"msg\":\"^GET /x HTTP/1.1\"}",
	"{\"request\":\"a ^GET /x HTTP/1.1\"}",
	"{\"request\":\"^GET /x HTTP/1.1 so\"}",
	"{\"message\":\"^GET /x HTTP/1.1\"}",
	"{\"log\":\"so ^GET /x\"}",
	"{\"body\":{\"^method\":\"GET\"}}",
	"{\"body\":{\"request\":{\"^method\":\"GET\"}}}",
	"{\"a\":[{\"^method\":\"GET\"}]}",
	"{\"a\":\"\\\"^method\\\":\"}",
	"{\"a\":1} ^method",
	"{\"a\" ^method",
	"{a ^method",
	"{\"a\":\"\\^",
	"{\"a\":[^",
	"{\"a\":^",
	"{^",
	"{\"req\":{\"req\":{\"req\":{\"req\":{\"req\":{\"req\":{\"req\":{\"req\":{\"^method\":1}}}}"
	"}}}}}",
};

static void expect(const char *marked, bool wanted)
{
	const char *mark = strchr(marked, '^');
	size_t at = (size_t)(mark - marked);
	size_t len = strlen(marked) - 1;
	char *text = malloc(len + 1); /* of its own size: a step too far is seen */
	struct head head = { 0 };
	bool got;

	assert_non_null(text);
	memcpy(text, marked, at);
	memcpy(text + at, mark + 1, len - at);
	got = head_ends_at(&head, span_of(text, len), at);
	/* How far the walk has come since changes nothing. */
	(void)head_ends_at(&head, span_of(text, len), len);
	assert_int_equal(head_ends_at(&head, span_of(text, len), at), got);
	head_fini(&head);
	free(text);
	if (got != wanted)
		fail_msg("%s: %s", marked, got ? "a head" : "none");
}

static void heads_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		expect(heads[i], true);
}

static void sentences_do_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		expect(none[i], false);
}

static void levels_are_passed(void **state)
{
	static const char *const levels[] = {
		"trace", "Debug", "INFO",     "information", "notice", "WARN",	"warning", "Error",
		"err",	 "fine",  "critical", "CRIT",	     "alert",  "emerg", "fatal",   "panic",
		"log",	 "i,",	  "D,",	      "w,",	     "E,",     "f,",	"severe",
	};
	static const char *const others[] = { "inf", "logs", "x,", "i;", "i\f", "{nfo", ":", "e" };
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s ^GET", levels[i]);
		expect(text, true);
		(void)snprintf(text, sizeof(text), "%s: ^GET", levels[i]);
		expect(text, true);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s ^GET", others[i]);
		expect(text, strcmp(others[i], ":") == 0);
	}
}

/* Among blanks a head ends at every byte, behind them in a word at none, however far that is. */
static void ends_far_on(void **state)
{
	static const size_t blanks[] = { 1, 2, 62, 63, 64, 65, 127, 128, 129, 500 };

	(void)state;
	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		struct buf text = { 0 };
		struct head head = { 0 };

		buf_add_str(&text, "192.0.2.9");
		while (text.len < 9 + blanks[i])
			buf_add_str(&text, " ");
		buf_add_str(&text, "INFO  GET ");
		for (size_t at = 0; at <= text.len; at++) {
			bool wanted = at == 0 || (at >= 9 && at <= 9 + blanks[i]) ||
				      (at >= 13 + blanks[i] && at <= 15 + blanks[i]);

			if (head_ends_at(&head, buf_span(&text), at) != wanted)
				fail_msg("byte %zu with %zu blanks", at, blanks[i]);
		}
		head_fini(&head);
		buf_fini(&text);
	}
}

/* Every head and every sentence, cut everywhere, asked for every byte: nothing beyond is read. */
static void cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]) + sizeof(none) / sizeof(none[0]);
	     i++) {
		const size_t n = sizeof(heads) / sizeof(heads[0]);
		const char *text = i < n ? heads[i] : none[i - n];

		for (size_t len = 0; len <= strlen(text); len++) {
			char *cut = malloc(len + (len == 0));
			struct head head = { 0 };

			assert_non_null(cut);
			memcpy(cut, text, len);
			for (size_t at = 0; at <= len; at++) {
				if (at == 0)
					assert_true(head_ends_at(&head, span_of(cut, len), at));
				else
					(void)head_ends_at(&head, span_of(cut, len), at);
			}
			head_fini(&head);
			free(cut);
		}
	}
}

/* --- Work ------------------------------------------------------------------------ */

static size_t bytes_passed;

/* The linker puts us between the walk and what passes over bytes for it (see the Makefile). */
size_t __real_head_skip_blanks(struct span text, size_t pos);
size_t __wrap_head_skip_blanks(struct span text, size_t pos);
size_t __real_head_word_end(struct span text, size_t pos);
size_t __wrap_head_word_end(struct span text, size_t pos);
struct word __real_head_word_at(struct span text, size_t pos);
struct word __wrap_head_word_at(struct span text, size_t pos);
size_t __real_head_pass_pair(struct head *head, struct span text, const struct word *word);
size_t __wrap_head_pass_pair(struct head *head, struct span text, const struct word *word);
void __real_head_walk_json(struct head *head, struct span text, size_t pos);
void __wrap_head_walk_json(struct head *head, struct span text, size_t pos);

size_t __wrap_head_skip_blanks(struct span text, size_t pos)
{
	size_t end = __real_head_skip_blanks(text, pos);

	bytes_passed += end - pos + 1;
	return end;
}

size_t __wrap_head_word_end(struct span text, size_t pos)
{
	size_t end = __real_head_word_end(text, pos);

	bytes_passed += end - pos + 1;
	return end;
}

struct word __wrap_head_word_at(struct span text, size_t pos)
{
	struct word word = __real_head_word_at(text, pos);

	bytes_passed += word.text.len + 1;
	return word;
}

size_t __wrap_head_pass_pair(struct head *head, struct span text, const struct word *word)
{
	size_t end = __real_head_pass_pair(head, text, word);

	bytes_passed += end > word->end ? end - word->end : 1;
	return end;
}

void __wrap_head_walk_json(struct head *head, struct span text, size_t pos)
{
	__real_head_walk_json(head, text, pos);
	bytes_passed += text.len - pos;
}

/* However often a record is asked about, and in whatever order, it is walked over once. */
static void work_is_bounded(void **state)
{
	enum { TIMES = 20, TEXT_BYTES = 65536, STRIDE = 25013 };
	static const char *const texts[][2] = {
		{ "", "1 " },
		{ "", "203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] " },
		{ "", "k=1 " },
		{ "", "a\tb7\t" },
		{ "", "a | " },
		{ "", "[ [] " },
		{ "k=1 m=\"", "203.0.113.9 - - \\\"GET / HTTP/1.0\\\" " },
		{ "{\"msg\":\"", "203.0.113.9 - - \\\"GET / HTTP/1.0\\\" " },
		{ "{\"log\":\"", "203.0.113.9 - - " },
		{ "{\"log\":\"", "{ k=1 " },
		{ "{", "\"log\":\"1 - \"," },
		{ "{", "\"request\":\"GET / HTTP/1.0\"," },
		{ "{", "\"request\":{},\"a\":[{\"b\":1}]," },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf text = { 0 };
		struct head head = { 0 };
		size_t at = 0;

		buf_add_str(&text, texts[i][0]);
		while (text.len < TEXT_BYTES)
			buf_add_str(&text, texts[i][1]);
		bytes_passed = 0;
		for (size_t n = 0; n <= text.len && bytes_passed <= TIMES * text.len; n++) {
			(void)head_ends_at(&head, buf_span(&text), at);
			at = (at + STRIDE) % (text.len + 1);
		}
		assert_true(bytes_passed >= text.len / 2);
		if (bytes_passed > TIMES * text.len)
			fail_msg("%s%s...: %zu bytes for %zu", texts[i][0], texts[i][1],
				 bytes_passed, text.len);
		head_fini(&head);
		buf_fini(&text);
	}
}

/* What is known of a record is known of no other: not of one elsewhere, nor of one in its place. */
static void records_are_told_apart(void **state)
{
	static const char access[] = "-- GET / so GET /";
	static const char sentence[] = "so GET / -- GET /";
	static const char later[] = "---- GET / so GET";
	char place[sizeof(access)];
	struct head head = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		const char *text = i % 2 == 0 ? access : sentence;

		assert_int_equal(head_ends_at(&head, span_str(text), 3), text == access);
		assert_true(head_ends_at(&head, span_of(text, 3), 0));
		assert_int_equal(head_ends_at(&head, span_of(text, 3), 3), text == access);
		memcpy(place, text, sizeof(place));
		head_forget(&head);
		assert_int_equal(head_ends_at(&head, span_str(place), 3), text == access);
		assert_false(head_ends_at(&head, span_str(place), 12));
	}
	for (int i = 0; i < 4; i++) {
		memcpy(place, i % 2 == 0 ? access : sentence, sizeof(place));
		head_forget(&head);
		assert_int_equal(head_ends_at(&head, span_str(place), 3), i % 2 == 0);
		assert_false(head_ends_at(&head, span_str(later), 3));
		assert_true(head_ends_at(&head, span_str(later), 5));
	}
	head_fini(&head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_end),
		cmocka_unit_test(sentences_do_not),
		cmocka_unit_test(levels_are_passed),
		cmocka_unit_test(ends_far_on),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(work_is_bounded),
		cmocka_unit_test(records_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
