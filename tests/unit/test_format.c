/* A classified record as each format writes it. */
#include "unit_run.h"

#include <purposed/run/format.h>

/* What a format writes of text, classified under the purpose. */
static unsigned written(struct buf *out, const char *format, const char *purpose, const char *text,
			const struct format_options *change)
{
	struct unit_run run = unit_run_open(purpose, NULL);
	struct format_options options = { .enterprise_id = 32473 };
	struct record record = { .text = span_str(text),
				 .len = strlen(text),
				 .number = 12,
				 .offset = 3071,
				 .input = "web\"1",
				 .read_at = { .tv_sec = 1767603600 } };
	struct format_job job = { .options = &options,
				  .record = &record,
				  .plan = run.plan,
				  .classifier = run.classifier };
	size_t tail = SIZE_MAX;
	unsigned forged;

	if (change != NULL) {
		options = *change;
		options.enterprise_id = change->enterprise_id != 0 ? change->enterprise_id : 32473;
	}
	options.pseudonyms = run.pseudonyms;
	job.result = unit_run_text(&run, text);
	forged = format_find(format)->add(out, &job, &tail);
	if (format_find(format)->is_record && options.redact == REDACT_NONE)
		assert_true(tail <= out->len);
	unit_run_close(&run);
	return forged;
}

static void expect(const char *format, const char *purpose, const char *text,
		   const struct format_options *change, const char *wanted)
{
	struct buf out = { 0 };

	assert_int_equal(written(&out, format, purpose, text, change), 0);
	assert_string_equal(buf_str(&out), wanted);
	buf_fini(&out);
}

static void test_names(void **state)
{
	(void)state;
	assert_true(format_find("tag") == &format_tag);
	assert_true(format_find("json") == &format_json);
	assert_true(format_find("record") == &format_record);
	assert_true(format_find("text") == &format_text);
	assert_true(format_find("ecs") == &format_ecs);
	assert_true(format_find("ocsf") == &format_ocsf);
	assert_true(format_find("cef") == &format_cef);
	assert_null(format_find("xml"));
	assert_null(format_find(""));
	assert_string_equal(format_names(), "tag, json, record, text, ecs, ocsf, cef");
}

static void test_record(void **state)
{
	const struct format_options redacting = { .redact = REDACT_ELEMENT };

	(void)state;
	expect("record", "web", "to a@b.be", NULL, "to a@b.be");
	expect("record", "web", "to a@b.be", &redacting, "to <email>");
	expect("record", "web", "", NULL, "");
}

/* --- Tags ---------------------------------------------------------------------- */

static void test_tag(void **state)
{
	const struct format_options other = { .enterprise_id = 4711 };
	const struct format_options redacting = { .redact = REDACT_ELEMENT };

	(void)state;
	expect("tag", "web", "nothing", NULL,
	       "nothing [purposed@32473 verdict=\"clean\" purpose=\"web\" categories=\"\" "
	       "elements=\"\"]");
	/* elements are those to look at, once each; categories are all */
	expect("tag", "mail", "a@b.be 192.0.2.1 192.0.2.2 shoe=42", NULL,
	       "a@b.be 192.0.2.1 192.0.2.2 shoe=42 [purposed@32473 verdict=\"out-of-purpose\" "
	       "purpose=\"mail\" categories=\"identification,navigation,outside-annex\" "
	       "elements=\"ipv4,shoe_size\"]");
	expect("tag", "", "a@b.be", &other,
	       "a@b.be [purposed@4711 verdict=\"gap\" purpose=\"\" categories=\"identification\" "
	       "elements=\"email\"]");
	expect("tag", "web", "a@b.be", &redacting,
	       "<email> [purposed@32473 verdict=\"out-of-purpose\" purpose=\"web\" "
	       "categories=\"identification\" elements=\"email\"]");
	/* what was not searched is no element and has no category */
	expect("tag", "all", "%2525252540", NULL,
	       "%2525252540 [purposed@32473 verdict=\"unscanned\" purpose=\"all\" categories=\"\" "
	       "elements=\"\"]");
}

#define CLEAN "[purposed@32473 verdict=\"clean\" purpose=\"all\" categories=\"\" elements=\"\"]"

static const struct structured_case {
	const char *in, *out;
	unsigned forged;
} structured_cases[] = {
	/* RFC 5424: inside the structured data */
	{ "<134>1 - h app - - - hello", "<134>1 - h app - - " CLEAN " hello", 0 },
	{ "<134>1 - h app - - -", "<134>1 - h app - - " CLEAN, 0 },
	{ "<134>1 - h app - - [a@1 b=\"c\"] hello",
	  "<134>1 - h app - - [a@1 b=\"c\"]" CLEAN " hello", 0 },
	/* a tag that came in is no tag of ours */
	{ "<134>1 - h app - - [purposed@32473 verdict=\"permitted\"] hello",
	  "<134>1 - h app - - " CLEAN " hello", 1 },
	{ "<134>1 - h app - - [purposed@32473][a@1 b=\"]\"][purposed@32473 x=\"\\\"]\"][c@1] hello",
	  "<134>1 - h app - - [a@1 b=\"]\"][c@1]" CLEAN " hello", 2 },
	{ "<134>1 - h app - - [purposed@324731 x=\"y\"][purposed x=\"y\"] hello",
	  "<134>1 - h app - - [purposed@324731 x=\"y\"][purposed x=\"y\"]" CLEAN " hello", 0 },
	{ "<134>1 - h app - - [a@1 b=\"[purposed@32473 v=\\\"1\\\"\\]\"] hello",
	  "<134>1 - h app - - [a@1 b=\"[purposed@32473 v=\\\"1\\\"\\]\"]" CLEAN " hello", 0 },
	/* nor is one in the message, whole or not, or made of what stands around others */
	{ "<134>1 - h app - - - hello [purposed@32473 verdict=\"clean\"]",
	  "<134>1 - h app - - " CLEAN " hello ", 1 },
	{ "<134>1 - h app - - [a@1] x[purposed@32473 v=\"]\\\"]\"]y [purposed@32473] z",
	  "<134>1 - h app - - [a@1]" CLEAN " x y  z", 2 },
	{ "<134>1 - h app - - - [purposed@32473 v=\"1 hello",
	  "<134>1 - h app - - " CLEAN "  v=\"1 hello", 1 },
	{ "<134>1 - h app - - - [purp[purposed@32473 v=\"1\"]osed@32473 v=\"2\"]",
	  "<134>1 - h app - - " CLEAN " [purp osed@32473 v=\"2\"]", 1 },
	{ "<134>1 - h app - - - [purposed@3247[purposed@32473]3 v=\"2\"]",
	  "<134>1 - h app - - " CLEAN " [purposed@3247 3 v=\"2\"]", 1 },
	{ "<134>1 - h app - - - a[purposed@32473[purposed@32473]]",
	  "<134>1 - h app - - " CLEAN " a ]", 1 },
	{ "<134>1 - h app - - - [purposed@324731 v=\"1\"] purposed@32473 [purposed@32473",
	  "<134>1 - h app - - " CLEAN " [purposed@324731 v=\"1\"] purposed@32473 ", 1 },
	/* elsewhere ours is the last on the line */
	{ "x " CLEAN, "x " CLEAN " " CLEAN, 0 },
	{ "<134>1 - h app - - [broken hello", "<134>1 - h app - - [broken hello " CLEAN, 0 },
	{ "<13>Jan  5 10:00:00 h app: hello", "<13>Jan  5 10:00:00 h app: hello " CLEAN, 0 },
};

static void test_structured_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(structured_cases); i++) {
		struct buf out = { 0 };

		assert_int_equal(written(&out, "tag", "all", structured_cases[i].in, NULL),
				 structured_cases[i].forged);
		assert_string_equal(buf_str(&out), structured_cases[i].out);
		buf_fini(&out);
	}
}

/* Where the missing bytes of an overlong record would stand. */
static void test_tail(void **state)
{
	static const struct {
		const char *format, *text, *before;
	} cases[] = {
		{ "record", "hello", "hello" },
		{ "tag", "hello", "hello" },
		{ "tag", "<134>1 - h app - - - hello", "<134>1 - h app - - " CLEAN " hello" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct unit_run run = unit_run_open("all", NULL);
		struct format_options options = { .enterprise_id = 32473 };
		struct record record = { .text = span_str(cases[i].text), .len = SIZE_MAX };
		struct format_job job = { .options = &options,
					  .record = &record,
					  .plan = run.plan,
					  .classifier = run.classifier };
		struct buf out = { 0 };
		size_t tail = 0;

		job.result = unit_run_text(&run, cases[i].text);
		format_find(cases[i].format)->add(&out, &job, &tail);
		assert_true(span_is(span_of(out.ptr, tail), cases[i].before));
		buf_fini(&out);
		unit_run_close(&run);
	}
}

/* --- JSON ---------------------------------------------------------------------- */

static void test_json(void **state)
{
	(void)state;
	expect("json", "all", "hello", NULL,
	       "{\"input\":\"web\\\"1\",\"record\":12,\"offset\":3071,"
	       "\"time\":\"2026-01-05T09:00:00.000Z\",\"purposes\":[\"all\"],\"verdict\":\"clean\","
	       "\"categories\":[],\"findings\":[]}");
	expect("json", "web", "2026-02-03T04:05:06Z GET /?m=JAN%40x.be&n=jan%40example.be x", NULL,
	       "{\"input\":\"web\\\"1\",\"record\":12,\"offset\":3071,"
	       "\"time\":\"2026-02-03T04:05:06.000Z\",\"purposes\":[\"web\"],"
	       "\"kind\":\"web-traffic-log\",\"kind_source\":\"recognised\","
	       "\"verdict\":\"out-of-purpose\",\"categories\":[\"identification\",\"navigation\"],"
	       "\"findings\":[{\"rule\":\"uri\",\"element\":\"request_uri\","
	       "\"category\":\"navigation\",\"start\":25,\"end\":58,\"verdict\":\"permitted\","
	       "\"cells\":[{\"purpose\":\"web\",\"row\":2,\"column\":2,"
	       "\"cell\":\"permitted-only-for\",\"only_for\":\"web-traffic-log\"}],"
	       "\"sample\":\"/***\",\"pseudonym\":\"k1:03191a6f8b3480f5\"},"
	       "{\"rule\":\"email\",\"element\":\"email\",\"category\":\"identification\","
	       "\"start\":42,\"end\":58,\"verdict\":\"out-of-purpose\","
	       "\"reason\":\"not-permitted\",\"cells\":[{\"purpose\":\"web\",\"row\":2,\"column\":"
	       "1,"
	       "\"cell\":\"not-permitted\"}],\"sample\":\"j***@e***.be\","
	       "\"pseudonym\":\"k1:9dd8c43c98fe5d3a\"}]}");
}

/* No cell says anything of what is outside; prose gives neither sample nor pseudonym. */
static void test_json_special(void **state)
{
	struct buf out = { 0 };

	(void)state;
	written(&out, "json", "", "shoe=42 fine of 80 %2525252540", NULL);
	assert_non_null(strstr(buf_str(&out), "\"purposes\":[],\"verdict\":\"out-of-purpose\","
					      "\"categories\":[\"sanctions\",\"outside-annex\"]"));
	assert_non_null(strstr(buf_str(&out),
			       "\"category\":\"outside-annex\",\"start\":5,\"end\":7,"
			       "\"verdict\":\"out-of-purpose\",\"reason\":\"outside-annex\","
			       "\"cells\":[],\"sample\":\"4***\""));
	assert_non_null(strstr(buf_str(&out), "\"category\":\"sanctions\",\"start\":8,\"end\":18,"
					      "\"verdict\":\"gap\",\"reason\":\"no-purpose\","
					      "\"cells\":[]}"));
	assert_non_null(
		strstr(buf_str(&out),
		       "{\"rule\":null,\"element\":null,\"category\":null,\"start\":19,"
		       "\"end\":30,\"verdict\":\"unscanned\",\"reason\":\"decode-limit\"}"));
	buf_fini(&out);
}

static void test_json_text(void **state)
{
	const struct format_options with_text = { .with_text = true };
	const struct format_options redacted = { .with_text = true, .redact = REDACT_PSEUDONYM };
	struct buf out = { 0 };

	(void)state;
	written(&out, "json", "web", "\"jan@example.be\"\xff\n", &with_text);
	assert_non_null(
		strstr(buf_str(&out), "}],\"text\":\"\\\"jan@example.be\\\"\xef\xbf\xbd\\n\"}"));
	buf_clear(&out);
	written(&out, "json", "web", "to jan@example.be", &redacted);
	assert_non_null(strstr(buf_str(&out), ",\"text\":\"to <email:k1:9dd8c43c98fe5d3a>\"}"));
	assert_null(strstr(buf_str(&out), "jan@"));
	buf_fini(&out);
}

/* --- Text ---------------------------------------------------------------------- */

static void test_text(void **state)
{
	const struct format_options color = { .color = true };
	const struct format_options with_text = { .with_text = true };

	(void)state;
	expect("text", "web", "to jan@example.be now", NULL,
	       "web\"1:12: out-of-purpose email  to j***@e***.be now");
	expect("text", "web", "to jan@example.be now", &with_text,
	       "web\"1:12: out-of-purpose email  to jan@example.be now");
	expect("text", "web", "to jan@example.be", &color,
	       "\033[35mweb\"1\033[0m:12: \033[1;31mout-of-purpose\033[0m email  to j***@e***.be");
	expect("text", "all", "x", NULL, "web\"1:12: clean   x");
	expect("text", "all", "%2525252540", NULL,
	       "web\"1:12: unscanned decode-limit  <unscanned>");
	/* a log line must not drive a terminal */
	expect("text", "all", "a\033[31m\x7f\xff\xc2\x9b\xc3\xa9\t", NULL,
	       "web\"1:12: clean   a\\x1b[31m\\x7f\\xff\\xc2\\x9b\xc3\xa9\\x09");
}

/* Around a finding in a long record: not in the middle of a character, every value masked. */
static void test_text_excerpt(void **state)
{
	struct buf text = { 0 };
	struct buf out = { 0 };
	struct buf wanted = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_add_str(&text, "\xc3\xa9");
	buf_add_str(&text, "x jan@example.be ");
	for (int i = 0; i < 100; i++)
		buf_add_str(&text, "\xe2\x82\xac");
	written(&out, "text", "web", buf_str(&text), NULL);
	buf_add_str(&wanted, "web\"1:12: out-of-purpose email  \xe2\x80\xa6");
	for (int i = 0; i < 35; i++)
		buf_add_str(&wanted, "\xc3\xa9");
	buf_add_str(&wanted, "x j***@e***.be ");
	for (int i = 0; i < 24; i++)
		buf_add_str(&wanted, "\xe2\x82\xac");
	buf_add_str(&wanted, "\xe2\x80\xa6");
	assert_string_equal(buf_str(&out), buf_str(&wanted));
	buf_fini(&text);
	buf_fini(&out);
	buf_fini(&wanted);
}

/* --- CEF ----------------------------------------------------------------------- */

#define CEF_PLACE " deviceFacility=web\"1 cn1Label=record cn1=12 cn2Label=offset cn2=3071"

static void test_cef(void **state)
{
	const struct format_options with_text = { .with_text = true };

	(void)state;
	expect("cef", "all", "hello", NULL,
	       "CEF:0|purposed|purposed|" PURPOSED_VERSION "|clean|No personal data|0|"
	       "rt=1767603600000" CEF_PLACE " cs1Label=purposes cs1=all msg=clean");
	/* the same sample or pseudonym is said once */
	expect("cef", "web", "jan@example.be jan@example.be", NULL,
	       "CEF:0|purposed|purposed|" PURPOSED_VERSION
	       "|out-of-purpose|Personal data outside its purpose|8|rt=1767603600000"
	       " cat=identification reason=not-permitted" CEF_PLACE
	       " cs1Label=purposes cs1=web cs2Label=elements cs2=email cs3Label=rules cs3=email"
	       " cs4Label=samples cs4=j***@e***.be cs5Label=pseudonyms cs5=k1:9dd8c43c98fe5d3a"
	       " msg=out-of-purpose: email (not-permitted)");
	/* '=' and '\\' and line ends are escaped, '|' is not; what is no text is shown */
	expect("cef", "all", "a=b|c\\d\r\ne\x01\xff\xc3\xa9", &with_text,
	       "CEF:0|purposed|purposed|" PURPOSED_VERSION "|clean|No personal data|0|"
	       "rt=1767603600000" CEF_PLACE " cs1Label=purposes cs1=all"
	       " msg=a\\=b|c\\\\d\\r\\ne\\\\x01\\\\xff\xc3\xa9");
}

/* A value is cut to what the dictionary gives it, not within a character. */
static void test_cef_length(void **state)
{
	const struct format_options with_text = { .with_text = true };
	struct buf text = { 0 };
	struct buf out = { 0 };

	(void)state;
	for (int i = 0; i < 600; i++)
		buf_add_str(&text, "\xc3\xa9");
	written(&out, "cef", "all", buf_str(&text), &with_text);
	assert_int_equal(strlen(strstr(buf_str(&out), " msg=")), 5 + 1022);
	buf_fini(&text);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	     cmocka_unit_test(test_record),
		cmocka_unit_test(test_tag),	     cmocka_unit_test(test_structured_data),
		cmocka_unit_test(test_tail),	     cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_special), cmocka_unit_test(test_json_text),
		cmocka_unit_test(test_text),	     cmocka_unit_test(test_text_excerpt),
		cmocka_unit_test(test_cef),	     cmocka_unit_test(test_cef_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
