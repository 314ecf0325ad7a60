/* Values taken out of a text: which, in what words, and at the edges of a window. */
#include "unit_run.h"

#include <purposed/engine/redact.h>

static const struct redact_case {
	const char *purpose;
	enum redact_mode mode;
	const char *text, *redacted;
} cases[] = {
	{ "web", REDACT_NONE, "to a@b.be", "to a@b.be" },
	{ "web", REDACT_ELEMENT, "to a@b.be now", "to <email> now" },
	{ "web", REDACT_ELEMENT, "a@b.be", "<email>" },
	{ "web", REDACT_ELEMENT, "a@b.be,c@d.be", "<email>,<email>" },
	{ "web", REDACT_ELEMENT, "", "" },
	/* permitted and notice stay, gap goes */
	{ "mail", REDACT_ELEMENT, "a@b.be 192.0.2.1", "a@b.be <ipv4>" },
	{ "", REDACT_ELEMENT, "a@b.be 192.0.2.1", "<email> <ipv4>" },
	/* encoded: what stood in the record goes, all of it */
	{ "web", REDACT_ELEMENT, "to jan%2540example.be now", "to <email> now" },
	{ "web", REDACT_ELEMENT, "x %2525252540 y", "x <unscanned> y" },
	/* pseudonyms are of the decoded value; prose has none */
	{ "web", REDACT_PSEUDONYM, "to jan@example.be", "to <email:k1:9dd8c43c98fe5d3a>" },
	{ "web", REDACT_PSEUDONYM, "to JAN%40example.be jan@example.be",
	  "to JAN%40example.be <email:k1:9dd8c43c98fe5d3a>" },
	{ "web", REDACT_PSEUDONYM, "to jan%40example.be", "to <email:k1:9dd8c43c98fe5d3a>" },
	{ "web", REDACT_PSEUDONYM, "a fine of 80", "a <sanction>" },
	/* what a replaced value holds goes with it; a permitted container is kept for its own */
	{ "mail", REDACT_ELEMENT, "GET /?m=a@b.be x", "GET <request_uri> x" },
	{ "web", REDACT_ELEMENT, "GET /?m=a@b.be x", "GET /?m=<email> x" },
	/* masking takes out everything, permitted or not */
	{ "all", REDACT_MASK, "to jan@example.be", "to j***@e***.be" },
	{ "all", REDACT_MASK, "GET /?m=jan@example.be x", "GET /?m=j***@e***.be x" },
	{ "all", REDACT_MASK, "GET /secret x", "GET /*** x" },
	{ "mail", REDACT_MASK, "GET /?m=jan@example.be x", "GET /*** x" },
	{ "all", REDACT_MASK, "GET /a@b.be?c@d.be x", "GET /***@b***.be?***@d***.be x" },
	{ "all", REDACT_MASK, "a fine of 80", "a <sanction>" },
	{ "all", REDACT_MASK, "shoe=42", "shoe=4***" },
	{ "all", REDACT_MASK, "%2525252540", "<unscanned>" },
};

static void test_modes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct redact_case *c = &cases[i];
		struct unit_run run = unit_run_open(c->purpose, NULL);
		const struct result *result = unit_run_text(&run, c->text);
		struct buf out = { 0 };

		redact_add(&out, run.classifier, engine_rules(run.engine), result,
			   span_str(c->text), 0, strlen(c->text), c->mode, run.pseudonyms);
		if (strcmp(buf_str(&out), c->redacted) != 0)
			fail_msg("[%s] %s: \"%s\", not \"%s\"", c->purpose, c->text, buf_str(&out),
				 c->redacted);
		buf_fini(&out);
		unit_run_close(&run);
	}
}

/* Every window of a text: a value stands replaced, whole, when one byte of it is inside. */
static void test_windows(void **state)
{
	static const char text[] = "xx a@b.be,c@d.be yy";
	struct unit_run run = unit_run_open("web", NULL);
	const struct result *result = unit_run_text(&run, text);

	(void)state;
	for (size_t start = 0; start <= strlen(text); start++) {
		for (size_t end = start; end <= strlen(text); end++) {
			struct buf out = { 0 };
			struct buf wanted = { 0 };

			for (size_t at = start; at < end; at++) {
				bool first = at >= 3 && at < 9;
				bool second = at >= 10 && at < 16;

				if (!first && !second)
					buf_add_char(&wanted, text[at]);
				else if (at == start || at == 3 || at == 10)
					buf_add_str(&wanted, "<email>");
			}
			redact_add(&out, run.classifier, engine_rules(run.engine), result,
				   span_str(text), start, end, REDACT_ELEMENT, run.pseudonyms);
			assert_string_equal(buf_str(&out), buf_str(&wanted));
			buf_fini(&out);
			buf_fini(&wanted);
		}
	}
	unit_run_close(&run);
}

/* Of an overlong record only the first bytes are at hand: the rest is marked, too. */
static void test_overlong(void **state)
{
	struct engine_options options = engine_defaults();
	struct unit_run run;
	const struct result *result;
	struct buf out = { 0 };

	(void)state;
	options.record_max_bytes = 10;
	run = unit_run_open("all", &options);
	result = unit_run_text(&run, "0123456789abc");
	redact_add(&out, run.classifier, engine_rules(run.engine), result,
		   span_str("0123456789abc"), 0, 13, REDACT_ELEMENT, run.pseudonyms);
	assert_string_equal(buf_str(&out), "0123456789<unscanned>");
	buf_clear(&out);
	result = classify_run(run.classifier, run.plan, span_str("0123456789"), 500, NULL);
	redact_add(&out, run.classifier, engine_rules(run.engine), result, span_str("0123456789"),
		   0, 10, REDACT_ELEMENT, run.pseudonyms);
	assert_string_equal(buf_str(&out), "0123456789<unscanned>");
	buf_clear(&out);
	redact_add(&out, run.classifier, engine_rules(run.engine), result, span_str("0123456789"),
		   0, 9, REDACT_ELEMENT, run.pseudonyms);
	assert_string_equal(buf_str(&out), "012345678");
	buf_fini(&out);
	unit_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_overlong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
